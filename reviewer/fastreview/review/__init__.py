"""The review document: everything that a report shows, and the only thing that a renderer sees."""

from fastreview.review.architecture import Architecture, LayerEdge, LayerImport
from fastreview.review.document import SCHEMA, Review, decode, encode, is_partial, json_schema
from fastreview.review.history import History, HistoryChange, HistoryPoint
from fastreview.review.learning import Link, NextStep, Page, Plan, StepKind, Week
from fastreview.review.levels import DimensionEntry, DimensionLevel, Headline
from fastreview.review.outcomes import (
    Excerpt,
    FindingEntry,
    OutcomeEntry,
    RelatedPlace,
    StrengthEntry,
    SubjectCounts,
    SuppressionEntry,
)
from fastreview.review.routes import Injectable, RouteEntry, RouteTests, Trace, TraceStep
from fastreview.review.scales import LEVELS, Age, Confidence, Effort, Kind, LevelName, RungName, Severity, State, Status
from fastreview.review.scope import AppEntry, GatheredEntry, ProjectEntry, ScopeEntry, Tool, Unparsed

__all__ = [
    "LEVELS",
    "SCHEMA",
    "Age",
    "AppEntry",
    "Architecture",
    "Confidence",
    "DimensionEntry",
    "DimensionLevel",
    "Effort",
    "Excerpt",
    "FindingEntry",
    "GatheredEntry",
    "Headline",
    "History",
    "HistoryChange",
    "HistoryPoint",
    "Injectable",
    "Kind",
    "LayerEdge",
    "LayerImport",
    "LevelName",
    "Link",
    "NextStep",
    "OutcomeEntry",
    "Page",
    "Plan",
    "ProjectEntry",
    "RelatedPlace",
    "Review",
    "RouteEntry",
    "RouteTests",
    "RungName",
    "ScopeEntry",
    "Severity",
    "State",
    "Status",
    "StepKind",
    "StrengthEntry",
    "SubjectCounts",
    "SuppressionEntry",
    "Tool",
    "Trace",
    "TraceStep",
    "Unparsed",
    "Week",
    "decode",
    "encode",
    "is_partial",
    "json_schema",
]

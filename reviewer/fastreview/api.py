"""What check packs may import: nothing here does anything, and everything else may change without notice."""

from fastreview.check import (
    Check,
    Confidence,
    Effort,
    Found,
    Hit,
    Kind,
    Met,
    NotApplicable,
    Related,
    Rung,
    Severity,
    Unknown,
    check,
)
from fastreview.facts import Side, syntax
from fastreview.facts import files as file_facts
from fastreview.facts.http import Exchange
from fastreview.facts.tests import FileCoverage, RequestSeen, StallSeen, TestResult, Trial
from fastreview.facts.types import TypeCheckFacts, TypeProblem
from fastreview.project import Endpoint, Place, Project, Subject
from fastreview.project.code import CallSite, Class, Code, Function, Module
from fastreview.project.contracts import Declared, Input, classes_in, classes_of, fields_of, unwrapped
from fastreview.project.dependencies import Dependency, Injected
from fastreview.project.exercise import Exercise, Sent, decorators_of
from fastreview.project.files import ContainerFile, Manifest, Workflow
from fastreview.project.flow import Flow, Origin, Step
from fastreview.project.groups import RouteGroup
from fastreview.project.handlers import ExceptionHandler
from fastreview.project.http import Answers
from fastreview.project.libraries import BASES, canonical
from fastreview.project.loop import Entry, LoopFunction
from fastreview.project.middleware import Middleware
from fastreview.project.models import SCHEMA_BASES, Schema, Settings, Table
from fastreview.project.names import Definition, External, Variable, absolute_name
from fastreview.project.output import LogCall
from fastreview.project.pipelines import Command
from fastreview.project.pydantic_uses import PydanticUse
from fastreview.project.routes import App, Route
from fastreview.project.test_run import Probe, Shares, TestRun
from fastreview.project.tests import Test
from fastreview.project.values import Bound, Instance, Value

__all__ = [
    "BASES",
    "SCHEMA_BASES",
    "Answers",
    "App",
    "Bound",
    "CallSite",
    "Check",
    "Class",
    "Code",
    "Command",
    "Confidence",
    "ContainerFile",
    "Declared",
    "Definition",
    "Dependency",
    "Effort",
    "Endpoint",
    "Entry",
    "ExceptionHandler",
    "Exchange",
    "Exercise",
    "External",
    "FileCoverage",
    "Flow",
    "Found",
    "Function",
    "Hit",
    "Injected",
    "Input",
    "Instance",
    "Kind",
    "LogCall",
    "LoopFunction",
    "Manifest",
    "Met",
    "Middleware",
    "Module",
    "NotApplicable",
    "Origin",
    "Place",
    "Probe",
    "Project",
    "PydanticUse",
    "Related",
    "RequestSeen",
    "Route",
    "RouteGroup",
    "Rung",
    "Schema",
    "Sent",
    "Settings",
    "Severity",
    "Shares",
    "Side",
    "StallSeen",
    "Step",
    "Subject",
    "Table",
    "Test",
    "TestResult",
    "TestRun",
    "Trial",
    "TypeCheckFacts",
    "TypeProblem",
    "Unknown",
    "Value",
    "Variable",
    "Workflow",
    "absolute_name",
    "canonical",
    "check",
    "classes_in",
    "classes_of",
    "decorators_of",
    "fields_of",
    "file_facts",
    "syntax",
    "unwrapped",
]

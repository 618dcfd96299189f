"""The review document: everything that a report shows, and the only thing that a renderer sees.

Stable for users and scripts ("fastreview/1"). Paths are relative to the reviewed root, with "/"; a path that starts with
"../" is a file of the repository that is about the service. Lines count from 1, 0 means the whole file. Durations are in
seconds. Nothing in it is HTML or trusted: names, messages and excerpts may hold whatever the reviewed project holds.
"""

import msgspec
from msgspec import Struct

from fastreview.errors import UnreadableReview
from fastreview.review.architecture import Architecture
from fastreview.review.history import History
from fastreview.review.learning import NextStep, Page, Plan
from fastreview.review.levels import DimensionEntry, Headline
from fastreview.review.outcomes import FindingEntry, OutcomeEntry, StrengthEntry, SuppressionEntry
from fastreview.review.routes import Injectable, RouteEntry, Trace
from fastreview.review.scales import LevelName
from fastreview.review.scope import GatheredEntry, ProjectEntry, ScopeEntry, Tool

SCHEMA = "fastreview/1"


class Review(Struct, frozen=True):
    schema: str
    tool: Tool
    project: ProjectEntry
    scope: ScopeEntry
    gathered: tuple[GatheredEntry, ...]
    level: Headline
    levels: tuple[LevelName, ...]
    dimensions: tuple[DimensionEntry, ...]
    outcomes: tuple[OutcomeEntry, ...]
    findings: tuple[FindingEntry, ...]
    strengths: tuple[StrengthEntry, ...]
    routes: tuple[RouteEntry, ...]
    next_steps: tuple[NextStep, ...]
    plan: Plan
    more_proof: tuple[str, ...] = ()
    """What would prove more, as instructions, the most valuable first."""
    arithmetic: tuple[str, ...] = ()
    """The scoring line by line, as ``fastreview score --explain`` prints it."""
    pages: dict[str, Page] = {}
    """By check, for the checks that were evaluated."""
    architecture: Architecture = Architecture()
    traces: tuple[Trace, ...] = ()
    """The way of one request for some of the routes: those for which most happens."""
    suppressions: tuple[SuppressionEntry, ...] = ()
    """What sets findings aside, and what was meant to: the comments of the project, then what its reviewers signed."""
    notices: tuple[str, ...] = ()
    """What is to be known of this document, as sentences: which findings it shows, what of a baseline is fixed."""
    injection: tuple[Injectable, ...] = ()
    """The dependency graph of all routes, bounded."""
    history: History = History()
    """Filled in by who asks for it: a review alone has none."""
    made: str = ""
    """The day of the review (UTC), as ``2026-11-22``; "" in documents of earlier versions."""


def is_partial(review: Review) -> bool:
    """Whether no overall level is claimed because most of what is undecided was not selected, and not for want of evidence."""
    off = sum(outcome.state == "off" for outcome in review.outcomes)
    undecided = sum(outcome.state in ("unknown", "crashed") for outcome in review.outcomes)
    return not review.level.assessed and off > undecided


def encode(review: Review) -> bytes:
    """The document as UTF-8 JSON, indented, keys in the order above: the same review gives the same bytes."""
    return msgspec.json.format(msgspec.json.encode(review), indent=2) + b"\n"


def decode(data: bytes) -> Review:
    """Reads a document back.

    Raises:
        UnreadableReview: when it is not JSON, of another schema, or a field has the wrong type.
    """
    try:
        return msgspec.json.decode(data, type=Review)
    except msgspec.ValidationError as error:
        raise UnreadableReview(f"This is not a {SCHEMA} review: {error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableReview(f"This is not JSON: {error}.") from error


def json_schema() -> bytes:
    """JSON Schema 2020-12 of the document."""
    schema = msgspec.json.schema(Review)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = f"fastreview review document ({SCHEMA})"
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"

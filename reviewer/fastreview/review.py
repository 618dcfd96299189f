"""The review document: everything that a report shows, and the only thing that a renderer sees.

Stable for users and scripts ("fastreview/1"). Paths are relative to the reviewed root, with "/"; a path that starts with
"../" is a file of the repository that is about the service. Lines count from 1, 0 means the whole file. Durations are in
seconds. Nothing in it is HTML or trusted: names, messages and excerpts may hold whatever the reviewed project holds.
"""

from typing import Literal

import msgspec
from msgspec import Struct

from fastreview.errors import UnreadableReview

SCHEMA = "fastreview/1"

LevelName = Literal["junior", "intermediate", "senior", "staff"]
State = Literal["met", "not-met", "unknown", "not-applicable", "off", "crashed"]
Kind = Literal["gate", "credit", "never"]
Severity = Literal["blocker", "major", "minor", "info"]
Confidence = Literal["certain", "likely", "possible"]
Status = Literal["open", "waived", "accepted"]
Age = Literal["new", "known", ""]
Effort = Literal["minutes", "hours", "days"]
RungName = Literal["declared", "configured", "exercised", "enforced"]

LEVELS: tuple[LevelName, ...] = ("junior", "intermediate", "senior", "staff")


class Tool(Struct, frozen=True):
    version: str
    ruleset: str
    """Digest of the checks and thresholds: two reviews with different rulesets are not joined in one trend."""
    model: str


class AppEntry(Struct, frozen=True):
    target: str = msgspec.field(name="import")
    path: str
    line: int
    seen: tuple[Literal["static", "runtime"], ...]


class ProjectEntry(Struct, frozen=True):
    name: str
    commit: str
    dirty: bool
    apps: tuple[AppEntry, ...]


class Unparsed(Struct, frozen=True):
    path: str
    reason: str


class ScopeEntry(Struct, frozen=True):
    files: int
    lines: int
    routes: int
    unparsed: tuple[Unparsed, ...]
    left_out: tuple[Unparsed, ...]
    folder: str = ""
    """The reviewed root as the repository names it ("backend/api"), "" for its top."""
    configured: tuple[str, ...] = ()
    """What the project's configuration changes about the measure, as sentences: thresholds, levels, layers."""


class GatheredEntry(Struct, frozen=True):
    what: Literal["source", "app", "files", "tests", "types", "git", "http"]
    state: Literal["ok", "unavailable", "off"]
    reason: str
    how: str
    """What would provide it, as an instruction; "" when it is there."""
    seconds: float
    assumed: tuple[str, ...] = ()
    """What had to be assumed to get it, as sentences: settings that were invented, packages that were replaced."""


class Headline(Struct, frozen=True):
    """``evidence`` is 0 to 1. ``index`` is 0 to 100 with one decimal. Not ``assessed``: too little was decided."""

    proven: LevelName
    possible: LevelName
    evidence: float
    index: float
    assessed: bool
    capped_by: tuple[str, ...] = ()
    """Never-events that hold the level below Intermediate."""
    made_up_by: float = 0.0
    """The share of the rubric, 0 to 1, that makes up for dimensions below the level; 0 where enough of them hold it."""


class DimensionLevel(Struct, frozen=True):
    """``share`` is that of the credits, 0 to 1; ``blocking`` are the gates that are not met, and credits where it is short."""

    level: LevelName
    gates_met: int
    gates: int
    share: float
    held: bool
    blocking: tuple[str, ...]


class DimensionEntry(Struct, frozen=True):
    name: str
    proven: LevelName
    possible: LevelName
    index: float
    assessed: bool
    core: bool
    """False for ``extension``, which is shown and never decides the level."""
    banked: float
    """Share (0 to 1) of the work already done above the next level."""
    levels: tuple[DimensionLevel, ...]


class SubjectCounts(Struct, frozen=True, rename={"passed": "pass", "failed": "fail"}):
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    waived: int = 0
    accepted: int = 0


class OutcomeEntry(Struct, frozen=True):
    check: str
    slug: str
    title: str
    dimension: str
    level: LevelName
    kind: Kind
    weight: int
    tolerance: float
    state: State
    subjects: SubjectCounts
    rung: RungName | Literal[""]
    reason: str
    """Why it is unknown, not applicable (the predicate that proved it), off or crashed."""
    unit: str = ""
    """What one subject is: route, function, project ..."""
    effort: Effort = "hours"


class RelatedPlace(Struct, frozen=True):
    path: str
    line: int
    message: str


class Excerpt(Struct, frozen=True):
    """Source lines around a place; ``first`` is the number of the first of them, ``language`` a Pygments lexer's name."""

    first: int
    lines: tuple[str, ...]
    language: str = "python"


class FindingEntry(Struct, frozen=True):
    check: str
    slug: str
    severity: Severity
    confidence: Confidence
    subject: str
    path: str
    line: int
    end_line: int
    message: str
    fingerprint: str
    related: tuple[RelatedPlace, ...]
    fix: Literal["safe", "unsafe"] | None
    status: Status
    excerpt: Excerpt | None = None
    age: Age = ""
    """Against a baseline or another review; "" where there was none."""


class SuppressionEntry(Struct, frozen=True):
    """A comment that sets findings aside. ``state``: used; unused, expired or malformed (``note`` says why it does nothing);
    undecided where its check was. ``findings`` counts what it set aside."""

    path: str
    line: int
    checks: tuple[str, ...]
    kind: str
    reason: str
    by: str
    on: str
    until: str
    state: Literal["used", "unused", "expired", "malformed", "undecided"]
    note: str
    findings: int


class StrengthEntry(Struct, frozen=True):
    check: str
    slug: str
    subject: str
    path: str
    line: int
    message: str
    rung: RungName | Literal[""]


class RouteTests(Struct, frozen=True):
    """The tests that call a route, by the run of the tests or, without one, by what their code says.

    ``called`` is "unknown" where URLs are made at run time and "" for what is no route of the API. ``count`` are all tests,
    ``first`` the first few of them."""

    called: Literal["yes", "no", "unknown", ""] = ""
    by: Literal["run", "code", ""] = ""
    count: int = 0
    first: tuple[RelatedPlace, ...] = ()


class RouteEntry(Struct, frozen=True):
    method: str
    """WS for a websocket"""
    path: str
    endpoint: str
    path_file: str
    line: int
    is_async: bool
    seen: tuple[Literal["static", "runtime"], ...]
    security: tuple[str, ...]
    dependencies: tuple[str, ...]
    response_model: str
    tags: tuple[str, ...]
    status_code: int = 0
    in_schema: bool = True
    doubts: tuple[str, ...] = ()
    """Where the code and the running app disagree."""
    without_credentials: Literal["refused", "passed", ""] = ""
    """How the running app took a request without credentials: "" where none was sent or its answer does not tell."""
    tests: RouteTests = RouteTests()
    injected: tuple[int, ...] = ()
    """What it asks for itself, in the order FastAPI solves it: positions in ``injection`` of the review."""


StepKind = Literal["lift", "prove", "more"]


class NextStep(Struct, frozen=True):
    """One check to mend, or something to prove. ``unlocks`` says what it leads to, ``proof`` how the next review shows it."""

    check: str
    why: str
    effort: Effort
    unlocks: str
    proof: str
    path: str = ""
    line: int = 0
    exercise: str = ""
    """What to try in this code beyond the repair, to understand it."""
    kind: StepKind = "lift"
    """"lift": of the smallest set that lifts the level; "prove": no repair, evidence; "more": left beyond that level."""
    title: str = ""
    """Where it is not that of the check."""


class Link(Struct, frozen=True):
    title: str
    url: str


class Week(Struct, frozen=True):
    """One week of the learning path. ``checks`` prove it. A week that is ``done`` has no number (0), gaps or exercise."""

    title: str
    goal: str
    checks: tuple[str, ...]
    number: int = 0
    done: bool = False
    evidence: str = ""
    """How much of it is proven already, as a sentence."""
    gaps: tuple[RelatedPlace, ...] = ()
    """What is missing, each with the first of its places."""
    readings: tuple[Link, ...] = ()
    sources: tuple[str, ...] = ()
    """Functions of the installed framework to read, as ``fastapi/routing.py:372 run_endpoint_function``."""
    exercise: str = ""
    proof: str = ""


class Plan(Struct, frozen=True):
    weeks: tuple[Week, ...] = ()


class Page(Struct, frozen=True):
    """The page of a check, Markdown without HTML. ``bad`` and ``good`` are example source, "" where there is none."""

    code: str
    slug: str
    title: str
    why: str
    improve: str
    exceptions: str
    links: tuple[Link, ...]
    bad: str = ""
    good: str = ""


class LayerEdge(Struct, frozen=True):
    """Imports from one layer to another, counted."""

    source: str
    target: str
    imports: int


class Injectable(Struct, frozen=True):
    """Something that FastAPI injects. ``needs`` are the positions of what it asks for itself, in order; ``routes`` counts the
    routes that depend on it, directly or not."""

    name: str
    kind: Literal["function", "generator", "class", "instance", "security", "other"]
    path: str = ""
    line: int = 0
    runs: Literal["loop", "thread", ""] = ""
    cached: bool = True
    """False where some use asks for ``use_cache=False``."""
    routes: int = 0
    needs: tuple[int, ...] = ()


class LayerImport(Struct, frozen=True):
    """One import of ``module`` from a layer to another."""

    source: str
    target: str
    path: str
    line: int
    module: str


class Architecture(Struct, frozen=True):
    """``layers`` maps a layer to its number of modules; ``cycles`` are import cycles as module names. ``outwards`` are imports
    of the outer layers (entry, web) from inner ones, bounded: whether one is wrong, findings tell."""

    layers: dict[str, int] = {}
    edges: tuple[LayerEdge, ...] = ()
    cycles: tuple[tuple[str, ...], ...] = ()
    outwards: tuple[LayerImport, ...] = ()


class TraceStep(Struct, frozen=True):
    """Something that happens to a request. ``runs`` is "loop", "thread" or "" where nothing of the project runs; ``source`` is
    the framework's own line, as ``fastapi/routing.py:372 run_endpoint_function``."""

    title: str
    detail: str = ""
    path: str = ""
    line: int = 0
    source: str = ""
    runs: Literal["loop", "thread", ""] = ""
    steps: tuple["TraceStep", ...] = ()


class Trace(Struct, frozen=True):
    """One request to ``route`` from end to end; ``framework`` names the versions whose lines are given."""

    route: str
    path: str
    line: int
    framework: str
    seen: tuple[Literal["static", "runtime"], ...]
    steps: tuple[TraceStep, ...]


class HistoryChange(Struct, frozen=True):
    """What the index moved by since the point before, in points of 100, split by cause; the parts add up to the whole.

    ``scope``: what was looked at, or what the checks apply to; ``evidence``: how much could be seen. ``won`` and ``lost``
    are codes of checks that are met now, or no more; ``fixed`` and ``new`` count findings.
    """

    code: float = 0.0
    ruleset: float = 0.0
    scope: float = 0.0
    evidence: float = 0.0
    won: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    fixed: int = 0
    new: int = 0
    levels: tuple[str, ...] = ()
    """Levels won and lost, as sentences: "security: senior (was intermediate)"."""
    asked: tuple[str, ...] = ()
    """Codes of checks that apply now and did not: what ``scope`` comes from."""
    unasked: tuple[str, ...] = ()
    """Those that apply no more."""


class HistoryPoint(Struct, frozen=True):
    """An earlier review of the project. Points are joined by a line only where their ``ruler`` is the same.

    ``recorded`` is the index that was shown then, where other rules give another one now.
    """

    made: str
    """UTC, as ``2026-11-22T14:03:00Z``: when the commit was made, else when it was reviewed."""
    commit: str
    dirty: bool
    proven: LevelName
    possible: LevelName
    index: float
    evidence: float
    assessed: bool
    dimensions: dict[str, float]
    ruler: str
    recorded: float | None = None
    subject: str = ""
    """First line of the commit's message."""
    change: HistoryChange | None = None


class History(Struct, frozen=True):
    """Earlier reviews of the project, the oldest first. ``notes`` say what is missing from it, as sentences."""

    points: tuple[HistoryPoint, ...] = ()
    notes: tuple[str, ...] = ()


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
    """The comments of the project that set findings aside, and those that were meant to."""
    notices: tuple[str, ...] = ()
    """What is to be known of this document, as sentences: which findings it shows, what of a baseline is fixed."""
    injection: tuple[Injectable, ...] = ()
    """The dependency graph of all routes, bounded."""
    history: History = History()
    """Filled in by who asks for it: a review alone has none."""
    made: str = ""
    """The day of the review (UTC), as ``2026-11-22``; "" in documents of earlier versions."""


def is_partial(review: Review) -> bool:
    """Whether no level is claimed because most of what is undecided was not selected, and not for want of evidence."""
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

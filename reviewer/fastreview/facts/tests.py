"""What a run of the project's own tests showed, and what coverage files that were there already say.

Paths are relative to the reviewed root, with "/"; code outside it has an empty path. Lines count from 1; durations are
seconds unless the name says otherwise.
"""

from msgspec import Struct

from fastreview.facts.app import CodePlace


class RequestSeen(Struct, frozen=True):
    """Requests of one test that a route of the application answered in one way, or that no route did."""

    method: str
    """As sent; WS for websockets."""
    route: str
    """Path as declared, prefixes and mounts included ("/items/{id}"); "" where no route matched."""
    status: int
    """0 where no answer came: the application raised through its middleware, or the connection was a websocket's."""
    endpoint: CodePlace = CodePlace()
    count: int = 1


class TestResult(Struct, frozen=True):
    """One collected test and how it ended.

    ``outcome`` is passed, failed, error (set-up or tear-down failed), skipped, xfailed, xpassed, or unknown: it needed
    what is not there (a service, a secret, Docker), or did not get its turn. ``reason`` says what, in one line.
    """

    __test__ = False  # not a test of our own: pytest asks

    id: str
    """As pytest names it: "tests/test_orders.py::TestOrders::test_place[paid]"."""
    outcome: str
    path: str = ""
    line: int = 0
    """Of the test function's definition; 0 where it is not known."""
    reason: str = ""
    seconds: float = 0.0
    """Set-up, call and tear-down together."""
    requests: tuple[RequestSeen, ...] = ()
    """What went through an ASGI application while it ran, its fixtures included."""
    files: tuple[str, ...] = ()
    """Files of the project, those of tests apart, of which it executed lines; imports apart."""


class FileCoverage(Struct, frozen=True):
    """What was executed of one file. ``excluded`` lines, by the project's own settings, are in neither of the others."""

    path: str
    executed: tuple[int, ...]
    missing: tuple[int, ...]
    branches: int = 0
    """Ways out of lines that have several; 0 where branches were not measured."""
    branches_executed: int = 0
    missing_branches: tuple[tuple[int, int], ...] = ()
    """From line and to line; a way out of the function is a negative number."""


class CoverageFacts(Struct, frozen=True):
    """``origin`` is "run" for what was measured just now, else the file it was read from (".coverage", "coverage.xml")."""

    origin: str
    files: tuple[FileCoverage, ...]
    branch: bool = False
    """Whether branches were measured."""


class Frame(Struct, frozen=True):
    """One frame of a stack, in code of the project."""

    path: str
    line: int
    function: str


class StallSeen(Struct, frozen=True):
    """The event loop was held by one callback for longer than the floor."""

    milliseconds: float
    stack: tuple[Frame, ...]
    """Frames of the project, the outermost first; never empty."""
    call: str
    """What the innermost frame was waiting for or computing in: "time.sleep", "" where it was the project's own code."""
    method: str = ""
    route: str = ""
    """Of the request in whose handling it happened, or ""."""
    endpoint: CodePlace = CodePlace()
    test: str = ""
    """The test's id, or "" for the requests of the review itself."""
    count: int = 1
    """How often it was seen at this place; ``milliseconds`` is the longest."""
    steady: bool = True
    """Whether it stood in one call all the time; else it was computing in Python, and ``milliseconds`` is a third of what
    was measured, because the tracer of coverage.py slows that down."""


class ShuffledRun(Struct, frozen=True):
    """A second run in another order. ``changed`` are tests that passed in one order and failed in the other."""

    seed: int
    changed: tuple[str, ...] = ()
    """Test ids."""
    tests: int = 0
    reason: str = ""
    """Why it proved nothing, or ""."""


class Trial(Struct, frozen=True):
    """One guard taken out of a scratch copy, and whether a test noticed.

    ``kind`` is auth-dependency, permission-check, validator or response-model. ``outcome`` is caught, survived or unknown.
    """

    kind: str
    path: str
    line: int
    removed: str
    """What was taken out, as in the code: "Depends(current_user)"."""
    subject: str
    """What it guarded: "POST /orders", or the model of a validator."""
    outcome: str
    caught_by: str = ""
    """Id of the first test that failed without it."""
    tests: int = 0
    """How many tests touch the place and were run."""
    reason: str = ""
    """Why the outcome is unknown, or ""."""


class TestRunFacts(Struct, frozen=True):
    """A run of the project's tests, or (``ran`` false) only what its coverage files say."""

    __test__ = False

    ran: bool
    interpreter: str = ""
    versions: dict[str, str] = {}
    """Of python, pytest and coverage, as far as they were there."""
    seconds: float = 0.0
    tests: tuple[TestResult, ...] = ()
    collection_errors: tuple[TestResult, ...] = ()
    """Files that could not be collected, with outcome "error" and the first line of the reason."""
    stopped: str = ""
    """Why the run ended early ("the time was up after 212 of 400 tests"), or ""."""
    services: tuple[str, ...] = ()
    """Services that were provided ("PostgreSQL 15, made for the run")."""
    missing: tuple[str, ...] = ()
    """What tests needed and was not there ("a MongoDB server at localhost:27017: 14 tests")."""
    assumptions: tuple[str, ...] = ()
    """Where the run was not as the project asks, as sentences."""
    coverage: CoverageFacts | None = None
    stale: tuple[str, ...] = ()
    """Coverage files that were not used, each with why."""
    monitored: bool = False
    """Whether the event loop was watched."""
    floor: float = 0.0
    """Milliseconds from which on stalls were recorded."""
    stalls: tuple[StallSeen, ...] = ()
    shuffled: ShuffledRun | None = None
    """None where no second run was asked for."""
    trials: tuple[Trial, ...] = ()
    trials_possible: int = 0
    """How many guards could have been taken out; `trials` are those that there was time for."""
    trials_reason: str = ""
    """Why there were none, or ""."""
    isolation: tuple[str, ...] = ()

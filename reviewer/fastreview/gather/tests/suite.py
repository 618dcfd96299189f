"""Runs of the suite in a scratch copy, each continuing where the one before was ended, until every test had its turn."""

import json
import os
import re
import time
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from fastreview.facts.tests import Frame, StallSeen, TestResult
from fastreview.gather.confined import CONTROL, WORK, Ended, Limits, Surroundings, confined, how
from fastreview.gather.environment.tests import TestEnvironment
from fastreview.gather.tests.results import MAX_TESTS, Line, Measured, inside, lines, measured, shown

PROBE = Path(__file__).parent.parent.parent / "probe" / "suite.py"
ROUNDS = 5
"""A test that ends the process is not run again; the ones after it are, in so many further processes."""
MEASURE_SECONDS = 120.0
STRETCH = 1.5
FLOOR = 50.0
"""Milliseconds from which on a held event loop is recorded."""
LEFT_OUT = (
    "tests/*",
    "test/*",
    "test_*.py",
    "*_test.py",
    "conftest.py",
    "setup.py",
    "migrations/*",
    "alembic/*",
    ".venv/*",
)


class Spending(Struct, frozen=True):
    """Seconds for one test, and for all of them."""

    test: float = 60.0
    total: float = 900.0


class Scene(Struct, frozen=True):
    """Where the tests run and with what. ``environ`` are variables that they are given."""

    root: Path
    copy: Path
    scratch: Path
    roots: tuple[str, ...]
    environment: TestEnvironment
    surroundings: Surroundings
    environ: dict[str, str]
    arguments: tuple[str, ...]


class Collected(Struct):
    """What the runs told, test by test."""

    order: dict[str, tuple[str, int]] = {}
    """Path and line of every collected test."""
    results: dict[str, TestResult] = {}
    numbers: dict[str, str] = {}
    """Test ids by the name of their context in the coverage data, without the letter for the phase."""
    unreadable: dict[str, TestResult] = {}
    versions: dict[str, str] = {}
    stalls: dict[tuple[int, Frame, str], StallSeen] = {}
    """By process, innermost frame and route; counts grow while a process runs, and the last word counts."""
    stopped: str = ""
    broken: str = ""
    measuring: str = ""
    late: bool = False
    isolation: tuple[str, ...] = ()
    culprits: list[str] = []


def run_suite(
    scene: Scene,
    spending: Spending,
    *,
    measure: bool = True,
    seed: int | None = None,
    only: tuple[str, ...] = (),
    first_failure: bool = False,
) -> Collected:
    """Results of all tests, or of ``only`` some, in the given order or shuffled by ``seed``, up to the first failure if so
    wanted."""
    if first_failure:
        scene = replace(scene, arguments=(*scene.arguments, "-x"))
    found = Collected()
    until = time.monotonic() + spending.total
    for number in range(1, ROUNDS + 1):
        seconds = until - time.monotonic()
        if number > 1 and seconds < spending.test / 4:
            found.stopped = f"the time was up after {len(found.results)} of {len(found.order)} tests"
            break
        ended = _round(scene, found, number, (spending.test, max(seconds, 1.0)), measure=measure, seed=seed, only=only)
        if _is_through(scene, found, ended, only):
            break
    return found


def _round(
    scene: Scene,
    found: Collected,
    number: int,
    seconds: tuple[float, float],
    *,
    measure: bool,
    seed: int | None,
    only: tuple[str, ...],
) -> "_End":
    results = scene.scratch / WORK / f"results-{number}.jsonl"
    results.unlink(missing_ok=True)
    data = scene.scratch / WORK / f"coverage.{number}"
    request = {
        "task": "run",
        "round": str(number),
        "project": str(scene.copy),
        "originals": [str(scene.root)],
        "cwd": str(scene.copy),
        "import_roots": [str(_in_copy(scene, root)) for root in scene.roots],
        "side": list(scene.environment.side),
        "results": str(results),
        "data": str(data),
        "left_out": list(LEFT_OUT),
        "measure": measure,
        "seconds_per_test": seconds[0],
        "seconds": seconds[1],
        "floor": FLOOR,
        "seed": seed,
        "done": list(found.results),
        "only": list(only),
        "arguments": [
            "-o", "addopts=", "-o", "required_plugins=", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:random_order",
            # Where warnings are errors, a plugin that is not there or older than pytest is no reason to run nothing.
            "-W", "ignore::pytest.PytestConfigWarning", "-W", "ignore::pytest.PytestDeprecationWarning",
            "--continue-on-collection-errors", "--no-header", "-q", *scene.arguments,
        ],
    }  # fmt: skip
    ended = ask(scene, request, seconds[1])
    return _taken_in(found, results, number, ended, scene)


class _End(Struct, frozen=True):
    """``complete``: pytest came to its end. ``ended`` says how the process did."""

    complete: bool
    status: int
    ended: Ended


def ask(scene: Scene, request: Mapping[str, object], seconds: float) -> Ended:
    """One process in the project's interpreter, confined, with ``request`` to read."""
    path = scene.scratch / CONTROL / "request.json"
    path.write_text(json.dumps(request), "utf-8")
    argv = [scene.environment.interpreter.path, "-B", "-s", str(PROBE), str(path)]
    limits = Limits(memory=8 << 30, disk=2 << 30)
    times = (seconds + 20.0, seconds * STRETCH + 40.0)
    return confined(argv, scene.scratch, scene.environ, times, limits, scene.surroundings)


def measure_all(scene: Scene) -> Measured:
    """What the runs before measured, with every file of the coverage data joined."""
    answer = scene.scratch / WORK / "measured.json"
    answer.unlink(missing_ok=True)
    request = {
        "task": "measure",
        "project": str(scene.copy),
        "side": list(scene.environment.side),
        "data": str(scene.scratch / WORK / "coverage."),
        "answer": str(answer),
    }
    ended = ask(scene, request, MEASURE_SECONDS)
    if not answer.exists():
        return Measured(problem=f"what was measured could not be read{how(ended)}")
    return measured(answer)


def _taken_in(found: Collected, results: Path, number: int, ended: Ended, scene: Scene) -> _End:
    complete, status = False, -1
    running: tuple[str, int] | None = None
    found.isolation = ended.isolation
    for line in lines(results):
        match line.kind:
            case "versions":
                found.versions = {name: shown(getattr(line, name)) for name in ("python", "pytest", "coverage")}
                found.measuring = shown(line.reason)
            case "tests":
                for name, path, place in line.tests[:MAX_TESTS]:
                    found.order.setdefault(name, (path if inside(path) else "", place))
            case "unreadable":
                reason = _reason(line, scene)
                found.unreadable.setdefault(
                    line.id, TestResult(line.id, "error", line.id if inside(line.id) else "", 0, reason)
                )
            case "begin":
                running = (line.id, line.number)
                found.numbers[f"{number}:{line.number}"] = line.id
            case "test":
                running = None
                if len(found.results) < MAX_TESTS:
                    found.results[line.id] = _result(line, found, scene)
            case "hung" | "exit":
                _lost(found, line.id or (running[0] if running else ""), _last_words(line))
                found.broken = found.broken or ("" if found.order else _last_words(line))
                running = None
            case "stuck" | "broken" | "internal":
                found.broken = found.broken or _clean(line.reason, scene) or _last_words(line)
            case "late":
                found.late = True
            case "stalls":
                found.stalls |= {(number, s.stack[-1], s.route): s for one in line.stalls if (s := one.stall()).stack}
            case "end":
                complete, status = True, line.status if isinstance(line.status, int) else -1
                found.measuring = found.measuring or shown(line.measuring)
    if running is not None:
        _lost(found, running[0], f"the process ended while it ran{how(ended)}")
    if not found.results and not found.unreadable and not found.broken and (not complete or status not in (0, 5)):
        said = _clean(_error_in(ended.errors), scene) or _clean(ended.said, scene)
        found.broken = said or f"pytest ended without a result{how(ended)}"
    return _End(complete, status, ended)


def _last_words(line: Line) -> str:
    """Why a run ended early, as the run itself said it."""
    match line.kind:
        case "hung":
            return f"it did not end, and did not let itself be interrupted{_at(line)}"
        case "exit":
            return f"it ended the process with os._exit({shown(str(line.status))})"
        case _:
            return f"the suite did not get to its tests in time{_at(line)}"


def _error_in(text: str) -> str:
    """What pytest says of a conftest that cannot be loaded, or of options that it does not know."""
    found = re.findall(r"^(?:E {2,}|ERROR: )(?!usage)(.*\S.*)$", text, re.MULTILINE)
    return found[-1] if found else ""


def _is_through(scene: Scene, found: Collected, end: _End, only: tuple[str, ...]) -> bool:
    left = [name for name in found.order if name not in found.results and (not only or name in only)]
    if found.late:
        found.stopped = f"the time was up after {len(found.results)} of {len(found.order)} tests"
        return True
    if end.ended.stopped == "disk":
        found.stopped = "it was stopped because the tests filled the disk"
        return True
    failed = "-x" in scene.arguments and any(one.outcome in ("failed", "error") for one in found.results.values())
    return (end.complete and end.status != 3) or failed or not left or bool(found.broken)


def _lost(found: Collected, name: str, reason: str) -> None:
    if name:
        path, line = found.order.get(name, ("", 0))
        found.results[name] = TestResult(name, "failed", path, line, reason)
        found.culprits.append(name)


def _result(line: Line, found: Collected, scene: Scene) -> TestResult:
    path, place = found.order.get(line.id, ("", 0))
    outcome, reason = line.outcome, _reason(line, scene)
    if line.need and outcome in ("failed", "error"):
        outcome, reason = "unknown", f"it needs {shown(line.need)}"
    if outcome not in ("passed", "failed", "error", "skipped", "xfailed", "xpassed"):
        outcome = "unknown"
    return TestResult(line.id, outcome, path, place, reason, max(line.seconds, 0.0), line.requests)


def _reason(line: Line, scene: Scene) -> str:
    return _clean(line.reason, scene)


def _clean(text: str, scene: Scene) -> str:
    for place, instead in ((f"{scene.copy}/", ""), (str(scene.copy), "."), (str(scene.scratch / WORK), "<scratch>")):
        text = text.replace(place, instead)
    return shown(re.sub(r"^E\s+", "", text))


def _at(line: Line) -> str:
    return f" ({line.path}:{line.line})" if inside(line.path) else ""


def _in_copy(scene: Scene, relative: str) -> Path:
    moved = Path(os.path.normpath(scene.copy / relative))
    if moved.is_relative_to(scene.copy.parent) and moved.exists():
        return moved
    return Path(os.path.normpath(scene.root / relative))


def stalls_of(found: Collected) -> tuple[StallSeen, ...]:
    """The longest first; what several processes saw at one place is one."""
    joined: dict[tuple[Frame, str], StallSeen] = {}
    for (_, frame, route), stall in found.stalls.items():
        known = joined.get((frame, route))
        longest = max((stall, known or stall), key=lambda one: one.milliseconds)
        joined[frame, route] = replace(longest, count=stall.count + known.count) if known else stall
    return tuple(sorted(joined.values(), key=lambda stall: -stall.milliseconds))

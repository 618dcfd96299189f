"""The tests' side of the project: environment, databases, settings, the run itself, and what it says."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from fastreview.facts import Facts, Gathered, Side
from fastreview.facts.files import FileFacts
from fastreview.facts.tests import CoverageFacts, ShuffledRun, TestResult, TestRunFacts
from fastreview.gather.confined import CONTROL, WORK
from fastreview.gather.environment import Environments, Interpreter
from fastreview.gather.environment.tests import TestEnvironment
from fastreview.gather.scratch import copy_project, scratch_folder, write_missing
from fastreview.gather.settings import HINT_FILES, Example, examples, hints
from fastreview.gather.supplies import make_folder, make_module, make_path
from fastreview.gather.tests.configured import arguments
from fastreview.gather.tests.needed import has_tests, learnt, needed, wants_async_fixtures
from fastreview.gather.tests.services import Provided, provide
from fastreview.gather.tests.suite import FLOOR, Collected, Scene, Spending, measure_all, run_suite, stalls_of
from fastreview.gather.tests.trials import Touched
from fastreview.project import Project

HOW = "make the suite run with pytest in the project's environment"
MAX_TEXTS = 300
MAX_TEXT_BYTES = 400_000
SEED = 20
"""Of the order of the second run."""
AWAITED = "asyncio_mode=auto"
MORE_PACKAGES = 3
"""Further environments, for modules that the tests import and nothing declares."""
# What continuous integration tells the tests about their databases and themselves.
_TOLD = re.compile(
    r"DATABASE|POSTGRES|REDIS|^PG[A-Z]|(?:^|_)DB(?:_|$)|SQL|(?:^|_)TEST(?:S|ING)?(?:_|$)|^(?:APP_|FASTAPI_)?ENV(?:IRONMENT)?$"
)
_SET = re.compile(
    r"""(?:environ(?:\.setdefault)?|setenv|putenv)\s*[\[(]\s*["'](\w+)["']\s*(?:\]\s*=(?!=)|,)|^\s*["']?(?:[DR]:)?([A-Z][A-Z0-9_]{2,})\s*=""",
    re.MULTILINE,
)
"""Variables that a conftest sets, and lines of pytest-env in a configuration file."""
_ELSEWHERE = re.compile(r"^(?:\.github|\.gitlab|\.circleci|azure|tox\.ini|docker-compose|compose)")


class Asked(Struct, frozen=True):
    """What is run. ``given`` are the variables that the import was given, ``made`` the paths that were made up for it."""

    root: Path
    repository: Path
    facts: Facts
    environments: Environments
    interpreter: Interpreter
    given: Mapping[str, str]
    made: tuple[str, ...]
    thorough: bool = False


def gather_tests(asked: Asked, spending: Spending = Spending()) -> tuple[TestRunFacts | None, Gathered]:  # noqa: B008 - frozen
    """The run and how it went; never raises for the project's faults."""
    facts = asked.facts
    if not has_tests(facts.modules):
        return None, _unavailable("the project has no tests")
    missing = needed(facts.files, facts.modules, facts.scope.roots)
    ours = asked.environments.facts.kind in ("provisioned", "ours")
    words = arguments(facts.files)
    notes: list[str] = []
    try:
        for _ in range(MORE_PACKAGES + 1):
            environment = asked.environments.for_tests(asked.interpreter, missing)
            if isinstance(environment, str):
                return None, _unavailable(environment)
            outcome = _run(asked, environment, words, spending)
            found, run = outcome.found, outcome.run
            reasons = [found.broken, *(one.reason for one in (*found.unreadable.values(), *found.results.values()))]
            more = learnt(reasons, facts.modules, missing) if ours else {}
            if more:
                notes.append(f"{', '.join(sorted(more.values()))} was asked for: the tests fail without")
            unawaited = wants_async_fixtures(reasons) and AWAITED not in words and not _has_mode(facts.files)
            if unawaited:
                words = (*words, "-o", AWAITED)
                notes.append("pytest-asyncio awaits all async fixtures, as it did when the tests were written")
            if not more and not unawaited:
                break
            missing |= more
        if (
            asked.thorough
            and isinstance(environment, TestEnvironment)
            and any(test.outcome == "passed" for test in run.tests)
        ):
            run = _thorough(outcome, asked, environment, words, spending)
    except OSError as error:
        return None, _unavailable(f"no scratch copy could be made: {error.strerror or error}")
    if not found.results and not found.unreadable:
        return None, _unavailable(found.broken or "pytest collected no tests")
    run = replace(run, assumptions=(*notes, *run.assumptions))
    return run, Gathered(Side.TESTS, "ok", _said(run))


def _has_mode(files: FileFacts) -> bool:
    return any(one.tool == "pytest" and "asyncio_mode" in one.values for one in files.settings)


def _unavailable(reason: str) -> Gathered:
    return Gathered(Side.TESTS, "unavailable", reason, HOW)


class _Ready(Struct, frozen=True):
    """A scene with what was made for it."""

    scene: Scene
    provided: Provided
    assumptions: tuple[str, ...]


@contextmanager
def _ready(asked: Asked, environment: TestEnvironment, words: tuple[str, ...]) -> Iterator[_Ready]:
    """A fresh copy with databases of its own; ``words`` are the arguments of pytest."""
    with scratch_folder() as scratch:
        (scratch / CONTROL).mkdir()
        copy = scratch / WORK / "project" / (asked.root.name or "project")
        copy_project(asked.root, copy)
        write_missing(copy, environment.interpreter.supplied)
        made = [text for below in asked.made if (text := _made(copy, below))]
        told = _told(asked, copy)
        provided = provide(scratch / WORK, environment.packages, tuple(_texts(asked, copy, told)))
        roots = tuple(dict.fromkeys((*asked.facts.scope.roots, *asked.environments.roots)))
        environ = {name: one.value for name, one in told.items()}
        scene = Scene(asked.root, copy, scratch, roots, environment, provided.surroundings, environ, words)
        given = (f"{name} was given a value ({_origin(one)})" for name, one in sorted(told.items()))
        yield _Ready(scene, provided, (*environment.notes, *made, *given))


class _Outcome(Struct, frozen=True):
    """``touched`` are the tests by the lines that they execute."""

    found: Collected
    run: TestRunFacts
    touched: Touched


def _run(asked: Asked, environment: TestEnvironment, words: tuple[str, ...], spending: Spending) -> _Outcome:
    with _ready(asked, environment, words) as ready:
        found = run_suite(ready.scene, spending)
        if found.broken and not found.results:
            # Options of plugins that are not there, warnings of newer versions: the suite without is better than none.
            again = run_suite(replace(ready.scene, arguments=("-o", "filterwarnings=")), spending)
            if again.results:
                notes = (
                    *ready.assumptions,
                    f"the tests were run without pytest's options of the project: {found.broken}",
                )
                return _outcome(replace(ready, assumptions=notes), again)
        return _outcome(ready, found)


def _thorough(
    outcome: _Outcome, asked: Asked, environment: TestEnvironment, words: tuple[str, ...], spending: Spending
) -> TestRunFacts:
    """The run with what a second one in another order and the removal of guards showed."""
    # A run that tries no guards pays for none of this.
    from fastreview.gather.tests.guards import guards
    from fastreview.gather.tests.trials import try_guards

    @contextmanager
    def fresh() -> Iterator[Scene]:
        with _ready(asked, environment, words) as ready:
            yield ready.scene

    run = outcome.run
    shuffled = _shuffled(asked, environment, words, spending, run.tests)
    trials = try_guards(guards(Project(asked.facts, {}), asked.root), run.tests, outcome.touched, fresh)
    return replace(
        run, shuffled=shuffled, trials=trials.done, trials_possible=trials.possible, trials_reason=trials.reason
    )


def _shuffled(
    asked: Asked,
    environment: TestEnvironment,
    words: tuple[str, ...],
    spending: Spending,
    tests: tuple[TestResult, ...],
) -> ShuffledRun:
    with _ready(asked, environment, words) as ready:
        again = run_suite(ready.scene, spending, measure=False, seed=SEED)
    ended = {name: one.outcome for name, one in again.results.items()}
    changed = tuple(
        test.id for test in tests if {test.outcome, ended.get(test.id)} in ({"passed", "failed"}, {"passed", "error"})
    )
    return ShuffledRun(SEED, changed, len(again.results), again.broken or again.stopped)


def _outcome(ready: _Ready, found: Collected) -> _Outcome:
    coverage, touched, notes = None, dict[str, list[tuple[int, int, frozenset[str]]]](), list(ready.assumptions)
    files: dict[str, set[str]] = {}
    if found.results and not found.measuring:
        measured = measure_all(ready.scene)
        if measured.files:
            coverage = CoverageFacts("run", measured.files, any(file.branches for file in measured.files))
        else:
            notes.append(f"nothing could be measured: {measured.problem}")
        for path, spans in measured.touched.items():
            for first, last, contexts in spans:
                names = {name: context for context in contexts if (name := found.numbers.get(context[:-1]))}
                touched.setdefault(path, []).append((first, last, frozenset(names)))
                for context in contexts:
                    if context.endswith("c") and (name := found.numbers.get(context[:-1])):
                        files.setdefault(name, set()).add(path)
    elif found.measuring:
        notes.append(found.measuring)
    tests = tuple(
        replace(found.results[name], files=tuple(sorted(files.get(name, ()))))
        if name in found.results
        else TestResult(name, "unknown", path, line, "it did not get its turn")
        for name, (path, line) in found.order.items()
    )
    run = TestRunFacts(
        ran=True,
        interpreter=ready.scene.environment.interpreter.path,
        versions=found.versions,
        seconds=round(sum(test.seconds for test in tests), 3),
        tests=tests,
        collection_errors=tuple(found.unreadable.values()),
        stopped=found.stopped or found.broken,
        services=ready.provided.described,
        missing=tuple(_missing(tests)),
        assumptions=tuple(notes),
        coverage=coverage,
        monitored=True,
        floor=FLOOR,
        stalls=stalls_of(found),
        isolation=found.isolation,
    )
    return _Outcome(found, run, touched)


def _missing(tests: tuple[TestResult, ...]) -> Iterator[str]:
    counted = Counter(
        test.reason for test in tests if test.outcome == "unknown" and test.reason.startswith("it needs ")
    )
    for reason, count in counted.most_common(20):
        yield f"{reason.removeprefix('it needs ')}: {count} test{'s' if count > 1 else ''}"


def _said(run: TestRunFacts) -> str:
    """In one line: "212 tests: 200 passed, 8 failed, 4 unknown; with PostgreSQL 15, made for the run"."""
    counted = Counter(test.outcome for test in run.tests)
    names = ("passed", "failed", "error", "skipped", "xfailed", "xpassed", "unknown")
    counts = ", ".join(f"{counted[name]} {name}" for name in names if counted[name])
    parts = [f"{len(run.tests)} tests: {counts}"]
    if run.collection_errors:
        first = run.collection_errors[0]
        parts.append(f"{len(run.collection_errors)} files could not be collected, the first {first.id}: {first.reason}")
    parts += [run.stopped] if run.stopped else []
    parts += [f"with {service}" for service in run.services]
    parts += [f"not there: {', '.join(run.missing[:4])}"] if run.missing else []
    parts += [f"confined by {', '.join(run.isolation)}"] if run.isolation else []
    return "; ".join(parts)


def _told(asked: Asked, copy: Path) -> dict[str, Example]:
    """Variables for the run: those that the import could not do without, and what CI tells the tests of databases.

    What the suite sets for itself is left to it.
    """
    own = _set_by_the_suite(copy)
    shown = examples([copy], copy)
    found = {
        name: shown[name] if name in shown and shown[name].value == value else Example(value, "")
        for name, value in asked.given.items()
        if name not in own
    }
    for folder in dict.fromkeys((asked.root, asked.repository)):
        for name, example in hints(folder).items():
            if name not in own and name not in found and _TOLD.search(name) and _ELSEWHERE.match(example.path):
                found[name] = example
    return dict(islice(found.items(), 200))


def _origin(example: Example) -> str:
    return f"from {example.path}" if example.path else "invented"


def _set_by_the_suite(copy: Path) -> frozenset[str]:
    texts = [_text(path) for pattern in HINT_FILES[:5] for path in islice(sorted(copy.glob(pattern)), 30)]
    return frozenset(name for match in _SET.finditer("\n".join(texts)) for name in match.groups() if name)


def _texts(asked: Asked, copy: Path, told: Mapping[str, Example]) -> Iterator[str]:
    """Files that may name databases: settings, examples, tests, compose files and workflows."""
    yield "\n".join(f"{name}={one.value}" for name, one in told.items())
    paths = [
        path
        for folder in (copy, asked.repository)
        for pattern in HINT_FILES
        for path in sorted(folder.glob(pattern))[:20]
    ]
    paths += [path for path in sorted(copy.glob(".env*")) if path.is_file()]
    named = re.compile(r"(?i)config|setting|database|conftest|env|session|engine|(?:^|/)db")
    paths += [copy / module.path for module in asked.facts.modules if named.search(module.path)]
    for path in paths[:MAX_TEXTS]:
        yield _text(path)


def _text(path: Path) -> str:
    try:
        if path.is_symlink() or not path.is_file() or path.stat().st_size > MAX_TEXT_BYTES:
            return ""
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _made(copy: Path, below: str) -> str:
    """A path that the import needed, made again: "path static", "folder logs", "module app/_version.py"."""
    kind, _, name = below.partition(" ")
    match kind:
        case "folder":
            return f"the folder {name} was made in the scratch copy" if make_folder(copy, name) else ""
        case "module":
            return f"the generated file {name} was made up" if make_module(copy, name) else ""
        case "path":
            return make_path(copy, name)
    return ""

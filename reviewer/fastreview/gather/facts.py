"""All sides of a project, gathered. A side that is missing says so in `Facts.gathered` and stops nothing."""

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from fastreview.errors import UsageError
from fastreview.facts import Facts, Gathered, GitFacts, Scope, Side
from fastreview.facts.app import ProbeFacts
from fastreview.facts.files import FileFacts
from fastreview.facts.source import ModuleFacts
from fastreview.facts.tests import TestRunFacts
from fastreview.forks import ahead
from fastreview.gather.beside import beside
from fastreview.gather.cache import FactMemory
from fastreview.gather.discovery import Discovered, discover
from fastreview.gather.git import GitUnavailable, git_facts
from fastreview.gather.options import Options
from fastreview.gather.roots import import_roots
from fastreview.gather.source import Progress, gather_source
from fastreview.gather.tests import COVERAGE_FILES

if TYPE_CHECKING:
    from fastreview.gather.app import Supplied
    from fastreview.gather.environment import Environments, Interpreter

NOT_ASKED = {
    Side.TESTS: "the tests were not run",
    Side.TYPES: "nobody asked for it",
    Side.HTTP: "requests go to an imported app only",
}

HOW_TO_ASK = {Side.TESTS: "run with --run-tests", Side.TYPES: "run with --type-check"}
FILES_PER_PROCESS = 100
"""Python files from which on a second process reads the others: those take some 0.1 s of which a fork is a tenth."""

HOW_TO_IMPORT = "install the project into .venv, or name an interpreter that has it with --env"
HOW_TO_NAME = "name it with --app module:attribute"
HOW_TO_REPAIR = "let the module be imported without its services: what connects, waits or exits belongs in the lifespan"


def gather_static(root: Path, *, cache: bool = False) -> Facts:
    """Everything that can be known without running or importing the project.

    Raises:
        UsageError: when ``root`` is not a folder that can be listed.
    """
    return gather(root, Options(static=True, cache=cache))


def gather(
    root: Path,
    options: Options,
    progress: Progress | None = None,
    meanwhile: Callable[[], object] = lambda: None,
    memory: FactMemory | None = None,
) -> Facts:
    """Everything that ``options`` allow. ``progress`` hears of the files that were read. ``meanwhile`` is run while other
    processes read them: something that is needed later anyway. ``memory`` holds what is known of files already.

    Raises:
        UsageError: when ``root`` is not a folder that can be listed, or ``environment`` names no interpreter.
    """
    if options.static and options.run_tests:
        raise UsageError("--static runs nothing of the project, and --run-tests its tests: choose one.")
    found = discover(root, options.exclude)
    if not options.static:
        _refuse_environment(options.environment)
    timer = _Timer()
    with _begun(found) as beside:
        modules = gather_source(
            found.root, found.python, cache=options.cache, progress=progress, meanwhile=meanwhile, memory=memory
        )
        source = _source_side(modules, timer.seconds)
        others = beside()
    name = found.root.resolve().name
    roots = import_roots(modules, others.files, name)
    scope = Scope(
        found.name,
        roots,
        found.way_up,
        found.left_out,
        tuple(module.path for module in modules if _imports_fastapi(module)),
        found.way_down,
        name if ".." in roots else "",
    )
    off = tuple(Gathered(side, "off", reason, HOW_TO_ASK.get(side, "")) for side, reason in NOT_ASKED.items())
    app_off = Gathered(Side.APP, "off", "a static review imports nothing", "run without --static")
    facts = Facts(
        scope, (source, app_off, others.file_side, others.git_side, *off), modules, others.files, None, others.git
    )
    if not options.static:
        facts = _with_app(facts, found, options)
        facts = _with_types(facts, found, options) if options.type_check else facts
    return _with_beside(_with_coverage(facts, found.root), found, options)


def _with_beside(facts: Facts, found: Discovered, options: Options) -> Facts:
    """With what the service runs of other packages of its repository. Nothing of it is imported or run on its own."""
    others = beside(found, facts.modules, facts.files, facts.scope.roots, options.exclude)
    if not others.modules:
        return facts
    scope = structs.replace(facts.scope, roots=tuple(dict.fromkeys((*facts.scope.roots, *others.roots))))
    return structs.replace(facts, scope=scope, modules=(*facts.modules, *others.modules))


def _with_coverage(facts: Facts, root: Path) -> Facts:
    """With what an earlier run of the tests left, where they were not run now."""
    if facts.tests is not None or not any(os.path.lexists(root / name) for name in COVERAGE_FILES):
        return facts
    from fastreview.gather.tests.existing import existing_coverage

    existing = existing_coverage(root.resolve(), facts.modules)
    side = facts.side(Side.TESTS)
    told = [f"{existing.coverage.origin} was read"] if existing.coverage else []
    told += [f"not used: {reason}" for reason in existing.stale]
    side = structs.replace(side, reason="; ".join((side.reason, *told)))
    run = TestRunFacts(ran=False, coverage=existing.coverage, stale=existing.stale)
    return structs.replace(_with(facts, side), tests=run)


class _Beside(Struct, frozen=True):
    """The sides that need no Python."""

    files: FileFacts
    file_side: Gathered
    git: GitFacts | None
    git_side: Gathered


def _begun(found: Discovered) -> AbstractContextManager[Callable[[], _Beside]]:
    """By another process where that pays."""
    if len(found.python) < FILES_PER_PROCESS:
        return nullcontext(cache(lambda: _beside(found)))
    return ahead(lambda: _beside(found), _Beside)


def _beside(found: Discovered) -> _Beside:
    """Git answers while the files are read."""
    # Imported here, beside others' work: their patterns take long to compile.
    from fastreview.gather.files import gather_files

    with ThreadPoolExecutor(1) as git_thread:
        asked = git_thread.submit(_git, found)
        timer = _Timer()
        files = gather_files(found.root, found.repository, found.listing)
        side = Gathered(Side.FILES, "ok", seconds=timer.seconds)
        return _Beside(files, side, *asked.result())


def _refuse_environment(asked: str) -> None:
    """An interpreter that was asked for by name is not silently done without."""
    from fastreview.gather.environment import named_python

    if asked not in ("", "auto", "project", "none") and isinstance(reason := named_python(asked), str):
        raise UsageError(f"--env: {reason}. Name an interpreter, the folder of an environment, auto, project or none.")


def _with_app(facts: Facts, found: Discovered, options: Options) -> Facts:
    timer = _Timer()
    imported = _Imported()
    probe, side = _app(facts, found, options, imported)
    side = structs.replace(side, seconds=timer.seconds)
    facts = structs.replace(_with(facts, side, _http(probe)), probe=probe)
    return _with_tests(facts, found, options, imported) if options.run_tests else facts


def _with_types(facts: Facts, found: Discovered, options: Options) -> Facts:
    from fastreview.gather.types import gather_types

    types, side = gather_types(found, facts, options.apps, options.environment)
    return structs.replace(_with(facts, side), types=types)


def _with(facts: Facts, *sides: Gathered) -> Facts:
    new = {side.what: side for side in sides}
    return structs.replace(facts, gathered=tuple(new.get(known.what, known) for known in facts.gathered))


def _with_tests(facts: Facts, found: Discovered, options: Options, imported: "_Imported") -> Facts:
    # A review that runs no tests pays for none of this.
    from fastreview.gather.tests.gathering import Asked, gather_tests

    if imported.environments is None or imported.interpreter is None:
        app = facts.side(Side.APP)
        return _with(facts, Gathered(Side.TESTS, "unavailable", app.reason, app.how))
    timer = _Timer()
    supplied = imported.supplied
    asked = Asked(
        found.root.resolve(),
        found.repository,
        facts,
        imported.environments,
        imported.interpreter,
        supplied.variables if supplied else {},
        tuple(supplied.made) if supplied else (),
        options.thorough,
    )
    tests, side = gather_tests(asked)
    return structs.replace(_with(facts, structs.replace(side, seconds=timer.seconds)), tests=tests)


class _Imported(Struct):
    """What the import leaves to the test run."""

    environments: "Environments | None" = None
    interpreter: "Interpreter | None" = None
    supplied: "Supplied | None" = None


def _app(facts: Facts, found: Discovered, options: Options, imported: _Imported) -> tuple[ProbeFacts | None, Gathered]:
    # A static review pays for none of this.
    from fastreview.gather.app import Supplied, assumed, gather_app, held
    from fastreview.gather.candidates import candidates, given
    from fastreview.gather.environment import Environments

    roots = facts.scope.roots
    if options.environment == "none":
        return None, Gathered(Side.APP, "off", "no interpreter is to be used", "run without --env none")
    chosen = given(options.apps, facts.modules, roots) or candidates(facts.modules, facts.files, roots)
    if not chosen:
        return None, Gathered(Side.APP, "unavailable", "no FastAPI application was found", HOW_TO_NAME)
    environments = Environments(found.root, found.repository, found.name, options.environment)
    targets = [candidate.target.partition(":")[0] for candidate in chosen]
    interpreter = environments.first(facts.files, facts.modules, roots, targets)
    if isinstance(interpreter, str):
        return None, Gathered(Side.APP, "unavailable", interpreter, HOW_TO_IMPORT)
    imported.environments, imported.interpreter, imported.supplied = environments, interpreter, Supplied()
    roots = tuple(dict.fromkeys((*roots, *environments.roots)))
    probe = gather_app(found.root, roots, chosen, interpreter, supplied=imported.supplied)
    while isinstance(probe, ProbeFacts) and (other := environments.after(probe)) is not None:
        imported.interpreter = other
        probe = gather_app(found.root, roots, chosen, other, supplied=imported.supplied)
    if isinstance(probe, str):
        return None, Gathered(Side.APP, "unavailable", probe, HOW_TO_IMPORT)
    probe = structs.replace(probe, environment=environments.facts)
    if not probe.apps:
        reason = environments.explained(probe.error or "no candidate is an application")
        return probe, Gathered(Side.APP, "unavailable", reason, _how(reason))
    return probe, Gathered(Side.APP, "ok", "; ".join(filter(None, (assumed(probe), held(probe)))))


def _http(probe: ProbeFacts | None) -> Gathered:
    asked = [app.http for app in probe.apps if app.http is not None] if probe else []
    seconds = round(sum(http.seconds for http in asked), 3)
    if any(http.exchanges for http in asked):
        return Gathered(Side.HTTP, "ok", seconds=seconds)
    if probe is None or not probe.apps:
        return Gathered(Side.HTTP, "off", "no app was imported")
    reason = next((http.reason for http in asked if http.reason), "the import took all the time there was")
    return Gathered(Side.HTTP, "unavailable", reason, seconds=seconds)


def _how(reason: str) -> str:
    """What would help: the probe's sentences say whether a package, the application or the import is at fault."""
    if any(text in reason for text in (" has no attribute ", " has no application", "an application")):
        return HOW_TO_NAME
    if any(text in reason for text in (" ended the process", " did not finish ", " raised ")) and not any(
        text in reason for text in ("ModuleNotFoundError", "ImportError")
    ):
        return HOW_TO_REPAIR
    return HOW_TO_IMPORT


def _source_side(modules: Sequence[ModuleFacts], seconds: float) -> Gathered:
    if not modules:
        return Gathered(
            Side.SOURCE, "unavailable", "there are no Python files", "name the folder with the code", seconds
        )
    if all(module.parser == "none" for module in modules):
        reason = f"none of the {len(modules)} Python files can be read"
        return Gathered(Side.SOURCE, "unavailable", reason, "see the list of unparsed files", seconds)
    return Gathered(Side.SOURCE, "ok", seconds=seconds)


def _imports_fastapi(module: ModuleFacts) -> bool:
    return any(not found.level and found.module.partition(".")[0] == "fastapi" for found in module.imports)


def _git(found: Discovered) -> tuple[GitFacts | None, Gathered]:
    timer = _Timer()
    try:
        return git_facts(found.root, found.repository), Gathered(Side.GIT, "ok", seconds=timer.seconds)
    except GitUnavailable as problem:
        return None, Gathered(Side.GIT, "unavailable", str(problem), problem.how, timer.seconds)


class _Timer:
    def __init__(self) -> None:
        self.start = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Since the timer was made, to the millisecond."""
        return round(time.perf_counter() - self.start, 3)

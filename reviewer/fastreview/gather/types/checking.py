"""One run of a type checker in the sandbox: it reads the project where it is, and writes only into a folder of ours."""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from fastreview.facts import Facts, Gathered, Side
from fastreview.facts.types import AnyShare, TypeCheckFacts, TypeProblem
from fastreview.gather.candidates import candidates, given
from fastreview.gather.confined import CONTROL, WORK, Ended, Limits, confined, how
from fastreview.gather.discovery import Discovered
from fastreview.gather.environment import Environments
from fastreview.gather.scratch import copy_project, scratch_folder, write_missing
from fastreview.gather.types.chosen import Chosen, chosen, names_what
from fastreview.gather.types.placed import Placed, placed
from fastreview.gather.types.reading import MAX_OUTPUT, any_rows, broke, problems, unresolved
from fastreview.gather.types.settings import (
    BUNDLED_MODE,
    bundled_settings,
    looked_at,
    mode,
    mypy_settings,
    pyright_settings,
    silenced,
)

SECONDS, LONGEST = 240.0, 400.0
MEMORY, ADDRESS_SPACE = 6 << 30, 96 << 30
"""Node.js reserves address space by the tens of gigabytes; its heap is bounded by an option of its own."""
MAX_ERRORS = 2_000
MAX_UNRESOLVED = 200

HOW_TO_CHECK = "install the project and its type checker into .venv, or name an interpreter that has them with --env"
HOW_TO_REPAIR = "let the type checker run through: what it said is its reason"

# The shell leads what is printed into a file of the work folder: the sandbox keeps nothing but the end of it.
_INTO_FILES = 'cd "$1" && out=$2 && shift 2 && exec "$@" >"$out.out" 2>"$out.err"'
_MYPY_OUTPUT = (
    "--no-error-summary", "--hide-error-context", "--no-pretty", "--no-color-output", "--show-error-codes",
    "--hide-column-numbers", "--show-absolute-path",
)  # fmt: skip
_TWICE = ("Source file found twice under different module names", "Duplicate module named")


def gather_types(
    found: Discovered, facts: Facts, apps: tuple[str, ...], environment: str
) -> tuple[TypeCheckFacts | None, Gathered]:
    """What the project's checker says, or ours where it has none; never raises for the project's faults."""
    start = time.perf_counter()
    outcome = _checked(found, facts, apps, environment)
    seconds = round(time.perf_counter() - start, 3)
    if isinstance(outcome, Gathered):
        return None, Gathered(outcome.what, outcome.state, outcome.reason, outcome.how, seconds)
    whose = "" if outcome.own else "the project has no type checker, so it was checked with "
    reason = f"{whose}{outcome.checker} {outcome.version}, {outcome.mode}"
    return outcome, Gathered(Side.TYPES, "ok", reason, seconds=seconds)


def _checked(found: Discovered, facts: Facts, apps: tuple[str, ...], environment: str) -> TypeCheckFacts | Gathered:
    if environment == "none":
        return Gathered(Side.TYPES, "off", "no interpreter is to be used", "run without --env none")
    one = chosen(found.root, found.repository, facts.files, facts.scope.folder)
    if isinstance(one, str):
        return Gathered(Side.TYPES, "unavailable", one, "configure mypy, pyright, ty or pyrefly")
    environments = Environments(found.root, found.repository, found.name, environment)
    roots = facts.scope.roots
    targets = given(apps, facts.modules, roots) or candidates(facts.modules, facts.files, roots)
    names = [candidate.target.partition(":")[0] for candidate in targets]
    interpreter = environments.first(facts.files, facts.modules, roots, names)
    if isinstance(interpreter, str):
        return Gathered(Side.TYPES, "unavailable", f"there is nothing to check against: {interpreter}", HOW_TO_CHECK)
    place = placed(one, interpreter, environments, facts.files)
    if isinstance(place, str):
        return Gathered(Side.TYPES, "unavailable", place, HOW_TO_CHECK)
    run = _Run(found, facts, one, place, (*roots, *environments.roots))
    try:
        with scratch_folder() as scratch:
            (scratch / CONTROL).mkdir()
            (scratch / WORK).mkdir()
            if interpreter.supplied:
                # Modules that a build of the project writes are imported by others: the project has none of them.
                copy = scratch / WORK / "project" / (run.root.name or "project")
                copy_project(run.root, copy)
                write_missing(copy, interpreter.supplied)
                run.move(copy)
            outcome = run.outcome(scratch)
    except OSError as error:
        outcome = f"it could not be run: {error.strerror or error}"
    if isinstance(outcome, str):
        reason = f"{run.one.tool} {place.version} came to no result: {outcome[:300]}"
        return Gathered(Side.TYPES, "unavailable", reason, HOW_TO_REPAIR)
    return replace(outcome, environment=interpreter.origin)


class _Run:
    """``one`` is None for the checker that comes with us and our settings."""

    def __init__(
        self, found: Discovered, facts: Facts, one: Chosen | None, place: Placed, roots: Sequence[str]
    ) -> None:
        self.root = found.root.resolve()
        self.one = one or Chosen("ty", None, self.root)
        self.place = place
        self.own = one is not None
        folders = ((self.root / one).resolve() for one in dict.fromkeys(roots))
        self.folders = [str(one) for one in folders if one.is_dir()] or [str(self.root)]
        """Import roots, absolute."""
        self.left_out = [left.path for left in facts.scope.left_out]
        self.paths = [module.path for module in facts.modules if not module.path.startswith("../")]

    def outcome(self, scratch: Path) -> TypeCheckFacts | str:
        start = time.perf_counter()
        ended, text, said = self._ran(scratch, ())
        if self.one.tool == "mypy" and any(words in text for words in _TWICE):
            ended, text, said = self._ran(scratch, ("--explicit-package-bases", "--namespace-packages"))
        if ended.code is None or ended.stopped or ended.code > 128:
            return f"it was stopped{how(ended)}"
        if reason := broke(self.one.tool, ended.code, text or said):
            return reason.replace(f"{self.root}/", "")
        known = set(self.paths)
        told = [p for p in problems(self.one.tool, text, self._folder, self.root) if p.path in known]
        errors = [p for p in told if not unresolved(p)]
        shares = tuple(self._shares(scratch / WORK)) if self.one.tool == "mypy" else None
        files = _beside(shares, self.paths) if shares else looked_at(self.one, self.paths, self.root)
        return TypeCheckFacts(
            checker=self.one.tool,
            version=self.place.version,
            own=self.own,
            configuration=self.one.shown,
            mode=mode(self.one) if self.own else BUNDLED_MODE,
            files=files,
            errors=tuple(errors[:MAX_ERRORS]),
            error_count=len(errors),
            erroneous=_counted(errors),
            unresolved=tuple(dict.fromkeys(filter(None, map(unresolved, told))))[:MAX_UNRESOLVED],
            any_shares=shares,
            silenced=tuple(silenced(self.one)) if self.own else (),
            assumptions=self.place.assumptions,
            seconds=round(time.perf_counter() - start, 3),
        )

    def move(self, copy: Path) -> None:
        """Look at ``copy`` instead of the project; what lies outside of the project stays where it is."""
        before = self.root

        def moved(path: Path) -> Path:
            return copy / path.relative_to(before) if path.is_relative_to(before) else path

        words = tuple(str(moved(Path(word))) if os.path.isabs(word) else word for word in self.one.arguments)
        configuration = self.one.configuration and moved(self.one.configuration)
        self.one = replace(self.one, configuration=configuration, folder=moved(self.one.folder), arguments=words)
        self.folders = [str(moved(Path(folder))) for folder in self.folders]
        self.root = copy

    @property
    def _folder(self) -> Path:
        return self.one.folder

    def _ran(self, scratch: Path, more: Sequence[str]) -> tuple[Ended, str, str]:
        """How it ended, what it printed, and what it complained of."""
        work = scratch / WORK
        into = work / "printed"
        argv = [*self._argv(work), *more]
        shell = ["/bin/sh", "-c", _INTO_FILES, "sh", str(self._folder), str(into), *argv]
        node = self.one.tool in ("pyright", "basedpyright")
        environment = {"NODE_OPTIONS": "--max-old-space-size=4096"} if node else {}
        limits = Limits(memory=ADDRESS_SPACE if node else MEMORY)
        ended = confined(shell, scratch, environment, (SECONDS, LONGEST), limits)
        return ended, _read(into.with_suffix(".out")), _read(into.with_suffix(".err"))

    def _argv(self, work: Path) -> list[str]:
        one, place, command = self.one, self.place, self.place.command
        paths = [word for word in one.arguments if os.path.isabs(word)]
        match one.tool:
            case "mypy":
                configuration = str(mypy_settings(one.configuration, work)) if one.configuration else ""
                what = list(one.arguments)
                if not paths and not names_what(one) and not {"-p", "--package", "-m", "--module"} & set(what):
                    what.append(str(self.root))
                return [
                    *command, f"--config-file={configuration}", f"--cache-dir={work / 'cache'}",
                    f"--python-executable={place.python}", f"--any-exprs-report={work / 'report'}", *_MYPY_OUTPUT, *what,
                ]  # fmt: skip
            case "pyright" | "basedpyright":
                file = pyright_settings(one, self.place, self.folders, [self.root / p for p in self.left_out], work)
                return [*command, "--outputjson", "-p", str(file), *paths]
            case "pyrefly":
                given = ["--config", str(one.configuration)] if one.configuration and not paths else []
                version = ["--python-version", place.python_version] if place.python_version else []
                return [
                    *command, "check", "--output-format=json", "--skip-interpreter-query",
                    "--site-package-path", str(place.packages), *version, *given, *paths,
                ]  # fmt: skip
            case _:
                own = one.configuration and one.configuration.name == "ty.toml"
                chosen_file = one.configuration if own else None
                if not self.own:
                    chosen_file = bundled_settings(self.folders, work)
                settings = ["--config-file", str(chosen_file)] if chosen_file else []
                excluded = [word for path in self.left_out for word in ("--exclude", path)]
                return [
                    *command, "check", "--output-format=concise", "--no-progress", "--color=never",
                    "--python", str(place.packages.parents[2 if place.packages.parent.name != "Lib" else 1]),
                    "--project", str(self._folder), *settings, *excluded, *(paths or ([] if self.own else [str(self.root)])),
                ]  # fmt: skip

    def _shares(self, work: Path) -> Iterator[AnyShare]:
        """By file, as far as the modules' names tell which file they are."""
        named: dict[str, str] = {}
        for path in sorted(self.paths, key=len, reverse=True):
            parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
            for start in range(len(parts)):
                named[".".join(parts[start:])] = path
        for module, share in any_rows(_read(work / "report" / "any-exprs.txt")):
            if path := named.get(module, ""):
                yield replace(share, path=path)


def _beside(shares: Sequence[AnyShare], paths: Sequence[str]) -> tuple[str, ...]:
    """The files of the folders that mypy was in: its report leaves out those without an expression that it checked."""
    folders = {""} & {os.path.dirname(share.path) for share in shares}
    for share in shares:
        folder = os.path.dirname(share.path)
        while folder:
            folders.add(folder)
            folder = os.path.dirname(folder)
    return tuple(path for path in paths if os.path.dirname(path) in folders)


def _counted(errors: Sequence[TypeProblem]) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for error in errors:
        found[error.path] = found.get(error.path, 0) + 1
    return tuple(sorted(found.items()))


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(MAX_OUTPUT).decode("utf-8", "replace")
    except OSError:
        return ""

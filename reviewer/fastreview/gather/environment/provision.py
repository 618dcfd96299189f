"""An environment for the project, made with uv from what it declares.

Packages come as wheels from the user's package index, which runs none of their code. Where a package has no wheel, its
source distribution is built by uv: that runs its build code, outside of the sandbox, and is recorded. The project itself
is never built; addresses, indexes and options that its files name are not followed.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from fastreview.gather.distributions import SLOW_BUILDS, distribution_name
from fastreview.gather.environment.existing import packages_folders
from fastreview.gather.environment.kept import (
    RECORD,
    Record,
    clean,
    complete,
    environments_folder,
    finish,
    give_up,
    key_of,
    locked,
)
from fastreview.gather.environment.metadata import install
from fastreview.gather.environment.plans import (
    Changes,
    Plan,
    as_pinned,
    dropping,
    excluding,
    heavy,
    never,
    newest,
    of_same_major,
    repaired,
    wheels,
)
from fastreview.gather.environment.pythons import Python, installed, ranked, visible
from fastreview.gather.environment.uv import Done, Failure, Uv, failure, find_uv
from fastreview.gather.environment.wanted import Wanted

SECONDS = 420
"""For one environment, all attempts together."""
RESOLVE_SECONDS = 90
INSTALL_SECONDS = 240
MAX_REPAIRS = 12
"""Changes to the requirements that the resolver's refusals suggest, per attempt."""
REFUSALS = 3
"""After as many, of one package and for one reason, it is left out."""
MAX_PYTHONS = 6
MAX_LISTED = 5


class Provisioned(Struct, frozen=True):
    """``prefix`` is the environment's folder."""

    prefix: Path
    record: Record

    @property
    def python(self) -> Path:
        """The environment's interpreter, not resolved."""
        for name in ("bin/python", "Scripts/python.exe"):
            if (self.prefix / name).exists():
                return self.prefix / name
        return self.prefix / "bin/python"


def provision(wanted: Wanted, changes: Changes, base: Path | None = None) -> Provisioned | str:
    """The environment for ``wanted``, from the cache or newly made; or why there is none, as a sentence.

    ``base`` is an environment that differs little: most of it is linked to instead of installed again.
    """
    folder = environments_folder()
    path = find_uv()
    if not path:
        return "uv is not installed, so no environment could be made"
    if folder is None:
        return "there is no cache folder to make an environment in"
    prefix = folder / key_of(wanted, changes, visible())
    try:
        if found := _kept(prefix):
            return found
        with tempfile.TemporaryDirectory(prefix="fastreview-uv-") as scratch:
            uv = Uv(path, Path(scratch), SECONDS)
            with locked(prefix, uv.left) as held:
                if not held:
                    return "another review is making the environment, and did not finish in time"
                if found := _kept(prefix):
                    return found
                clean(folder)
                return _Attempts(uv, wanted, changes, prefix, base).made(installed(uv))
    except OSError as error:
        return f"no environment could be made: {error.strerror or error}"


def _kept(prefix: Path) -> Provisioned | str:
    """The environment that an earlier review made, or why it could not; "" where there was none."""
    record = complete(prefix)
    if record is None or record.error:
        return record.error if record else ""
    found = Provisioned(prefix, record)
    # The interpreter that it was made with may have gone.
    return found if found.python.exists() else ""


class _Attempts:
    """The ways to ask, tried in turn until an environment stands."""

    def __init__(self, uv: Uv, wanted: Wanted, changes: Changes, prefix: Path, base: Path | None) -> None:
        self.uv = uv
        self.wanted = wanted
        self.changes = changes
        self.prefix = prefix
        self.base = base
        self.failures: list[Failure] = []
        self.sources: dict[Python, str] = {}
        """By interpreter, the first package that has no wheel for it."""
        self.missing_python = ""

    def made(self, pythons: tuple[Python, ...]) -> Provisioned | str:
        if not pythons:
            return "no Python interpreter was found to make an environment with"
        fitting, others = self.ranked(pythons)
        if not fitting:
            self.missing_python = f"the project asks for Python {self.wanted.python}, which is not installed"
        for plan, tried in self.plans(fitting or others[:2], others if fitting else ()):
            for python in tried:
                record = self.attempt(plan, python)
                if record is not None:
                    notes = (*self.wanted.assumptions, *self.about_python(python, fitting), *record.assumptions)
                    record = replace(
                        record, assumptions=tuple(dict.fromkeys(notes)), missing_python=self.missing_python
                    )
                    finish(self.prefix, record)
                    return Provisioned(self.prefix, record)
                if self.uv.left < 1 or (self.failures and self.failures[-1].final):
                    return self.gave_up()
        return self.gave_up()

    def ranked(self, pythons: tuple[Python, ...]) -> tuple[tuple[Python, ...], tuple[Python, ...]]:
        if self.changes.python:
            fitting = tuple(one for one in pythons if one.shown.startswith(f"{self.changes.python}."))
            if fitting:
                return fitting, ()
        fitting, others = ranked(pythons, self.wanted.python, self.wanted.preferred, self.wanted.pins)
        record = complete(self.base) if self.base else None
        known = record.python if record else ""
        # What the environment before was made with is what this one can be made with.
        return tuple(sorted(fitting, key=lambda one: one.shown != known)), others

    def about_python(self, python: Python, fitting: tuple[Python, ...]) -> tuple[str, ...]:
        if python in fitting:
            return ()
        if not fitting:
            return (f"{self.missing_python}: Python {python.shown} was used",)
        why = "its packages cannot be installed for that"
        return (f"Python {python.shown} was used, though the project asks for {self.wanted.python}: {why}",)

    def plans(self, order: tuple[Python, ...], others: tuple[Python, ...]) -> Iterator[tuple[Plan, tuple[Python, ...]]]:
        """From the most faithful to the project's declarations to the least."""
        everything = (*self.wanted.requirements, *self.changes.added)
        pins = tuple(f"{name}=={version}" for name, version in sorted(self.wanted.pins.items()))
        bounds = self.changes.bounds
        faithful = Plan(everything, (*self._without(pins, self.changes), *bounds))
        yield faithful, order[:MAX_PYTHONS]
        builds = replace(faithful, builds=True)
        # First the Pythons for which no build takes long: what one lacks as a wheel, another may have.
        quick = [one for one in order[:MAX_PYTHONS] if self.sources.get(one) not in SLOW_BUILDS]
        yield builds, tuple(dict.fromkeys((*quick, *order)))[:3] if self.sources else ()
        yield faithful, others[:2]
        without = faithful
        for one in self.failures:
            if one.kind in ("build", "absent") and one.name:
                without = dropping(without, distribution_name(one.name), one.reason) or without
        yield replace(without, builds=True), order[:2] if without is not faithful else ()
        if 0 < len(self.wanted.primary) < len(self.wanted.requirements):
            main = (*self.wanted.primary, *self.changes.added)
            note = f"only {self.wanted.sources[0]} was followed: the other files contradict it"
            yield replace(faithful, requirements=main, notes=(note,)), order[:2]
        if pins:
            yield as_pinned(builds, bounds), order[:2]
        yield of_same_major(builds, bounds), order[:2]
        yield newest(builds, bounds), order[:2]

    @staticmethod
    def _without(pins: tuple[str, ...], changes: Changes) -> tuple[str, ...]:
        changed = {distribution_name(line) for line in (*changes.bounds, *changes.added)}
        return tuple(pin for pin in pins if distribution_name(pin) not in changed)

    def attempt(self, plan: Plan, python: Python) -> Record | None:
        """One plan with one interpreter, repaired by what uv says of it; None when it came to nothing."""
        for _ in range(MAX_REPAIRS):
            done = self.resolve(plan, python)
            too_heavy = heavy(done.output) if done.ok else ()
            if too_heavy and not any(never(name) in plan.overrides for name in too_heavy):
                plan = excluding(plan, too_heavy)
                continue
            if done.ok:
                resolved = done.output
                done = self.install(plan, python, resolved)
                if done.ok:
                    return self.recorded(plan, python, resolved)
                shutil.rmtree(self.prefix, ignore_errors=True)
            refused = failure(done)
            self.failures.append(refused)
            if refused.kind == "source":
                self.sources.setdefault(python, distribution_name(refused.name))
            changed = repaired(plan, refused) or self.without_what_is_too_new(plan, refused)
            if changed is None or self.uv.left < 1:
                return None
            plan = changed
        return None

    def without_what_is_too_new(self, plan: Plan, refused: Failure) -> Plan | None:
        """The plan without a package that keeps asking for the Python that is not installed."""
        times = sum((one.kind, one.name) == ("conflict", refused.name) for one in self.failures)
        if not self.missing_python or not refused.name or times < REFUSALS:
            return None
        return dropping(plan, distribution_name(refused.name), "it needs a newer Python than is installed")

    def resolve(self, plan: Plan, python: Python) -> Done:
        files = {
            "requirements.in": plan.requirements,
            "constraints.txt": plan.constraints,
            "overrides.txt": plan.overrides,
        }
        for name, lines in files.items():
            (self.uv.folder / name).write_text("\n".join(lines) + "\n", "utf-8")
        return self.uv.run(
            "pip", "compile", "requirements.in", "-c", "constraints.txt", "--override", "overrides.txt",
            "--python", python.path, "--no-header", "--no-annotate", "-q", *wheels(plan),
            seconds=RESOLVE_SECONDS,
        )  # fmt: skip

    def install(self, plan: Plan, python: Python, resolved: str) -> Done:
        shutil.rmtree(self.prefix, ignore_errors=True)
        (self.uv.folder / "resolved.txt").write_text(resolved, "utf-8")
        if self.base is None or not _linked(self.base, self.prefix, python):
            made = self.uv.run("venv", "-q", "--python", python.path, str(self.prefix), seconds=60)
            if not made.ok:
                return made
        return self.uv.run(
            "pip", "install", "-q", "--no-deps", "--python", str(self.prefix), "-r", "resolved.txt",
            "--compile-bytecode", *wheels(plan),
            seconds=INSTALL_SECONDS,
        )  # fmt: skip

    def recorded(self, plan: Plan, python: Python, resolved: str) -> Record:
        for packages in packages_folders(self.prefix):
            if packages.is_dir():
                for package in self.wanted.packages:
                    install(package, packages)
        names = [distribution_name(line) for line in resolved.splitlines() if line.strip()]
        notes = [*plan.notes, *(f"{name} was left out: {why}" for name, why in plan.left_out.items())]
        if built := [name for name in plan.built if distribution_name(name) in names]:
            notes.append(f"{_listed(built)} had no wheel and was built from its source distribution")
        return Record(python.shown, len(names), tuple(notes), left_out=plan.left_out)

    def gave_up(self) -> str:
        reason = self.reason()
        final = bool(self.failures) and self.failures[-1].final
        if final:
            shutil.rmtree(self.prefix, ignore_errors=True)
        else:
            give_up(self.prefix, Record(error=reason))
        return reason

    def reason(self) -> str:
        """The first refusal speaks of what the project declares; the last one where nothing else could help."""
        last = next((one for one in self.failures if one.final), None)
        first = last or next((one for one in self.failures if one.kind not in ("source", "missing")), None)
        told = first or (self.failures[0] if self.failures else Failure("time", "there was no time"))
        if self.missing_python and not told.final:
            return f"{self.missing_python}; with another one its packages could not be installed: {told.reason}"
        return f"the project's packages could not be installed: {told.reason}"


def _linked(base: Path, prefix: Path, python: Python) -> bool:
    """Make ``prefix`` of links to the files of ``base``; installing replaces files and never writes into them."""
    record = complete(base)
    if record is None or record.python != python.shown:
        return False
    try:
        shutil.copytree(base, prefix, symlinks=True, copy_function=_link, ignore=shutil.ignore_patterns(RECORD))
    except (OSError, shutil.Error):
        shutil.rmtree(prefix, ignore_errors=True)
        return False
    return True


def _link(source: str, target: str) -> None:
    os.link(source, target, follow_symlinks=False)


def _listed(names: list[str]) -> str:
    more = len(names) - MAX_LISTED
    return ", ".join(names[:MAX_LISTED]) + (f" and {more} more" if more > 0 else "")

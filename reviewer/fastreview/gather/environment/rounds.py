"""The environments that a project is imported with: the first one, and others with what the import before lacked."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace
from packaging.requirements import InvalidRequirement, Requirement

from fastreview.facts.app import EnvironmentFacts, ProbeFacts
from fastreview.facts.files import FileFacts
from fastreview.facts.source import ModuleFacts
from fastreview.gather.distributions import MEGABYTES, STANDING_IN, distribution, distribution_name
from fastreview.gather.environment.existing import (
    Interpreter,
    bringing,
    dependents,
    find_interpreter,
    installed_fastapi,
    packages_in,
)
from fastreview.gather.environment.kept import key_of, remember, remembered
from fastreview.gather.environment.metadata import version_file
from fastreview.gather.environment.provision import Provisioned, provision
from fastreview.gather.environment.reached import third_party
from fastreview.gather.environment.revealed import (
    Revealed,
    Situation,
    asked_for,
    explained,
    misses_library,
    missing_module,
    revealed,
    without_framework,
    written_for,
)
from fastreview.gather.environment.tests import TestEnvironment, environment_for_tests
from fastreview.gather.environment.wanted import Wanted, wanted

MAX_ROUNDS = 6
"""Environments that are tried for one review."""
MAX_STAND_INS = 20
_OF_THE_USER = ("active", "conda", "uv")


class Environments:
    """Chooses the interpreter for ``root``, and says afterwards what had to be assumed.

    ``targets`` are the modules of the candidates, ``given`` is the value of ``--env``. ``roots`` are further import
    roots that packages of the same repository need.
    """

    def __init__(
        self,
        root: Path,
        repository: Path,
        name: str,
        given: str = "",
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self.root = root
        self.repository = repository
        self.name = name
        self.given = given
        self.environ = environ
        self.facts = EnvironmentFacts("")
        self.roots: tuple[str, ...] = ()
        self._wanted: Wanted | None = None
        self._learnt = Revealed()
        self._rounds = 0
        self._prefix: Path | None = None
        self._left_out: dict[str, str] = {}
        self._imported: frozenset[str] = frozenset()
        self._imports: list[tuple[str, int, str]] = []
        self._made_last: Interpreter | None = None
        self._missing_python = ""

    def first(
        self, files: FileFacts, modules: Sequence[ModuleFacts], roots: Sequence[str], targets: Sequence[str]
    ) -> Interpreter | str:
        """The interpreter to begin with, or why there is none, as a sentence."""
        if self.given not in ("", "auto"):
            found = find_interpreter(self.root, self.repository, self.given, self.environ)
            return found if isinstance(found, str) else self._existing(found)
        imported = third_party(modules, roots, targets)
        asked = wanted(self.root, self.repository, files, self.name, imported)
        self._imported = frozenset(name.partition(".")[0] for name in imported)
        self._imports = [
            (module.path, one.line, one.module.partition(".")[0])
            for module in modules
            for one in module.imports
            if one.module in imported
        ]
        self.roots = asked.roots
        self._wanted = asked
        self._learnt = _remembered(asked) or written_for(
            ((one.module, one.name) for module in modules for one in module.imports if not one.level), asked.pins
        )
        found = find_interpreter(self.root, self.repository, "project", self.environ)
        if isinstance(found, Interpreter) and (
            found.origin not in _OF_THE_USER or _satisfied(asked, Path(found.path).parent.parent)
        ):
            return self._existing(found)
        ours = Interpreter(sys.executable, "fastreview's own", installed_fastapi(Path(sys.prefix)))
        if ours.fastapi_version and asked.requirements and _satisfied(asked, Path(sys.prefix)):
            return self._existing(ours)
        made = self._made()
        if isinstance(made, Interpreter):
            return made
        chosen = found if isinstance(found, Interpreter) else ours
        if not chosen.fastapi_version:
            return made
        self._existing(chosen)
        note = f"imported with {chosen.origin} packages instead of the project's: {made}"
        self.facts = replace(self.facts, assumptions=(note,))
        return chosen

    def after(self, probe: ProbeFacts) -> Interpreter | None:
        """Another interpreter to try, after an import that failed; None where no other would help."""
        self._rounds += 1
        if self._wanted is None:
            return None
        if probe.apps:
            if self.facts.kind == "provisioned" and self._learnt.notes:
                remember(key_of(self._wanted), msgspec.json.encode(self._learnt))
            return None
        if self.facts.kind == "own":
            return self._instead_of_own(probe)
        if self.facts.kind != "provisioned" or probe.error_place is None or self._rounds >= MAX_ROUNDS:
            return None
        # A stranger's package of the same name in the index is not the project's.
        own = {distribution_name(package.name): "it is the project's own" for package in self._wanted.packages}
        situation = Situation(
            self._wanted.optional, probe.packages, self._owner, own | self._left_out, self._wanted.pins
        )
        learnt = revealed(probe.error, self._learnt, situation)
        if learnt is None:
            return self._with_stand_ins(probe)
        before, self._learnt = self._learnt, learnt
        made = self._made()
        if isinstance(made, str):
            self._learnt = before
            return None
        return made

    def _with_stand_ins(self, probe: ProbeFacts) -> Interpreter | None:
        """The last interpreter, with stand-ins for packages that cannot be installed or loaded, where the import missed one.

        What builds on a package that is left out for its size is stood in for too: it would ask for more than stand-ins know.
        """
        last = self._made_last
        if last is None or self._prefix is None or self._wanted is None or len(last.absent) >= MAX_STAND_INS:
            return None
        if not self._wanted.sources and not self._left_out.keys() & MEGABYTES.keys():
            # Nobody declares it: it may as well be a module of the project's own that is not where it is looked for.
            return None
        absent = self._left_out.keys() | dependents(self._prefix, self._left_out.keys() & MEGABYTES.keys())
        missed = missing_module(probe.error).partition(".")[0]
        chosen = set(last.absent)
        if missed and _package(missed) in self._left_out:
            chosen |= {missed, *(module for module in self._imported if _package(module) in absent)}
        elif misses_library(probe.error) and probe.error_place is not None:
            place = probe.error_place
            chosen |= {name for path, line, name in self._imports if (path, line) == (place.path, place.line)}
        elif asked := asked_for(probe.error):
            # It is installed, or it would have been added: it does not load.
            chosen |= {module for module in self._imported if _package(module) == distribution_name(asked)}
        if chosen == set(last.absent):
            return None
        self._made_last = replace(last, absent=tuple(sorted(chosen)))
        return self._made_last

    def _instead_of_own(self, probe: ProbeFacts) -> Interpreter | None:
        """An environment made for it, where the project's own cannot be started or misses a package."""
        if probe.python and "No module named" not in probe.error:
            return None
        before = self.facts
        made = self._made()
        if isinstance(made, str):
            self.facts = before
            return None
        why = "misses a package" if probe.python else "does not start"
        note = f"the project's own environment was not used: it {why}"
        self.facts = replace(self.facts, assumptions=(note, *self.facts.assumptions))
        return made

    def with_tools(self, lines: tuple[str, ...]) -> Provisioned | str:
        """The provisioned environment with further packages in it; why there is none, as a sentence."""
        if self._wanted is None or self._prefix is None:
            return "there is no environment of ours to add it to"
        changes = self._learnt.changes
        return provision(self._wanted, replace(changes, added=(*changes.added, *lines)), self._prefix)

    def declared(self, package: str) -> str:
        """The requirement of ``package`` that the project declares for any occasion, its locked version first; or ""."""
        if self._wanted is None:
            return ""
        version = self._wanted.pins.get(package, "")
        return f"{package}=={version}" if version else self._wanted.optional.get(package, "")

    def for_tests(self, imported: Interpreter, needed: Mapping[str, str]) -> TestEnvironment | str:
        """An environment with ``needed`` too (requirements by package), or why there is none, as a sentence."""
        made = (self._wanted, self._learnt.changes, self._prefix)
        return environment_for_tests(imported, self.facts, made, needed)

    def explained(self, reason: str) -> str:
        """``reason`` for a failed import, with what the environment has to do with it."""
        if self.facts.kind == "ours" and self.facts.assumptions:
            return f"{reason} ({self.facts.assumptions[0]})"
        known = explained(reason, self._left_out) or (f"; {self._missing_python}" if self._missing_python else "")
        return f"{reason}{known}"

    def _owner(self, module: str) -> str:
        return bringing(self._prefix, module) if self._prefix else ""

    def _made(self) -> Interpreter | str:
        if self._wanted is None or not self._wanted.requirements:
            return "the project declares no packages, and its code imports none"
        made = provision(self._wanted, self._learnt.changes, self._prefix)
        if isinstance(made, str):
            return made
        self._prefix, self._left_out = made.prefix, made.record.left_out
        self._missing_python = made.record.missing_python
        version = installed_fastapi(made.prefix)
        if not version and "fastapi" not in self._learnt.changes.added:
            self._learnt = without_framework(self._learnt)
            return self._made()
        self.facts = _provisioned(made, self._wanted, self._learnt)
        standing_in = (files for name, files in STANDING_IN.items() if name in self._left_out)
        supplied = {path: text for files in (_supplied(self._wanted), *standing_in) for path, text in files.items()}
        self._made_last = Interpreter(str(made.python), "provisioned", version, supplied)
        return self._made_last

    def _existing(self, found: Interpreter) -> Interpreter:
        kind = {"given": "given", "fastreview's own": "ours"}.get(found.origin, "own")
        count = sum(1 for _ in packages_in(Path(found.path).parent.parent))
        self.facts = EnvironmentFacts(kind, packages=count)
        return found


def _package(module: str) -> str:
    return distribution_name(distribution(module))


def _provisioned(made: Provisioned, asked: Wanted, learnt: Revealed) -> EnvironmentFacts:
    return EnvironmentFacts(
        "provisioned",
        made.record.python,
        asked.sources[:20],
        made.record.packages,
        (*made.record.assumptions, *learnt.notes),
        learnt.undeclared,
    )


def _remembered(asked: Wanted) -> Revealed | None:
    """What an earlier review learnt about the same declarations."""
    try:
        return msgspec.json.decode(remembered(key_of(asked)), type=Revealed)
    except msgspec.MsgspecError:
        return None


def _supplied(asked: Wanted) -> dict[str, str]:
    """The version files of the project itself: those of other packages would lie outside of the scratch copy."""
    return {path: version_file(one.version) for one in asked.packages[:1] for path in one.version_files}


def _satisfied(asked: Wanted, prefix: Path) -> bool:
    """Everything that is asked for is installed at ``prefix``, in a version that fits."""
    installed = dict(packages_in(prefix))
    return all(_fits(line, installed) for line in asked.requirements)


def _fits(line: str, installed: Mapping[str, str]) -> bool:
    try:
        requirement = Requirement(line)
    except InvalidRequirement:
        return False
    if requirement.marker is not None and not requirement.marker.evaluate():
        return True
    version = installed.get(distribution_name(requirement.name), "")
    return bool(version) and requirement.specifier.contains(version, prereleases=True)

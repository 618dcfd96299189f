"""The configuration that a checker is run with: the project's, without what would write into it or fetch something."""

import json
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from fastreview.facts.files import Value
from fastreview.gather.types.chosen import Chosen
from fastreview.gather.types.placed import Placed

MAX_SILENCED = 40

# Reports are written relative to the project, stubs are fetched from the package index.
_NOT_HERE = re.compile(
    r"^[ \t]*(?:\w+_report|junit_xml|junit_format|install_types|non_interactive|python_executable|cache_dir|cache_map"
    r"|sqlite_cache|incremental)[ \t]*=.*$",
    re.MULTILINE,
)
_PYRIGHT_PATHS = ("include", "exclude", "ignore", "strict", "extraPaths", "stubPath")
_PLATFORMS = {"darwin": "Darwin", "win32": "Windows"}
_NOT_PYRIGHT = ("venv", "venvPath", "baselineFile", "extends")
_BUNDLED = """[environment]
root = {roots}

[rules]
# An inner class Meta or Config and a table's name are written over those of the base class: that is how ORMs are used.
incompatible-attribute-override = "ignore"
"""
BUNDLED_MODE = "its default rules, overridden attributes aside"


def mypy_settings(configuration: Path, work: Path) -> Path:
    """The configuration itself, or a copy without what mypy is not to do here."""
    try:
        text = configuration.read_text("utf-8")
    except (OSError, ValueError):
        return configuration
    kept = _NOT_HERE.sub("", text) if configuration.suffix != ".toml" else _outside_lists(text)
    if kept == text:
        return configuration
    copy = work / configuration.name
    copy.write_text(kept.replace("$MYPY_CONFIG_FILE_DIR", str(configuration.parent)), "utf-8")
    return copy


def _outside_lists(text: str) -> str:
    kept = _NOT_HERE.sub("", text)
    try:
        tomllib.loads(kept)
    except ValueError:
        return text
    return kept


def pyright_settings(one: Chosen, place: Placed, folders: Sequence[str], left_out: Sequence[Path], work: Path) -> Path:
    """The settings as a file of JSON with absolute paths; what is not said is as pyright has it.

    ``folders`` are the import roots.
    """
    folder = one.folder
    values = dict(_pyright_table(one.configuration)) if one.configuration else {}
    for key in _PYRIGHT_PATHS:
        listed = values.get(key)
        if isinstance(listed, str):
            values[key] = os.path.join(folder, listed)
        elif isinstance(listed, list):
            values[key] = [os.path.join(folder, path) for path in listed if isinstance(path, str)]
    for key in _NOT_PYRIGHT:
        values.pop(key, None)
    environments = values.get("executionEnvironments")
    for environment in environments if isinstance(environments, list) else ():
        if isinstance(environment, dict) and isinstance(environment.get("root"), str):
            environment["root"] = os.path.join(folder, environment["root"])
    # Modules are looked for where the settings stand, and these stand elsewhere.
    values.setdefault("executionEnvironments", [{"root": str(folder), "extraPaths": list(folders)}])
    values.setdefault("include", [str(folder)])
    default = ["**/node_modules", "**/__pycache__", "**/.*"]
    excluded = values.get("exclude")
    values["exclude"] = [
        *(excluded if isinstance(excluded, list) else [os.path.join(folder, path) for path in default]),
        *map(str, left_out),
    ]
    # It reads the packages of an environment that it is told of; an interpreter it would start.
    prefix = place.python.parent.parent
    values |= {"venvPath": str(prefix.parent), "venv": prefix.name}
    if place.python_version:
        values.setdefault("pythonVersion", place.python_version)
    # Told apart from errors when they are read: what cannot be found is not known to be right.
    values["reportMissingImports"] = "error"
    if one.tool == "pyright":
        # Where the two have different defaults.
        values.setdefault("typeCheckingMode", "standard")
        values.setdefault("pythonPlatform", _PLATFORMS.get(sys.platform, "Linux"))
    file = work / "pyrightconfig.json"
    file.write_text(json.dumps(values), "utf-8")
    return file


def _pyright_table(configuration: Path) -> Mapping[str, object]:
    try:
        text = configuration.read_text("utf-8")
        if configuration.suffix == ".toml":
            tools = tomllib.loads(text).get("tool", {})
            found: object = tools.get("basedpyright") or tools.get("pyright") or {}
        else:
            found = json.loads(re.sub(r"^\s*//.*$|,(?=\s*[}\]])", "", text, flags=re.MULTILINE))
    except (OSError, ValueError, AttributeError, RecursionError):
        return {}
    return {str(key): value for key, value in found.items()} if isinstance(found, dict) else {}


def bundled_settings(folders: Sequence[str], work: Path) -> Path:
    """What ty is run with where the project has no checker; ``folders`` are the import roots."""
    file = work / "ty.toml"
    file.write_text(_BUNDLED.format(roots=json.dumps(list(folders))), "utf-8")
    return file


def mode(one: Chosen) -> str:
    """How strict the settings in force are, in words."""
    values = one.values
    match one.tool:
        case "mypy":
            on = values.get("strict") is True or "--strict" in one.arguments
            return "strict" if on else "without strict"
        case "pyright":
            return str(values.get("typeCheckingMode", "standard"))
        case "basedpyright":
            return str(values.get("typeCheckingMode", "recommended"))
        case "pyrefly":
            return str(values.get("preset", "its default preset"))
    return f"all rules at {values['rules.all']}" if "rules.all" in values else "its default rules"


def silenced(one: Chosen) -> Iterator[str]:
    """Settings under which the checker says nothing, module by module: "app.legacy.*: ignore_errors"."""
    values = one.values
    if values.get("ignore_errors") is True:
        yield "everything: ignore_errors"
    overrides = sorted({key.split(".")[1] for key in values if key.startswith("overrides.")})
    for number in overrides[:MAX_SILENCED]:
        start = f"overrides.{number}."
        off = [key for key in ("ignore_errors", "follow_imports") if values.get(start + key) in (True, "skip")]
        if off:
            yield f"{_shown(values.get(start + 'module'))}: {', '.join(off)}"
    for key in ("ignore", "exclude", "project-excludes", "project_excludes", "src.exclude"):
        if values.get(key):
            yield f"{_shown(values[key])}: {key.rpartition('.')[2]}"


def looked_at(one: Chosen, paths: Sequence[str], root: Path) -> tuple[str, ...]:
    """Of ``paths``, below ``root``, those that the settings and the command of pyright, pyrefly or ty let it see."""
    values = one.values
    included = _patterns(values, "include", "project-includes", "project_includes", "src.include")
    excluded = _patterns(values, "exclude", "ignore", "project-excludes", "project_excludes", "src.exclude")
    named = [os.path.relpath(word, one.folder) for word in one.arguments if os.path.isabs(word)]
    found: list[str] = []
    for path in paths:
        seen = os.path.relpath(root / path, one.folder)
        wanted = named or included
        if (not wanted or any(_below(seen, p) for p in wanted)) and not any(_below(seen, p) for p in excluded):
            found.append(path)
    return tuple(found)


def _patterns(values: Mapping[str, Value], *keys: str) -> list[str]:
    found: list[str] = []
    for key in keys:
        value = values.get(key)
        found += [value] if isinstance(value, str) else [str(v) for v in value] if isinstance(value, tuple) else []
    return found


def _below(path: str, pattern: str) -> bool:
    plain = pattern.strip("/").removeprefix("./")
    if plain in ("", "."):
        return True
    plain = plain.removesuffix("/**/*").removesuffix("/**").removesuffix("/*")
    bare = plain.removeprefix("**/")
    return (
        path == plain
        or path.startswith(f"{plain}/")
        or fnmatchcase(path, plain)
        or fnmatchcase(path, f"{plain}/*")
        or (bare != plain and (f"/{bare}/" in f"/{path}/" or fnmatchcase(path, f"*/{bare}")))
    )


def _shown(value: Value) -> str:
    return ", ".join(str(one) for one in value[:5]) if isinstance(value, tuple) else str(value)[:200]

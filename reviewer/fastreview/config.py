"""``[tool.fastreview]`` in ``pyproject.toml``, or the same keys at the top of ``fastreview.toml``.

The nearest file that has it, from the reviewed folder up to the repository's root, is the one that counts: a service of a
monorepo is configured where it lives. Files are not merged.

A reviewed project is not to be trusted, so its file can name nothing outside of it: no interpreter, no address, no path
that leads out. What it changes about the measure (thresholds, levels, checks switched off) is told in the review.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import cast

from msgspec import Struct

from fastreview.errors import BadConfiguration

OWN_FILE = "fastreview.toml"
PYPROJECT = "pyproject.toml"
MAX_BYTES = 1_000_000
ENVIRONMENTS = ("auto", "project", "none")
LAYERS = ("entry", "web", "business", "data", "schema", "settings", "other")

Value = bool | str | tuple[str, ...] | Mapping[str, "Value"] | float


class Config(Struct, frozen=True):
    """What is configured. ``file`` is the configuration's path as the user may know it, "" where there is none.

    ``thresholds`` maps a code to its numbers (``tolerance``, ``cap`` and the check's budgets), ``levels`` a code to the
    level it is asked at, ``layers`` a layer to path patterns of the modules that are of it whatever they look like.
    ``origins`` maps a dotted key to ``file:line``.
    """

    file: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    env: str = "auto"
    static: bool = False
    run_tests: bool = False
    type_check: bool = False
    fail_on: tuple[str, ...] = ()
    baseline: str = ""
    thresholds: dict[str, dict[str, float]] = {}
    levels: dict[str, str] = {}
    layers: dict[str, tuple[str, ...]] = {}
    origins: dict[str, str] = {}


def load(root: Path, repository: Path) -> Config:
    """The configuration for ``root``, the defaults where no file has any.

    Raises:
        BadConfiguration: for TOML that cannot be read, unknown keys and values of the wrong type, with the place.
    """
    root, repository = root.resolve(), repository.resolve()
    for folder in (root, *root.parents):
        for name in (OWN_FILE, PYPROJECT):
            if table := _table(folder / name):
                return _read(table, folder / name, _shown(folder / name, root))
        if folder == repository or not folder.is_relative_to(repository):
            break
    return Config()


class _Table(Struct, frozen=True):
    """The keys, and the text they stand in with the table that they belong to."""

    values: dict[str, object]
    text: str
    prefix: tuple[str, ...]


def _table(file: Path) -> _Table | None:
    """None where the file is missing or does not speak of fastreview."""
    own = file.name == OWN_FILE
    try:
        if not file.is_file() or file.stat().st_size > MAX_BYTES:
            return None
        text = file.read_bytes().decode("utf-8")
        if not own and "tool.fastreview" not in text and "fastreview" not in text:
            return None
        content: dict[str, object] = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        if not own:
            return None  # the packaging facts tell about a broken pyproject.toml
        raise BadConfiguration(f"{file.name} is not TOML: {str(error)[:200]}.") from error
    except OSError as error:
        raise BadConfiguration(f"{file.name} cannot be read: {error.strerror}.") from error
    if own:
        return _Table(content, text, ())
    tool = content.get("tool")
    values = tool.get("fastreview") if isinstance(tool, dict) else None
    return _Table(cast("dict[str, object]", values), text, ("tool", "fastreview")) if isinstance(values, dict) else None


def _shown(file: Path, root: Path) -> str:
    """``pyproject.toml`` or ``../../pyproject.toml``."""
    up = len(root.relative_to(file.parent).parts)
    return str(PurePosixPath(*[".."] * up, file.name))


def _read(table: _Table, file: Path, shown: str) -> Config:
    reader = _Reader(table, shown)
    known = {name: (field, read) for name, field, read in _KEYS}
    values: dict[str, object] = {}
    for key, value in table.values.items():
        if key not in known:
            raise reader.error((key,), f'there is no key "{key[:60]}".{_nearest(key, known)}')
        field, read = known[key]
        values[field] = read(reader, (key,), value)
    if isinstance(baseline := values.get("baseline"), str) and baseline:
        # Relative to the file that names it, as every path in it.
        values["baseline"] = str(file.parent / baseline)
    return Config(file=shown, origins=dict(reader.origins()), **values)  # type: ignore[arg-type]  # checked by _KEYS


class _Reader:
    """Checks values, and knows at which line of the file a key stands."""

    def __init__(self, table: _Table, shown: str) -> None:
        self.table = table
        self.shown = shown
        self._lines = dict(_lines(table.text))

    def origin(self, keys: Sequence[str]) -> str:
        full = (*self.table.prefix, *keys)
        for end in range(len(full), 0, -1):
            if line := self._lines.get(full[:end]):
                return f"{self.shown}:{line}"
        return self.shown

    def origins(self) -> Iterator[tuple[str, str]]:
        for key, value in self.table.values.items():
            inner = value if isinstance(value, dict) else {}
            yield key, self.origin((key,))
            yield from ((f"{key}.{name}", self.origin((key, name))) for name in inner)

    def error(self, keys: Sequence[str], what: str) -> BadConfiguration:
        return BadConfiguration(f"{self.origin(keys)}: {what}")


def _lines(text: str) -> Iterator[tuple[tuple[str, ...], int]]:
    """Keys with their tables, each with its line: as they are written, one at a line's beginning."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[{1,2}([^\[\]#]+)\]{1,2}\s*(?:#.*)?$", line):
            table = _parts(header[1])
            yield table, number
        elif key := re.match(r"""\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""", line):
            parts = (*table, *_parts(key[1]))
            for end in range(len(table) + 1, len(parts) + 1):
                yield parts[:end], number


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part[0] or part[1] or part[2] for part in re.findall(r"""([\w-]+)|"([^"]*)"|'([^']*)'""", dotted))


def _nearest(name: str, known: Mapping[str, object] | Sequence[str]) -> str:
    close = get_close_matches(name, list(known), 1, 0.5)
    return f' Did you mean "{close[0]}"?' if close else f" Known are {', '.join(known)}."


def _strings(reader: _Reader, keys: tuple[str, ...], value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return tuple(value)
    raise reader.error(keys, f"{keys[-1]} must be a list of strings.")


def _patterns(reader: _Reader, keys: tuple[str, ...], value: object) -> tuple[str, ...]:
    return tuple(_inside(reader, keys, pattern) for pattern in _strings(reader, keys, value))


def _inside(reader: _Reader, keys: tuple[str, ...], path: str) -> str:
    plain = PurePosixPath(path)
    if not path or plain.is_absolute() or ".." in plain.parts or "\\" in path:
        raise reader.error(keys, f'{keys[-1]} names "{path[:60]}", which must be a path inside the project, with "/".')
    return path


def _path(reader: _Reader, keys: tuple[str, ...], value: object) -> str:
    if not isinstance(value, str):
        raise reader.error(keys, f"{keys[-1]} must be a path.")
    return _inside(reader, keys, value)


def _flag(reader: _Reader, keys: tuple[str, ...], value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise reader.error(keys, f"{keys[-1]} must be true or false.")


def _environment(reader: _Reader, keys: tuple[str, ...], value: object) -> str:
    if isinstance(value, str) and value in ENVIRONMENTS:
        return value
    raise reader.error(keys, "env must be auto, project or none. An interpreter is named on the command line, by you.")


def _named(
    names: Sequence[str], read: Callable[[_Reader, tuple[str, ...], object], object]
) -> Callable[[_Reader, tuple[str, ...], object], dict[str, object]]:
    """A table whose keys are ``names``, or codes of checks where there are none."""

    def table(reader: _Reader, keys: tuple[str, ...], value: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise reader.error(keys, f"{keys[-1]} must be a table.")
        for name in value:
            if names and name not in names:
                raise reader.error((*keys, name), f'{keys[-1]} has no "{name[:60]}".{_nearest(name, names)}')
        return {name if names else name.upper(): read(reader, (*keys, name), part) for name, part in value.items()}

    return table


def _level(reader: _Reader, keys: tuple[str, ...], value: object) -> str:
    # Only here: a review that is recalled reads the configuration, and the checks' outcomes are not imported for it.
    from fastreview.outcome import Level

    levels = [level.word for level in Level if level is not Level.JUNIOR]
    if isinstance(value, str) and value in levels:
        return value
    raise reader.error(keys, f"{keys[-1]} must be one of {', '.join(levels)}.")


def _numbers(reader: _Reader, keys: tuple[str, ...], value: object) -> dict[str, float]:
    if not isinstance(value, dict) or not value:
        raise reader.error(keys, f"{keys[-1]} must be a table of numbers, such as {{ tolerance = 0.1, cap = 10 }}.")
    for name, number in value.items():
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number < 1e9:
            raise reader.error((*keys, name), f"{name} must be a number of at least 0.")
    return {name: float(number) for name, number in value.items()}


_KEYS: tuple[tuple[str, str, Callable[[_Reader, tuple[str, ...], object], object]], ...] = (
    ("select", "select", _strings),
    ("ignore", "ignore", _strings),
    ("exclude", "exclude", _patterns),
    ("apps", "apps", _strings),
    ("env", "env", _environment),
    ("static", "static", _flag),
    ("run-tests", "run_tests", _flag),
    ("type-check", "type_check", _flag),
    ("fail-on", "fail_on", _strings),
    ("baseline", "baseline", _path),
    ("thresholds", "thresholds", _named((), _numbers)),
    ("levels", "levels", _named((), _level)),
    ("layers", "layers", _named(LAYERS, _patterns)),
)
"""Key, field of `Config`, and how its value is read."""


def values(config: Config) -> Iterator[tuple[str, object, str]]:
    """Every key with its value and where that comes from: ``file:line`` or ``default``."""
    for key, field, _ in _KEYS:
        value: object = getattr(config, field)
        if isinstance(value, dict) and value:
            for name, part in value.items():
                origin = (
                    config.origins.get(f"{key}.{name}") or config.origins.get(f"{key}.{name.lower()}") or config.file
                )
                yield f"{key}.{name}", part, origin
        else:
            yield key, value, config.origins.get(key, "default")

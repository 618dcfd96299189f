"""Values as parsers of TOML, JSON and INI give them, narrowed to what the facts can hold."""

import re
from collections.abc import Iterator

from fastreview.facts.files import Scalar, Value
from fastreview.gather.files.yaml_tree import Tree

MAX_VALUES = 3_000
MAX_TEXT = 2_000


def table(value: object, *keys: str) -> dict[str, object]:
    """The table under ``keys``, or an empty one where something else, or nothing, stands."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def text(value: object) -> str:
    return value[:MAX_TEXT] if isinstance(value, str) else ""


def items(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def texts(value: object) -> tuple[str, ...]:
    """The strings of a list, or a single string."""
    if isinstance(value, str):
        return (value,)
    return tuple(member for member in items(value) if isinstance(member, str))


def flattened(value: object) -> dict[str, Value]:
    """Tables and lists of tables to dotted keys; a list of scalars is one tuple. At most `MAX_VALUES` values."""
    found: dict[str, Value] = {}
    for key, member in _walk(value, "", 0):
        if len(found) >= MAX_VALUES:
            break
        found[key] = member
    return found


def _walk(value: object, path: str, depth: int) -> Iterator[tuple[str, Value]]:
    if depth > 20:
        return
    match value:
        case Tree():
            yield from _walk_tree(value, path, depth)
        case dict():
            for key, member in value.items():
                yield from _walk(member, f"{path}.{key}" if path else str(key), depth + 1)
        case list() if any(isinstance(member, (dict, list)) for member in value):
            for index, member in enumerate(value):
                yield from _walk(member, f"{path}.{index}" if path else str(index), depth + 1)
        case list():
            yield path, tuple(_scalar(member) for member in value[:MAX_VALUES])
        case _:
            yield path, _scalar(value)


def _walk_tree(tree: Tree, path: str, depth: int) -> Iterator[tuple[str, Value]]:
    match tree.kind:
        case "map":
            for key, member in tree.items.items():
                yield from _walk(member, f"{path}.{key}" if path else key, depth + 1)
        case "list" if any(member.kind != "scalar" for member in tree.values):
            for index, member in enumerate(tree.values):
                yield from _walk(member, f"{path}.{index}" if path else str(index), depth + 1)
        case "list":
            yield path, tuple(_tree_scalar(member) for member in tree.values[:MAX_VALUES])
        case _:
            yield path, _tree_scalar(tree)


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)[:MAX_TEXT]


def _tree_scalar(tree: Tree) -> Scalar:
    if tree.plain:
        if tree.is_true() or tree.is_false():
            return tree.is_true()
        if tree.string() == "":
            return None
        if re.fullmatch(r"-?\d{1,15}", tree.string()):
            return int(tree.string())
    return tree.string()[:MAX_TEXT]


def line_of(content: str, pattern: str) -> int:
    """The line of the first match of ``pattern`` (multi-line mode), 1 when there is none."""
    found = re.search(pattern, content, re.MULTILINE)
    return content.count("\n", 0, found.start()) + 1 if found else 1


def line_at(content: str, position: int) -> int:
    return content.count("\n", 0, position) + 1

"""What Helm puts into a chart's templates from its values: blocks given by ``with`` and ``toYaml``.

Nothing is rendered. Where the values say what a block holds it is written in place of the marker, an empty ``with`` is left
out as Helm does, and every other marker stays for `manifests.without_templates`. Lines keep their numbers.
"""

import json
import re
from dataclasses import dataclass

from fastreview.gather.files.yaml_tree import EMPTY, Tree

MAX_VALUE = 10_000
"""Characters of one value written into a template."""
MAX_LINES = 5_000
MAX_INDENT = 80

_OPENS = re.compile(r"\{\{-?\s*(?P<word>if|with|range|define|block)\b(?P<rest>[^{}]*)\}\}")
_ELSE = re.compile(r"\{\{-?\s*else\b[^{}]*\}\}")
_END = re.compile(r"\{\{-?\s*end\s*-?\}\}")
_BLOCK = re.compile(
    r"[ \t]*\{\{-?\s*toYaml\s+(?P<what>[$\w.]+)\s*(?:\|\s*(?:trim\s*\|\s*)?n?indent\s+(?P<indent>\d+)\s*)?-?\}\}[ \t]*"
)


@dataclass(slots=True)
class _Scope:
    """A block of the template. ``dot`` is what "." stands for there, EMPTY where that is not known."""

    dot: Tree
    left_out: bool


def filled(template: str, values: tuple[Tree, ...]) -> str:
    """``template`` with the blocks that the values know; the first of ``values`` that has a key decides."""
    lines = template.split("\n")
    if len(lines) > MAX_LINES:
        return template
    scopes: list[_Scope] = []
    written: list[str] = []
    key_waits = False
    for line in lines:
        dot = scopes[-1].dot if scopes else EMPTY
        block = _BLOCK.fullmatch(line)
        text = line
        if block is not None and key_waits:
            text = _written(_value(block["what"], values, dot), int(block["indent"] or 0), line)
        _step(line, values, scopes)
        left_out = any(scope.left_out for scope in scopes)
        written.append("" if left_out else text)
        if written[-1].strip() and not _OPENS.search(line) and not _END.search(line):
            key_waits = text.rstrip().endswith(":")
    return "\n".join(written)


def _step(line: str, values: tuple[Tree, ...], scopes: list[_Scope]) -> None:
    """Enter and leave the blocks that begin and end in ``line``."""
    for mark in re.finditer(r"\{\{[^{}]*\}\}", line):
        if opened := _OPENS.match(mark[0]):
            dot, left_out = scopes[-1].dot if scopes else EMPTY, False
            if opened["word"] == "with":
                name = opened["rest"].strip(" -")
                dot = _value(name, values, dot) if re.fullmatch(r"[$\w.]+", name) else EMPTY
                left_out = bool(dot) and _is_empty(dot)
            elif opened["word"] in ("range", "define", "block"):
                dot = EMPTY
            scopes.append(_Scope(dot, left_out))
        elif _ELSE.match(mark[0]) and scopes:
            scopes[-1].left_out, scopes[-1].dot = False, EMPTY
        elif _END.match(mark[0]) and scopes:
            scopes.pop()


def _value(name: str, values: tuple[Tree, ...], dot: Tree) -> Tree:
    name = name.removeprefix("$")
    if name.startswith(".Values."):
        keys = name.removeprefix(".Values.").split(".")
        found = [tree for one in values if (tree := one.get(*keys))]
        return next((tree for tree in found if not _is_empty(tree)), found[0] if found else EMPTY)
    if not name.startswith("."):
        return EMPTY
    keys = [key for key in name.split(".") if key]
    return dot.get(*keys) if keys else dot


def _is_empty(tree: Tree) -> bool:
    return not tree.items and not tree.values and (not tree.string() or tree.is_false())


def _written(tree: Tree, indent: int, line: str) -> str:
    """The value as flow YAML on one line; the line itself where the value is not known."""
    if not tree:
        return line
    text = json.dumps(_plain(tree))
    spaces = min(indent, MAX_INDENT) or len(line) - len(line.lstrip())
    return line if len(text) > MAX_VALUE or "{{" in text else f"{' ' * spaces}{text}"


def _plain(tree: Tree) -> object:
    match tree.kind:
        case "map":
            return {key: _plain(value) for key, value in tree.items.items()}
        case "list":
            return [_plain(value) for value in tree.values]
    return tree.string()

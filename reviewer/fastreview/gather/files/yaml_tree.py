"""YAML as a tree with line numbers: nothing is constructed from tags; depth, size and aliases are bounded.

PyYAML's ``compose`` is recursive in C and ends the whole process on a file of a hundred thousand brackets, so
the tree is built here from the parser's events, which come one at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yaml import Event

MAX_DEPTH = 100
MAX_NODES = 200_000
"""Aliases count with everything they stand for, so that any walk over a tree is bounded."""
MAX_DOCUMENTS = 300


class YamlProblem(ValueError):
    """The text is not YAML, or exceeds a limit; the message is one sentence."""


@dataclass(slots=True)
class Tree:
    """A scalar (``text``), a mapping (``items``) or a list (``values``); ``line`` counts from 1.

    Aliases share the tree they point to. Merge keys (``<<``) are resolved. Unknown tags are ignored.
    """

    line: int
    text: str | None = None
    plain: bool = True
    items: dict[str, Tree] = field(default_factory=dict)
    values: list[Tree] = field(default_factory=list)
    kind: str = "scalar"
    size: int = 1
    """Nodes in it, those behind aliases each time they are used."""

    def get(self, *keys: str) -> Tree:
        """The tree under ``keys``, or an empty one."""
        tree = self
        for key in keys:
            found = tree.items.get(key)
            if found is None:
                return EMPTY
            tree = found
        return tree

    def __bool__(self) -> bool:
        return self is not EMPTY

    def string(self) -> str:
        """The scalar's text, "" for null and for what is no scalar."""
        if self.text is None or (self.plain and self.text in ("null", "~", "Null", "NULL")):
            return ""
        return self.text

    def is_true(self) -> bool:
        return self.plain and self.string().lower() in ("true", "yes", "on")

    def is_false(self) -> bool:
        return self.plain and self.string().lower() in ("false", "no", "off")

    def strings(self) -> tuple[str, ...]:
        """A scalar as one string, a list as its scalars."""
        if self.kind == "list":
            return tuple(tree.string() for tree in self.values if tree.kind == "scalar" and tree.string())
        return (self.string(),) if self.string() else ()

    def each(self) -> Iterator[Tree]:
        """The members of a list; a single scalar or mapping counts as a list of one."""
        if self.kind == "list":
            yield from self.values
        elif self:
            yield self


EMPTY = Tree(0)


def read_yaml(text: str) -> tuple[Tree, ...]:
    """The documents of ``text``, empty ones left out. Raises `YamlProblem`."""
    import yaml

    # libyaml is many times faster; PyYAML without it has the same events.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=loader):
            match event:
                case yaml.ScalarEvent():
                    builder.add(Tree(_line(event), event.value, event.implicit[0]), event.anchor)
                case yaml.MappingStartEvent():
                    builder.open(Tree(_line(event), kind="map"), event.anchor)
                case yaml.SequenceStartEvent():
                    builder.open(Tree(_line(event), kind="list"), event.anchor)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    builder.close()
                case yaml.AliasEvent():
                    builder.alias(event.anchor or "")
                case yaml.DocumentStartEvent():
                    builder.document()
    except (yaml.YAMLError, UnicodeError) as error:
        raise YamlProblem(_sentence(error)) from None
    return tuple(builder.documents)


def _line(event: Event) -> int:
    return 1 if event.start_mark is None else event.start_mark.line + 1


def _sentence(error: Exception) -> str:
    problem = getattr(error, "problem", None)
    mark = getattr(error, "problem_mark", None)
    if isinstance(problem, str):
        return f"{problem} in line {mark.line + 1}" if mark is not None else problem
    return str(error)


class _Builder:
    """The stack of open mappings and lists, and for each open mapping the key that waits for its value."""

    def __init__(self) -> None:
        self.documents: list[Tree] = []
        self.stack: list[Tree] = []
        self.keys: list[Tree | None] = []
        self.anchors: dict[str, Tree] = {}
        self.nodes = 0
        self.unfinished: dict[int, str] = {}

    def document(self) -> None:
        self.anchors = {}
        if len(self.documents) >= MAX_DOCUMENTS:
            raise YamlProblem(f"more than {MAX_DOCUMENTS} documents")

    def open(self, tree: Tree, anchor: str | None) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise YamlProblem(f"nested deeper than {MAX_DEPTH} levels")
        self.stack.append(tree)
        self.keys.append(None)
        # An anchor becomes known when its tree is complete: a tree that contains itself cannot arise.
        if anchor:
            self.anchors.pop(anchor, None)
            self.unfinished[id(tree)] = anchor

    def close(self) -> None:
        tree = self.stack.pop()
        self.keys.pop()
        anchor = self.unfinished.pop(id(tree), None)
        self.add(tree, anchor)

    def alias(self, anchor: str) -> None:
        tree = self.anchors.get(anchor, Tree(0, ""))
        self.count(tree.size)
        self.add(tree, None)

    def count(self, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise YamlProblem(f"more than {MAX_NODES} nodes, counting what aliases stand for")

    def add(self, tree: Tree, anchor: str | None) -> None:
        self.count(1)
        if anchor:
            self.anchors[anchor] = tree
        if not self.stack:
            if tree.kind != "scalar" or tree.string():
                self.documents.append(tree)
            return
        holder = self.stack[-1]
        holder.size += tree.size
        if holder.kind == "list":
            holder.values.append(tree)
        elif (key := self.keys[-1]) is None:
            self.keys[-1] = tree
        else:
            self.keys[-1] = None
            self.pair(holder, key, tree)

    def pair(self, holder: Tree, key: Tree, value: Tree) -> None:
        if key.text == "<<" and key.plain:
            for source in value.each():
                for name, tree in source.items.items():
                    holder.items.setdefault(name, tree)
        elif key.kind == "scalar":
            if value.text == "" and value.plain:
                value = Tree(key.line, "")
            holder.items[key.text or ""] = value

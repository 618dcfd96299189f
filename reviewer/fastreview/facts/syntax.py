"""Python as reviews see it: a compact, serialisable tree of expressions and statements.

`ast` trees are large, cannot be cached and differ between interpreter versions. This is the part of the grammar that
checks reason about: literals stand for themselves, a chain of names such as ``self.session.execute`` is one `Ref`, and
whatever no check looks into is `Opaque`. Positions are those of CPython: lines count from 1, columns from 0.
"""

from collections.abc import Iterator
from types import NoneType
from typing import cast

from msgspec import Struct


class Node(Struct, frozen=True, array_like=True, gc=False):
    """An expression that is no literal."""

    def inside(self) -> "tuple[Expr, ...]":
        """The expressions directly inside it, in order of evaluation as far as checks care."""
        return ()


class Statement(Struct, frozen=True, array_like=True, gc=False):
    """A statement; `Body` is a sequence of them."""

    def evaluated(self) -> "tuple[Expr, ...]":
        """The expressions that it evaluates itself; those of the statements inside it are not among them."""
        return ()

    def blocks(self) -> "tuple[Body, ...]":
        """The blocks of statements directly inside it."""
        return ()


class Ref(Node, frozen=True, array_like=True, gc=False, tag=1):
    """A name or a chain of attributes on a name: ``db``, ``self.session.execute``."""

    name: str

    @property
    def root(self) -> str:
        return self.name.partition(".")[0]

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]


class Attribute(Node, frozen=True, array_like=True, gc=False, tag=2):
    """An attribute of something that is not a chain of names: ``select(User).where``."""

    value: "Expr"
    attr: str

    def inside(self) -> tuple["Expr", ...]:
        return (self.value,)


class Keyword(Struct, frozen=True, array_like=True, gc=False):
    """``name=value`` in a call; ``name`` is empty for ``**value``."""

    name: str
    value: "Expr"


class Call(Node, frozen=True, array_like=True, gc=False, tag=3):
    func: "Expr"
    args: tuple["Expr", ...]
    keywords: tuple[Keyword, ...]
    line: int
    col: int
    end_line: int

    @property
    def name(self) -> str:
        """What is called as written, or "" when it is not a chain of names."""
        return self.func.name if isinstance(self.func, Ref) else ""

    @property
    def method(self) -> str:
        """The last part of what is called: ``execute`` of ``self.session.execute(...)``."""
        # Asked for most of all, and a class pattern costs a method call for each struct that does not match.
        func = self.func
        if type(func) is Ref:
            return func.name.rpartition(".")[2]
        return func.attr if type(func) is Attribute else ""

    @property
    def receiver(self) -> "Expr":
        """``x`` of ``x.method(...)``; None where a bare name is called, or what another call gave."""
        match self.func:
            case Ref(name=name) if "." in name:
                return Ref(name.rpartition(".")[0])
            case Attribute(value=value):
                return value
        return None

    def keyword(self, name: str) -> "Expr | Missing":
        for keyword in self.keywords:
            if keyword.name == name:
                return keyword.value
        return MISSING

    def argument(self, position: int, name: str) -> "Expr | Missing":
        """The argument given by position or by name."""
        given = self.keyword(name)
        if isinstance(given, Missing) and 0 <= position < len(self.args):
            return self.args[position]
        return given

    def inside(self) -> tuple["Expr", ...]:
        return (self.func, *self.args, *[k.value for k in self.keywords])


class Missing:
    """No such argument; `None` is a value that code can write."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


class Subscript(Node, frozen=True, array_like=True, gc=False, tag=4):
    value: "Expr"
    index: "Expr"

    def inside(self) -> tuple["Expr", ...]:
        return (self.value, self.index)


class Items(Node, frozen=True, array_like=True, gc=False, tag=5):
    """A list, tuple or set display; ``kind`` is that word."""

    kind: str
    values: tuple["Expr", ...]

    def inside(self) -> tuple["Expr", ...]:
        return self.values


class Mapping(Node, frozen=True, array_like=True, gc=False, tag=6):
    """A dict display; the key of a ``**spread`` is `Opaque`."""

    keys: tuple["Expr", ...]
    values: tuple["Expr", ...]

    def inside(self) -> tuple["Expr", ...]:
        return (*self.keys, *self.values)


class Operation(Node, frozen=True, array_like=True, gc=False, tag=7):
    """Unary, binary, boolean and comparing operators. ``op`` is as written; a chained comparison joins its operators."""

    op: str
    operands: tuple["Expr", ...]

    def inside(self) -> tuple["Expr", ...]:
        return self.operands


class Text(Node, frozen=True, array_like=True, gc=False, tag=8):
    """An f-string: literal parts are `str`, the others are what stands in braces."""

    parts: tuple["Expr", ...]

    def inside(self) -> tuple["Expr", ...]:
        return self.parts


class Await(Node, frozen=True, array_like=True, gc=False, tag=9):
    value: "Expr"

    def inside(self) -> tuple["Expr", ...]:
        return (self.value,)


class Yield(Node, frozen=True, array_like=True, gc=False, tag=10):
    value: "Expr"
    delegates: bool

    def inside(self) -> tuple["Expr", ...]:
        return (self.value,)


class Lambda(Node, frozen=True, array_like=True, gc=False, tag=11):
    body: "Expr"

    def inside(self) -> tuple["Expr", ...]:
        return (self.body,)


class Comprehension(Node, frozen=True, array_like=True, gc=False, tag=12):
    """``kind`` is list, set, dict or generator; a dict's element is a tuple of key and value."""

    kind: str
    element: "Expr"
    sources: tuple["Source", ...]

    def inside(self) -> tuple["Expr", ...]:
        return (*[part for s in self.sources for part in (s.iterable, s.target, *s.conditions)], self.element)


class Source(Struct, frozen=True, array_like=True, gc=False):
    """One ``for target in iterable if ...`` of a comprehension."""

    target: "Expr"
    iterable: "Expr"
    conditions: tuple["Expr", ...]
    is_async: bool


class Starred(Node, frozen=True, array_like=True, gc=False, tag=13):
    value: "Expr"

    def inside(self) -> tuple["Expr", ...]:
        return (self.value,)


class Conditional(Node, frozen=True, array_like=True, gc=False, tag=14):
    test: "Expr"
    body: "Expr"
    orelse: "Expr"

    def inside(self) -> tuple["Expr", ...]:
        return (self.test, self.body, self.orelse)


class Walrus(Node, frozen=True, array_like=True, gc=False, tag=15):
    target: "Expr"
    value: "Expr"

    def inside(self) -> tuple["Expr", ...]:
        return (self.target, self.value)


class Slice(Node, frozen=True, array_like=True, gc=False, tag=17):
    """``lower:upper:step`` in a subscript; what is left out is None."""

    lower: "Expr"
    upper: "Expr"
    step: "Expr"

    def inside(self) -> tuple["Expr", ...]:
        return (self.lower, self.upper, self.step)


class Opaque(Node, frozen=True, array_like=True, gc=False, tag=16):
    """Something no check looks into (bytes, huge literals, nesting beyond the bound); the word says what."""

    kind: str


type_of_nodes = (
    Ref
    | Attribute
    | Call
    | Subscript
    | Items
    | Mapping
    | Operation
    | Text
    | Await
    | Yield
    | Lambda
    | Comprehension
    | Starred
    | Conditional
    | Walrus
    | Slice
    | Opaque
)
Expr = None | bool | int | float | str | type_of_nodes


class Assign(Statement, frozen=True, array_like=True, gc=False, tag=30):
    """``a = b = value``, ``a: T = value`` and ``a += value`` (``op`` is then "+")."""

    targets: tuple[Expr, ...]
    value: Expr
    annotation: Expr
    op: str
    has_value: bool
    line: int
    end_line: int

    def evaluated(self) -> tuple[Expr, ...]:
        return (self.value, *self.targets)


class Do(Statement, frozen=True, array_like=True, gc=False, tag=31):
    """An expression whose value is dropped."""

    value: Expr
    line: int

    def evaluated(self) -> tuple[Expr, ...]:
        return (self.value,)


class Return(Statement, frozen=True, array_like=True, gc=False, tag=32):
    value: Expr
    line: int

    def evaluated(self) -> tuple[Expr, ...]:
        return (self.value,)


class Raise(Statement, frozen=True, array_like=True, gc=False, tag=33):
    exception: Expr
    cause: Expr
    line: int

    def evaluated(self) -> tuple[Expr, ...]:
        return (self.exception, self.cause)


class If(Statement, frozen=True, array_like=True, gc=False, tag=34):
    test: Expr
    body: tuple["Stmt", ...]
    orelse: tuple["Stmt", ...]
    line: int

    def evaluated(self) -> tuple[Expr, ...]:
        return (self.test,)

    def blocks(self) -> "tuple[Body, ...]":
        return (self.body, self.orelse)


class Loop(Statement, frozen=True, array_like=True, gc=False, tag=35):
    """``for`` (``target`` and ``iterable``) and ``while`` (``iterable`` is its test and ``target`` None)."""

    kind: str
    target: Expr
    iterable: Expr
    body: tuple["Stmt", ...]
    orelse: tuple["Stmt", ...]
    is_async: bool
    line: int

    def evaluated(self) -> tuple[Expr, ...]:
        return (self.iterable, self.target)

    def blocks(self) -> "tuple[Body, ...]":
        return (self.body, self.orelse)


class WithItem(Struct, frozen=True, array_like=True, gc=False):
    context: Expr
    target: Expr


class With(Statement, frozen=True, array_like=True, gc=False, tag=36):
    items: tuple[WithItem, ...]
    body: tuple["Stmt", ...]
    is_async: bool
    line: int

    def evaluated(self) -> tuple[Expr, ...]:
        return tuple([e for item in self.items for e in (item.context, item.target)])

    def blocks(self) -> "tuple[Body, ...]":
        return (self.body,)


class Handler(Struct, frozen=True, array_like=True, gc=False):
    """One ``except type as name``; ``type`` is None for a bare ``except``."""

    type: Expr
    name: str
    body: tuple["Stmt", ...]
    line: int


class Try(Statement, frozen=True, array_like=True, gc=False, tag=37):
    body: tuple["Stmt", ...]
    handlers: tuple[Handler, ...]
    orelse: tuple["Stmt", ...]
    final: tuple["Stmt", ...]
    line: int

    def evaluated(self) -> tuple[Expr, ...]:
        return tuple([h.type for h in self.handlers])

    def blocks(self) -> "tuple[Body, ...]":
        return (self.body, *[h.body for h in self.handlers], self.orelse, self.final)


class Assert(Statement, frozen=True, array_like=True, gc=False, tag=38):
    test: Expr
    line: int

    def evaluated(self) -> tuple[Expr, ...]:
        return (self.test,)


class Case(Struct, frozen=True, array_like=True, gc=False):
    pattern: Expr
    guard: Expr
    body: tuple["Stmt", ...]


class Match(Statement, frozen=True, array_like=True, gc=False, tag=39):
    subject: Expr
    cases: tuple[Case, ...]
    line: int

    def evaluated(self) -> tuple[Expr, ...]:
        return (self.subject, *[e for c in self.cases for e in (c.pattern, c.guard)])

    def blocks(self) -> "tuple[Body, ...]":
        return tuple([c.body for c in self.cases])


class Define(Statement, frozen=True, array_like=True, gc=False, tag=40):
    """A function or class defined here; its facts are in the module's lists under ``qualname``."""

    qualname: str
    is_class: bool
    line: int


class Names(Statement, frozen=True, array_like=True, gc=False, tag=41):
    """``global``, ``nonlocal`` (names) and ``del`` (targets)."""

    kind: str
    targets: tuple[Expr, ...]
    line: int

    def evaluated(self) -> tuple[Expr, ...]:
        return self.targets


class Word(Statement, frozen=True, array_like=True, gc=False, tag=42):
    """``pass``, ``break`` and ``continue``; imports are in the module's list and leave the word ``import``."""

    word: str
    line: int


Stmt = Assign | Do | Return | Raise | If | Loop | With | Try | Assert | Match | Define | Names | Word
Body = tuple[Stmt, ...]


def children(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside ``expr``, in order of evaluation as far as checks care."""
    return () if isinstance(expr, _LITERALS) else expr.inside()


_LITERALS = (str, NoneType, bool, int, float)
_LEAVES = frozenset((*_LITERALS, Ref, Opaque))


def walk(expr: Expr) -> Iterator[Expr]:
    """``expr`` and everything inside it, outermost first."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        if type(node) not in _LEAVES:
            stack += cast("type_of_nodes", node).inside()[::-1]


def expressions(stmt: Stmt) -> tuple[Expr, ...]:
    """The expressions that ``stmt`` itself evaluates; those of the statements inside it are not among them."""
    return stmt.evaluated()


def blocks(stmt: Stmt) -> tuple[Body, ...]:
    """The blocks of statements directly inside ``stmt``."""
    return stmt.blocks()


def statements(body: Body) -> Iterator[Stmt]:
    """Every statement of ``body`` and of the blocks inside it, in source order; nested functions are not entered."""
    for stmt in body:
        yield stmt
        for block in blocks(stmt):
            yield from statements(block)


def written(expr: Expr, limit: int = 200) -> str:
    """``expr`` as source text, shortened to ``limit`` characters; `Opaque` parts are an ellipsis."""
    text = _written(expr, 0)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _written(expr: Expr, depth: int) -> str:  # noqa: C901 - one case per kind of node
    if depth > 12:
        return "…"
    deep = depth + 1
    match expr:
        case None | bool() | int() | float() | str():
            return repr(expr)
        case Ref(name=name):
            return name
        case Attribute(value=value, attr=attr):
            return f"{_written(value, deep)}.{attr}"
        case Call():
            given = [_written(a, deep) for a in expr.args]
            given += [
                f"{k.name}={_written(k.value, deep)}" if k.name else f"**{_written(k.value, deep)}"
                for k in expr.keywords
            ]
            return f"{_written(expr.func, deep)}({', '.join(given)})"
        case Subscript(value=value, index=Items(kind="tuple", values=values)):
            return f"{_written(value, deep)}[{', '.join(_written(v, deep) for v in values)}]"
        case Subscript(value=value, index=index):
            return f"{_written(value, deep)}[{_written(index, deep)}]"
        case Items(kind=kind, values=values):
            inner = ", ".join(_written(v, deep) for v in values)
            if kind == "list":
                return f"[{inner}]"
            if kind == "set":
                return f"{{{inner}}}"
            return f"({inner},)" if len(values) == 1 else f"({inner})"
        case Mapping(keys=keys, values=values):
            return (
                "{"
                + ", ".join(f"{_written(k, deep)}: {_written(v, deep)}" for k, v in zip(keys, values, strict=True))
                + "}"
            )
        case Operation(op=op, operands=(only,)):
            return f"{op} {_written(only, deep)}" if op.isalpha() else f"{op}{_written(only, deep)}"
        case Operation(op=op, operands=operands):
            return f" {op} ".join(_written(o, deep) for o in operands)
        case Text(parts=parts):
            inside = "".join(p if isinstance(p, str) else "{" + _written(p, deep) + "}" for p in parts)
            return f'f"{inside}"'
        case Await(value=value):
            return f"await {_written(value, deep)}"
        case Starred(value=value):
            return f"*{_written(value, deep)}"
        case Conditional(test=test, body=body, orelse=orelse):
            return f"{_written(body, deep)} if {_written(test, deep)} else {_written(orelse, deep)}"
        case Lambda(body=body):
            return f"lambda: {_written(body, deep)}"
        case Slice():
            bounds = [expr.lower, expr.upper] if expr.step is None else [expr.lower, expr.upper, expr.step]
            return ":".join("" if b is None else _written(b, deep) for b in bounds)
    return "…"

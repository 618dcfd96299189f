"""Python as reviews see it: a compact, serialisable tree of expressions and statements.

`ast` trees are large, cannot be cached and differ between interpreter versions. This is the part of the grammar that
checks reason about: literals stand for themselves, a chain of names such as ``self.session.execute`` is one `Ref`, and
whatever no check looks into is `Opaque`. Positions are those of CPython: lines count from 1, columns from 0.
"""

from collections.abc import Iterator

from msgspec import Struct


class Ref(Struct, frozen=True, array_like=True, gc=False, tag=1):
    """A name or a chain of attributes on a name: ``db``, ``self.session.execute``."""

    name: str

    @property
    def root(self) -> str:
        return self.name.partition(".")[0]

    @property
    def last(self) -> str:
        return self.name.rpartition(".")[2]


class Attribute(Struct, frozen=True, array_like=True, gc=False, tag=2):
    """An attribute of something that is not a chain of names: ``select(User).where``."""

    value: "Expr"
    attr: str


class Keyword(Struct, frozen=True, array_like=True, gc=False):
    """``name=value`` in a call; ``name`` is empty for ``**value``."""

    name: str
    value: "Expr"


class Call(Struct, frozen=True, array_like=True, gc=False, tag=3):
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
        match self.func:
            case Ref():
                return self.func.last
            case Attribute(attr=attr):
                return attr
        return ""

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


class Missing:
    """No such argument; `None` is a value that code can write."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()


class Subscript(Struct, frozen=True, array_like=True, gc=False, tag=4):
    value: "Expr"
    index: "Expr"


class Items(Struct, frozen=True, array_like=True, gc=False, tag=5):
    """A list, tuple or set display; ``kind`` is that word."""

    kind: str
    values: tuple["Expr", ...]


class Mapping(Struct, frozen=True, array_like=True, gc=False, tag=6):
    """A dict display; the key of a ``**spread`` is `Opaque`."""

    keys: tuple["Expr", ...]
    values: tuple["Expr", ...]


class Operation(Struct, frozen=True, array_like=True, gc=False, tag=7):
    """Unary, binary, boolean and comparing operators. ``op`` is as written; a chained comparison joins its operators."""

    op: str
    operands: tuple["Expr", ...]


class Text(Struct, frozen=True, array_like=True, gc=False, tag=8):
    """An f-string: literal parts are `str`, the others are what stands in braces."""

    parts: tuple["Expr", ...]


class Await(Struct, frozen=True, array_like=True, gc=False, tag=9):
    value: "Expr"


class Yield(Struct, frozen=True, array_like=True, gc=False, tag=10):
    value: "Expr"
    delegates: bool


class Lambda(Struct, frozen=True, array_like=True, gc=False, tag=11):
    body: "Expr"


class Comprehension(Struct, frozen=True, array_like=True, gc=False, tag=12):
    """``kind`` is list, set, dict or generator; a dict's element is a tuple of key and value."""

    kind: str
    element: "Expr"
    sources: tuple["Source", ...]


class Source(Struct, frozen=True, array_like=True, gc=False):
    """One ``for target in iterable if ...`` of a comprehension."""

    target: "Expr"
    iterable: "Expr"
    conditions: tuple["Expr", ...]
    is_async: bool


class Starred(Struct, frozen=True, array_like=True, gc=False, tag=13):
    value: "Expr"


class Conditional(Struct, frozen=True, array_like=True, gc=False, tag=14):
    test: "Expr"
    body: "Expr"
    orelse: "Expr"


class Walrus(Struct, frozen=True, array_like=True, gc=False, tag=15):
    target: "Expr"
    value: "Expr"


class Slice(Struct, frozen=True, array_like=True, gc=False, tag=17):
    """``lower:upper:step`` in a subscript; what is left out is None."""

    lower: "Expr"
    upper: "Expr"
    step: "Expr"


class Opaque(Struct, frozen=True, array_like=True, gc=False, tag=16):
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


class Assign(Struct, frozen=True, array_like=True, gc=False, tag=30):
    """``a = b = value``, ``a: T = value`` and ``a += value`` (``op`` is then "+")."""

    targets: tuple[Expr, ...]
    value: Expr
    annotation: Expr
    op: str
    has_value: bool
    line: int
    end_line: int


class Do(Struct, frozen=True, array_like=True, gc=False, tag=31):
    """An expression whose value is dropped."""

    value: Expr
    line: int


class Return(Struct, frozen=True, array_like=True, gc=False, tag=32):
    value: Expr
    line: int


class Raise(Struct, frozen=True, array_like=True, gc=False, tag=33):
    exception: Expr
    cause: Expr
    line: int


class If(Struct, frozen=True, array_like=True, gc=False, tag=34):
    test: Expr
    body: tuple["Stmt", ...]
    orelse: tuple["Stmt", ...]
    line: int


class Loop(Struct, frozen=True, array_like=True, gc=False, tag=35):
    """``for`` (``target`` and ``iterable``) and ``while`` (``iterable`` is its test and ``target`` None)."""

    kind: str
    target: Expr
    iterable: Expr
    body: tuple["Stmt", ...]
    orelse: tuple["Stmt", ...]
    is_async: bool
    line: int


class WithItem(Struct, frozen=True, array_like=True, gc=False):
    context: Expr
    target: Expr


class With(Struct, frozen=True, array_like=True, gc=False, tag=36):
    items: tuple[WithItem, ...]
    body: tuple["Stmt", ...]
    is_async: bool
    line: int


class Handler(Struct, frozen=True, array_like=True, gc=False):
    """One ``except type as name``; ``type`` is None for a bare ``except``."""

    type: Expr
    name: str
    body: tuple["Stmt", ...]
    line: int


class Try(Struct, frozen=True, array_like=True, gc=False, tag=37):
    body: tuple["Stmt", ...]
    handlers: tuple[Handler, ...]
    orelse: tuple["Stmt", ...]
    final: tuple["Stmt", ...]
    line: int


class Assert(Struct, frozen=True, array_like=True, gc=False, tag=38):
    test: Expr
    line: int


class Case(Struct, frozen=True, array_like=True, gc=False):
    pattern: Expr
    guard: Expr
    body: tuple["Stmt", ...]


class Match(Struct, frozen=True, array_like=True, gc=False, tag=39):
    subject: Expr
    cases: tuple[Case, ...]
    line: int


class Define(Struct, frozen=True, array_like=True, gc=False, tag=40):
    """A function or class defined here; its facts are in the module's lists under ``qualname``."""

    qualname: str
    is_class: bool
    line: int


class Names(Struct, frozen=True, array_like=True, gc=False, tag=41):
    """``global``, ``nonlocal`` (names) and ``del`` (targets)."""

    kind: str
    targets: tuple[Expr, ...]
    line: int


class Word(Struct, frozen=True, array_like=True, gc=False, tag=42):
    """``pass``, ``break`` and ``continue``; imports are in the module's list and leave the word ``import``."""

    word: str
    line: int


Stmt = Assign | Do | Return | Raise | If | Loop | With | Try | Assert | Match | Define | Names | Word
Body = tuple[Stmt, ...]


def children(expr: Expr) -> tuple[Expr, ...]:
    """The expressions directly inside ``expr``, in order of evaluation as far as checks care."""
    match expr:
        case Call():
            return (expr.func, *expr.args, *(k.value for k in expr.keywords))
        case Attribute() | Await() | Starred() | Yield():
            return (expr.value,)
        case Subscript():
            return (expr.value, expr.index)
        case Items():
            return expr.values
        case Mapping():
            return (*expr.keys, *expr.values)
        case Operation():
            return expr.operands
        case Text():
            return expr.parts
        case Comprehension():
            inner = [part for s in expr.sources for part in (s.iterable, s.target, *s.conditions)]
            return (*inner, expr.element)
        case Conditional():
            return (expr.test, expr.body, expr.orelse)
        case Walrus():
            return (expr.target, expr.value)
        case Lambda():
            return (expr.body,)
        case Slice():
            return (expr.lower, expr.upper, expr.step)
    return ()


# Comparing types is many times faster than a class pattern that does not match: structs have an `ABCMeta`.
_CHILDLESS = frozenset({type(None), bool, int, float, str, Ref, Opaque})
_FLAT = frozenset({Assign, Do, Return, Raise, Assert, Define, Names, Word})


def walk(expr: Expr) -> Iterator[Expr]:
    """``expr`` and everything inside it, outermost first."""
    stack = [expr]
    while stack:
        node = stack.pop()
        yield node
        if type(node) not in _CHILDLESS:
            stack.extend(reversed(children(node)))


def expressions(stmt: Stmt) -> tuple[Expr, ...]:
    """The expressions that ``stmt`` itself evaluates; those of the statements inside it are not among them."""
    match stmt:
        case Assign():
            return (stmt.value, *stmt.targets)
        case Do() | Return():
            return (stmt.value,)
        case Raise():
            return (stmt.exception, stmt.cause)
        case If() | Assert():
            return (stmt.test,)
        case Loop():
            return (stmt.iterable, stmt.target)
        case With():
            return tuple(e for item in stmt.items for e in (item.context, item.target))
        case Try():
            return tuple(h.type for h in stmt.handlers)
        case Match():
            return (stmt.subject, *(e for c in stmt.cases for e in (c.pattern, c.guard)))
        case Names():
            return stmt.targets
    return ()


def blocks(stmt: Stmt) -> tuple[Body, ...]:
    """The blocks of statements directly inside ``stmt``."""
    if type(stmt) in _FLAT:
        return ()
    match stmt:
        case If():
            return (stmt.body, stmt.orelse)
        case Loop():
            return (stmt.body, stmt.orelse)
        case With():
            return (stmt.body,)
        case Try():
            return (stmt.body, *(h.body for h in stmt.handlers), stmt.orelse, stmt.final)
        case Match():
            return tuple(c.body for c in stmt.cases)
    return ()


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

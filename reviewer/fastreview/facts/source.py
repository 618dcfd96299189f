"""What one Python file says: definitions, imports and bodies, taken in one parse and one walk."""

from msgspec import Raw, Struct

from fastreview.facts.syntax import Expr


class Import(Struct, frozen=True, array_like=True, gc=False):
    """One imported name. ``import a.b as c`` has ``name`` "" ; ``from .x import y as z`` has level 1, module "x".

    ``within`` is the qualified name of the function it stands in, or "". ``typing_only`` imports stand under
    ``if TYPE_CHECKING``.
    """

    module: str
    name: str
    alias: str
    level: int
    line: int
    within: str
    typing_only: bool

    @property
    def bound(self) -> str:
        """The name that the import binds in its module."""
        return self.alias or self.name or self.module.partition(".")[0]


class Parameter(Struct, frozen=True, array_like=True, gc=False):
    """``kind`` is one of "positional" (only), "normal", "args", "keyword" (only), "kwargs"."""

    name: str
    kind: str
    annotation: Expr
    annotated: bool
    default: Expr
    has_default: bool
    line: int


class FunctionFacts(Struct, frozen=True, array_like=True, gc=False):
    """A function, method or nested function.

    ``qualname`` is CPython's without "<locals>": ``Outer.method``, ``create_app.health``. ``owner`` is the qualified
    name of the class it is a method of, or "". ``body`` is a msgpack-encoded `syntax.Body`, decoded when asked for.
    ``complexity`` is McCabe's cyclomatic number as radon counts it (asserts aside), ``statements`` counts those of its own body,
    nested functions excluded, docstring excluded.
    """

    name: str
    qualname: str
    owner: str
    parent: str
    line: int
    body_line: int
    end_line: int
    is_async: bool
    decorators: tuple[Expr, ...]
    decorator_lines: tuple[int, ...]
    parameters: tuple[Parameter, ...]
    returns: Expr
    returns_annotated: bool
    docstring: str
    yields: bool
    complexity: int
    statements: int
    called: tuple[str, ...]
    """Last parts of the names of what its body calls, sorted; "" for a call of a call. Known without decoding the body."""
    mentioned: tuple[str, ...]
    """Names, attributes and keywords of arguments that its body mentions, sorted: what is not among them need not be looked for
    in the body."""
    binds_in_expressions: bool
    """Whether comprehensions or ``:=`` in it bind names."""
    body: Raw


class FieldFacts(Struct, frozen=True, array_like=True, gc=False):
    """A name assigned or annotated in a class body."""

    name: str
    annotation: Expr
    annotated: bool
    value: Expr
    has_value: bool
    line: int


class ClassFacts(Struct, frozen=True, array_like=True, gc=False):
    """A class; its methods are in the module's functions with this ``qualname`` as owner."""

    name: str
    qualname: str
    parent: str
    line: int
    end_line: int
    bases: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    decorators: tuple[Expr, ...]
    fields: tuple[FieldFacts, ...]
    docstring: str


class Comment(Struct, frozen=True, array_like=True, gc=False):
    """A comment that a tool reads: ``# type: ignore[code]``, ``# noqa``, ``# fastreview: ...``.

    ``about`` is the line that it is about: its own, or the next line of code where it stands alone; 0 where none follows.
    Known of fastreview's own comments only, of others it is their own line.
    """

    text: str
    line: int
    about: int


class ModuleFacts(Struct, frozen=True, array_like=True, gc=False):
    """One file. ``path`` is relative to the reviewed root, with "/". ``lines`` counts physical lines.

    ``parser`` is "ast"; "rewritten" or "libcst" for syntax newer than this interpreter, by which of the two read it; or
    "none" with the reason in ``error``.
    ``generated`` is true where the head of the file says that a program wrote it.
    """

    path: str
    digest: str
    lines: int
    code_lines: int
    imports: tuple[Import, ...]
    functions: tuple[FunctionFacts, ...]
    classes: tuple[ClassFacts, ...]
    exports: tuple[str, ...] | None
    comments: tuple[Comment, ...]
    docstring: str
    parser: str
    error: str
    generated: bool
    called: tuple[str, ...]
    mentioned: tuple[str, ...]
    binds_in_expressions: bool
    body: Raw

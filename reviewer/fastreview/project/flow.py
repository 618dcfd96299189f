"""Where a value comes from: from an expression back through names, wrappers, loops and the project's own functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Code, Function
from fastreview.project.names import External

if TYPE_CHECKING:
    from fastreview.project.project import Project

MAX_DEPTH = 30
MAX_ORIGINS = 400
_THROUGH = frozenset(
    {
        "builtins.list", "builtins.tuple", "builtins.set", "builtins.sorted", "builtins.reversed", "builtins.filter",
        "builtins.map", "builtins.dict", "builtins.iter", "fastapi.encoders.jsonable_encoder", "typing.cast",
        "asyncio.to_thread", "fastapi.concurrency.run_in_threadpool", "asyncio.gather",
    }
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Origin:
    """A call or attribute that a value starts from, and the project functions between, the outermost first."""

    expr: s.Expr
    code: Code
    through: tuple[Function, ...]


class Flow:
    """One question; ``wraps`` follows the arguments of constructors too (``Page(items=rows)``)."""

    def __init__(self, project: Project, *, wraps: bool = True) -> None:
        self._project = project
        self._wraps = wraps
        self._seen: set[tuple[int, int]] = set()

    def returned(self, function: Function) -> Iterator[Origin]:
        """Where the values that ``function`` returns come from."""
        yield from self._returned(function, (function,), 0)

    def of(self, expr: s.Expr, code: Code, through: tuple[Function, ...] = (), depth: int = 0) -> Iterator[Origin]:
        key = (id(expr), id(code))
        if depth > MAX_DEPTH or len(self._seen) > MAX_ORIGINS or (not isinstance(expr, s.Ref) and key in self._seen):
            return
        self._seen.add(key)
        deep = depth + 1
        match expr:
            case s.Await(value=value) | s.Starred(value=value) | s.Walrus(value=value):
                yield from self.of(value, code, through, deep)
            case s.Ref(name=name):
                yield from self._named(expr, name, code, through, deep)
            case s.Call():
                yield from self._call(expr, code, through, deep)
            case s.Comprehension(sources=(source, *_)):
                yield from self.of(source.iterable, code, through, deep)
            case s.Mapping(values=values) | s.Items(kind="tuple", values=values):
                for value in values:
                    yield from self.of(value, code, through, deep)
            case s.Conditional(body=body, orelse=orelse):
                yield from self.of(body, code, through, deep)
                yield from self.of(orelse, code, through, deep)
            case s.Operation(op="or" | "and" | "+", operands=operands):
                for operand in operands:
                    yield from self.of(operand, code, through, deep)
            case s.Subscript(value=value, index=str()):
                yield from self.of(value, code, through, deep)
            case s.Attribute():
                yield Origin(expr, code, through)
            case _:
                return

    def _named(self, expr: s.Ref, name: str, code: Code, through: tuple[Function, ...], depth: int) -> Iterator[Origin]:
        if "." in name:
            yield Origin(expr, code, through)
            return
        filled = False
        for binding in code.bindings.get(name, ()):
            match binding.kind:
                case "assign" | "unpack-assign" | "extend":
                    yield from self.of(binding.expr, code, through, depth)
                    filled = filled or binding.expr in (s.Items("list", ()), s.Call(s.Ref("list"), (), (), 0, 0, 0))
                case _:
                    pass
        if filled:
            for iterable in _filling(name, code.body):
                yield from self.of(iterable, code, through, depth)

    def _call(self, call: s.Call, code: Code, through: tuple[Function, ...], depth: int) -> Iterator[Origin]:
        site = CallSite(call, code, awaited=False, deferred=False, loops=0, dropped=False)
        value = self._project.values.target(site)
        if isinstance(value, External) and value.name in _THROUGH:
            given: tuple[s.Expr, ...] = call.args
            if given and value.name in ("asyncio.to_thread", "fastapi.concurrency.run_in_threadpool"):
                function = self._project.values.of(given[0], code)
                if isinstance(function, Function):
                    yield from self._returned(function, (*through, function), depth)
                    return
            for argument in given:
                yield from self.of(argument, code, through, depth)
        elif isinstance(value, Class) or call.method[:1].isupper():
            for argument in (*call.args, *(k.value for k in call.keywords)) if self._wraps else ():
                yield from self.of(argument, code, through, depth)
        else:
            functions = [t for t in self._project.targets(site) if isinstance(t, Function)]
            for function in functions:
                yield from self._returned(function, (*through, function), depth)
            if not functions:
                yield Origin(call, code, through)

    def _returned(self, function: Function, through: tuple[Function, ...], depth: int) -> Iterator[Origin]:
        for stmt in function.statements:
            match stmt:
                case s.Return(value=value) if value is not None:
                    yield from self.of(value, function, through, depth + 1)
                case _:
                    pass


def _filling(name: str, body: s.Body) -> Iterator[s.Expr]:
    """What the loops iterate over that append to the list ``name``."""
    for stmt in body:
        if isinstance(stmt, s.Loop) and stmt.kind == "for" and _appends(name, stmt.body):
            yield stmt.iterable
        for block in s.blocks(stmt):
            yield from _filling(name, block)


def _appends(name: str, body: s.Body) -> bool:
    wanted = {f"{name}.append", f"{name}.extend"}
    return any(
        isinstance(node, s.Call) and node.name in wanted
        for stmt in s.statements(body)
        for expr in s.expressions(stmt)
        for node in s.walk(expr)
    )

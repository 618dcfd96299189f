"""Where a value comes from: from an expression back through names, wrappers, loops and the project's own functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fastreview.facts import syntax as s
from fastreview.project.code import Class, Code, Function
from fastreview.project.names import External
from fastreview.project.values import Bound

if TYPE_CHECKING:
    from fastreview.project.project import Project

MAX_DEPTH = 30
MAX_ORIGINS = 400
_THROUGH = frozenset(
    {
        "builtins.list", "builtins.tuple", "builtins.set", "builtins.sorted", "builtins.reversed", "builtins.filter",
        "builtins.map", "builtins.iter", "fastapi.encoders.jsonable_encoder", "typing.cast", "asyncio.gather",
    }
)  # fmt: skip
_THREADS = frozenset({"asyncio.to_thread", "fastapi.concurrency.run_in_threadpool", "anyio.to_thread.run_sync"})


@dataclass(frozen=True, eq=False)
class Step:
    """A function of the project that a value passes, and the call that enters it; the first one has none."""

    function: Function
    call: s.Call | None
    code: Code


@dataclass(frozen=True, eq=False)
class Origin:
    """A call or attribute that a value starts from, and the functions between, the outermost first.

    ``chosen`` values were put into a list under a condition: not all of them, or into one of several lists.
    """

    expr: s.Expr
    code: Code
    through: tuple[Step, ...]
    chosen: bool = False


class Flow:
    """Answers one question. ``wraps`` says which parts of a dict or of a constructor call carry the value on: it gets
    their names, "" for positional ones."""

    def __init__(self, project: Project, wraps: Callable[[tuple[str, ...], str], bool]) -> None:
        self._project = project
        self._wraps = wraps
        self._seen: set[tuple[int, int]] = set()

    def returned(self, function: Function) -> Iterator[Origin]:
        """Where the values that ``function`` returns come from."""
        yield from self._returned(Step(function, None, function), (), 0)

    def of(self, expr: s.Expr, code: Code, through: tuple[Step, ...] = (), depth: int = 0) -> Iterator[Origin]:
        key = (id(expr), id(through[-1].call) if through else 0)
        if depth > MAX_DEPTH or len(self._seen) > MAX_ORIGINS or key in self._seen:
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
            case s.Items(kind="tuple", values=values):
                for value in values:
                    yield from self.of(value, code, through, deep)
            case s.Mapping(keys=keys, values=values):
                names = tuple(key if isinstance(key, str) else "" for key in keys)
                for name, value in zip(names, values, strict=True):
                    if self._wraps(names, name):
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

    def _named(self, expr: s.Ref, name: str, code: Code, through: tuple[Step, ...], depth: int) -> Iterator[Origin]:
        if "." in name:
            yield Origin(expr, code, through)
            return
        home = code
        while isinstance(home, Function) and name not in home.bindings and home.parent is not None:
            if any(parameter.name == name for parameter in home.facts.parameters):
                break
            # A variable of the function around a nested one.
            home = home.parent
        for binding in home.bindings.get(name, ()):
            if binding.kind in ("assign", "unpack-assign", "extend"):
                yield from self.of(binding.expr, home, through, depth)
                if _is_empty_list(binding.expr):
                    for filled, chosen in _filling(name, home.body):
                        for origin in self.of(filled, home, through, depth):
                            yield replace(origin, chosen=origin.chosen or chosen)
        if through and through[-1].function is code:
            yield from self._passed(name, through, depth)

    def _passed(self, name: str, through: tuple[Step, ...], depth: int) -> Iterator[Origin]:
        """What the call that led here gives for the parameter ``name``."""
        step = through[-1]
        for position, parameter in enumerate(step.function.facts.parameters):
            if parameter.name == name and step.call is not None:
                given = step.call.argument(position - bool(step.function.receiver), name)
                if not isinstance(given, s.Missing):
                    yield from self.of(given, step.code, through[:-1], depth)

    def _call(self, call: s.Call, code: Code, through: tuple[Step, ...], depth: int) -> Iterator[Origin]:
        value = self._project.values.of(call.func, code)
        if isinstance(value, External) and value.name in _THROUGH:
            for argument in call.args:
                yield from self.of(argument, code, through, depth)
        elif isinstance(value, External) and value.name in _THREADS and call.args:
            handed = self._project.values.of(call.args[0], code)
            function = handed.function if isinstance(handed, Bound) else handed
            if isinstance(function, Function):
                inner = s.Call(call.args[0], call.args[1:], call.keywords, call.line, call.col, call.end_line)
                yield from self._returned(Step(function, inner, code), through, depth)
        elif isinstance(value, Class) or call.method[:1].isupper():
            names = (*("" for _ in call.args), *(k.name for k in call.keywords))
            for name, argument in zip(names, (*call.args, *(k.value for k in call.keywords)), strict=True):
                if self._wraps(names, name):
                    yield from self.of(argument, code, through, depth)
        else:
            site = next((known for known in code.calls if known.call is call), None)
            functions = [t for t in self._project.targets(site) if isinstance(t, Function)] if site else []
            for function in functions:
                yield from self._returned(Step(function, call, code), through, depth)
            if not functions:
                yield Origin(call, code, through)

    def _returned(self, step: Step, through: tuple[Step, ...], depth: int) -> Iterator[Origin]:
        if any(step.function is passed.function for passed in through):
            return
        for stmt in step.function.statements:
            if isinstance(stmt, s.Return) and stmt.value is not None:
                yield from self.of(stmt.value, step.function, (*through, step), depth + 1)


def _is_empty_list(expr: s.Expr) -> bool:
    match expr:
        case s.Items(values=()) | s.Call(func=s.Ref(name="list"), args=()):
            return True
    return False


def _filling(name: str, body: s.Body) -> Iterator[tuple[s.Expr, bool]]:
    """What fills the list ``name``, and whether it is chosen from: the rows of a loop that appends them, and what the list is
    extended with."""
    for stmt in body:
        if isinstance(stmt, s.Loop) and stmt.kind == "for" and _appends(name, stmt.body):
            yield stmt.iterable, not _appends_here(name, stmt.body)
        for expr in s.expressions(stmt):
            extended = (n for n in s.walk(expr) if isinstance(n, s.Call) and n.name == f"{name}.extend" and n.args)
            yield from ((call.args[0], False) for call in extended)
        for block in s.blocks(stmt):
            yield from _filling(name, block)


def _appends(name: str, body: s.Body) -> bool:
    """Whether a block adds to the list ``name``, under a condition too; a loop inside of it goes through rows of its own."""
    if _appends_here(name, body):
        return True
    blocks = (block for stmt in body if not _goes_through(stmt) for block in s.blocks(stmt))
    return any(_appends(name, block) for block in blocks)


def _goes_through(stmt: s.Stmt) -> bool:
    return isinstance(stmt, s.Loop) and stmt.kind == "for"


def _appends_here(name: str, body: s.Body) -> bool:
    return any(
        isinstance(node, s.Call) and node.name == f"{name}.append"
        for stmt in body
        for expr in s.expressions(stmt)
        for node in s.walk(expr)
    )

"""Apps and routers, and what is registered on them: the records that reading fills and tables are made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Code, Function
from fastreview.project.constants import Environment
from fastreview.project.subject import Place


@dataclass(eq=False)
class Router:
    """An app or router, by the call that creates it.

    A factory that is called in several places makes a router at each: these share the ``base`` of what the factory itself
    registers. ``made_in`` is the code whose running makes this one.
    """

    call: s.Call
    code: Code
    is_app: bool
    cls: Class | None
    made_in: Code
    base: Router | None = None
    entries: list[Registered | Included] = field(default_factory=list)
    middleware: list[CallSite] = field(default_factory=list)
    middleware_functions: list[Function] = field(default_factory=list)
    exception_handlers: list[tuple[s.Expr, s.Expr, Code, int]] = field(default_factory=list)
    events: list[tuple[str, Code, int]] = field(default_factory=list)

    @property
    def place(self) -> Place:
        return Place(self.code.module.path, self.call.line, self.call.end_line)

    @property
    def included(self) -> Iterator[Included]:
        return (e for e in self.entries if isinstance(e, Included))

    @property
    def in_order(self) -> list[Registered | Included]:
        """By line within each file; files in the order in which they were met. The running app knows better."""
        files: dict[str, int] = {}
        for entry in self.entries:
            files.setdefault(entry.code.module.path, len(files))
        own = sorted(self.entries, key=lambda e: (files[e.code.module.path], e.line))
        return [*self.base.in_order, *own] if self.base else own


@dataclass(frozen=True, eq=False)
class Registered:
    """One path on one router. ``declaration`` is the decorator or the ``add_api_route`` call; websockets have the method WS."""

    methods: tuple[str, ...]
    path: str
    endpoint: Function | None
    declaration: s.Call
    code: Code
    line: int
    env: Environment | None = None


@dataclass(frozen=True, eq=False)
class Included:
    """One ``include_router`` or ``mount``. ``tags`` and ``dependencies`` are read from ``call``."""

    router: Router
    prefix: str
    call: s.Call
    code: Code
    mount: bool

    @property
    def line(self) -> int:
        return self.call.line


@dataclass(frozen=True)
class Listed:
    """One line of an app's effective route table. ``chain`` holds the app first and the route's own router last, with
    the calls that joined them."""

    method: str
    path: str
    registered: Registered
    chain: tuple[tuple[Router, Included | None], ...]


def comes_first(one: Listed, other: Listed) -> bool:
    """Whether source order proves that ``one`` is registered before ``other``: where their ways part, both stand in the
    same function or module, one after the other, and not in two branches of one ``if``."""
    ways = ([*(i for _, i in way.chain if i is not None), way.registered] for way in (one, other))
    for first, second in zip(*ways, strict=False):
        if first is second:
            continue
        if first.code is not second.code:
            return False
        lines = _stands_at(first), _stands_at(second)
        return lines[0] < lines[1] and not _exclusive(first.code.body, *lines)
    return False


def _stands_at(entry: Registered | Included) -> int:
    """The line of its statement: a decorated function is defined on that of its ``def``."""
    endpoint, declared = (entry.endpoint, entry.declaration) if isinstance(entry, Registered) else (None, None)
    if endpoint is not None and id(declared) in endpoint.decorator_ids:
        return endpoint.facts.line
    return entry.line


def _exclusive(body: s.Body, one: int, other: int) -> bool:
    for stmt in s.statements(body):
        if isinstance(stmt, s.If) and stmt.orelse:
            sides = [{inner.line for inner in s.statements(block)} for block in (stmt.body, stmt.orelse)]
            if (one in sides[0] and other in sides[1]) or (one in sides[1] and other in sides[0]):
                return True
    return False

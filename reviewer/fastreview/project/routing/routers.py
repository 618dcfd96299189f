"""Apps and routers, and what is registered on them: the records that reading fills and tables are made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeGuard

from fastreview.facts import syntax as s
from fastreview.project.branches import exclusive
from fastreview.project.code import CallSite, Class, Code, Function
from fastreview.project.constants import Environment, Given
from fastreview.project.subject import Place

METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "trace")


@dataclass(eq=False)
class Router:
    """An app or router, by the call that creates it.

    A factory that is called in several places makes a router at each: these share the ``base`` of what the factory itself
    registers. ``made_in`` is the code whose running makes this one, ``env`` what names in ``call`` stand for there.
    """

    call: s.Call
    code: Code
    is_app: bool
    cls: Class | None
    made_in: Code
    base: Router | None = None
    env: Environment | None = None
    prefix: Given | None = None
    """Assigned after it was made."""
    entries: list[Registered | Included] = field(default_factory=list)
    copies: list[Router] = field(default_factory=list)
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
        entries = self.entries
        maker = self.base
        while maker is not None:
            entries = [*maker.entries, *entries]
            maker = maker.base
        if not entries and self.copies:
            # Which of them it is cannot be told where it is used.
            return self.copies[0].in_order
        files: dict[str, int] = {}
        for entry in entries:
            files.setdefault(entry.at.code.module.path, len(files))
        return sorted(entries, key=lambda e: (files[e.at.code.module.path], e.at.line, e.line))

    def comes_from(self, function: Code) -> bool:
        """Whether it is made by a call of ``function`` that hands it out."""
        return self.base is not None and (self.base.made_in is function or self.base.comes_from(function))


class Via(NamedTuple):
    """The call of a function of the project that registers something, as a decorator too: where an author sees the
    registration."""

    call: s.Call
    code: Code
    line: int


@dataclass(frozen=True, eq=False)
class Registered:
    """One path on one router. ``declaration`` is the decorator or the ``add_api_route`` call; websockets have the method WS.

    ``via`` is the call of the function that ``declaration`` stands in, where each call of it registers another route.
    A ``bare`` one, put into ``router.routes`` as it is, does not get the prefix of its own router.
    """

    methods: tuple[str, ...]
    path: str
    endpoint: Function | None
    declaration: s.Call
    code: Code
    line: int
    env: Environment | None = None
    via: Via | None = None
    bare: bool = False
    library: str = ""
    """What of a library brings it; there is then no endpoint to be read."""
    guard: str = ""
    """What of that library authenticates the caller."""

    @property
    def at(self) -> Via:
        return self.via or Via(self.declaration, self.code, self.line)

    def option(self, name: str) -> tuple[s.Expr, Code] | None:
        """An argument of the declaration, else of the call that led to it, with the code that it is written in."""
        given = self.declaration.keyword(name)
        if _says(given, name):
            return given, self.code
        if self.via is not None:
            given = self.via.call.keyword(name)
            if _says(given, name):
                return given, self.via.code
        return None


def _says(given: s.Expr | s.Missing, name: str) -> TypeGuard[s.Expr]:
    """Whether an argument is there, and not only the parameter of the same name handed on: ``tags=tags``."""
    return type(given) is not s.Missing and not (type(given) is s.Ref and given.name == name)


@dataclass(frozen=True, eq=False)
class Included:
    """One ``include_router`` or ``mount``. ``tags`` and ``dependencies`` are read from ``call``."""

    router: Router
    prefix: str
    call: s.Call
    code: Code
    mount: bool
    via: Via | None = None
    env: Environment | None = None

    @property
    def line(self) -> int:
        return self.call.line

    @property
    def at(self) -> Via:
        return self.via or Via(self.call, self.code, self.line)


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
    ways = ([step for i in _entries(way) for step in _steps(i)] for way in (one, other))
    for first, second in zip(*ways, strict=False):
        if first == second:
            continue
        if first[0] is not second[0]:
            return False
        return first[1] < second[1] and exclusive(first[0], first[1], second[1]) is None
    return False


def registered_in(listed: Listed) -> Iterator[Code]:
    """The functions and modules that register it, or include a router that it is on."""
    return (code for entry in _entries(listed) for code, _ in _steps(entry))


def _entries(listed: Listed) -> list[Registered | Included]:
    return [*(i for _, i in listed.chain if i is not None), listed.registered]


def _steps(entry: Registered | Included) -> Iterator[tuple[Code, int]]:
    """Code and line where it is registered, from the outside in. A decorated function is defined on the line of its
    ``def``."""
    endpoint, declared = (entry.endpoint, entry.declaration) if isinstance(entry, Registered) else (None, None)
    if entry.via is not None:
        yield entry.via.code, _stands_at(entry.via.line, entry.via.call, endpoint)
    yield entry.code, _stands_at(entry.line, declared, endpoint)


def _stands_at(line: int, declared: s.Call | None, endpoint: Function | None) -> int:
    return endpoint.facts.line if endpoint is not None and id(declared) in endpoint.decorator_ids else line

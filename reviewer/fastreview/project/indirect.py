"""What runs although no call names it: properties that are read, objects that are entered, iterated over or subscripted,
decorators, and functions that are given to something that calls them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Code, Function
from fastreview.project.dependencies import provider_function
from fastreview.project.kept_property import cached_property
from fastreview.project.names import External
from fastreview.project.values import Instance
from fastreview.project.wrapping import HAND_OVERS, Wrappings, arguments

if TYPE_CHECKING:
    from fastreview.project.project import Project

# What calls its argument where it is called itself: position and name of the argument.
_CALLS = {
    "builtins.map": (0, "function"), "builtins.filter": (0, "function"), "builtins.sorted": (99, "key"),
    "builtins.min": (99, "key"), "builtins.max": (99, "key"), "builtins.list.sort": (99, "key"),
    "functools.reduce": (0, "function"), "asyncio.Task.add_done_callback": (0, "fn"),
    "asyncio.Future.add_done_callback": (0, "fn"),
}  # fmt: skip

# Methods of event loops and task groups that run their argument on the loop.
_SCHEDULES = {
    "call_soon": (0, "callback"), "call_soon_threadsafe": (0, "callback"), "call_later": (1, "callback"),
    "call_at": (1, "callback"), "start_soon": (0, "func"),
}  # fmt: skip

# Background work: coroutine functions run on the loop, plain ones in a thread.
_BACKGROUND = {"add_task": (0, "func"), "BackgroundTask": (0, "func")}

# What iterates over a plain iterator in a thread.
_STREAMS = frozenset({"StreamingResponse", "EventSourceResponse", "iterate_in_threadpool"})

_ENTERING = frozenset({"__enter__", "__exit__"})
_ASYNC_ENTERING = frozenset({"__aenter__", "__aexit__"})
_ITERATING = frozenset({"__iter__", "__next__"})
_ASYNC_ITERATING = frozenset({"__aiter__", "__anext__"})
_SUBSCRIPTING = frozenset({"__getitem__"})


class Indirect:
    def __init__(self, project: Project) -> None:
        self._project = project
        self.wrappings = Wrappings(project)
        self._ways: dict[str, Sequence[tuple[str, str]]] = {}

    def of(self, function: Function) -> Iterator[tuple[CallSite, Function]]:
        """What runs on the loop when ``function`` does, calls that name it aside; with the place as a call."""
        yield from self._read(function)
        for expr, line, is_async in function.uses.entered:
            yield from self._special(expr, _ASYNC_ENTERING if is_async else _ENTERING, function, line)
        for expr, line, is_async in function.uses.iterated:
            yield from self._special(expr, _ASYNC_ITERATING if is_async else _ITERATING, function, line)
        wrapping = self.wrappings.of(function)
        if wrapping is not None and not wrapping.leaves_loop:
            for wrapper, line in zip(wrapping.functions, wrapping.lines, strict=True):
                yield _as_call(wrapper.name, function, line), wrapper

    def _read(self, function: Function) -> Iterator[tuple[CallSite, Function]]:
        seen: set[str] = set()
        for expr, line in function.uses.reads:
            if type(expr) is s.Ref:
                if expr.name in seen:
                    continue
                seen.add(expr.name)
                for owner, part in self._properties_on(expr.name):
                    if (way := f"{owner}.{part}()") not in seen:
                        seen.add(way)
                        yield from self._property(s.Ref(owner), part, function, line)
            elif type(expr) is s.Attribute:
                if expr.attr in self._properties:
                    yield from self._property(expr.value, expr.attr, function, line)
            elif type(expr) is s.Subscript:
                yield from self._special(expr.value, _SUBSCRIPTING, function, line)

    def _properties_on(self, name: str) -> Sequence[tuple[str, str]]:
        """What may be a property on the way along ``name``, each with what it is read from; the same few thousand chains
        are read all over a service."""
        found = self._ways.get(name)
        if found is None:
            parts = name.split(".")
            found = self._ways[name] = (
                ()
                if self._properties.isdisjoint(parts)
                else tuple(
                    (".".join(parts[:position]), part)
                    for position, part in enumerate(parts)
                    if position and part in self._properties
                )
            )
        return found

    @cached_property
    def _properties(self) -> frozenset[str]:
        """Names of the service's properties."""
        return frozenset(f.name for f in self._project.functions if f.owner is not None and f.is_property)

    @cached_property
    def _special_methods(self) -> frozenset[str]:
        """Names of special methods that some class of the service has."""
        return frozenset(f.name for f in self._project.functions if f.owner is not None and f.name.startswith("__"))

    def _property(self, owner: s.Expr, name: str, function: Function, line: int) -> Iterator[tuple[CallSite, Function]]:
        match self._project.values.of(owner, function):
            case Instance(of=Class() as cls):
                method = cls.method(name)
                if method is not None and method.is_property:
                    site = _as_call(name, function, line)
                    yield from ((site, run) for run in self._project.implementations(method, cls))

    def _special(
        self, expr: s.Expr, names: frozenset[str], function: Function, line: int
    ) -> Iterator[tuple[CallSite, Function]]:
        if names.isdisjoint(self._special_methods):
            return
        match self._project.values.of(expr, function):
            case Instance(of=Class() as cls):
                for name in sorted(names):
                    method = cls.method(name)
                    if method is not None:
                        yield _as_call(name, function, line), method

    def given(self, site: CallSite, targets: Sequence[Function | External]) -> Iterator[Function]:
        """Functions that ``site``, a call of ``targets``, gives to something that calls them on the loop, and those of a
        table of functions."""
        call = site.call
        if type(call.func) is s.Subscript:
            yield from self._chosen(call.func.value, site.code)
        if not call.args and not call.keywords:
            return
        for target in targets:
            if isinstance(target, Function):
                called = self.wrappings.called_parameters(target)
                for name, given in arguments(call, target) if called else ():
                    if name in called:
                        yield from self._functions(given, site.code)
            elif target.name in _CALLS:
                yield from self._argument(site, *_CALLS[target.name])
        method = call.method
        if method in _SCHEDULES and not any(isinstance(t, Function) for t in targets):
            yield from self._argument(site, *_SCHEDULES[method])
        elif method in _BACKGROUND and any(isinstance(t, External) for t in targets):
            yield from (f for f in self._argument(site, *_BACKGROUND[method]) if f.is_async)

    def _argument(self, site: CallSite, position: int, name: str) -> Iterator[Function]:
        given = site.call.argument(position, name)
        if not isinstance(given, s.Missing):
            yield from self._functions(given, site.code)

    def _functions(self, given: s.Expr, code: Code) -> Iterator[Function]:
        if isinstance(given, s.Lambda):
            inside = {id(node) for node in s.walk(given.body)}
            for site in code.calls:
                if id(site.call) in inside:
                    yield from (t for t in self._project.targets(site) if isinstance(t, Function))
            return
        function = provider_function(self._project.values.of(given, code))
        if function is not None:
            yield function

    def _chosen(self, table: s.Expr, code: Code) -> Iterator[Function]:
        """``HANDLERS[kind](...)``: any of them may be the one."""
        origin = (table, code) if isinstance(table, s.Mapping) else self._project.constants.origin(table, code, None)
        if origin is not None and isinstance(origin[0], s.Mapping):
            for value in origin[0].values:
                yield from self._functions(value, origin[1])

    def streamed(self, function: Function) -> frozenset[int]:
        """Ids of the calls in ``function`` whose iterators something else iterates over in a thread."""
        if _STREAMS.isdisjoint(function.called) and HAND_OVERS.isdisjoint(function.called):
            return frozenset()
        found: set[int] = set()
        for site in function.calls:
            if site.call.method not in _STREAMS and site.call.method not in HAND_OVERS:
                continue
            for given in (*site.call.args, *(k.value for k in site.call.keywords)):
                if isinstance(given, s.Call):
                    found.add(id(given))
                elif isinstance(given, s.Ref):
                    found.update(id(b.expr) for b in function.bindings.get(given.name, ()))
        return frozenset(found)

    def handed_over(self, function: Function) -> frozenset[int]:
        """Ids of the functions that ``function`` gives to a thread or a background task. Where it also calls one of them itself,
        that is the way taken without either."""
        if HAND_OVERS.isdisjoint(function.called) and "add_task" not in function.called:
            return frozenset()
        found: set[int] = set()
        for site in function.calls:
            if site.call.method in HAND_OVERS or site.call.method == "add_task":
                for given in site.call.args:
                    value = None if isinstance(given, s.Call) else self._project.values.of(given, function)
                    handed = provider_function(value)
                    if handed is not None and not handed.is_async:
                        found.add(id(handed))
        return frozenset(found)


def _as_call(name: str, function: Function, line: int) -> CallSite:
    call = s.Call(s.Ref(name), (), (), line, 0, line)
    return CallSite(call, function, awaited=False, deferred=False, loops=0, dropped=False)

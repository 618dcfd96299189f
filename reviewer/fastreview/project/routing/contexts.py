"""The calls in which a function's registrations run: what its parameters stand for in each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Code, Function, Module
from fastreview.project.constants import Environment, Given
from fastreview.project.givens import bound
from fastreview.project.routing.loops import Loops, mentioned
from fastreview.project.values import Values

MAX_CONTEXTS = 2_000
"""Ways in which one registration is looked at: calls of functions called by functions multiply."""
MAX_IN_ALL = 20_000
MAX_CALLERS_UP = 4


class Decoration(NamedTuple):
    """``@wrapper(...)`` above ``endpoint``, where ``wrapper`` is a function of the project."""

    call: s.Call
    scope: Code
    endpoint: Function
    line: int


class Context(NamedTuple):
    """One way in which a registration runs.

    ``calls`` are the calls of the functions that it stands in, by the function's id; ``decoration`` is what a decorator of
    the project's own is put on.
    """

    env: Environment | None
    calls: dict[int, Given]
    decoration: Decoration | None = None


class Contexts:
    def __init__(
        self,
        modules: tuple[Module, ...],
        values: Values,
        loops: Loops,
        callers: Callable[[Function], Sequence[CallSite]],
        by_call: Mapping[str, Sequence[Code]],
    ) -> None:
        self._modules = modules
        self._values = values
        self._loops = loops
        self._inheriting: dict[int, set[str]] = {}
        self._by_call = by_call
        self._callers = callers
        self._active: set[int] = set()
        self._left = MAX_CONTEXTS
        self._in_all = 0
        self.decorations: dict[int, list[Decoration]] = {}

    def of(self, call: s.Call, code: Code) -> Iterator[Context]:
        """Every context in which ``call`` makes a difference: one for each call of the functions around it whose parameters it
        depends on, and each turn of loops over written-out lists."""
        if isinstance(code, Function):
            for context in self._around(mentioned(call, code), code):
                for env in self._loops.turns(call, code, context.env):
                    yield Context(env, context.calls, context.decoration)
        else:
            for env in self._loops.turns(call, code):
                yield Context(env, {})

    def _around(self, names: set[str], code: Function) -> list[Context]:
        wanted = False
        function: Function | None = code
        while function is not None:
            wanted = wanted or id(function) in self.decorations or not names.isdisjoint(function.parameters)
            outermost, function = function, function.parent
        spent = self._in_all > MAX_IN_ALL or (self._active and self._left < 0)
        if not wanted or spent or id(outermost) in self._active or len(self._active) > MAX_CALLERS_UP:
            return [Context(None, {})]
        self._left = self._left if self._active else MAX_CONTEXTS
        self._active.add(id(outermost))
        try:
            return list(self._calls(names, code)) or [Context(None, {})]
        finally:
            self._active.discard(id(outermost))

    def _calls(self, names: set[str], code: Function) -> Iterator[Context]:
        """For the innermost function around that somebody calls or decorates with; those around it are known from there."""
        function: Function | None = code
        while function is not None:
            decorations = self.decorations.get(id(function), ())
            for decoration in decorations[:MAX_CONTEXTS]:
                env = bound(function, decoration.call, decoration.scope, None)
                given = Given(decoration.call, decoration.scope)
                yield Context(env, {id(function): given}, decoration)
            if decorations:
                return
            if not names.isdisjoint(function.parameters):
                sites = (*self._callers(function), *self._constructions(function))
                for site in sites:
                    if site.code is not function and self._left >= 0:
                        yield from self._called(function, site)
                if sites:
                    return
            function = function.parent

    def _constructions(self, function: Function) -> list[CallSite]:
        """Calls of subclasses that inherit this ``__init__``."""
        if function.name != "__init__" or function.owner is None:
            return []
        if not self._inheriting:
            for cls in (cls for module in self._modules for cls in module.classes if cls.facts.bases):
                init = cls.method("__init__")
                if init is not None and init.owner is not cls:
                    self._inheriting.setdefault(id(init), set()).add(cls.name)
        names = self._inheriting.get(id(function), ())
        codes = {id(code): code for name in sorted(names) for code in self._by_call.get(name, ())}
        return [
            site
            for code in codes.values()
            for site in code.calls
            if site.call.method in names and self._constructor(site) is function
        ]

    def _constructor(self, site: CallSite) -> Function | None:
        cls = self._values.target(site)
        return cls.method("__init__") if isinstance(cls, Class) else None

    def _runs(self, function: Function, call: s.Call, env: Environment | None) -> bool:
        """Whether the call runs ``function`` in this turn of a loop over functions: ``for setup in (a, b): setup(app)``."""
        turn = env.get(call.name) if env else None
        value = self._values.of(turn.expr, turn.code) if turn is not None and turn.expr is not None else None
        return not isinstance(value, Function) or value is function

    def _called(self, function: Function, site: CallSite) -> Iterator[Context]:
        for outer in self.of(site.call, site.code):
            if not self._runs(function, site.call, outer.env):
                continue
            self._left -= 1
            self._in_all += 1
            if self._left < 0:
                return
            env = bound(function, site.call, site.code, outer.env)
            calls = {**outer.calls, id(function): Given(site.call, site.code, outer.env)}
            yield Context(env, calls, outer.decoration)

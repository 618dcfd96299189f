"""Goes through the project once: every decorator and call that may add something to an app or router is read.

What a body calls and mentions is known without decoding it, and most bodies register nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Code, Function, Module
from fastreview.project.constants import Constants
from fastreview.project.routing.arguments import Arguments
from fastreview.project.routing.calls import Calls
from fastreview.project.routing.contexts import Contexts
from fastreview.project.routing.decorators import Decorators
from fastreview.project.routing.finding import Finder
from fastreview.project.routing.includes import Includes
from fastreview.project.routing.loops import Loops
from fastreview.project.routing.objects import Objects
from fastreview.project.routing.registry import Registry
from fastreview.project.routing.routers import Router
from fastreview.project.routing.vocabulary import CALLS, DECORATORS, DYNAMIC, creators, serves
from fastreview.project.routing.wrappers import decorations, overrides_registration, parameters_behind, wraps
from fastreview.project.values import Values

_WORDS = CALLS | DECORATORS | {DYNAMIC}
"""Without one of these among what it calls a body registers nothing, unless it is given a method that does."""


class Reader:
    """Reads ``modules`` when it is made; `routers` are then filled. ``by_call`` is their code by the names of what it calls."""

    def __init__(
        self,
        modules: tuple[Module, ...],
        values: Values,
        constants: Constants,
        callers: Callable[[Function], Sequence[CallSite]],
        by_call: Mapping[str, Sequence[Code]],
    ) -> None:
        loops = Loops(values, constants)
        arguments = Arguments(values, constants, loops)
        self._finder = Finder(values, constants, loops, callers)
        self._contexts = Contexts(modules, values, loops, callers, by_call)
        registry = Registry(self._finder, arguments)
        self._includes = Includes(registry, arguments, values)
        self._calls = Calls(registry, arguments, self._includes)
        self._decorators = Decorators(registry, arguments, self._contexts, values.names)
        self._objects = Objects(registry, arguments, self._includes, self._contexts, values)
        self._create(modules)
        self._contexts.decorations.update(decorations(modules, values))
        for module in modules:
            self._read(module)
        for router in tuple(self.routers):
            self._objects.at_creation(router)
        self._includes.include_discovered()

    @property
    def routers(self) -> list[Router]:
        """Every app and router, in the order in which they were met."""
        return self._finder.routers

    @property
    def unread(self) -> Iterable[tuple[str, Code]]:
        """Routers of libraries that are included and of which no route is known, with the code that includes each."""
        return self._includes.unread.values()

    def _create(self, modules: Sequence[Module]) -> None:
        names = creators(modules)
        for module in modules:
            for code in module.codes():
                if not names.isdisjoint(code.facts.called):
                    for site in code.calls:
                        if site.call.method in names:
                            self._finder.creation(site.call, code)

    def _read(self, module: Module) -> None:
        serving = serves(module)
        for code in module.codes():
            registers = self._may_register(code)
            if isinstance(code, Function):
                facts = code.facts
                if not (registers or serving or facts.decorators) or overrides_registration(code):
                    continue
                for decorator, line in zip(facts.decorators, facts.decorator_lines, strict=True):
                    if type(decorator) is s.Call:
                        self._decorators.above(code, decorator, line)
            if registers:
                self._read_calls(code)
            if serving:
                self._objects.read(code)

    def _may_register(self, code: Code) -> bool:
        called = code.called
        if _WORDS.isdisjoint(called):
            return "" in called and wraps(code, self._contexts.decorations)
        if not CALLS.isdisjoint(called) or "" in called:
            return True
        return wraps(code, self._contexts.decorations)

    def _read_calls(self, code: Code) -> None:
        wrapping = wraps(code, self._contexts.decorations)
        for site in code.calls:
            call = site.call
            if call.method in CALLS:
                for context in self._contexts.of(call, code):
                    self._calls.read(site, context)
            elif type(call.func) is s.Call:
                if call.func.method in DECORATORS and call.args:
                    self._decorators.applied(call.func, call.args[0], code, call.line)
                elif wrapping and len(call.args) == 1 and parameters_behind(call.func.name, code):
                    self._decorators.handed_in(call.func, call.args[0], code, call.line)
                else:
                    self._decorators.looked_up(call, code)
            elif wrapping and call.method in DECORATORS:
                self._decorators.declared(call, None, code, call.line)

"""Who calls a function of the project."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Function, Module
from fastreview.project.dependencies import provider_function
from fastreview.project.givens import bound
from fastreview.project.index import Index
from fastreview.project.names import Names
from fastreview.project.values import Values


class NamedCallers:
    """Callers by names alone: what `Values` itself may ask for."""

    def __init__(self, names: Names, index: Index) -> None:
        self._names = names
        self._index = index
        self._known: dict[str, dict[int, list[CallSite]]] = {}

    def __call__(self, function: Function) -> Sequence[CallSite]:
        """Calls of ``function`` by its name alone, without knowing the types of receivers."""
        name = function.owner.name if function.owner and function.name == "__init__" else function.name
        if name not in self._known:
            found: dict[int, list[CallSite]] = {}
            self._known[name] = found
            for site in self._index.calls_by(name):
                if site.call.name:
                    target = self._names.resolve(site.code, site.call.name)
                    if isinstance(target, Class):
                        target = target.method("__init__")
                    if isinstance(target, Function):
                        found.setdefault(id(target), []).append(site)
        return self._known[name].get(id(function), ())


class Callers:
    """Callers by what calls resolve to."""

    def __init__(self, values: Values, index: Index) -> None:
        self._values = values
        self._index = index
        self._known: dict[str, dict[int, list[CallSite]]] = {}

    def of(self, function: Function) -> Sequence[CallSite]:
        """Calls of ``function`` by service code and scripts, overrides and library calls aside."""
        name = function.owner.name if function.owner and function.name == "__init__" else function.name
        if name not in self._known:
            # Empty while it is being filled: resolving a call may ask who calls the function it stands in.
            found: dict[int, list[CallSite]] = {}
            self._known[name] = found
            for site in self._index.calls_by(name):
                called = provider_function(self._values.target(site))
                if called is not None:
                    found.setdefault(id(called), []).append(site)
        return self._known[name].get(id(function), ())

    def setting_up(self, function: Function) -> Sequence[CallSite]:
        """Callers of a function that sets an app up; without calls that name it, those by the variable of a loop over
        functions that are written out: ``for setup in (a, b): setup(app)``, and those on a module that is handed in."""
        return self.of(function) or (*self._called_in_loops(function), *self._called_on_modules(function))

    def _called_in_loops(self, function: Function) -> Iterator[CallSite]:
        for code in self._index.mentions(function.name):
            for name in code.called & code.bindings.keys():
                written = (
                    b.expr.values for b in code.bindings[name] if b.kind == "iterate" and isinstance(b.expr, s.Items)
                )
                refs = (e for values in written for e in values if isinstance(e, s.Ref) and e.last == function.name)
                if any(self._values.of(ref, code) is function for ref in refs):
                    yield from (site for site in code.calls if site.call.name == name)

    def _called_on_modules(self, function: Function) -> Iterator[CallSite]:
        """``provider.register(app)``, where callers hand in the function's module as ``provider``."""
        if function.owner is not None or function.parent is not None:
            return
        for code in self._index.by_call.get(function.name, ()):
            if isinstance(code, Function):
                for site in code.calls_by_method.get(function.name, ()):
                    owner = site.call.name.rpartition(".")[0]
                    if owner in code.parameters and self._is_handed(function.module, owner, code):
                        yield site

    def _is_handed(self, module: Module, parameter: str, function: Function) -> bool:
        """Whether some caller of ``function`` hands ``module`` in as ``parameter``."""
        handed = (bound(function, site.call, site.code, None).get(parameter) for site in self.of(function))
        return any(given is not None and self._values.of(given.expr, given.code) is module for given in handed)

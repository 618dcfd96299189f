"""What decorators of the project put around a function, and whether the function itself still runs where it is called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Function
from fastreview.project.dependencies import provider_function
from fastreview.project.names import External
from fastreview.project.values import Value

if TYPE_CHECKING:
    from fastreview.project.project import Project

MAX_DEPTH = 4

HAND_OVERS = frozenset(
    {
        "run_in_threadpool", "to_thread", "run_sync", "run_in_executor", "submit", "sync_to_async", "asyncify",
        "iterate_in_threadpool", "apply_async", "Thread", "run_in_process",
    }
)  # fmt: skip
"""Last parts of names of library functions that run what they are given elsewhere than on the loop."""


@dataclass(frozen=True, slots=True)
class Wrapping:
    """``functions`` run in place of the decorated one, the outermost first. ``calls`` says that they call it where they run,
    ``leaves_loop`` that they only hand it to a thread."""

    functions: tuple[Function, ...]
    lines: tuple[int, ...]
    calls: bool
    leaves_loop: bool


class Wrappings:
    """Reads decorators; answers are cached."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._of: dict[int, Wrapping | None] = {}
        self._called_parameters: dict[int, frozenset[str]] = {}
        self._nested: dict[int, dict[int, dict[str, Function]]] = {}
        self._calling: dict[tuple[int, str], bool] = {}
        self._handing: dict[tuple[int, str], bool] = {}

    def of(self, function: Function) -> Wrapping | None:
        """What decorators of the project wrap around ``function``; None where nothing is known to."""
        if not function.facts.decorators:
            return None
        key = id(function)
        if key not in self._of:
            self._of[key] = None
            self._of[key] = self._read(function)
        return self._of[key]

    def called_parameters(self, function: Function) -> frozenset[str]:
        """Names of parameters that ``function`` calls where it runs, itself or through what it passes them to."""
        key = id(function)
        if key not in self._called_parameters:
            self._called_parameters[key] = frozenset()
            names = {p.name for p in function.facts.parameters if _may_be_called(p.annotation, annotated=p.annotated)}
            names.discard(function.receiver)
            self._called_parameters[key] = frozenset(n for n in names if self._calls(function, n, 0))
        return self._called_parameters[key]

    def _read(self, function: Function) -> Wrapping | None:
        wrappers: list[tuple[Function, str, int]] = []
        for decorator, line in zip(function.facts.decorators, function.facts.decorator_lines, strict=False):
            wrappers += [(w, name, line) for w, name in self._wrappers(decorator, function)]
        if not wrappers:
            return None
        calls = [self._calls(wrapper, name, 0) for wrapper, name, _ in wrappers]
        hands = [self._hands_over(wrapper, name, 0) for wrapper, name, _ in wrappers]
        return Wrapping(
            tuple(w for w, _, _ in wrappers),
            tuple(line for _, _, line in wrappers),
            all(calls),
            any(handed and not called for called, handed in zip(calls, hands, strict=True)),
        )

    def _wrappers(self, decorator: s.Expr, function: Function) -> Iterator[tuple[Function, str]]:
        """Wrappers with the name by which they know the wrapped function."""
        with_arguments = isinstance(decorator, s.Call)
        made = decorator.func if isinstance(decorator, s.Call) else decorator
        value = self._project.values.of(made, function.parent or function.module)
        for maker in self._makers(value, with_arguments=with_arguments):
            parameters = [p.name for p in maker.facts.parameters if p.name != maker.receiver]
            found = [w for w, _ in self._returned(maker)]
            alike = [w for w in found if w.is_async == function.is_async]
            if parameters:
                # A decorator for both kinds has a wrapper for each.
                yield from ((w, parameters[0]) for w in (alike if 0 < len(alike) < len(found) else found))

    def _makers(self, value: Value | None, *, with_arguments: bool) -> Iterator[Function]:
        """The functions that take the decorated function and give the wrapper."""
        if isinstance(value, Class):
            maker = value.method("__call__") if with_arguments else None
            with_arguments = False
        else:
            maker = provider_function(value)
        if maker is None:
            return
        inner = [w for w, given in self._returned(maker) if with_arguments or given]
        if inner:
            yield from inner
        elif not with_arguments:
            yield maker

    def _returned(self, maker: Function) -> Iterator[tuple[Function, bool]]:
        """Nested functions that ``maker`` returns, and whether it calls them with its first parameter for that."""
        nested = self.nested(maker)
        first = next((p.name for p in maker.facts.parameters if p.name != maker.receiver), "")
        seen: set[str] = set()
        returned = [stmt.value for stmt in maker.statements if isinstance(stmt, s.Return)] if nested else []
        for value in returned:
            for node in s.walk(value):
                if isinstance(node, s.Ref) and node.name in nested and node.name not in seen:
                    seen.add(node.name)
                    given = isinstance(value, s.Call) and value.func == node and s.Ref(first) in value.args
                    yield nested[node.name], given

    def nested(self, function: Function) -> dict[str, Function]:
        """Functions defined directly in ``function``, by name."""
        module = function.module
        if id(module) not in self._nested:
            found: dict[int, dict[str, Function]] = {}
            for one in module.functions:
                if one.parent is not None:
                    found.setdefault(id(one.parent), {})[one.name] = one
            self._nested[id(module)] = found
        return self._nested[id(module)].get(id(function), {})

    def _calls(self, function: Function, name: str, depth: int) -> bool:
        """Whether ``function`` calls what it knows under ``name`` where it runs."""
        key = (id(function), name)
        if key not in self._calling:
            self._calling[key] = False
            self._calling[key] = depth < MAX_DEPTH and any(
                self._calls_at(site, function, name, depth + 1) for site in function.calls if not site.deferred
            )
        return self._calling[key]

    def _calls_at(self, site: CallSite, function: Function, name: str, depth: int) -> bool:
        called = site.call.name
        if called == name:
            return True
        inner = self.nested(function).get(called)
        if inner is not None and self._calls(inner, name, depth):
            return True
        if not any(given == s.Ref(name) for given in _given(site.call)):
            return False
        return any(self._calls(target, parameter, depth) for target, parameter in self._received(site, name))

    def _hands_over(self, function: Function, name: str, depth: int) -> bool:
        """Whether ``function`` or a function inside it gives ``name`` to a thread, a process or another worker."""
        key = (id(function), name)
        if key not in self._handing:
            self._handing[key] = False
            nested = self.nested(function).values() if depth < MAX_DEPTH else ()
            names = {name, *(n.name for n in nested if self._calls(n, name, depth))}
            self._handing[key] = any(
                self._hands_over_at(site, name, names, depth + 1) for site in function.calls
            ) or any(self._hands_over(n, name, depth + 1) for n in nested)
        return self._handing[key]

    def _hands_over_at(self, site: CallSite, name: str, names: set[str], depth: int) -> bool:
        inside = (node for given in _given(site.call) for node in s.walk(given))
        if not any(isinstance(node, s.Ref) and node.name in names for node in inside):
            return False
        if self._is_hand_over(site):
            return True
        return depth < MAX_DEPTH and any(self._hands_over(t, p, depth) for t, p in self._received(site, name))

    def _is_hand_over(self, site: CallSite) -> bool:
        if site.call.method not in HAND_OVERS:
            return False
        targets = self._project.targets(site)
        return not targets or any(isinstance(t, External) for t in targets)

    def _received(self, site: CallSite, name: str) -> Iterator[tuple[Function, str]]:
        """Functions of the project that ``site`` calls with ``name``, and what they know it under."""
        for target in self._project.targets(site):
            if isinstance(target, Function):
                for parameter, given in arguments(site.call, target):
                    if given == s.Ref(name):
                        yield target, parameter


def arguments(call: s.Call, function: Function) -> Iterator[tuple[str, s.Expr]]:
    """The parameters that a call gives, by name, as far as it is written out."""
    names = [p.name for p in function.facts.parameters if p.kind in ("positional", "normal", "keyword")]
    if function.receiver:
        names = names[1:]
    for name, given in zip(names, call.args, strict=False):
        if isinstance(given, s.Starred):
            break
        yield name, given
    for keyword in call.keywords:
        if keyword.name in names:
            yield keyword.name, keyword.value


def _given(call: s.Call) -> Iterator[s.Expr]:
    yield from call.args
    yield from (k.value for k in call.keywords)


def _may_be_called(annotation: s.Expr, *, annotated: bool) -> bool:
    if type(annotation) is s.Ref:
        return not annotated or "Callable" in annotation.name
    return not annotated or "Callable" in s.written(annotation)

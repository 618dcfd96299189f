"""What a call runs: functions of the project, through classes, overrides and protocols, or something of a library."""

from __future__ import annotations

from collections.abc import Iterator

from fastreview.facts import syntax as s
from fastreview.project.branches import branches
from fastreview.project.code import CallSite, Class, Function, Module
from fastreview.project.kept_property import cached_property
from fastreview.project.libraries import BASES, HOOKS
from fastreview.project.names import External
from fastreview.project.values import Bound, Instance, Value, Values


class Targets:
    """Of calls anywhere; overrides are looked for in ``modules``, those of the service."""

    def __init__(self, values: Values, modules: tuple[Module, ...]) -> None:
        self._values = values
        self._modules = modules
        # By the id of the call, which is kept: another one would get its id.
        self._known: dict[int, tuple[CallSite, tuple[Function | External, ...]]] = {}

    def of(self, site: CallSite) -> tuple[Function | External, ...]:
        """What a call runs: functions of the project (a class's ``__init__``, the overrides of an abstract method) or
        something of a library."""
        known = self._known.get(id(site))
        if known is None:
            known = self._known[id(site)] = (site, self._called_by(site))
        return known[1]

    def _called_by(self, site: CallSite) -> tuple[Function | External, ...]:
        value = self._values.target(site)
        if value is None:
            return ()
        if type(value) is External:
            owner, _, name = value.name.rpartition(".")
            if name in HOOKS.get(owner, ()):
                return (value, *(c.methods[name] for c in self._classes_with.get(name, ()) if c.inherits(owner)))
            return (value, External(f"{BASES[owner]}.{name}")) if owner in BASES else (value,)
        return tuple(self._run_by(value, site))

    def _run_by(self, called: Value, site: CallSite) -> Iterator[Function]:
        """What calling a function, a method, a class or an object runs."""
        match called:
            case Function() as function:
                yield function
                yield from (other for other in self._other_turns(site) if other is not function)
            case Bound(function=function, of=of):
                made = self._last_made(site) if _abstract(function) else None
                method = made.method(function.name) if made is not None else None
                if made is not None and method is not None:
                    yield from self.implementations(method, made)
                else:
                    yield from self.implementations(function, _receiver_of(site) or of)
            case Class() as cls:
                for name in ("__init__", "__post_init__", "model_post_init"):
                    method = cls.method(name)
                    if method is not None:
                        yield from self.implementations(method, cls)
            case Instance(of=Class() as cls):
                method = cls.method("__call__")
                if method is not None:
                    yield from self.implementations(method, cls)

    def _other_turns(self, site: CallSite) -> Iterator[Function]:
        """What the call runs too where a loop over functions that are written out gives it another one each turn."""
        bindings = site.code.bindings.get(site.call.name, ()) if isinstance(site.call.func, s.Ref) else ()
        for binding in bindings:
            if binding.kind == "iterate" and isinstance(binding.expr, s.Items):
                values = (self._values.of(expr, site.code) for expr in binding.expr.values)
                yield from (value for value in values if isinstance(value, Function))

    def _last_made(self, site: CallSite) -> Class | None:
        """The class of what a variable was last set to before ``site``, in the same branch or around it: an annotation with
        the base class in front of several branches says less."""
        root, dot, _ = site.call.name.rpartition(".")
        if not dot or "." in root or not isinstance(site.code, Function):
            return None
        line = site.call.line
        before = [b for b in site.code.bindings.get(root, ()) if b.line <= line and b.kind != "annotate"]
        last = max(before, key=lambda b: b.line, default=None)
        if last is None or last.kind != "assign" or not isinstance(last.expr, s.Call):
            return None
        known = branches(site.code)
        at = max((stmt.line for stmt in site.code.statements if stmt.line <= line), default=0)
        around = [(id(stmt), taken) for stmt, taken in known.get(at, ())]
        if any((id(stmt), taken) not in around for stmt, taken in known.get(last.line, ())):
            return None
        made = self._values.of(last.expr, site.code)
        return made.of if isinstance(made, Instance) and isinstance(made.of, Class) else None

    @cached_property
    def _subclasses(self) -> dict[int, list[Class]]:
        found: dict[int, list[Class]] = {}
        for module in self._modules:
            for cls in module.classes:
                for ancestor in cls.ancestry.project[1:]:
                    found.setdefault(id(ancestor), []).append(cls)
        return found

    def implementations(self, method: Function, cls: Class) -> Iterator[Function]:
        """What a call of ``method`` on an instance of ``cls`` runs: the method, the overrides of one that only says that others
        implement it, and the steps of an inherited one that ``cls`` replaces."""
        yield method
        if _abstract(method):
            yield from self._overrides(cls, method.name)
        elif method.owner is not cls:
            yield from self._own_steps(method, cls)

    def _overrides(self, cls: Class, name: str) -> Iterator[Function]:
        found = [c.methods[name] for c in self._subclasses.get(id(cls), ()) if name in c.methods]
        yield from found or self._structural(cls, name)

    def _structural(self, cls: Class, name: str) -> Iterator[Function]:
        """Classes that implement a protocol without naming it: all its methods, with the same parameters."""
        if "typing.Protocol" not in cls.ancestry.external:
            return
        wanted = {n: m for c in cls.ancestry.project for n, m in c.methods.items()}
        for candidate in self._classes_with.get(name, ()):
            own = {n: candidate.method(n) for n in wanted}
            if "typing.Protocol" not in candidate.ancestry.external and all(
                has is not None and has.is_async == method.is_async and _parameters(has) == _parameters(method)
                for method, has in ((wanted[n], own[n]) for n in wanted)
            ):
                yield candidate.methods[name]

    @cached_property
    def _classes_with(self) -> dict[str, list[Class]]:
        """Classes of the service by the names of their own methods."""
        found: dict[str, list[Class]] = {}
        for module in self._modules:
            for cls in module.classes:
                for name in cls.methods:
                    found.setdefault(name, []).append(cls)
        return found

    def _own_steps(self, method: Function, cls: Class) -> Iterator[Function]:
        """Methods of ``cls`` that an inherited ``method`` calls on itself where its own class has others of these names."""
        ancestry = cls.ancestry.project
        above = ancestry.index(method.owner) if method.owner in ancestry else 0
        replaced = frozenset(name for c in ancestry[:above] for name in c.methods)
        pending, seen = [method], {id(method)}
        while pending and replaced:
            current = pending.pop()
            for site in current.calls:
                receiver, _, name = site.call.name.rpartition(".")
                step = cls.method(name) if receiver and receiver == current.receiver and not site.deferred else None
                if step is None or id(step) in seen:
                    continue
                seen.add(id(step))
                pending.append(step)
                if name in replaced:
                    yield step


def _receiver_of(site: CallSite) -> Class | None:
    """``super().run()``: the instance is one of the class that the call stands in."""
    match site.call.func:
        case s.Attribute(value=s.Call(func=s.Ref(name="super"))) if isinstance(site.code, Function):
            return site.code.owner
    return None


def _parameters(method: Function) -> list[str]:
    return [p.name for p in method.facts.parameters]


_ABSTRACT = frozenset({"abstractmethod", "abc.abstractmethod"})


def _abstract(function: Function) -> bool:
    """Whether a method says only that others implement it."""
    if function.facts.decorators and not function.decorator_names.isdisjoint(_ABSTRACT):
        return True
    body = function.body
    if len(body) > 1:
        return False
    match body:
        case () | (s.Do(value=s.Opaque(kind="ellipsis")),) | (s.Word(word="pass"),):
            return True
        case (s.Raise(exception=s.Ref(name="NotImplementedError") | s.Call(func=s.Ref(name="NotImplementedError"))),):
            return True
    return False

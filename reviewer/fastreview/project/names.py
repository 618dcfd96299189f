"""What a name stands for: through imports, re-exports, star imports and assignments, across modules."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from dataclasses import dataclass

from fastreview.facts import syntax as s
from fastreview.facts.source import Import
from fastreview.project.code import Ancestry, Binding, Class, Code, Function, Module
from fastreview.project.libraries import canonical


@dataclass(frozen=True, slots=True)
class External:
    """Something that is not in the project, by its full name: ``fastapi.Depends``, ``builtins.print``."""

    name: str

    @property
    def package(self) -> str:
        return self.name.partition(".")[0]


@dataclass(frozen=True, slots=True, eq=False)
class Variable:
    """A name bound by assignment at the top level of a module or in a function body."""

    code: Code
    name: str
    bindings: tuple[Binding, ...]


Definition = Module | Class | Function | Variable | External

_BUILTINS = frozenset(dir(builtins))

MAX_HOPS = 30
"""Re-exports followed before giving up: import cycles end here."""


class Names:
    """Resolves names. Answers are cached; a name that nothing in the project binds is a builtin or unknown."""

    def __init__(self, modules: dict[str, Module]) -> None:
        self._modules = modules
        self._cache: dict[tuple[int, str], Definition | None] = {}
        self._ancestries: dict[int, Ancestry] = {}
        self._resolving: set[int] = set()

    def module(self, name: str) -> Module | None:
        return self._modules.get(name)

    def resolve(self, code: Code, dotted: str) -> Definition | None:
        """What ``dotted`` means in ``code``; attributes of instances are not looked into (see `values`)."""
        key = (id(code), dotted)
        if key not in self._cache:
            self._cache[key] = None
            self._cache[key] = self._resolve(code, dotted)
        return self._cache[key]

    def _resolve(self, code: Code, dotted: str) -> Definition | None:
        root, *rest = dotted.split(".")
        found = self.lookup(code, root)
        for position, part in enumerate(rest):
            if found is None or isinstance(found, Variable):
                return None
            if isinstance(found, External) and position == 0:
                # `import a.b.c` binds only `a`; the rest may lead back into the project (namespace packages).
                inside = self._modules.get(f"{found.name}.{part}")
                found = inside or self.member(found, part)
            else:
                found = self.member(found, part)
        return found

    def lookup(self, code: Code, name: str) -> Definition | None:
        """A bare name by Python's scoping: function, enclosing functions, module, builtins. Parameters are not definitions."""
        current: Code | None = code
        while isinstance(current, Function):
            if name in current.local_imports:
                return self.imported(current.module, current.local_imports[name])
            if any(p.name == name for p in current.facts.parameters):
                return None
            if name in current.bindings:
                return self._bound(current, name)
            current = current.parent
        return self.in_module(code.module, name)

    def in_module(self, module: Module, name: str, hops: int = 0) -> Definition | None:
        if hops > MAX_HOPS:
            return None
        bindings = module.bindings.get(name)
        found_import = module.top_level_imports.get(name)
        if bindings and not (found_import and all(b.kind == "annotate" for b in bindings)):
            # `try: import x / except ImportError: x = None`: the import is what the code is written for.
            if found_import and all(b.expr is None for b in bindings):
                return self.imported(module, found_import, hops)
            return self._bound(module, name)
        if found_import:
            return self.imported(module, found_import, hops)
        if name in module.by_qualname:
            return module.by_qualname[name]
        submodule = self._modules.get(f"{module.name}.{name}") if module.is_package else None
        if submodule:
            return submodule
        for star in module.star_imports:
            origin = self._module_of(module, star)
            if isinstance(origin, Module):
                if origin.facts.exports is not None and name not in origin.facts.exports:
                    continue
                if name.startswith("_") and origin.facts.exports is None:
                    continue
                inside = self.in_module(origin, name, hops + 1)
                if inside is not None and not (isinstance(inside, External) and inside.package == "builtins"):
                    return inside
        if name in _BUILTINS:
            return External(f"builtins.{name}")
        return None

    def _bound(self, code: Code, name: str) -> Definition:
        bindings = code.bindings[name]
        last = bindings[-1]
        if last.kind == "define" and isinstance(last.expr, s.Ref):
            defined = code.module.by_qualname.get(last.expr.name)
            if defined is not None:
                return defined
        return Variable(code, name, tuple(bindings))

    def imported(self, module: Module, found: Import, hops: int = 0) -> Definition | None:
        origin = self._module_of(module, found)
        if not found.name:
            if found.alias:
                return origin
            top = found.module.partition(".")[0]
            return self._modules.get(top) or External(top)
        if isinstance(origin, Module):
            inside = self.in_module(origin, found.name, hops + 1)
            if inside is None or (isinstance(inside, External) and inside.package == "builtins"):
                return self._modules.get(f"{origin.name}.{found.name}") or inside
            return inside
        if isinstance(origin, External):
            # A namespace package has no module of its own.
            inside_namespace = self._modules.get(f"{origin.name}.{found.name}")
            return inside_namespace or External(canonical(f"{origin.name}.{found.name}"))
        return None

    def _module_of(self, module: Module, found: Import) -> Module | External:
        name = absolute_name(module, found)
        return self._modules.get(name) or External(canonical(name))

    def member(self, of: Definition, name: str) -> Definition | None:
        """``of.name`` for things that are not instances."""
        match of:
            case Module():
                inside = self.in_module(of, name)
                if inside is None or (isinstance(inside, External) and inside.package == "builtins"):
                    return self._modules.get(f"{of.name}.{name}")
                return inside
            case Class():
                nested = of.module.by_qualname.get(f"{of.facts.qualname}.{name}")
                return nested or of.method(name)
            case External():
                return External(canonical(f"{of.name}.{name}"))
        return None

    def ancestry(self, cls: Class) -> Ancestry:
        if id(cls) in self._ancestries:
            return self._ancestries[id(cls)]
        if id(cls) in self._resolving:
            return Ancestry((cls,), frozenset())
        self._resolving.add(id(cls))
        project, external = [cls], set[str]()
        for base in cls.facts.bases:
            for found in self._base(cls, base):
                match found:
                    case Class():
                        inner = self.ancestry(found)
                        project.extend(c for c in inner.project if c not in project)
                        external |= inner.external
                    case External(name=name):
                        external.add(name)
        for decorator in cls.facts.decorators:
            # @as_declarative() makes a base of the class that it decorates.
            made = decorator.func if isinstance(decorator, s.Call) else decorator
            found_maker = self.resolve(cls.module, made.name) if isinstance(made, s.Ref) else None
            if isinstance(found_maker, External) and found_maker.name == "sqlalchemy.orm.as_declarative":
                external.add("sqlalchemy.orm.declarative_base()")
        self._resolving.discard(id(cls))
        self._ancestries[id(cls)] = Ancestry(tuple(project), frozenset(external))
        return self._ancestries[id(cls)]

    def _base(self, cls: Class, base: s.Expr) -> Iterator[Class | External]:
        match base:
            case s.Ref(name=name):
                found = self.resolve(cls.module, name)
                if isinstance(found, Class | External):
                    yield found
                elif isinstance(found, Variable):
                    # Base = declarative_base(): the class is what that call makes.
                    value = found.bindings[-1].expr
                    if isinstance(value, s.Call) and isinstance(value.func, s.Ref):
                        made = self.resolve(found.code, value.func.name)
                        if isinstance(made, External):
                            yield External(f"{made.name}()")
                    elif isinstance(value, s.Ref) and value.name != name:
                        yield from self._base(cls, value)
            case s.Subscript(value=value):
                yield from self._base(cls, value)
            case s.Call(func=s.Ref(name=name)):
                made = self.resolve(cls.module, name)
                if isinstance(made, External):
                    yield External(f"{made.name}()")


def absolute_name(module: Module, found: Import) -> str:
    """The module that an import names, relative ones resolved."""
    if not found.level:
        return found.module
    parts = module.name.split(".")
    if not module.is_package:
        parts = parts[:-1]
    if found.level > 1:
        parts = parts[: len(parts) - (found.level - 1)]
    return ".".join([*parts, found.module] if found.module else parts)

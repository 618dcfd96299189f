"""What a name stands for: through imports, re-exports, star imports and assignments, across modules."""

from __future__ import annotations

import builtins
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

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

_NOTHING = s.Ref("object")
"""What stands in for a class that is not there."""

_UNSEEN = External("")
"""What a cache gives for something that was not asked before; None is an answer."""

MAX_HOPS = 30
"""Re-exports followed before giving up: import cycles end here."""

MAX_STARS = 200
"""Modules entered for one name through star imports."""

MAX_ANCESTORS = 100


class Names:
    """Resolves names. Answers are cached; a name that nothing in the project binds is a builtin or unknown."""

    def __init__(self, by_name: dict[str, Module], modules: Sequence[Module] = ()) -> None:
        self._modules = by_name
        self._rivals = _rivals(modules)
        self._imports: dict[int, dict[str, Import]] = {}
        self._cache: dict[tuple[int, str], Definition | None] = {}
        self._module_names: dict[tuple[int, str], Definition | None] = {}
        self._stars: dict[tuple[int, str], Definition | None] = {}
        self._bases_of: dict[int, tuple[Class | External, ...]] = {}
        self._resolving = 0

    def module(self, name: str, near: Module | None = None) -> Module | None:
        """The module of that name; where several services of one repository have one, that closest to ``near``."""
        rivals = self._rivals.get(name)
        if rivals is None or near is None:
            return self._modules.get(name)
        return max(rivals, key=lambda rival: _shared(rival.path, near.path))

    def resolve(self, code: Code, dotted: str) -> Definition | None:
        """What ``dotted`` means in ``code``; attributes of instances are not looked into (see `values`)."""
        key = (id(code), dotted)
        found = self._cache.get(key, _UNSEEN)
        if found is _UNSEEN:
            self._cache[key] = None
            found = self._cache[key] = self._resolve(code, dotted)
        return found

    def _resolve(self, code: Code, dotted: str) -> Definition | None:
        root, *rest = dotted.split(".")
        found = self.lookup(code, root)
        for position, part in enumerate(rest):
            if found is None or isinstance(found, Variable):
                return None
            if isinstance(found, External) and position == 0:
                # `import a.b.c` binds only `a`; the rest may lead back into the project (namespace packages).
                inside = self.module(f"{found.name}.{part}", code.module)
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
            if name in current.parameters:
                return None
            if name in current.bindings:
                return self._bound(current, name)
            current = current.parent
        return self.in_module(code.module, name)

    def in_module(self, module: Module, name: str, hops: int = 0) -> Definition | None:
        key = (id(module), name)
        found = self._module_names.get(key, _UNSEEN)
        if found is _UNSEEN:
            found = self._in_module(module, name, hops)
            # After many hops nothing is found that would be found after fewer.
            if found is not None or not hops:
                self._module_names[key] = found
        return found

    def _in_module(self, module: Module, name: str, hops: int) -> Definition | None:
        if hops > MAX_HOPS:
            return None
        found = self._own(module, name, hops)
        if found is None and module.star_imports:
            found = self._starred(module, name, hops)
        if found is None and name in _BUILTINS:
            return External(f"builtins.{name}")
        if found is None and module.star_imports:
            found = self._starred_library(module, name)
        return found

    def _starred_library(self, module: Module, name: str) -> External | None:
        """What a star import of a library brings: ``from pydantic.v1 import *`` in a module of the project's own that others
        import from. Where several libraries may bring it, nobody knows which."""
        origins = [self._module_of(module, star) for star in module.star_imports]
        libraries = [origin for origin in origins if isinstance(origin, External)]
        if name.startswith("_") or len(libraries) < len(origins) or len({one.package for one in libraries}) != 1:
            return None
        return External(canonical(f"{libraries[0].name}.{name}"))

    def _own(self, module: Module, name: str, hops: int) -> Definition | None:
        """What ``module`` itself binds, imports by name or has as a submodule."""
        bindings = module.bindings.get(name)
        found_import = self._import(module, name) if name in module.top_level_imports else None
        if bindings and not (found_import and all(b.kind == "annotate" for b in bindings)):
            # `try: import x / except ImportError: x = None`: the import is what the code is written for.
            if found_import and all(b.expr is None or b.expr == _NOTHING for b in bindings):
                return self.imported(module, found_import, hops)
            return self._bound(module, name)
        if found_import:
            return self.imported(module, found_import, hops)
        if name in module.by_qualname:
            return module.by_qualname[name]
        return self.module(f"{module.name}.{name}", module) if module.is_package else None

    def _import(self, module: Module, name: str) -> Import | None:
        """The import that binds ``name``: of two in one ``try`` or ``if`` the first, else the last."""
        found = module.top_level_imports.get(name)
        if found is not None:
            if id(module) not in self._imports:
                self._imports[id(module)] = _preferred(module)
            found = self._imports[id(module)].get(name, found)
        return found

    def _starred(self, module: Module, name: str, hops: int) -> Definition | None:
        """What star imports bring, those of the imported modules too. Each module is entered once: between modules that
        star-import each other are more ways than can be followed."""
        key = (id(module), name)
        if key in self._stars:
            return self._stars[key]
        self._stars[key] = None
        entered = {id(module)}
        pending = [self._star_origins(module, name)]
        while pending:
            origin = next(pending[-1], None)
            if origin is None:
                pending.pop()
            elif id(origin) not in entered and len(entered) < MAX_STARS:
                entered.add(id(origin))
                inside = self._own(origin, name, hops + 1)
                if inside is not None and not (isinstance(inside, External) and inside.package == "builtins"):
                    self._stars[key] = inside
                    break
                pending.append(self._star_origins(origin, name))
        return self._stars[key]

    def _star_origins(self, module: Module, name: str) -> Iterator[Module]:
        """Modules of the project from which a star import in ``module`` may bring ``name``."""
        for star in module.star_imports:
            origin = self._module_of(module, star)
            if isinstance(origin, Module) and (
                not name.startswith("_") if origin.exports is None else name in origin.exports
            ):
                yield origin

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
            return self.module(top, module) or External(top)
        if isinstance(origin, Module):
            inside = self.in_module(origin, found.name, hops + 1)
            if inside is None or (isinstance(inside, External) and inside.package == "builtins"):
                return self.module(f"{origin.name}.{found.name}", origin) or inside
            return inside
        if isinstance(origin, External):
            # A namespace package has no module of its own.
            inside_namespace = self.module(f"{origin.name}.{found.name}", module)
            return inside_namespace or External(canonical(f"{origin.name}.{found.name}"))
        return None

    def _module_of(self, module: Module, found: Import) -> Module | External:
        name = absolute_name(module, found)
        return self.module(name, module) or External(canonical(name))

    def member(self, of: Definition, name: str) -> Definition | None:
        """``of.name`` for things that are not instances."""
        match of:
            case Module():
                inside = self.in_module(of, name)
                if inside is None or (isinstance(inside, External) and inside.package == "builtins"):
                    return self.module(f"{of.name}.{name}", of)
                return inside
            case Class():
                nested = of.module.by_qualname.get(f"{of.facts.qualname}.{name}")
                return nested or of.method(name)
            case External():
                return External(canonical(f"{of.name}.{name}"))
        return None

    def ancestry(self, cls: Class) -> Ancestry:
        """Depth first, the bases from left to right, each once; no further up than `MAX_ANCESTORS` classes."""
        project: dict[int, Class] = {}
        external: set[str] = set()
        pending: list[Class | External] = [cls]
        while pending:
            match pending.pop():
                case External(name=name):
                    external.add(name)
                case Class() as found if id(found) not in project and len(project) < MAX_ANCESTORS:
                    project[id(found)] = found
                    pending.extend(reversed(self._bases(found)))
        return Ancestry(tuple(project.values()), frozenset(external))

    def _bases(self, cls: Class) -> tuple[Class | External, ...]:
        """What ``cls`` names as its bases; empty while they are being found, and where finding them leads on without end."""
        key = id(cls)
        if key not in self._bases_of:
            self._bases_of[key] = ()
            if self._resolving < MAX_HOPS:
                self._resolving += 1
                try:
                    self._bases_of[key] = (*self._named_bases(cls), *_decorated_bases(self, cls))
                finally:
                    self._resolving -= 1
        return self._bases_of[key]

    def _named_bases(self, cls: Class) -> Iterator[Class | External]:
        for base in cls.facts.bases:
            found = self._base(base, cls.module)
            if found is not None:
                yield found

    def _base(self, base: s.Expr, module: Module) -> Class | External | None:
        for _ in range(MAX_HOPS):
            match base:
                case s.Subscript(value=value):
                    base = value
                case s.Call(func=s.Ref(name=name)):
                    return self._made(module, name)
                case s.Ref(name=name):
                    found = self.resolve(module, name)
                    if not isinstance(found, Variable):
                        return found if isinstance(found, Class | External) else None
                    # Base = declarative_base(): the class is what that call makes.
                    value = found.bindings[-1].expr
                    if isinstance(value, s.Call):
                        return self._made(found.code, value.func.name) if isinstance(value.func, s.Ref) else None
                    if not isinstance(value, s.Ref) or value.name == name:
                        return None
                    base, module = value, found.code.module
                case _:
                    return None
        return None

    def _made(self, code: Code, name: str) -> External | None:
        """What calling the library's ``name`` makes."""
        made = self.resolve(code, name)
        return External(f"{made.name}()") if isinstance(made, External) else None


def _decorated_bases(names: Names, cls: Class) -> Iterator[External]:
    """``@as_declarative()`` makes a base of the class that it decorates."""
    for decorator in cls.facts.decorators:
        made = decorator.func if isinstance(decorator, s.Call) else decorator
        maker = names.resolve(cls.module, made.name) if isinstance(made, s.Ref) else None
        if isinstance(maker, External) and maker.name == "sqlalchemy.orm.as_declarative":
            yield External("sqlalchemy.orm.declarative_base()")


def _rivals(modules: Sequence[Module]) -> dict[str, list[Module]]:
    """Modules that share a name: ``app.main`` of two services, each with an import root of its own."""
    named: dict[str, list[Module]] = {}
    for module in modules:
        named.setdefault(module.name, []).append(module)
    return {name: group for name, group in named.items() if len(group) > 1}


def _shared(one: str, other: str) -> int:
    """Folders that two paths have in common, from the root on."""
    return sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one.split("/"), other.split("/"), strict=False))
    )


def _preferred(module: Module) -> dict[str, Import]:
    """Imports that a later one of the same name does not replace: it stands in the ``except`` or ``else`` of the same
    statement, or only type checkers read it."""
    imports = [i for i in module.facts.imports if not i.within and i.name != "*"]
    if len(imports) == len(module.top_level_imports):
        return {}
    bound: dict[str, list[Import]] = {}
    for found in imports:
        bound.setdefault(found.bound, []).append(found)
    several = {name: group for name, group in bound.items() if len(group) > 1}
    choices = list(_choices(module))
    chosen: dict[str, Import] = {}
    for name, group in several.items():
        first, *later = [one for one in group if not one.typing_only] or group
        for one in later:
            if not any(first.line in lines and one.line in lines for lines in choices):
                first = one
        chosen[name] = first
    return chosen


def _choices(module: Module) -> Iterator[range]:
    """Lines of each ``try`` and ``if`` at the top level, up to the next statement: bodies do not hold their imports."""
    for stmt, after in pairwise((*module.body, None)):
        if isinstance(stmt, s.Try | s.If):
            yield range(stmt.line, module.facts.lines + 1 if after is None else after.line)


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

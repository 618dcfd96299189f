"""Modules, classes and functions: source facts with their relations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar, cast

import msgspec
from msgspec import Struct

from fastreview.facts import syntax as s
from fastreview.facts.source import ClassFacts, FieldFacts, FunctionFacts, Import, ModuleFacts, Parameter
from fastreview.project.kept_property import cached_property
from fastreview.project.subject import Place, Subject

if TYPE_CHECKING:
    from fastreview.project.project import Project

K = TypeVar("K", bound=s.Statement)

_PROPERTIES = frozenset({"property", "cached_property", "hybrid_property", "abstractproperty"})

_NOTHING: Mapping[str, Import] = MappingProxyType({})

_NO_NAMES: frozenset[str] = frozenset()

_decode_body = msgspec.msgpack.Decoder(s.Body).decode


class CallSite(Struct, frozen=True, eq=False):
    """A call where it stands. ``deferred`` calls stand in a lambda: they run when somebody else calls it.

    ``loops`` counts the loops and comprehensions around it within the same function. ``dropped`` says that nothing looks
    at the result.
    """

    call: s.Call
    code: Code
    awaited: bool
    deferred: bool
    loops: int
    dropped: bool

    @property
    def place(self) -> Place:
        return Place(self.code.module.path, self.call.line, self.call.end_line)


class Binding(Struct, frozen=True, eq=False):
    """How a name gets its value: ``kind`` is assign, extend (``+=``), annotate, enter (with), iterate (for), define,
    except, or one of them with "unpack-" in front."""

    kind: str
    expr: s.Expr
    line: int
    index: int = -1
    """Position in the tuple for ``unpack``."""


class Uses:
    """What a body does that may run code of others, lambdas aside but for their calls: ``reads`` are names with attributes
    and subscripts whose value is taken, with their lines; ``entered`` and ``iterated`` say also whether it is done
    asynchronously. ``line`` is that of the statement that is being read."""

    __slots__ = ("calls", "entered", "iterated", "line", "reads")

    def __init__(self) -> None:
        self.calls: list[CallSite] = []
        self.reads: list[tuple[s.Ref | s.Attribute | s.Subscript, int]] = []
        self.entered: list[tuple[s.Expr, int, bool]] = []
        self.iterated: list[tuple[s.Expr, int, bool]] = []
        self.line = 0


class Code(Subject):
    """Something with a body: a function, or a module's top level. What ``facts`` say is known without decoding the body."""

    module: Module
    facts: ModuleFacts | FunctionFacts
    # Asked for so often that a property would be felt.
    qualname: str
    """Its name within the module; "" for the top level."""
    line: int
    """Where it starts; 0 for the top level."""
    called: tuple[str, ...]
    """Last parts of the names of what it calls."""
    mentioned: tuple[str, ...]
    """Names and attributes in its body."""
    local_imports: Mapping[str, Import]
    """What imports in this body bind."""

    @cached_property
    def body(self) -> s.Body:
        return _decode_body(self.facts.body)

    @cached_property
    def statements(self) -> tuple[s.Stmt, ...]:
        """Every statement, those of nested blocks included, nested functions not."""
        found: list[s.Stmt] = []
        _collect_statements(self.body, found)
        return tuple(found)

    @cached_property
    def _by_kind(self) -> dict[type[s.Statement], list[s.Statement]]:
        found: dict[type[s.Statement], list[s.Statement]] = {}
        for stmt in self.statements:
            found.setdefault(type(stmt), []).append(stmt)
        return found

    def statements_of(self, kind: type[K]) -> Sequence[K]:
        """Every statement of one kind (``syntax.Try``), those of nested blocks included, in source order."""
        return cast("Sequence[K]", self._by_kind.get(kind, ()))

    def may_say(self, *words: bytes) -> bool:
        """Whether one of these words, in lower case, may stand in the body, in a name or in literal text; it is not decoded for
        that: it holds all of them as written."""
        text = bytes(self.facts.body).lower()
        return any(word in text for word in words)

    @cached_property
    def uses(self) -> Uses:
        found = Uses()
        _collect_calls(self, self.body, 0, found)
        return found

    @cached_property
    def calls(self) -> Sequence[CallSite]:
        return self.uses.calls

    @cached_property
    def methods(self) -> Sequence[str]:
        """The last part of what each of ``calls`` calls, in their order."""
        return [site.call.method for site in self.calls]

    @cached_property
    def calls_by_method(self) -> Mapping[str, Sequence[CallSite]]:
        """Calls by the last part of what is called, in source order."""
        found: defaultdict[str, list[CallSite]] = defaultdict(list)
        for site, method in zip(self.calls, self.methods, strict=True):
            found[method].append(site)
        return dict(found)

    @cached_property
    def bindings(self) -> dict[str, list[Binding]]:
        """Every way a name is bound in this body, in source order."""
        found: dict[str, list[Binding]] = {}
        inside = self.facts.binds_in_expressions
        for stmt in self.statements:
            _bind(stmt, found)
            if inside:
                _bind_in_expressions(stmt, found)
        return found


class Module(Code):
    """One Python file. ``name`` is what it is imported as; `kind` says what kind of code it holds."""

    unit = "module"
    facts: ModuleFacts

    def __init__(self, project: Project, facts: ModuleFacts, name: str) -> None:
        self.project = project
        self.facts = facts
        self.name = name
        self.module = self
        self.path = facts.path
        self.qualname = ""
        self.line = 0
        self.called = facts.called
        self.mentioned = facts.mentioned
        self.local_imports = self.imports_within.get("", _NOTHING)

    def __repr__(self) -> str:
        return f"<Module {self.name}>"

    @property
    def key(self) -> str:
        return self.name

    @property
    def place(self) -> Place:
        return Place(self.path)

    @property
    def is_package(self) -> bool:
        return self.path.endswith("__init__.py")

    @cached_property
    def kind(self) -> str:
        """service, test, migration, script or generated: checks about the service leave the others alone."""
        return self.project.kind_of(self)

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        # A name may be defined twice (two endpoints called alike): each is a function, the later one owns the name.
        found: list[Function] = []
        latest: dict[str, Function] = {}
        classes = {c.facts.qualname: c for c in self.classes}
        for facts in self.facts.functions:
            function = Function(self, facts, classes.get(facts.owner), latest.get(facts.parent))
            latest[facts.qualname] = function
            found.append(function)
        return tuple(found)

    @cached_property
    def classes(self) -> tuple[Class, ...]:
        return tuple(Class(self, facts) for facts in self.facts.classes)

    @cached_property
    def by_qualname(self) -> dict[str, Function | Class]:
        found: dict[str, Function | Class] = {c.facts.qualname: c for c in self.classes}
        found.update({f.facts.qualname: f for f in self.functions})
        return found

    @cached_property
    def top_level_imports(self) -> dict[str, Import]:
        return {i.bound: i for i in self.facts.imports if not i.within and i.name != "*"}

    @cached_property
    def star_imports(self) -> tuple[Import, ...]:
        return tuple(i for i in self.facts.imports if not i.within and i.name == "*")

    @cached_property
    def imported(self) -> frozenset[str]:
        """First parts of the modules and the names that imports name, wherever they stand and whoever reads them: what is
        not among them need not be looked for in `facts.imports`."""
        imports = self.facts.imports
        return frozenset([i.module.partition(".")[0] for i in imports] + [i.name for i in imports])

    @cached_property
    def exports(self) -> frozenset[str] | None:
        """The names in ``__all__``, or None without one."""
        return None if self.facts.exports is None else frozenset(self.facts.exports)

    @cached_property
    def imports_within(self) -> dict[str, dict[str, Import]]:
        """Imports by the qualified name of the function that they stand in, "" for the top level."""
        found: dict[str, dict[str, Import]] = {}
        for one in self.facts.imports:
            found.setdefault(one.within, {})[one.bound] = one
        return found

    @cached_property
    def methods_of(self) -> dict[int, dict[str, Function]]:
        """Methods by name, by the id of their class."""
        found: dict[int, dict[str, Function]] = {}
        for function in self.functions:
            if function.owner is not None:
                methods = found.setdefault(id(function.owner), {})
                if function.is_accessory and function.name in methods:
                    continue
                methods[function.name] = function
        return found

    def codes(self) -> Iterator[Code]:
        """The top level and every function."""
        yield self
        yield from self.functions


class Class:
    """A class of the project."""

    def __init__(self, module: Module, facts: ClassFacts) -> None:
        self.module = module
        self.facts = facts

    def __repr__(self) -> str:
        return f"<Class {self.key}>"

    @property
    def name(self) -> str:
        return self.facts.name

    @cached_property
    def key(self) -> str:
        return f"{self.module.name}.{self.facts.qualname}"

    @property
    def place(self) -> Place:
        return Place(self.module.path, self.facts.line, self.facts.end_line)

    @cached_property
    def methods(self) -> dict[str, Function]:
        return self.module.methods_of.get(id(self), {})

    @cached_property
    def fields(self) -> dict[str, FieldFacts]:
        return {f.name: f for f in self.facts.fields}

    @cached_property
    def ancestry(self) -> Ancestry:
        """Its bases, resolved: project classes in method resolution order (itself first) and names of library classes."""
        return self.module.project.names.ancestry(self)

    def inherits(self, *names: str) -> bool:
        """Whether one of its bases, however far up, is the library class of one of these full names."""
        return not self.ancestry.external.isdisjoint(names)

    def method(self, name: str) -> Function | None:
        for cls in self.ancestry.project:
            if name in cls.methods:
                return cls.methods[name]
        return None

    def field(self, name: str) -> tuple[Class, FieldFacts] | None:
        for cls in self.ancestry.project:
            if name in cls.fields:
                return cls, cls.fields[name]
        return None

    @cached_property
    def self_assigned(self) -> dict[str, list[tuple[Function, s.Assign]]]:
        """What methods assign to attributes of ``self``."""
        found: dict[str, list[tuple[Function, s.Assign]]] = {}
        for method in self.methods.values():
            receiver = method.receiver
            if not receiver:
                continue
            start = f"{receiver}."
            for stmt in method.statements:
                if type(stmt) is s.Assign:
                    for target in stmt.targets:
                        if type(target) is s.Ref and target.name.startswith(start) and target.name.count(".") == 1:
                            found.setdefault(target.last, []).append((method, stmt))
        return found


@dataclass(frozen=True, slots=True)
class Ancestry:
    project: tuple[Class, ...]
    external: frozenset[str]


class Function(Code):
    """A function, method or nested function."""

    unit = "function"
    facts: FunctionFacts

    def __init__(self, module: Module, facts: FunctionFacts, owner: Class | None, parent: Function | None) -> None:
        self.module = module
        self.facts = facts
        self.owner = owner
        self.parent = parent
        self.name = facts.name
        self.qualname = facts.qualname
        self.line = facts.line
        self.is_async = facts.is_async
        self.called = facts.called
        self.mentioned = facts.mentioned
        self.local_imports = module.imports_within.get(facts.qualname, _NOTHING)

    def __repr__(self) -> str:
        return f"<Function {self.key}>"

    @cached_property
    def key(self) -> str:
        return f"{self.module.name}.{self.qualname}"

    @property
    def place(self) -> Place:
        return Place(self.module.path, self.facts.line, self.facts.end_line)

    @cached_property
    def receiver(self) -> str:
        """The name of ``self`` or ``cls``, or "" for functions and static methods."""
        if self.owner is None or not self.facts.parameters:
            return ""
        for decorator in self.facts.decorators:
            if type(decorator) is s.Ref and decorator.name == "staticmethod":
                return ""
        return self.facts.parameters[0].name

    @cached_property
    def is_property(self) -> bool:
        """Whether reading the attribute calls it."""
        if not self.facts.decorators:
            return False
        return any(name.rpartition(".")[2] in _PROPERTIES for name in self.decorator_names)

    @property
    def is_accessory(self) -> bool:
        """Whether it sets or deletes a property that an earlier method of this name reads."""
        if not self.facts.decorators:
            return False
        return not self.decorator_names.isdisjoint((f"{self.name}.setter", f"{self.name}.deleter"))

    @cached_property
    def decorator_ids(self) -> frozenset[int]:
        return frozenset(map(id, self.facts.decorators))

    @cached_property
    def parameters(self) -> dict[str, Parameter]:
        return {parameter.name: parameter for parameter in self.facts.parameters}

    @cached_property
    def decorator_names(self) -> frozenset[str]:
        """Decorators as written, without arguments: ``router.get``, ``property``."""
        if not self.facts.decorators:
            return _NO_NAMES
        names = (d.func if isinstance(d, s.Call) else d for d in self.facts.decorators)
        return frozenset(n.name for n in names if isinstance(n, s.Ref))

    def given(self) -> Iterator[s.Expr]:
        """What a caller gets: the values that it returns, or those that it yields."""
        for stmt in self.statements:
            match stmt:
                case s.Return(value=value) if value is not None and not self.facts.yields:
                    yield value
                case s.Do(value=s.Yield(value=value)) | s.Assign(value=s.Yield(value=value)):
                    yield value


# The functions below visit every node of what they read. They compare types: class patterns of structs cost an
# `ABCMeta.__instancecheck__` for each that does not match.


def _collect_statements(body: s.Body, found: list[s.Stmt]) -> None:
    for stmt in body:
        found.append(stmt)
        if type(stmt) in _WITH_BLOCKS:
            for block in stmt.blocks():
                _collect_statements(block, found)


_WITH_BLOCKS = frozenset({s.If, s.Loop, s.With, s.Try, s.Match})


def _collect_calls(code: Code, body: s.Body, loops: int, found: Uses) -> None:
    for stmt in body:
        found.line = stmt.line
        if type(stmt) is s.Assign:
            _calls_in(code, stmt.value, loops, found)
            for target in stmt.targets:
                _calls_in_target(code, target, loops, found)
        elif type(stmt) is s.Do:
            _calls_in(code, stmt.value, loops, found, dropped=True)
        elif type(stmt) is s.Loop:
            if stmt.kind == "for":
                found.iterated.append((stmt.iterable, stmt.line, stmt.is_async))
            _calls_in(code, stmt.iterable, loops if stmt.kind == "for" else loops + 1, found)
            _collect_calls(code, stmt.body, loops + 1, found)
            _collect_calls(code, stmt.orelse, loops, found)
        elif type(stmt) is s.With:
            for item in stmt.items:
                found.entered.append((item.context, stmt.line, stmt.is_async))
                _calls_in(code, item.context, loops, found)
                _calls_in_target(code, item.target, loops, found)
            _collect_calls(code, stmt.body, loops, found)
        elif type(stmt) is not s.Define and type(stmt) is not s.Word:
            for expr in s.expressions(stmt):
                _calls_in(code, expr, loops, found)
            for block in s.blocks(stmt):
                _collect_calls(code, block, loops, found)


def _calls_in_target(code: Code, target: s.Expr, loops: int, found: Uses) -> None:
    """What is assigned to is not read; what leads there is."""
    if type(target) is s.Attribute:
        _calls_in(code, target.value, loops, found)
    elif type(target) is s.Subscript:
        _calls_in(code, target.value, loops, found)
        _calls_in(code, target.index, loops, found)
    elif type(target) is s.Items:
        for value in target.values:
            _calls_in_target(code, value, loops, found)


_LEAVES = frozenset({type(None), bool, int, float, str, s.Opaque})


def _calls_in(
    code: Code,
    expr: s.Expr,
    loops: int,
    found: Uses,
    *,
    awaited: bool = False,
    deferred: bool = False,
    dropped: bool = False,
) -> None:
    if type(expr) is s.Ref:
        if not deferred and "." in expr.name:
            found.reads.append((expr, found.line))
    elif type(expr) is s.Await:
        _calls_in(code, expr.value, loops, found, awaited=True, deferred=deferred, dropped=dropped)
    elif type(expr) is s.Lambda:
        _calls_in(code, expr.body, loops, found, deferred=True)
    elif type(expr) is s.Comprehension:
        _calls_in_comprehension(code, expr, loops, found, deferred=deferred)
    elif type(expr) not in _LEAVES:
        if type(expr) is s.Call:
            found.calls.append(CallSite(expr, code, awaited, deferred, loops, dropped))
        elif not deferred and (type(expr) is s.Attribute or type(expr) is s.Subscript):
            found.reads.append((expr, found.line))
        for child in s.children(expr):
            if type(child) not in _LEAVES:
                _calls_in(code, child, loops, found, deferred=deferred)


def _calls_in_comprehension(code: Code, expr: s.Comprehension, loops: int, found: Uses, *, deferred: bool) -> None:
    for position, source in enumerate(expr.sources):
        if not deferred:
            found.iterated.append((source.iterable, found.line, source.is_async))
        _calls_in(code, source.iterable, loops + bool(position), found, deferred=deferred)
        for condition in source.conditions:
            _calls_in(code, condition, loops + 1, found, deferred=deferred)
    _calls_in(code, expr.element, loops + 1, found, deferred=deferred)


def _bind(stmt: s.Stmt, found: dict[str, list[Binding]]) -> None:
    if type(stmt) is s.Assign:
        _bind_assigned(stmt, found)
    elif type(stmt) is s.With:
        for item in stmt.items:
            _bind_target(item.target, "enter", item.context, stmt.line, found)
    elif type(stmt) is s.Loop:
        if stmt.kind == "for":
            _bind_target(stmt.target, "iterate", stmt.iterable, stmt.line, found)
    elif type(stmt) is s.Define:
        _add(found, stmt.qualname.rpartition(".")[2], Binding("define", s.Ref(stmt.qualname), stmt.line))
    elif type(stmt) is s.Try:
        for handler in stmt.handlers:
            if handler.name:
                _add(found, handler.name, Binding("except", handler.type, handler.line))


def _bind_assigned(stmt: s.Assign, found: dict[str, list[Binding]]) -> None:
    for target in stmt.targets:
        if stmt.op:
            if stmt.op == "+" and type(target) is s.Ref:
                _add(found, target.name, Binding("extend", stmt.value, stmt.line))
            continue
        if stmt.annotation is not None and type(target) is s.Ref:
            _add(found, target.name, Binding("annotate", stmt.annotation, stmt.line))
        if stmt.has_value:
            _bind_target(target, "assign", stmt.value, stmt.line, found)


def _bind_in_expressions(stmt: s.Stmt, found: dict[str, list[Binding]]) -> None:
    for expr in s.expressions(stmt):
        if type(expr) in _LEAVES or type(expr) is s.Ref:
            continue
        for node in s.walk(expr):
            if type(node) is s.Walrus:
                if type(node.target) is s.Ref:
                    _add(found, node.target.name, Binding("assign", node.value, stmt.line))
            elif type(node) is s.Comprehension:
                for source in node.sources:
                    _bind_target(source.target, "iterate", source.iterable, stmt.line, found)


def _bind_target(target: s.Expr, kind: str, value: s.Expr, line: int, found: dict[str, list[Binding]]) -> None:
    if type(target) is s.Ref:
        _add(found, target.name, Binding(kind, value, line))
    elif type(target) is s.Items:
        for index, part in enumerate(target.values):
            inner = part.value if type(part) is s.Starred else part
            if type(inner) is s.Ref:
                _add(found, inner.name, Binding(f"unpack-{kind}", value, line, index))


def _add(found: dict[str, list[Binding]], name: str, binding: Binding) -> None:
    found.setdefault(name, []).append(binding)

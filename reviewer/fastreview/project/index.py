"""Where names are called, mentioned and annotated: told without decoding a body."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Code, Function, Module
from fastreview.project.kept_property import cached_property


class Index:
    """Of ``modules``, those of the service apart. Names are the last part of what is called or annotated."""

    def __init__(self, modules: tuple[Module, ...], service_modules: tuple[Module, ...]) -> None:
        self._modules = modules
        self._service = service_modules

    @cached_property
    def by_call(self) -> dict[str, list[Code]]:
        """Service code and scripts by the names of what they call; no body is decoded for it."""
        found: defaultdict[str, list[Code]] = defaultdict(list)
        for module in self._modules:
            if module.kind in ("service", "script"):
                for code in module.codes():
                    for name in code.called:
                        found[name].append(code)
        return dict(found)

    def calls(self, *names: str) -> Iterator[CallSite]:
        """Calls in service code by the last part of what is called (``print``, ``execute``), in the order of the files."""
        wanted = set(names)
        for code in self.calling(*names):
            by_method = code.calls_by_method
            asked = wanted.intersection(by_method)
            if len(asked) == 1:
                yield from by_method[asked.pop()]
            else:
                yield from [site for site, name in zip(code.calls, code.methods, strict=True) if name in asked]

    def calling(self, *names: str) -> Sequence[Code]:
        """Service code that calls something of one of these names, in the order of the files; no body is decoded for it."""
        found = {id(c): c for n in names for c in self.by_call.get(n, ()) if c.module.kind == "service"}
        return sorted(found.values(), key=lambda c: (c.module.path, c.line))

    @cached_property
    def _by_mention(self) -> dict[str, list[Code]]:
        found: defaultdict[str, list[Code]] = defaultdict(list)
        for module in self._service:
            for code in module.codes():
                for name in code.mentioned:
                    found[name].append(code)
        return dict(found)

    @property
    def words(self) -> Collection[str]:
        """Names and attributes that bodies of service code mention, each once."""
        return self._by_mention.keys()

    def mentions(self, *names: str) -> Iterator[Code]:
        """Service code whose body mentions one of these names or attributes, in the order of the files."""
        found = {id(c): c for n in names for c in self._by_mention.get(n, ())}
        yield from sorted(found.values(), key=lambda c: (c.module.path, c.line))

    @cached_property
    def _by_annotation(self) -> dict[str, list[Function | Class]]:
        """Functions and classes of the service by the names in the types of their parameters, results and fields."""
        found: dict[str, list[Function | Class]] = {}
        for module in self._service:
            for function in module.functions:
                types = [p.annotation for p in function.facts.parameters]
                types.append(function.facts.returns)
                for name in _names_in(types):
                    found.setdefault(name, []).append(function)
            for cls in module.classes:
                for name in _names_in([f.annotation for f in cls.facts.fields]):
                    found.setdefault(name, []).append(cls)
        return found

    def annotated_with(self, *names: str) -> tuple[Function | Class, ...]:
        """Functions with a parameter or result, and classes with a field, whose type mentions one of these names: the last
        part of a name, in quotes or not."""
        return tuple({id(one): one for name in names for one in self._by_annotation.get(name, ())}.values())

    def calls_by(self, name: str) -> Iterator[CallSite]:
        """Calls by the last part of what is called: ``name``, or another one that it is imported by."""
        for known in (name, *self._other_names.get(name, ())):
            for code in self.by_call.get(known, ()):
                yield from code.calls_by_method.get(known, ())

    @cached_property
    def _other_names(self) -> dict[str, dict[str, None]]:
        """What imports call the project's own things: ``from a import make as make_a``."""
        found: dict[str, dict[str, None]] = {}
        for module in self._modules:
            for one in module.facts.imports:
                if one.alias and one.name and one.alias != one.name:
                    found.setdefault(one.name, {})[one.alias] = None
        return found


def _names_in(pending: list[s.Expr]) -> set[str]:
    """Last parts of the names in types, quoted ones included; ``pending`` is used up."""
    found: set[str] = set()
    while pending:
        node = pending.pop()
        if type(node) is s.Ref:
            found.add(node.name.rpartition(".")[2] if "." in node.name else node.name)
        elif type(node) is s.Subscript:
            pending += (node.value, node.index)
        elif type(node) is str:
            found.add(node.rpartition(".")[2])
        elif node is not None:
            if type(node) is s.Attribute:
                found.add(node.attr)
            pending += s.children(node)
    return found

"""How tests get what they need: shared fixtures and factories, and copies of them.

Sources: documentation of pytest, factory_boy, polyfactory and model_bakery.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Function, Module, Place, Project, syntax

FACTORIES = re.compile(r"^(?:factory|polyfactory|pydantic_factories|model_bakery|mimesis)\.")
SETTING_UP = frozenset({"setUp", "setUpClass", "asyncSetUp", "setup_method", "setup_class", "setup_module"})


class Maker(NamedTuple):
    """A fixture, a factory, or a function of test support."""

    name: str
    place: Place


def shared(project: Project) -> list[Maker]:
    """Those that tests of more than one file use, or every test, fixtures first."""
    modules = [m for m in project.modules if m.kind == "test"]
    return [*_fixtures(project, modules, across=True), *_factories(modules), *_functions(modules)]


def local(project: Project) -> list[Maker]:
    """Those that several tests of one file use."""
    modules = [m for m in project.modules if m.kind == "test"]
    return [*_fixtures(project, modules, across=False), *_methods(project)]


def copied(project: Project, least: int) -> list[list[Function]]:
    """Fixtures of one name and one body that stand in so many files, those with most copies first."""
    found: dict[tuple[str, str], list[Function]] = {}
    for fixture in project.exercise.fixtures.all:
        body = repr(
            [(type(s).__name__, [syntax.written(e) for e in syntax.expressions(s)]) for s in fixture.statements]
        )
        found.setdefault((fixture.name, body), []).append(fixture)
    groups = [group for group in found.values() if len({f.module.path for f in group}) >= least]
    return sorted(groups, key=lambda group: (-len(group), group[0].name))


def _fixtures(project: Project, modules: list[Module], *, across: bool) -> Iterator[Maker]:
    fixtures = project.exercise.fixtures
    uses: Counter[int] = Counter()
    for module in modules:
        found = [f for c in module.functions for name in c.parameters if (f := fixtures.named(name, c)) is not None]
        uses.update({id(fixture) for fixture in found} if across else map(id, found))
    for fixture in fixtures.all:
        everywhere = any(isinstance(d, syntax.Call) and d.keyword("autouse") is True for d in fixture.facts.decorators)
        if uses[id(fixture)] > 1 or (across and everywhere):
            yield Maker(fixture.name, fixture.place)


def _factories(modules: list[Module]) -> Iterator[Maker]:
    for module in modules:
        for cls in module.classes:
            if any(FACTORIES.search(base) for base in cls.ancestry.external):
                yield Maker(cls.name, cls.place)


def _functions(modules: list[Module]) -> Iterator[Maker]:
    """Functions of support modules that tests of other files import."""
    imported: dict[str, set[str]] = {}
    for module in modules:
        for one in module.facts.imports:
            imported.setdefault(one.name, set()).add(module.path)
    for module in modules:
        for function in module.functions:
            plain = function.owner is None and function.parent is None and not function.name.startswith("test")
            if plain and len(imported.get(function.name, set()) - {module.path}) > 1:
                yield Maker(function.name, function.place)


def _methods(project: Project) -> Iterator[Maker]:
    """``setUp`` and its kin in classes with several tests."""
    for function in {
        id(f): f for t in project.tests if t.function.owner for f in t.function.owner.methods.values()
    }.values():
        if function.name in SETTING_UP:
            yield Maker(function.name, function.place)

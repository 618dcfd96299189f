"""What pytest gives to the parameters of tests: fixtures and the rows of ``parametrize``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import islice, product

from fastreview.facts import syntax as s
from fastreview.project.code import Code, Function, Module
from fastreview.project.constants import Given
from fastreview.project.routing.loops import Loops

MAX_DEPTH = 3
MAX_ROWS = 100
_FIXTURE = re.compile(r"(?:^|\.|_)fixture$")


class Fixtures:
    """Fixtures of a project's test code by name."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self._by_name: dict[str, list[Function]] = {}
        self.all: list[Function] = []
        for module in modules:
            for function in module.functions:
                if self.is_one(function):
                    self.all.append(function)
                    self._by_name.setdefault(_name_of(function), []).append(function)

    @staticmethod
    def is_one(function: Function) -> bool:
        return any(_FIXTURE.search(name) for name in function.decorator_names)

    def named(self, name: str, near: Code) -> Function | None:
        """The fixture that a parameter of ``near`` is given: of its module, else of the conftest that is closest."""
        found = [f for f in self._by_name.get(name, ()) if f is not near]
        return max(found, key=lambda f: _closeness(f.module.path, near.module.path), default=None)

    def rows(self, function: Function, names: AbstractSet[str], loops: Loops) -> Iterator[dict[str, Given]]:
        """The sets of values that ``parametrize`` and the ``params`` of fixtures give to ``names``; none where they say
        nothing of them."""
        tables = [rows for d in decorators_of(function) if (rows := list(_table(d, function, names, loops)))]
        for name in sorted(names & set(function.parameters)):
            fixture = self.named(name, function)
            rows = [{name: given} for given in _params(fixture, loops)] if fixture is not None else []
            tables += [rows] if rows else []
        for chosen in islice(product(*tables), MAX_ROWS) if tables else ():
            yield {name: given for row in chosen for name, given in row.items()}

    def given(self, code: Function, names: AbstractSet[str], depth: int = 0) -> dict[str, Given]:
        """What fixtures give for the parameters among ``names``, where they return one thing only."""
        found: dict[str, Given] = {}
        for name in sorted(names & set(code.parameters)) if depth < MAX_DEPTH else ():
            fixture = self.named(name, code)
            values = list(fixture.given()) if fixture is not None else []
            if fixture is not None and len(values) == 1:
                inner = self.given(fixture, set(fixture.parameters), depth + 1)
                found[name] = Given(values[0], fixture, inner or None)
        return found


def decorators_of(function: Function) -> Iterator[s.Call]:
    """Decorators with arguments, those of the class too."""
    own = function.facts.decorators
    for decorator in (*own, *(function.owner.facts.decorators if function.owner else ())):
        if isinstance(decorator, s.Call):
            yield decorator


def columns_of(decorator: s.Call) -> list[str]:
    """Names of the parameters that a ``parametrize`` gives values to; none for other decorators."""
    named = decorator.argument(0, "argnames") if decorator.method == "parametrize" else s.MISSING
    if isinstance(named, str):
        return [name.strip() for name in named.split(",") if name.strip()]
    if isinstance(named, s.Items):
        return [name for name in named.values if isinstance(name, str)]
    return []


def _table(decorator: s.Call, function: Function, names: AbstractSet[str], loops: Loops) -> Iterator[dict[str, Given]]:
    columns, values = columns_of(decorator), decorator.argument(1, "argvalues")
    if isinstance(values, s.Missing) or names.isdisjoint(columns):
        return
    for row in islice(loops.rows(values, function.module), MAX_ROWS):
        if isinstance(row.expr, s.Call) and row.expr.method == "param":
            cells = [Given(arg, row.code, row.env) for arg in row.expr.args]
        elif len(columns) == 1:
            cells = [row]
        else:
            found = (loops.part(row, position) for position in range(len(columns)))
            cells = [cell for cell in found if cell is not None]
        if len(cells) >= len(columns):
            yield dict(zip(columns, cells, strict=False))


def _params(fixture: Function, loops: Loops) -> Iterator[Given]:
    """The ``params`` of a fixture that hands them on as they are."""
    if [s.written(value, 40) for value in fixture.given()] == ["request.param"]:
        for decorator in fixture.facts.decorators:
            params = decorator.keyword("params") if isinstance(decorator, s.Call) else s.MISSING
            if not isinstance(params, s.Missing):
                yield from islice(loops.rows(params, fixture.module), MAX_ROWS)


def _name_of(function: Function) -> str:
    for decorator in function.facts.decorators:
        if isinstance(decorator, s.Call):
            given = decorator.keyword("name")
            if isinstance(given, str):
                return given
    return function.name


def _closeness(path: str, near: str) -> tuple[bool, int, bool]:
    if path == near:
        return (True, 0, True)
    shared = 0
    for one, other in zip(path.split("/")[:-1], near.split("/")[:-1], strict=False):
        if one != other:
            break
        shared += 1
    return (False, shared, path.endswith("conftest.py"))

"""Globals of a module that only other modules set: ``orders.service = OrderService(settings)``, also in a loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from fastreview.facts import syntax as s
from fastreview.project.code import Code, Module
from fastreview.project.constants import Constants, Given
from fastreview.project.routing.loops import Loops
from fastreview.project.values import Value, Values

MAX_HOPS = 6


class _Setting(NamedTuple):
    module: Module
    value: Given


class SetElsewhere:
    def __init__(self, values: Values, constants: Constants, mentions: Callable[[str], Iterator[Code]]) -> None:
        self._values = values
        self._loops = Loops(values, constants)
        self._mentions = mentions
        self._settings: dict[str, tuple[_Setting, ...]] = {}
        self._assigned: dict[int, dict[str, list[tuple[s.Ref, s.Assign]]]] = {}

    def of(self, module: Module, name: str) -> Value | None:
        """What ``name`` is in ``module``, which does not bind it; None where nothing sets it, or to nothing known."""
        if name not in self._settings:
            # While it is being found nothing sets it: what is assigned may ask for the same name.
            self._settings[name] = ()
            self._settings[name] = tuple(self._found(name))
        set_here = (setting.value for setting in self._settings[name] if setting.module is module)
        return next((value for given in set_here if (value := self._values.of(given.expr, given.code))), None)

    def _found(self, name: str) -> Iterator[_Setting]:
        for code in self._mentions(name):
            for target, stmt in self._attributes_set(code).get(name, ()):
                yield from self._set(target, stmt, code)

    def _attributes_set(self, code: Code) -> dict[str, list[tuple[s.Ref, s.Assign]]]:
        """Assignments to attributes, by the attribute: read once, however many names are asked for."""
        found = self._assigned.get(id(code))
        if found is None:
            found = self._assigned[id(code)] = {}
            for stmt in code.statements_of(s.Assign):
                for target in stmt.targets if stmt.has_value and not stmt.op else ():
                    if isinstance(target, s.Ref) and "." in target.name:
                        found.setdefault(target.name.rpartition(".")[2], []).append((target, stmt))
        return found

    def _set(self, target: s.Ref, stmt: s.Assign, code: Code) -> Iterator[_Setting]:
        owner = s.Ref(target.name.rpartition(".")[0])
        names = {owner.root} | ({stmt.value.name} if isinstance(stmt.value, s.Ref) else set())
        for turn in self._loops.turns_of(names, stmt.line, code):
            holder = _in_turn(Given(owner, code, turn))
            module = self._values.of(holder.expr, holder.code)
            if isinstance(module, Module):
                yield _Setting(module, _in_turn(Given(stmt.value, code, turn)))


def _in_turn(given: Given) -> Given:
    """What a name stands for in this turn of the loops around it."""
    for _ in range(MAX_HOPS):
        if not (given.env and isinstance(given.expr, s.Ref) and given.expr.name in given.env):
            break
        given = given.env[given.expr.name]
    return given

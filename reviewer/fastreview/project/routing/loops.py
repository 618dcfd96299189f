"""Loops over lists that are written out: what their variables stand for in each turn."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from itertools import islice

from fastreview.facts import syntax as s
from fastreview.project.code import Binding, CallSite, Code, Function, Module
from fastreview.project.constants import Constants, Environment, Given
from fastreview.project.givens import bound, group
from fastreview.project.names import External, Variable
from fastreview.project.values import Bound, Values

MAX_TURNS = 500
MAX_ROWS = 2_000
MAX_STEPS = 2_000
"""Expressions looked at for one list: lists made of lists multiply."""
MAX_DEPTH = 6

_GROWING = frozenset({"append", "extend", "insert"})
_SAME_ITEMS = frozenset({"sorted", "reversed", "list", "tuple", "set", "frozenset", "iter"})


class Loops:
    def __init__(self, values: Values, constants: Constants) -> None:
        self._values = values
        self._constants = constants
        self._active: set[tuple[str | int, int]] = set()
        self._growth: dict[int, dict[str, list[CallSite]]] = {}
        self._renamed: dict[int, list[tuple[Function, list[s.Expr], list[s.Expr]]]] = {}
        self._set: dict[int, dict[str, list[tuple[s.Expr, s.Expr]]]] = {}
        self._looping: dict[int, frozenset[str]] = {}
        self._steps = 0

    def turns(self, call: s.Call, code: Code, env: Environment | None = None) -> Iterator[Environment | None]:
        """The environments in which ``call`` runs: one for each turn of the loops over written-out lists around it."""
        yield from self.turns_of(mentioned(call, code) if self._looping_in(code) else set(), call.line, code, env)

    def turns_of(
        self, mentioned: AbstractSet[str], line: int, code: Code, env: Environment | None = None
    ) -> Iterator[Environment | None]:
        """The environments in which a line that mentions these names runs."""
        names = mentioned & self._looping_in(code)
        if not names:
            yield env or None
            return
        begun: list[Binding] = []
        for name in sorted(names):
            # One name may run through several loops, one after the other: the call stands in the last that began.
            found = [b for b in code.bindings.get(name, ()) if b.kind in ("iterate", "unpack-iterate")]
            begun += [b for b in found if b.line <= line][-1:] or found[:1]
        # The outermost loop first.
        loops = {id(binding.expr): binding.expr for binding in sorted(begun, key=lambda b: b.line)}
        turns: list[dict[str, Given]] = [{**env} if env else {}]
        for iterable in loops.values():
            rows = self.rows(iterable, code, env)
            if rows:
                turns = [{**turn, **self._turn(names, iterable, row, code)} for turn in turns for row in rows][
                    :MAX_TURNS
                ]
        for turn in turns:
            yield turn or None

    def _looping_in(self, code: Code) -> frozenset[str]:
        """Names that loops bind."""
        if id(code) not in self._looping:
            self._looping[id(code)] = frozenset(
                name for name, bindings in code.bindings.items() for b in bindings if b.kind.endswith("iterate")
            )
        return self._looping[id(code)]

    def _turn(self, names: AbstractSet[str], iterable: s.Expr, row: Given, code: Code) -> dict[str, Given]:
        env: dict[str, Given] = {}
        for name in names:
            for binding in code.bindings.get(name, ()):
                if binding.expr is not iterable:
                    continue
                if binding.kind == "iterate":
                    env[name] = row
                else:
                    part = self.part(row, binding.index)
                    if part is not None:
                        env[name] = part
        return env

    def part(self, row: Given, index: int) -> Given | None:
        """What unpacking ``row`` gives at this position."""
        settled = self._constants.settled(row)
        if isinstance(settled.expr, s.Items) and index < len(settled.expr.values):
            return Given(settled.expr.values[index], settled.code, settled.env)
        return None

    def rows(self, iterable: s.Expr, code: Code, env: Environment | None = None, depth: int = 0) -> tuple[Given, ...]:
        """What going through ``iterable`` gives, one after the other; empty where that is not written out."""
        self._steps = self._steps + 1 if self._active else 0
        # A name is entered once: a list may be extended by what is made from itself.
        key = (iterable.name if isinstance(iterable, s.Ref) else id(iterable), id(code))
        if depth > MAX_DEPTH or self._steps > MAX_STEPS or key in self._active:
            return ()
        self._active.add(key)
        try:
            return tuple(islice(self._rows(iterable, code, env, depth), MAX_ROWS))
        finally:
            self._active.discard(key)

    def _rows(self, iterable: s.Expr, code: Code, env: Environment | None, depth: int) -> Iterator[Given]:
        match iterable:
            case s.Items(values=values):
                for value in values:
                    if isinstance(value, s.Starred):
                        yield from self.rows(value.value, code, env, depth + 1)
                    else:
                        yield Given(value, code, env)
            case s.Ref(name=name) if env and name in env:
                yield from self.rows(*env[name], depth + 1)
            case s.Ref():
                yield from self._named_rows(iterable, code, env, depth)
            case s.Conditional(test=test, body=body, orelse=orelse):
                flag = self._constants.flag(test, code, env)
                for branch in (body, orelse) if flag is None else (body,) if flag else (orelse,):
                    yield from self.rows(branch, code, env, depth + 1)
            case s.Mapping(keys=keys):
                for key in keys:
                    yield Given(key, code, env)
            case s.Operation(op="+" | "or", operands=operands):
                for operand in operands:
                    yield from self.rows(operand, code, env, depth + 1)
            case s.Comprehension(element=element, sources=(source,)):
                yield from self._made(element, source, code, env, depth)
            case s.Call():
                yield from self._called_rows(iterable, code, env, depth)
            case s.Attribute() | s.Subscript():
                origin = self._constants.given(iterable, code, env)
                if origin is not None and origin.expr is not iterable:
                    yield from self.rows(*origin, depth + 1)

    def _named_rows(self, iterable: s.Ref, code: Code, env: Environment | None, depth: int) -> Iterator[Given]:
        found = self._values.names.resolve(code, iterable.name)
        if not isinstance(found, Variable):
            origin = self._constants.given(iterable, code, env)
            if origin is not None and origin.expr != iterable:
                yield from self.rows(*origin, depth + 1)
            return
        inner = env if found.code is code else None
        for binding in found.bindings:
            if binding.kind in ("assign", "extend"):
                yield from self.rows(binding.expr, found.code, inner, depth + 1)
        yield from self._grown(found, depth)

    def _grown(self, variable: Variable, depth: int) -> Iterator[Given]:
        """What is added to a list in place, also under other names in the same module."""
        for site in self._growth_in(variable.code).get(variable.name, ()):
            given = site.call.args[-1]
            if site.call.method == "extend":
                yield from self.rows(given, variable.code, None, depth + 1)
            else:
                for turn in self.turns(site.call, variable.code):
                    yield Given(given, variable.code, turn)
        if isinstance(variable.code, Module):
            for function, assigned, added in self._renamed_in(variable.code):
                if any(self._is(expr, variable, function) for expr in assigned):
                    for expr in added:
                        yield from self.rows(expr, function, None, depth + 1)

    def _growth_in(self, code: Code) -> dict[str, list[CallSite]]:
        """``x.append(...)``, ``x.extend(...)`` and ``x.insert(...)`` by the name of the list."""
        if id(code) not in self._growth:
            found: dict[str, list[CallSite]] = {}
            for site in () if _GROWING.isdisjoint(code.called) else code.calls:
                if site.call.method in _GROWING and site.call.args and site.call.name:
                    found.setdefault(site.call.name.rpartition(".")[0], []).append(site)
            self._growth[id(code)] = found
        return self._growth[id(code)]

    def _renamed_in(self, module: Module) -> list[tuple[Function, list[s.Expr], list[s.Expr]]]:
        """``chosen = A if flag else B; chosen += more`` adds to the list of the module that ``chosen`` is: functions with
        what such names are assigned and what is added to them."""
        if id(module) not in self._renamed:
            found: list[tuple[Function, list[s.Expr], list[s.Expr]]] = []
            for function in module.functions:
                for bindings in function.bindings.values() if _may_extend(function, module) else ():
                    added = [b.expr for b in bindings if b.kind == "extend"]
                    if added:
                        found.append((function, [b.expr for b in bindings if b.kind == "assign"], added))
            self._renamed[id(module)] = found
        return self._renamed[id(module)]

    def _is(self, expr: s.Expr, variable: Variable, code: Code) -> bool:
        match expr:
            case s.Ref(name=name):
                found = self._values.names.resolve(code, name)
                return isinstance(found, Variable) and (found.code, found.name) == (variable.code, variable.name)
            case s.Conditional(test=test, body=body, orelse=orelse):
                flag = self._constants.flag(test, code)
                chosen = (body, orelse) if flag is None else (body,) if flag else (orelse,)
                return any(self._is(branch, variable, code) for branch in chosen)
        return False

    def _called_rows(self, call: s.Call, code: Code, env: Environment | None, depth: int) -> Iterator[Given]:
        if call.method in ("items", "values", "keys") and not call.args:
            owner = call.receiver
            if owner is not None:
                yield from self._mapped_rows(call.method, self._constants.settled(Given(owner, code, env)))
                yield from self._set_rows(call.method, owner, code)
            return
        match call:
            case s.Call(func=s.Ref(name=name), args=(first, *_)) if name in _SAME_ITEMS:
                yield from self.rows(first, code, env, depth + 1)
            case s.Call(func=s.Ref(name="enumerate"), args=(first, *_)):
                for position, row in enumerate(self.rows(first, code, env, depth + 1)):
                    yield group((Given(position, code), row), code)
            case s.Call(func=s.Ref(name="zip"), args=args):
                for rows in zip(*(self.rows(a, code, env, depth + 1) for a in args), strict=False):
                    yield group(rows, code)
            case _:
                match self._values.of(call.func, code):
                    case External(name="itertools.chain") | External(name="itertools.chain.from_iterable"):
                        for given in call.args:
                            yield from self.rows(given, code, env, depth + 1)
                    case (Function() as function) | Bound(function=function):
                        yield from self._returned(function, bound(function, call, code, env), depth)

    @staticmethod
    def _mapped_rows(method: str, mapping: Given) -> Iterator[Given]:
        if isinstance(mapping.expr, s.Mapping):
            for key, value in zip(mapping.expr.keys, mapping.expr.values, strict=True):
                pair = (Given(key, mapping.code, mapping.env), Given(value, mapping.code, mapping.env))
                yield group(pair, mapping.code) if method == "items" else pair[method == "values"]

    def _set_rows(self, method: str, owner: s.Expr, code: Code) -> Iterator[Given]:
        """``routers["x"] = router`` adds to a mapping."""
        found = self._values.names.resolve(code, owner.name) if isinstance(owner, s.Ref) else None
        if not isinstance(found, Variable):
            return
        if id(found.code) not in self._set:
            self._set[id(found.code)] = _set_in(found.code)
        for key, value in self._set[id(found.code)].get(found.name, ()):
            pair = (Given(key, found.code), Given(value, found.code))
            yield group(pair, found.code) if method == "items" else pair[method == "values"]

    def _returned(self, function: Function, env: Environment, depth: int) -> Iterator[Given]:
        """The lists that a function returns, and what it yields."""
        for stmt in function.statements:
            match stmt:
                case s.Return(value=value) if value is not None:
                    yield from self.rows(value, function, env, depth + 1)
                case s.Do(value=s.Yield(value=value, delegates=delegates)):
                    if delegates:
                        yield from self.rows(value, function, env, depth + 1)
                    else:
                        yield Given(value, function, env)

    def _made(
        self, element: s.Expr, source: s.Source, code: Code, env: Environment | None, depth: int
    ) -> Iterator[Given]:
        for row in self.rows(source.iterable, code, env, depth + 1):
            turn = {**env} if env else {}
            match source.target:
                case s.Ref(name=name):
                    turn[name] = row
                case s.Items(values=targets):
                    for position, target in enumerate(targets):
                        part = self.part(row, position)
                        if isinstance(target, s.Ref) and part is not None:
                            turn[target.name] = part
            yield Given(element, code, turn)


def mentioned(call: s.Call, code: Code) -> set[str]:
    """Names that ``call`` depends on: those it mentions and, within ``code``, those that these are assigned from."""
    names: set[str] = set()
    pending: list[s.Expr] = list(s.children(call))
    while pending and len(names) < 100:
        for node in s.walk(pending.pop()):
            if isinstance(node, s.Ref) and node.root not in names:
                names.add(node.root)
                before = [b for b in code.bindings.get(node.root, ()) if b.kind == "assign" and b.line <= call.line]
                pending += [b.expr for b in before[-1:]]
    return names


def _may_extend(function: Function, module: Module) -> bool:
    """Whether it may give a list of the module another name: no body is decoded for it."""
    return any(name in module.bindings for name in function.mentioned)


def _set_in(code: Code) -> dict[str, list[tuple[s.Expr, s.Expr]]]:
    """``x[key] = value`` by the name of the mapping."""
    found: dict[str, list[tuple[s.Expr, s.Expr]]] = {}
    for stmt in code.statements:
        match stmt:
            case s.Assign(targets=(s.Subscript(value=s.Ref(name=name), index=key),), op=""):
                found.setdefault(name, []).append((key, stmt.value))
    return found


def from_row(expr: s.Expr, env: Environment | None) -> tuple[s.Expr, Code] | None:
    """What a name stands for in this turn."""
    return env[expr.name][:2] if env and isinstance(expr, s.Ref) and expr.name in env else None

"""Loops over lists that are written out: what their variables stand for in each turn."""

from __future__ import annotations

from collections.abc import Iterator

from fastreview.facts import syntax as s
from fastreview.project.code import Code
from fastreview.project.constants import Constants, Environment
from fastreview.project.names import Variable
from fastreview.project.values import Values

MAX_TURNS = 500


class Loops:
    def __init__(self, values: Values, constants: Constants) -> None:
        self._values = values
        self._constants = constants

    def turns(self, call: s.Call, code: Code) -> Iterator[Environment | None]:
        """The environments in which ``call`` runs: one for each turn of the loops over written-out lists around it."""
        names = {n.root for a in s.children(call) for n in s.walk(a) if isinstance(n, s.Ref)}
        loops: dict[int, s.Expr] = {}
        for name in names:
            # One name may run through several loops, one after the other: the call stands in the last that began.
            bound = [b for b in code.bindings.get(name, ()) if b.kind in ("iterate", "unpack-iterate")]
            begun = [b for b in bound if b.line <= call.line]
            for binding in begun[-1:] or bound[:1]:
                loops[id(binding.expr)] = binding.expr
        turns: list[dict[str, tuple[s.Expr, Code]]] = [{}]
        for iterable in loops.values():
            rows = self.rows(iterable, code)
            if rows:
                turns = [{**turn, **self._turn(names, iterable, row, code)} for turn in turns for row in rows][
                    :MAX_TURNS
                ]
        for turn in turns:
            yield turn or None

    def _turn(
        self, names: set[str], iterable: s.Expr, row: tuple[s.Expr, Code], code: Code
    ) -> dict[str, tuple[s.Expr, Code]]:
        env: dict[str, tuple[s.Expr, Code]] = {}
        for name in names:
            for binding in code.bindings.get(name, ()):
                if binding.expr is not iterable:
                    continue
                if binding.kind == "iterate":
                    env[name] = row
                elif isinstance(row[0], s.Items) and binding.index < len(row[0].values):
                    env[name] = (row[0].values[binding.index], row[1])
        return env

    def rows(self, iterable: s.Expr, code: Code, depth: int = 0) -> tuple[tuple[s.Expr, Code], ...]:
        if depth > 5:
            return ()
        match iterable:
            case s.Items(values=values):
                return tuple((v, code) for v in values)
            case s.Ref():
                found = self._values.names.resolve(code, iterable.name)
                if isinstance(found, Variable):
                    rows = (
                        self.rows(b.expr, found.code, depth + 1)
                        for b in found.bindings
                        if b.kind in ("assign", "extend")
                    )
                    return tuple(row for part in rows for row in part)
                origin = self._constants.origin(iterable, code, None)
                return self.rows(origin[0], origin[1], depth + 1) if origin and origin[0] != iterable else ()
            case s.Conditional(test=test, body=body, orelse=orelse):
                flag = self._constants.flag(test, code)
                chosen = (body, orelse) if flag is None else (body,) if flag else (orelse,)
                return tuple(row for branch in chosen for row in self.rows(branch, code, depth + 1))
            case s.Mapping(keys=keys, values=values):
                return tuple((k, code) for k in keys)
            case s.Attribute() | s.Call(func=s.Attribute()):
                return ()
            case s.Call(func=s.Ref(name=name)) if name.endswith(".items"):
                origin = self._constants.origin(s.Ref(name.removesuffix(".items")), code, None)
                if origin and isinstance(origin[0], s.Mapping):
                    pairs = zip(origin[0].keys, origin[0].values, strict=True)
                    return tuple((s.Items("tuple", pair), origin[1]) for pair in pairs)
            case s.Operation(op="+", operands=operands):
                return tuple(row for o in operands for row in self.rows(o, code, depth + 1))
        return ()


def from_row(expr: s.Expr, env: Environment | None) -> tuple[s.Expr, Code] | None:
    return env.get(expr.name) if env and isinstance(expr, s.Ref) else None

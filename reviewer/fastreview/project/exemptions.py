"""Which statements a middleware reaches for one request: conditions on its path and method are decided where they are
written out, all others go both ways."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fastreview.facts import syntax as s
from fastreview.project.code import Class, Code, Function
from fastreview.project.constants import UNKNOWN_PART, Constants, Environment, Given
from fastreview.project.givens import bound
from fastreview.project.routing.loops import Loops
from fastreview.project.values import Bound, Values

MAX_DEPTH = 6
_SIMPLE = frozenset({s.Assign, s.Do, s.Assert, s.Define, s.Names, s.Word})
"""Statements without others inside."""
_ENDING = frozenset({s.Return, s.Raise})
_MATCHING = frozenset({"match", "search", "fullmatch"})
MAX_PATTERN = 200
MAX_MATCHED = 200
MAX_REPEATED = 3
"""Bounds of what is matched: others wrote the pattern, and with more repetitions in it one match can take for ever."""
_REPEATED = re.compile(r"[*+{]")
_NESTED = re.compile(r"\)[*+{]")
_KEEPS_PATH = frozenset({"rstrip", "lower", "strip", "get"})


class Asked(NamedTuple):
    """A request, by what its route is known to answer."""

    method: str
    path: str


class Exemptions:
    def __init__(self, values: Values, constants: Constants, loops: Loops) -> None:
        self._values = values
        self._constants = constants
        self._loops = loops

    def reached(self, function: Function, asked: Asked, env: Environment | None) -> tuple[s.Stmt, ...]:
        """Statements of ``function`` that may run for this request."""
        found: list[s.Stmt] = []
        self._run(function.body, function, asked, env, found)
        return tuple(found)

    def _run(self, body: s.Body, code: Function, asked: Asked, env: Environment | None, found: list[s.Stmt]) -> bool:
        """Whether ``body`` surely ends by returning or raising."""
        for stmt in body:
            found.append(stmt)
            kind = type(stmt)
            if kind in _SIMPLE:
                continue
            if kind in _ENDING:
                return True
            match stmt:
                case s.If(test=test, body=taken, orelse=orelse):
                    flag = self.holds(test, code, asked, env)
                    blocks = (taken, orelse) if flag is None else (taken,) if flag else (orelse,)
                    ends = [self._run(block, code, asked, env, found) for block in blocks]
                    if all(ends):
                        return True
                case s.Loop(kind="for", target=s.Ref(name=name), iterable=iterable, body=repeated):
                    rows = self._loops.rows(iterable, code, env) or (None,)
                    for row in rows:
                        turn = {**(env or {}), name: row} if row is not None else env
                        if self._run(repeated, code, asked, turn, found) and row is not None:
                            return True
                case s.With(body=inside):
                    if self._run(inside, code, asked, env, found):
                        return True
                case s.Try(body=tried):
                    if self._run(tried, code, asked, env, found) and not _may_deny(tried):
                        return True
                    for block in s.blocks(stmt)[1:]:
                        self._run(block, code, asked, env, found)
                case _:
                    for block in s.blocks(stmt):
                        self._run(block, code, asked, env, found)
        return False

    def holds(self, test: s.Expr, code: Code, asked: Asked, env: Environment | None, depth: int = 0) -> bool | None:
        """Whether ``test`` is true for this request; None where that is not about its path or method alone."""
        if depth > MAX_DEPTH:
            return None
        match test:
            case bool():
                return test
            case s.Operation(op="not", operands=(only,)):
                return _negated(self.holds(only, code, asked, env, depth + 1))
            case s.Operation(op="and", operands=operands):
                return _negated(_any(_negated(self.holds(o, code, asked, env, depth + 1)) for o in operands))
            case s.Operation(op="or", operands=operands):
                return _any(self.holds(o, code, asked, env, depth + 1) for o in operands)
            case s.Operation(op="==" | "!=" | "in" | "not in" as op, operands=(one, other)):
                found = self._compared(op.removeprefix("not "), one, other, code, asked, env)
                return _negated(found) if op in ("!=", "not in") else found
            case s.Call(func=s.Ref(name="any" | "all" as name), args=(s.Comprehension(sources=(source,)) as made,)):
                found = self._over(made.element, source, code, asked, env, depth, every=name == "all")
                return None if source.conditions else found
            case s.Call(func=s.Ref(name="bool"), args=(only,)):
                return self.holds(only, code, asked, env, depth + 1)
            case s.Call():
                return self._called(test, code, asked, env, depth + 1)
        return None

    def _compared(
        self, op: str, one: s.Expr, other: s.Expr, code: Code, asked: Asked, env: Environment | None
    ) -> bool | None:
        value = self._asked(one, code, asked, env)
        if value is None:
            # "/admin" in request.url.path
            value, part = self._asked(other, code, asked, env), self._constants.text(one, code, env)
            if value is None or part is None or UNKNOWN_PART in part:
                return None
            return part in value if op == "in" else part == value
        known = self._texts(other, code, env)
        if known is None:
            return None
        return value in known if op == "in" or len(known) == 1 else None

    def _called(self, call: s.Call, code: Code, asked: Asked, env: Environment | None, depth: int) -> bool | None:
        owner = call.receiver
        if call.method in ("startswith", "endswith") and owner is not None and len(call.args) == 1:
            value, known = self._asked(owner, code, asked, env), self._texts(call.args[0], code, env)
            if value is None or known is None:
                return None
            return value.startswith(tuple(known)) if call.method == "startswith" else value.endswith(tuple(known))
        if call.method in _MATCHING and owner is not None:
            return self._matched(call, owner, code, asked, env)
        match self._values.of(call.func, code):
            case (Function() as function) | Bound(function=function):
                given = bound(function, call, code, env)
                if env and function.receiver and function.receiver in env and owner == s.Ref(function.receiver):
                    given[function.receiver] = env[function.receiver]
                return self._answer(function.body, function, asked, given, depth)
        return None

    def _matched(self, call: s.Call, owner: s.Expr, code: Code, asked: Asked, env: Environment | None) -> bool | None:
        """``PUBLIC.match(path)``, ``re.match(r"^/public/", path)``."""
        if owner == s.Ref("re") and len(call.args) == 2:
            written, on = Given(call.args[0], code, env), call.args[1]
        elif len(call.args) == 1:
            made = self._constants.given(owner, code, env)
            if made is None or not isinstance(made.expr, s.Call) or made.expr.name != "re.compile":
                return None
            if len(made.expr.args) != 1 or made.expr.keywords:
                return None
            written, on = Given(made.expr.args[0], made.code, made.env), call.args[0]
        else:
            return None
        pattern, value = self._constants.text(*written), self._asked(on, code, asked, env)
        if pattern is None or value is None or len(value) > MAX_MATCHED or _is_slow(pattern):
            return None
        try:
            compiled = re.compile(pattern)
        except (re.error, RecursionError, OverflowError):
            return None
        ways = {"match": compiled.match, "search": compiled.search, "fullmatch": compiled.fullmatch}
        # A parameter of the path may be anything.
        return ways[call.method](value) is not None or (None if "{" in value else False)

    def _answer(self, body: s.Body, function: Function, asked: Asked, env: Environment, depth: int) -> bool | None:
        """What a function that only looks at its arguments returns."""
        for stmt in body:
            match stmt:
                case s.Return(value=value):
                    return self.holds(value, function, asked, env, depth)
                case s.If(test=test, body=taken, orelse=orelse):
                    flag = self.holds(test, function, asked, env, depth)
                    if flag is None:
                        return None
                    found = self._answer(taken if flag else orelse, function, asked, env, depth)
                    if found is not None:
                        return found
                case s.Loop(kind="for", target=s.Ref(name=name), iterable=iterable, body=repeated):
                    rows = self._loops.rows(iterable, function, env)
                    for row in rows:
                        found = self._answer(repeated, function, asked, {**env, name: row}, depth)
                        if found is not None:
                            return found
                    if not rows:
                        return None
        return None

    def _over(
        self,
        element: s.Expr,
        source: s.Source,
        code: Code,
        asked: Asked,
        env: Environment | None,
        depth: int,
        *,
        every: bool,
    ) -> bool | None:
        rows = self._loops.rows(source.iterable, code, env)
        if not rows or not isinstance(source.target, s.Ref):
            return None
        turns = ({**(env or {}), source.target.name: row} for row in rows)
        found = [self.holds(element, code, asked, turn, depth + 1) for turn in turns]
        return _negated(_any(map(_negated, found))) if every else _any(found)

    def _texts(self, expr: s.Expr, code: Code, env: Environment | None) -> list[str] | None:
        """The strings of a list that is written out, or the one that ``expr`` is."""
        only = self._constants.text(expr, code, env)
        texts = (
            [only] if only is not None else [self._constants.text(*row) for row in self._loops.rows(expr, code, env)]
        )
        known = [t for t in texts if t is not None and UNKNOWN_PART not in t]
        return known if known and len(known) == len(texts) else None

    def _asked(self, expr: s.Expr, code: Code, asked: Asked, env: Environment | None, depth: int = 0) -> str | None:
        """The request's path or method, where ``expr`` stands for one of them."""
        if depth > MAX_DEPTH:
            return None
        match expr:
            case s.Ref(name=name) if env and name in env:
                return self._asked(env[name].expr, env[name].code, asked, env[name].env, depth + 1)
            case s.Ref(name=name) if name.endswith(".url.path"):
                return asked.path
            case s.Ref(name=name) if name.endswith("request.method"):
                return asked.method
            case s.Ref(name=name) if "." not in name:
                assigned = [b.expr for b in code.bindings.get(name, ()) if b.kind == "assign"]
                return self._asked(assigned[0], code, asked, env, depth + 1) if assigned else None
            case s.Subscript(value=s.Ref(name=name), index=str() as key) if name.rpartition(".")[2] == "scope":
                return {"path": asked.path, "method": asked.method}.get(key)
            case s.Call(args=(str() as key, *_)) if expr.method == "get" and expr.name.endswith("scope.get"):
                return {"path": asked.path, "method": asked.method}.get(key)
            case s.Call() if expr.method in _KEEPS_PATH or expr.method == "upper":
                owner = expr.receiver
                return self._asked(owner, code, asked, env, depth + 1) if owner is not None else None
        return None


def options_of(cls: Class, options: dict[str, s.Expr], code: Code | None) -> Given:
    """The call that makes a middleware: the app first, then what it is added with."""
    names = {f"#{name}": Given(value, code) for name, value in options.items() if code is not None}
    keywords = tuple(s.Keyword(name.removeprefix("#"), s.Ref(name)) for name in names)
    call = s.Call(s.Ref(cls.facts.qualname), (s.Opaque("app"),), keywords, cls.facts.line, 0, cls.facts.line)
    return Given(call, cls.module, names)


def _is_slow(pattern: str) -> bool:
    repeated = len(_REPEATED.findall(pattern))
    return len(pattern) > MAX_PATTERN or repeated > MAX_REPEATED or _NESTED.search(pattern) is not None


def _may_deny(body: s.Body) -> bool:
    return any(isinstance(stmt, s.Raise) for stmt in s.statements(body))


def _negated(known: bool | None) -> bool | None:  # noqa: FBT001 - a value, no option
    return None if known is None else not known


def _any(flags: Iterable[bool | None]) -> bool | None:
    found = list(flags)
    if True in found:
        return True
    return None if None in found or not found else False


def calls_in(statements: Iterable[s.Stmt]) -> Iterator[s.Call]:
    """Calls that these statements themselves make."""
    for stmt in statements:
        for expr in s.expressions(stmt):
            yield from (node for node in s.walk(expr) if isinstance(node, s.Call))

"""URLs in test code: f-strings, sums, formats, names of routes, and functions that make them."""

from __future__ import annotations

import re

from fastreview.facts import syntax as s
from fastreview.project.code import Code, Function
from fastreview.project.constants import UNKNOWN_PART, Constants, Environment
from fastreview.project.givens import bound
from fastreview.project.values import Bound, Values

MAX_DEPTH = 8
NAMED = "\x01"
"""Around the name of a route, where the app makes the URL from it."""

_BY_NAME = frozenset({"url_path_for", "url_for"})
_WRAPPERS = frozenset({"str", "URL", "Path", "PurePosixPath", "furl", "quote"})
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")


class Urls:
    def __init__(self, values: Values, constants: Constants) -> None:
        self._values = values
        self._constants = constants

    def text(self, expr: s.Expr, code: Code, env: Environment | None, line: int, depth: int = 0) -> str | None:
        """A URL with `UNKNOWN_PART` for what is only known at run time; None where all of it is. ``line`` is where it is
        used: a name stands for what it was last given before."""
        if depth > MAX_DEPTH:
            return None
        match expr:
            case s.Call():
                return self._made(expr, code, env, line, depth + 1)
            case s.Text(parts=parts):
                return "".join(self._part(part, code, env, line, depth + 1) for part in parts)
            case s.Operation(op="+" | "/" as op, operands=operands):
                joined = [self._part(part, code, env, line, depth + 1) for part in operands]
                return ("/" if op == "/" else "").join(joined)
            case s.Ref(name=name) if name in code.bindings and not (env and name in env):
                assigned = [b for b in code.bindings[name] if b.kind == "assign" and b.line <= line]
                if assigned and isinstance(code, Function):
                    return self.text(assigned[-1].expr, code, env, assigned[-1].line - 1, depth + 1)
        found = self._constants.text(expr, code, env)
        if found is None and isinstance(expr, s.Ref | s.Attribute | s.Subscript):
            given = self._constants.given(expr, code, env)
            if given is not None and given.expr is not expr:
                return self.text(given.expr, given.code, given.env, 1_000_000_000, depth + 1)
        return found

    def _part(self, part: s.Expr, code: Code, env: Environment | None, line: int, depth: int) -> str:
        if isinstance(part, str):
            return part
        found = self.text(part, code, env, line, depth)
        return UNKNOWN_PART if found is None else found

    def _made(self, call: s.Call, code: Code, env: Environment | None, line: int, depth: int) -> str | None:
        if call.method in _BY_NAME and call.args:
            name = self._constants.text(call.args[0], code, env)
            return f"{NAMED}{name}{NAMED}" if name else None
        if call.method in _WRAPPERS and call.args:
            return self.text(call.args[0], code, env, line, depth)
        if call.method == "urljoin" and len(call.args) > 1:
            return self.text(call.args[1], code, env, line, depth)
        if call.method == "format" and call.receiver is not None:
            pattern = self.text(call.receiver, code, env, line, depth)
            return None if pattern is None else _PLACEHOLDER.sub(UNKNOWN_PART, pattern)
        if call.method == "replace" and call.receiver is not None and len(call.args) > 1:
            pattern = self.text(call.receiver, code, env, line, depth)
            old, new = (self._constants.text(arg, code, env) for arg in call.args[:2])
            return None if pattern is None or not old else pattern.replace(old, UNKNOWN_PART if new is None else new)
        match self._values.of(call.func, code):
            case (Function() as function) | Bound(function=function):
                returned = [stmt for stmt in function.statements if isinstance(stmt, s.Return)]
                if len(returned) == 1:
                    given = bound(function, call, code, env)
                    return self.text(returned[0].value, function, given, returned[0].line, depth)
                return None
        return self._constants.text(call, code, env)

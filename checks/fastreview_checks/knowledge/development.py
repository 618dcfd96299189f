"""What only runs while somebody develops: the branches of tests of a debug switch or of the environment's name."""

import re
from functools import lru_cache

from fastreview.api import Code, syntax
from fastreview_checks.knowledge.conditions import implied, running_where

_DEVELOPING = re.compile(
    r"debug|(?:^|[^a-z])(?:is_)?(?:dev|devel|develop|developer|development|local|localhost|test|tests|testing)(?:$|[^a-z])"
)
_SERVING = re.compile(r"(?:^|[^a-z])(?:is_)?(?:prod|production|live|release)(?:$|[^a-z])")
_ENVIRONMENT = re.compile(r"(?:^|[^a-z])(?:environment|env|stage|app_mode|run_mode)(?:$|[^a-z])")
_ON = frozenset({"1", "true", "yes", "on"})
_OFF = frozenset({"0", "false", "no", "off", ""})
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def means_development(test: syntax.Expr, *, holds: bool) -> bool:
    """Whether somebody develops wherever ``test`` holds, or wherever it does not.

    A test of the environment's name against something unknown (``ENVIRONMENT in SHOWS_DOCS``) is believed to let
    development in.
    """
    return implied(test, _says, holds=holds)


def _says(test: syntax.Expr, *, holds: bool) -> bool:
    match test:
        case syntax.Operation(op="==" | "is" | "in", operands=(one, other)):
            return _compared(one, other, equal=holds)
        case syntax.Operation(op="!=" | "is not" | "not in", operands=(one, other)):
            return _compared(one, other, equal=not holds)
    return bool((_DEVELOPING if holds else _SERVING).search(_said(test)))


def _compared(one: syntax.Expr, other: syntax.Expr, *, equal: bool) -> bool:
    if isinstance(one, str | bool):
        one, other = other, one
    values = other.values if isinstance(other, syntax.Items) else (other,)
    words = [_plain(value) for value in values if isinstance(value, str)]
    if isinstance(other, bool) or (len(words) == 1 and words[0] in _ON | _OFF):
        on = other is True or words[:1] in [[word] for word in _ON]
        return means_development(one, holds=equal is on)
    if words and len(words) == len(values):
        if any(map(_SERVING.search, words)):
            return not equal
        return equal and all(map(_DEVELOPING.search, words))
    named = f"{_said(one)} {_said(other)}"
    if _SERVING.search(named):
        return not equal
    return equal and bool(_DEVELOPING.search(named) or _ENVIRONMENT.search(named))


def _said(expr: syntax.Expr) -> str:
    """All names and texts in an expression, in small letters."""
    parts = (node.name if isinstance(node, syntax.Ref) else node for node in syntax.walk(expr))
    attributes = (node.attr for node in syntax.walk(expr) if isinstance(node, syntax.Attribute))
    return " ".join(_plain(part) for part in (*parts, *attributes) if isinstance(part, str))


def _plain(text: str) -> str:
    return _WORDS.sub("_", text).lower()


def in_development(body: syntax.Body) -> frozenset[int]:
    """Ids of the statements that only run while somebody develops: under a switch, and after the way out of all others
    (``if not debug: return``)."""
    return running_where(body, _says)


@lru_cache(maxsize=1_000)
def lines_in_development(code: Code) -> frozenset[int]:
    """Lines on which statements begin that only run while somebody develops."""
    if not code.statements_of(syntax.If):
        return frozenset()
    known = in_development(code.body)
    return frozenset(getattr(stmt, "line", 0) for stmt in code.statements if id(stmt) in known)

"""Placeholders of settings that are not what the service works with: refused, or of a feature that is off by default."""

from functools import lru_cache

from fastreview.api import Code, Project, syntax
from fastreview_checks.knowledge.conditions import running_where
from fastreview_checks.knowledge.secrets import is_placeholder


def is_placeholder_unused(name: str, project: Project) -> bool:
    """Whether the placeholder that the setting ``name`` has by default seems to be of no use: some code compares the setting
    with a text that asks to be replaced, or all code reads it only where a flag is on that settings turn off by default."""
    if any(_refuses_placeholder(stmt, name) for code in project.mentions(name) for stmt in code.statements):
        return True
    flags = _flags_off(project)
    reading = [code for code in project.mentions(name) if any(_reads(stmt, name) for stmt in code.statements)]
    return bool(flags and reading) and all(_only_where_on(name, code, flags) for code in reading)


def _only_where_on(name: str, code: Code, flags: frozenset[str]) -> bool:
    def says(test: syntax.Expr, *, holds: bool) -> bool:
        return holds and isinstance(test, syntax.Ref) and "." in test.name and test.last in flags

    known = running_where(code.body, says)
    return all(id(stmt) in known for stmt in code.statements if _reads(stmt, name))


def _reads(stmt: syntax.Stmt, name: str) -> bool:
    return any(
        (isinstance(node, syntax.Ref) and "." in node.name and node.last == name)
        or (isinstance(node, syntax.Attribute) and node.attr == name)
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
    )


def _refuses_placeholder(stmt: syntax.Stmt, name: str) -> bool:
    return any(
        isinstance(node, syntax.Operation)
        and node.op in ("==", "!=", "in", "not in")
        and any(isinstance(one, syntax.Ref) and one.last == name for one in node.operands)
        and any(isinstance(one, str) and is_placeholder(one) for part in node.operands for one in syntax.walk(part))
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
    )


@lru_cache(maxsize=1)
def _flags_off(project: Project) -> frozenset[str]:
    """Fields of settings that are False by default."""
    return frozenset(
        field.name
        for settings in project.settings
        for field in settings.cls.facts.fields
        if field.value is False or (isinstance(field.value, syntax.Call) and _default(field.value) is False)
    )


def _default(call: syntax.Call) -> syntax.Expr | syntax.Missing:
    return call.argument(0, "default") if call.method == "Field" else syntax.MISSING

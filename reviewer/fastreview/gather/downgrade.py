"""libcst's tree of a file, turned into syntax that older interpreters know; for the child of `newer_syntax` only."""

# ruff: noqa: N802, ARG002 - libcst calls visitors by these names with these arguments

import sys
from collections.abc import Sequence
from typing import Literal

import libcst as cst

_QUOTES: dict[str, Literal['"', "'", '"""', "'''"]] = {q: q for q in ('"', "'", '"""', "'''")}


def downgraded(text: str) -> str | None:
    """``text`` in older syntax, or None where libcst does not read it."""
    try:
        return cst.parse_module(text).visit(_Downgrade()).code
    # libcst's native parser reports some inputs (null bytes, tokens cut short) with other exceptions than its own.
    except Exception:  # noqa: BLE001
        return None


class _Downgrade(cst.CSTTransformer):
    def leave_FunctionDef(self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef) -> cst.FunctionDef:
        return updated_node.with_changes(type_parameters=None)

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        return updated_node.with_changes(type_parameters=None)

    def leave_TypeAlias(self, original_node: cst.TypeAlias, updated_node: cst.TypeAlias) -> cst.Assign:
        return cst.Assign([cst.AssignTarget(updated_node.name)], updated_node.value)

    def leave_ExceptHandler(
        self, original_node: cst.ExceptHandler, updated_node: cst.ExceptHandler
    ) -> cst.ExceptHandler:
        # PEP 758: `except A, B:` without parentheses.
        if isinstance(updated_node.type, cst.Tuple) and not updated_node.type.lpar:
            in_parentheses = updated_node.type.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
            return updated_node.with_changes(type=in_parentheses, whitespace_after_except=cst.SimpleWhitespace(" "))
        return updated_node

    def leave_FormattedString(
        self, original_node: cst.FormattedString, updated_node: cst.FormattedString
    ) -> cst.BaseExpression:
        # PEP 701 (Python 3.12) allows quotes, comments and line breaks inside braces.
        if sys.version_info >= (3, 12):
            return updated_node
        return _plain_fstring(updated_node.parts, updated_node.start)

    def leave_TemplatedString(
        self, original_node: cst.TemplatedString, updated_node: cst.TemplatedString
    ) -> cst.BaseExpression:
        # PEP 750 (Python 3.14): like an f-string as far as checks care.
        return _plain_fstring(updated_node.parts, "f" + updated_node.start.lstrip("tTrR"))


def _plain_fstring(parts: Sequence[cst.CSTNode], start: str) -> cst.BaseExpression:
    """The same f-string with simple names kept in its braces and other expressions called ``_``."""
    quote = _QUOTES[start.lstrip("fFrRtT")]
    out: list[cst.BaseFormattedStringContent] = []
    for part in parts:
        match part:
            case cst.FormattedStringText():
                out.append(part)
            case cst.TemplatedStringText(value=value):
                out.append(cst.FormattedStringText(value))
            case cst.FormattedStringExpression(expression=inside) | cst.TemplatedStringExpression(expression=inside):
                simple = inside if isinstance(inside, cst.Name | cst.Attribute) else cst.Name("_")
                out.append(cst.FormattedStringExpression(simple))
    return cst.FormattedString(out, start=start, end=quote)

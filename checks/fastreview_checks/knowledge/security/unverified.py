"""Calls and assignments after which any certificate is accepted."""

import re
from collections.abc import Iterator

from fastreview.api import CallSite, Code, External, Function, Place, Project, syntax
from fastreview_checks.knowledge.security.tls import (
    ASKED_OF_NOBODY,
    CERTIFICATE_DEMANDS,
    CLIENTS,
    CONTEXTS,
    SWITCHES,
    UNVERIFIED_OPTIONS,
)

_SAME_MACHINE = re.compile(r"localhost|127\.0\.0\.1|\[::1\]")
_INSECURE = re.compile(r"insecure|unverified|no_verify", re.IGNORECASE)
_SWITCH = re.compile(r"insecure|verify|skip|ssl|tls|cert|debug|local|dev|test", re.IGNORECASE)


def unverified(code: Code, project: Project) -> Iterator[tuple[Place, str, bool]]:
    """Where, what is written there, and whether it is doubtful: a switch that somebody means, or no TLS at all."""
    for place, what, line, doubtful in _calls(code, project):
        yield place, what, doubtful or _meant(code, line)
    for place, what, line in _assignments(code):
        yield place, what, _meant(code, line)


def _calls(code: Code, project: Project) -> Iterator[tuple[Place, str, int, bool]]:
    for site in code.calls:
        off = [keyword for keyword in site.call.keywords if _is_off(keyword)]
        if not off and site.call.method not in CONTEXTS:
            continue
        target = project.values.target(site)
        name = target.name if isinstance(target, External) else ""
        if name in CONTEXTS.values():
            yield site.place, name, site.call.line, False
        elif off and (name.partition(".")[0] in CLIENTS):
            here = any(isinstance(a, str) and _SAME_MACHINE.search(a) for a in site.call.args)
            if not here:
                yield (
                    site.place,
                    f"{off[0].name}={syntax.written(off[0].value)}",
                    site.call.line,
                    _may_be_plain(site, off[0]),
                )


def _may_be_plain(site: CallSite, off: syntax.Keyword) -> bool:
    """Whether the connection may be none of TLS at all, so that there is no certificate to ask for."""
    if off.name not in CERTIFICATE_DEMANDS or site.call.keyword("ssl") is True:
        return False
    return not any(isinstance(one, str) and one.startswith("rediss://") for one in site.call.args)


def _is_off(keyword: syntax.Keyword) -> bool:
    value = keyword.value
    if keyword.name in CERTIFICATE_DEMANDS:
        given = value.last if isinstance(value, syntax.Ref) else value
        return isinstance(given, str | None) and given in ASKED_OF_NOBODY
    return keyword.name in UNVERIFIED_OPTIONS and value is UNVERIFIED_OPTIONS[keyword.name]


def switches(code: Code) -> Iterator[tuple[Place, str]]:
    """Variables of the environment that the code sets so that nothing insists on encryption."""
    for stmt in code.statements_of(syntax.Assign):
        for target in stmt.targets:
            if (
                isinstance(target, syntax.Subscript)
                and syntax.written(target.value).endswith("environ")
                and isinstance(target.index, str)
                and stmt.value in SWITCHES.get(target.index, ())
            ):
                yield Place(code.module.path, stmt.line), target.index


def _assignments(code: Code) -> Iterator[tuple[Place, str, int]]:
    for stmt in code.statements:
        if isinstance(stmt, syntax.Assign) and len(stmt.targets) == 1 and isinstance(stmt.targets[0], syntax.Ref):
            attribute = stmt.targets[0].name
            none = isinstance(stmt.value, syntax.Ref) and stmt.value.last == "CERT_NONE"
            if "." in attribute and attribute.endswith(".verify_mode") and none:
                yield Place(code.module.path, stmt.line), f"{attribute} = CERT_NONE", stmt.line


def _set_again(code: Code, target: str, line: int) -> bool:
    """Whether a later statement of the same function verifies after all, in some of its cases."""
    return target.endswith(".verify_mode") and any(
        isinstance(stmt, syntax.Assign) and stmt.line > line and syntax.written(stmt.targets[0]) == target
        for stmt in code.statements
    )


def _meant(code: Code, line: int) -> bool:
    """Whether it is a switch: under an ``if`` about it, in a function that is called so, or one setting of several."""
    if isinstance(code, Function) and _INSECURE.search(code.name):
        return True
    for stmt in code.statements:
        if isinstance(stmt, syntax.Assign) and stmt.line <= line <= stmt.end_line:
            target = syntax.written(stmt.targets[0])
            if _INSECURE.search(target) or _set_again(code, target, line):
                return True
        if isinstance(stmt, syntax.If) and _SWITCH.search(syntax.written(stmt.test)):
            inside = (s for block in syntax.blocks(stmt) for s in syntax.statements(block))
            if any(
                getattr(s, "line", 0) <= line <= (getattr(s, "end_line", 0) or getattr(s, "line", 0)) for s in inside
            ):
                return True
    return False

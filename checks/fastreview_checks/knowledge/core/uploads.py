"""How a route treats the files that it is sent.

Source: FastAPI's documentation, "Request Files": a `bytes` parameter holds the whole file in memory, an `UploadFile` is
spooled to disk and read in pieces.
"""

import re
from collections.abc import Iterator

from fastreview.api import CallSite, External, Function, Input, Project, Route, syntax
from fastreview_checks.knowledge.core.bodies import body_inputs, is_form, is_upload, marker_of
from fastreview_checks.knowledge.reached import reached

_LIMIT = re.compile(
    r"max_?\w*(?:size|bytes|length|mb)|(?:size|length|body|upload)_?limit|content_length|file_?size", re.IGNORECASE
)
_LIMITING = re.compile(
    r"(?:body|upload|content|payload)\w*(?:size|limit|length)|request\w*(?:size|length)|limit\w*(?:body|upload|size)",
    re.IGNORECASE,
)
_COMPARING = frozenset({"<", ">", "<=", ">="})
_DEPTH = 3


def uploads(route: Route) -> list[Input]:
    """Inputs of ``route`` that are files."""
    return [given for given in route.inputs if is_upload(given.declared) or marker_of(given) == "fastapi.File"]


def in_memory(given: Input) -> bool:
    """Whether a file arrives as `bytes`."""
    return any(type(node) is syntax.Ref and node.name == "bytes" for node in syntax.walk(given.declared.expr))


def beside_form(route: Route) -> list[Input]:
    """Models that ``route`` wants as JSON although it is sent a form."""
    given = body_inputs(route)
    if not any(is_form(one) for one in given):
        return []
    # A field of a form is text: some models take that and parse it themselves.
    return [one for one in given if not is_form(one) and marker_of(one) == "" and not _parses_text(one)]


def _parses_text(given: Input) -> bool:
    names = given.declared.code.module.project.names
    found = (
        names.resolve(given.declared.code, given.declared.expr.name)
        if type(given.declared.expr) is syntax.Ref
        else None
    )
    methods = getattr(found, "methods", {})
    return any(
        "validator" in name or "__get" in name for m in methods.values() for name in (*m.decorator_names, m.name)
    )


def whole_reads(route: Route, project: Project) -> Iterator[CallSite]:
    """Calls that read a whole uploaded file, in the endpoint and in what it calls."""
    for function in reached(route.endpoint, project, _DEPTH) if route.endpoint is not None else ():
        for site in function.calls if "read" in function.called else ():
            if site.call.method == "read" and not site.call.args and not site.call.keywords:
                value = project.values.target(site)
                if isinstance(value, External) and value.name.startswith("fastapi.UploadFile."):
                    yield site


def is_limited(route: Route, project: Project) -> bool:
    """Whether something asks how large the request or the file is."""
    if not isinstance(route.app.keyword("max_body_size"), syntax.Missing):
        return True
    stack = [m for m in project.middleware if m.app is route.app]
    if any(_LIMITING.search(middleware.name) for middleware in stack):
        return True
    functions = [i.function for i in route.dependency_tree if i.function is not None]
    functions += [function for middleware in stack for function in middleware.functions]
    functions += reached(route.endpoint, project, _DEPTH) if route.endpoint is not None else ()
    return any(_asks_size(function) for function in functions)


def _asks_size(function: Function) -> bool:
    if "size" in function.mentioned or any(_LIMIT.search(name) for name in function.mentioned):
        return True
    body = bytes(function.facts.body)
    if b"content-length" in body.lower() or _LIMIT.search(body.decode("latin-1")):
        return True
    return "len" in function.called and any(_is_length_compared(stmt) for stmt in function.statements)


def _is_length_compared(stmt: syntax.Stmt) -> bool:
    return type(stmt) is syntax.If and any(
        type(node) is syntax.Operation
        and node.op in _COMPARING
        and any(type(o) is syntax.Call and o.name == "len" for o in node.operands)
        for node in syntax.walk(stmt.test)
    )

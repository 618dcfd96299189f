"""Request ids: the headers that carry them, libraries that handle them, and how they get into log lines.

Sources: the libraries' documentation, W3C Trace Context.
"""

import re
from collections.abc import Iterator

from fastreview.api import External, Function, Instance, Middleware, Module, Project, syntax

HEADER = re.compile(
    r"^(?:x-)?(?:request|correlation|trace|transaction|amzn-trace|cloud-trace|rid|req)[-_]?(?:id|context)$|^traceparent$|^x-rid$",
    re.IGNORECASE,
)
ID_NAME = re.compile(
    r"(?:request|correlation|trace|req|transaction)_?id|REQUEST_?ID|CORRELATION_?ID|traceid|rid_ctx|ctx_?id",
    re.IGNORECASE,
)

# Library middleware: does it answer with the id, does it put it into log lines by itself.
LIBRARIES = {
    "asgi_correlation_id.CorrelationIdMiddleware": (True, False),
    "asgi_correlation_id.middleware.CorrelationIdMiddleware": (True, False),
    "starlette_context.middleware.ContextMiddleware": (True, False),
    "starlette_context.middleware.RawContextMiddleware": (True, False),
    "dockerflow.fastapi.middleware.RequestIdMiddleware": (False, True),
    "fastapi_request_context.middleware.RequestContextMiddleware": (True, True),
    "asgi_request_id.RequestIDMiddleware": (True, True),
    "request_id_helper.RequestIdMiddleware": (True, True),
    "fastapi_structlog.middleware.StructlogMiddleware": (True, True),
    "logfire.instrument_fastapi": (False, True),
}
_ADDS = re.compile(r"middleware|logging|correlat|request_?id|observab", re.IGNORECASE)
"""Functions that may give requests an id, by their names."""
# What carries a value into every log line of a request.
CONTEXT_CALL = re.compile(
    r"(?:^|\.)(?:bind_contextvars|bound_contextvars|contextualize|bind_threadlocal|setLogRecordFactory|set_tag|set_context"
    r"|bind_context|set_request_id|set_correlation_id|set_trace_id|add_context|update_context)$"
)
MAKING_CALL = re.compile(
    r"(?:^|\.)(?:uuid[1-7]|ulid|ULID|token_hex|token_urlsafe|nanoid|generate|xid|ksuid|get_uuid\w*|generate_\w*id)$",
    re.IGNORECASE,
)
# In code that configures logging: the id of these libraries is read for each line.
LOG_SIDE = re.compile(
    r"CorrelationIdFilter|correlation_id|request_id|trace_id|merge_contextvars|RequestIdFilter|ContextFilter",
    re.IGNORECASE,
)

MAX_DEPTH = 2


class Parts:
    """Which parts of a request id the code shows: it is taken or made, answered, and in the log lines."""

    def __init__(self) -> None:
        self.made = self.answered = self.logged = False

    @property
    def missing(self) -> str:
        parts = {
            "is not taken from the request or made": self.made,
            "does not get into the log lines": self.logged,
            "is not in the response": self.answered,
        }
        return " and ".join(text for text, shown in parts.items() if not shown)


def parts_of(middleware: Middleware, project: Project) -> Parts | None:
    """None where the middleware has nothing to do with request ids."""
    parts = Parts()
    for library, (answered, logged) in LIBRARIES.items():
        if middleware.library == library or (middleware.library and middleware.name == library.rpartition(".")[2]):
            parts.made, parts.answered = True, answered
            parts.logged = logged or log_lines_have_it(project)
            return parts
    if middleware.cls is not None:
        bases = middleware.cls.ancestry.external & LIBRARIES.keys()
        if bases:
            parts.made, parts.answered = True, any(LIBRARIES[b][0] for b in bases)
            parts.logged = log_lines_have_it(project)
            return parts
    functions = list(_reach(middleware, project))
    if not any(_mentions(f, project) for f in functions):
        return None
    for function in functions:
        _look(function, project, parts)
    if not (parts.made or parts.answered):
        return None
    parts.logged = parts.logged or (parts.made and _kept(functions) and log_lines_have_it(project))
    return parts


def log_lines_have_it(project: Project) -> bool:
    """Whether code that configures logging reads the id: a filter, a processor, a format."""
    return any(
        LOG_SIDE.search(text)
        for module in project.service_modules
        if any(
            i.module.partition(".")[0] in ("logging", "structlog", "loguru", "asgi_correlation_id")
            for i in module.facts.imports
        )
        for text in _words(module)
    )


def _words(module: Module) -> Iterator[str]:
    for found in module.facts.imports:
        yield found.name
    for code in module.codes():
        for stmt in code.statements:
            for expr in syntax.expressions(stmt):
                for node in syntax.walk(expr):
                    if isinstance(node, str):
                        yield node
                    elif isinstance(node, syntax.Ref):
                        yield node.name


def _reach(middleware: Middleware, project: Project) -> Iterator[Function]:
    """The middleware's functions, those nested in them, and what they call."""
    own = list(middleware.functions)
    if middleware.cls is not None:
        own += [f for c in middleware.cls.ancestry.project for f in c.methods.values()]
    seen: dict[int, Function] = {}
    queue = [(f, 0) for f in own]
    while queue:
        function, depth = queue.pop(0)
        if id(function) in seen or depth > MAX_DEPTH:
            continue
        seen[id(function)] = function
        yield function
        queue += [(f, depth) for f in function.module.functions if f.parent is function]
        for site in function.calls:
            queue += [(t, depth + 1) for t in project.targets(site) if isinstance(t, Function)]


def _texts(expr: syntax.Expr, function: Function, project: Project) -> Iterator[str]:
    for node in syntax.walk(expr):
        if isinstance(node, str):
            yield node
        elif isinstance(node, syntax.Ref):
            known = project.constants.text(node, function)
            yield known or node.name.rpartition(".")[2]


def _mentions(function: Function, project: Project) -> bool:
    return any(
        HEADER.match(text) or ID_NAME.search(text)
        for stmt in function.statements
        for expr in syntax.expressions(stmt)
        for text in _texts(expr, function, project)
    )


def _look(function: Function, project: Project, parts: Parts) -> None:
    for stmt in function.statements:
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                if isinstance(node, syntax.Call):
                    _look_at_call(node, function, project, parts)
        if isinstance(stmt, syntax.Assign):
            for target in stmt.targets:
                if isinstance(target, syntax.Subscript) and (
                    _is_id(target.index, function, project)
                    or ("headers" in syntax.written(target.value, 80) and _is_id(stmt.value, function, project))
                ):
                    parts.answered = True


def _look_at_call(call: syntax.Call, function: Function, project: Project, parts: Parts) -> None:
    name = call.name or call.method
    given = [*call.args, *(k.value for k in call.keywords)]
    if MAKING_CALL.search(name):
        parts.made = True
    if call.method in ("get", "getlist") and given and _is_id(given[0], function, project):
        parts.made = True
    if call.method in ("append", "setdefault", "add", "update", "__setitem__", "extend") and any(
        _is_id(g, function, project) for g in given
    ):
        parts.answered = True
    if CONTEXT_CALL.search(name) or (
        call.method == "set" and isinstance(call.func, syntax.Ref) and "." in call.func.name
    ):
        parts.logged = parts.logged or bool(CONTEXT_CALL.search(name))


def _kept(functions: list[Function]) -> bool:
    """A context variable is set: log filters can read it."""
    return any(
        site.call.method in ("set", "bind_contextvars", "__setitem__", "update") for f in functions for site in f.calls
    )


def _is_id(expr: syntax.Expr, function: Function, project: Project) -> bool:
    return any(
        HEADER.match(t) or ID_NAME.search(t) or HEADER.match(t.replace("_", "-"))
        for t in _texts(expr, function, project)
    )


def added_elsewhere(project: Project) -> str:
    """The function of another package that is handed an app and may give requests an id, by its name, or ""."""
    words = [word for word in project.words if _ADDS.search(word)]
    for site in project.calls(*words):
        given = site.call.args[:1]
        target = project.values.target(site) if given and site.call.method != "add_middleware" else None
        if isinstance(target, External) and target.package not in ("fastapi", "builtins") and given[0] != "http":
            value = project.values.of(given[0], site.code)
            if isinstance(value, Instance) and isinstance(value.of, External) and value.of.name == "fastapi.FastAPI":
                return target.name
    return ""

"""The text of an error that a function gives back as a part of its result, ``return False, str(error)``, and where who called
it sends that part to a client."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from fastreview.api import Class, Code, Place, Project, syntax
from fastreview_checks.knowledge.development import in_development
from fastreview_checks.knowledge.security.errors import (
    ANSWERS,
    is_http_error,
    own_function,
    tells,
    unexpected,
    where_spoken,
)

_JOB = "AsyncResult"
"""Celery's: ``result`` and ``info`` of a job that failed are its exception, ``traceback`` is text.
https://docs.celeryq.dev/en/stable/reference/celery.result.html"""
_OF_JOBS = frozenset({"traceback", "str(result)", "str(info)"})

_Part = int | str
"""Position in a tuple, or name of a key or field."""
_Parts = Mapping[str, set[str]]
"""Names of results, with their keys or fields."""


def told_results(code: Code, project: Project) -> tuple[Place, ...] | None:
    """Where ``code``, whose result is an answer, sends such a part; None where it is given none."""
    names, parts = _held(code, project)
    if not names and not parts:
        return None
    spoken = in_development(code.body) | _looked_at(code, names, parts, project)
    return tuple(
        Place(code.module.path, getattr(stmt, "line", 0))
        for stmt in code.statements
        if id(stmt) not in spoken and _sends(stmt, code, names, parts, project)
    )


def _sends(stmt: syntax.Stmt, code: Code, names: set[str], parts: _Parts, project: Project) -> bool:
    match stmt:
        case syntax.Raise(exception=syntax.Call() as call) if is_http_error(call, code, project):
            sent = (*call.args, *(keyword.value for keyword in call.keywords))
            return any(tells(one, names, code, project) or _tells_part(one, parts) for one in sent)
        # Where all went well the same place of a tuple may hold something else.
        case syntax.Return(value=syntax.Call() as call) if ANSWERS.search(call.method):
            return any(_tells_part(one, parts) for one in (*call.args, *(keyword.value for keyword in call.keywords)))
        case syntax.Return(value=syntax.Mapping() as value):
            return any(_tells_part(one, parts) for one in value.values)
    return False


def _looked_at(code: Code, names: set[str], parts: _Parts, project: Project) -> frozenset[int]:
    """Statements that run where the text holds words of the project's own: ``if "already running" in text: ...``."""
    return frozenset(
        id(inner)
        for stmt in code.statements_of(syntax.If)
        if isinstance(stmt.test, syntax.Operation)
        and stmt.test.op == "in"
        and isinstance(stmt.test.operands[0], str)
        and (tells(stmt.test.operands[1], names, code, project) or _tells_part(stmt.test.operands[1], parts))
        for inner in syntax.statements(stmt.body)
    )


def _held(code: Code, project: Project) -> tuple[set[str], _Parts]:
    """Names that hold such a text, and names of results with the keys or fields that do."""
    names: set[str] = set()
    parts: dict[str, set[str]] = defaultdict(set)
    for name, bindings in code.bindings.items():
        for binding in bindings:
            given = binding.expr.value if isinstance(binding.expr, syntax.Await) else binding.expr
            if not isinstance(given, syntax.Call):
                continue
            if given.method == _JOB and binding.kind == "assign":
                parts[name] |= _OF_JOBS
            for function in own_function(given, code, project):
                told = _told_parts(function, project)
                if binding.kind == "unpack-assign" and binding.index in told:
                    names.add(name)
                elif binding.kind == "assign":
                    parts[name].update(part for part in told if isinstance(part, str))
    return names, {name: told for name, told in parts.items() if told}


def _told_parts(code: Code, project: Project) -> set[_Part]:
    found: set[_Part] = set()
    for stmt in code.statements_of(syntax.Try):
        for handler in stmt.handlers:
            if handler.name and unexpected(handler.type, code, project):
                found.update(_told_in(handler.body, handler.name, code, project))
    return found


def _told_in(body: syntax.Body, error: str, code: Code, project: Project) -> Iterator[_Part]:
    names = {error}
    known = where_spoken(body, error, code, project)
    for stmt in syntax.statements(body):
        if id(stmt) in known:
            continue
        match stmt:
            case syntax.Assign(targets=(syntax.Ref(name=name),), value=value) if tells(value, names, code, project):
                names.add(name)
            case syntax.Return(value=syntax.Items(kind="tuple", values=values)):
                yield from (at for at, value in enumerate(values) if tells(value, names, code, project))
            case syntax.Return(value=syntax.Mapping(keys=keys, values=values)):
                pairs = zip(keys, values, strict=True)
                yield from (key for key, value in pairs if isinstance(key, str) and tells(value, names, code, project))
            case syntax.Return(value=syntax.Call(keywords=keywords) as call) if isinstance(
                project.values.of(call.func, code), Class
            ):
                yield from (one.name for one in keywords if one.name and tells(one.value, names, code, project))


def _tells_part(expr: syntax.Expr, parts: _Parts) -> bool:
    return any(_is_part(node, parts) for node in syntax.walk(expr))


def _is_part(node: syntax.Expr, parts: _Parts) -> bool:
    match node:
        case syntax.Subscript(value=syntax.Ref(name=name), index=str() as key):
            return key in parts.get(name, ())
        case syntax.Call(func=syntax.Ref(name="str" as name), args=(syntax.Ref() as given,)):
            return f"{name}({given.last})" in parts.get(given.root, ())
        case syntax.Call(func=syntax.Ref(name=name), args=(str() as key, *_)):
            return name.endswith(".get") and key in parts.get(name.removesuffix(".get"), ())
        case syntax.Ref(name=name):
            root, _, field = name.partition(".")
            return field in parts.get(root, ())
    return False

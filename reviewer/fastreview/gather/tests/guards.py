"""Guards of the service that can be taken out one at a time: permission checks, auth dependencies, validators, response
models; found where the model has routes, dependencies and schemas, and replaced by position in the text."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from pathlib import Path

from msgspec import Struct

from fastreview.project import Project
from fastreview.project.code import Function

KINDS = ("permission-check", "auth-dependency", "validator", "response-model")
MAX_BYTES = 1_000_000

_REFUSAL = re.compile(r"(?:^|_|\b)(?:401|403)(?:_|\b|$)")
_REFUSING = re.compile(
    r"(?i)forbidden|unauthori[sz]ed|permission|not_?allowed|access_?denied|credentials?|not_?authenticated|auth\w*error"
)
_VALIDATORS = frozenset(("field_validator", "model_validator", "validator", "root_validator"))
_VERBS = frozenset(("get", "post", "put", "patch", "delete", "api_route"))
_SHOWN = 80


class Guard(Struct, frozen=True):
    """A piece of a file, by line and byte offset, and the ``text`` that takes its guard out.

    ``first`` and ``last`` are the lines of the function in which it works, ``endpoint`` says that this is an endpoint: who
    sends it a request touches the guard, whether or not the function is reached.
    """

    kind: str
    path: str
    line: int
    removed: str
    subject: str
    span: tuple[int, int, int, int]
    text: str
    first: int
    last: int
    endpoint: int = 0
    """Line of the endpoint's definition; 0 for other functions."""


def guards(project: Project, root: Path) -> tuple[Guard, ...]:
    """In a fixed order: kinds in turn, and files in turn within each kind."""
    found: dict[str, dict[str, list[Guard]]] = {kind: {} for kind in KINDS}
    wanted = _functions(project)
    for path in sorted({function.module.path for function, _ in wanted.values()}):
        names = {f.facts.line: (f, subject) for f, subject in wanted.values() if f.module.path == path}
        for guard in _in_file(path, root, names):
            found[guard.kind].setdefault(path, []).append(guard)
    by_kind = [_in_turn(files.values()) for files in found.values()]
    return tuple(_in_turn(by_kind))


def without(source: bytes, guard: Guard) -> bytes | None:
    """The file without the guard, its lines where they were; None where that is no Python any more."""
    lines = source.splitlines(keepends=True)
    first, start, last, end = guard.span
    head, tail = lines[first - 1][:start], lines[last - 1][end:]
    changed = b"".join((*lines[: first - 1], head, guard.text.encode(), tail, *lines[last:]))
    # Fewer lines would move what follows; coverage and tracebacks are not needed here, so the text may shrink.
    try:
        ast.parse(changed)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return changed


def _in_turn(groups: Iterable[Iterable[Guard]]) -> list[Guard]:
    return [guard for some in zip_longest(*groups) for guard in some if guard is not None]


def _functions(project: Project) -> dict[int, tuple[Function, str]]:
    """Endpoints, dependencies, functions that refuse and validators, with what each guards."""
    found: dict[int, tuple[Function, str]] = {}
    for endpoint in project.endpoints:
        found[id(endpoint.function)] = (endpoint.function, endpoint.key)
    for dependency in project.dependencies:
        found.setdefault(id(dependency.function), (dependency.function, dependency.key))
    for schema in project.schemas:
        for method in schema.cls.methods.values():
            found.setdefault(id(method), (method, schema.key))
    for function in project.functions:
        if project.layer(function.module) in ("business", "web"):
            found.setdefault(id(function), (function, function.key))
    return {key: one for key, one in found.items() if one[0].module.kind == "service"}


def _in_file(path: str, root: Path, names: dict[int, tuple[Function, str]]) -> Iterator[Guard]:
    try:
        file = root / path
        if file.stat().st_size > MAX_BYTES:
            return
        source = file.read_bytes()
        tree = ast.parse(source)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return
    text = source.decode("utf-8", "replace")
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.lineno in names:
            yield from _of(node, path, text, names[node.lineno][1])


def _of(node: ast.FunctionDef | ast.AsyncFunctionDef, path: str, text: str, subject: str) -> Iterator[Guard]:
    body = (node.body[0].lineno, node.end_lineno or node.lineno)

    def guard(kind: str, part: ast.expr | ast.stmt, instead: str, shown: ast.AST, endpoint: int = 0) -> Guard:
        first = (part.lineno, part.col_offset)
        if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
            # A decorated function begins with the sign before its first decorator.
            first = min((d.lineno, d.col_offset - 1) for d in part.decorator_list)
        span = (*first, part.end_lineno or part.lineno, part.end_col_offset or 0)
        removed = " ".join((ast.get_source_segment(text, shown) or "").split())
        short = removed if len(removed) <= _SHOWN else f"{removed[: _SHOWN - 3]}..."
        return Guard(kind, path, part.lineno, short, subject, span, instead, *body, endpoint)

    for decorator in node.decorator_list:
        if not isinstance(decorator, ast.Call):
            continue
        name = decorator.func.attr if isinstance(decorator.func, ast.Attribute) else getattr(decorator.func, "id", "")
        if name in _VALIDATORS:
            yield guard("validator", node, "pass", decorator)
            return
        if name in _VERBS:
            yield from _declared(node, decorator, guard)
    for inner in _own(node):
        if (
            isinstance(inner, ast.If)
            and len(inner.body) == 1
            and isinstance(inner.body[0], ast.Raise)
            and not inner.orelse
        ):
            raised = ast.get_source_segment(text, inner.body[0]) or ""
            if _REFUSAL.search(raised) or _REFUSING.search(raised.partition("(")[0]):
                yield guard("permission-check", inner.test, "False", inner.test)


def _declared(
    node: ast.FunctionDef | ast.AsyncFunctionDef, decorator: ast.Call, guard: Callable[..., Guard]
) -> Iterator[Guard]:
    """What an endpoint's decorator and signature say of its answer and its guards."""
    keywords = {keyword.arg: keyword.value for keyword in decorator.keywords if keyword.arg}
    model = keywords.get("response_model")
    if model is not None and not isinstance(model, ast.Constant):
        yield guard("response-model", model, "None", model, node.lineno)
    elif model is None and node.returns is not None and not isinstance(node.returns, ast.Constant):
        returned = ast.unparse(node.returns)
        if returned not in ("dict", "str", "bool", "int", "object", "Any", "Response") and not returned.endswith(
            "Response"
        ):
            yield guard("response-model", node.returns, "object", node.returns, node.lineno)
    given = keywords.get("dependencies")
    if isinstance(given, ast.List) and len(given.elts) == 1:
        yield guard("auth-dependency", given, "[]", given.elts[0], node.lineno)


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Everything in a function but what inner functions and classes hold."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield child
            yield from _own(child)

"""Tests of an input that a type, a constraint or a validator would do.

Source: Pydantic's documentation on fields and types: what depends on the value alone can be said where it is declared.
"""

from collections.abc import Iterator

from fastreview.api import Endpoint, Input, syntax
from fastreview_checks.knowledge.core.statuses import status_in

_REFUSED = frozenset({400, 422})
FUNCTIONS = frozenset(
    {"len", "isinstance", "re.match", "re.fullmatch", "re.search", "bool", "str", "int", "float", "any", "all"}
)
TEXT = frozenset(
    {
        "strip", "lstrip", "rstrip", "lower", "upper", "isdigit", "isalpha", "isalnum", "isnumeric", "isspace", "startswith",
        "endswith", "isupper", "islower", "title", "count", "split",
    }
)  # fmt: skip
_FRAMEWORK = frozenset({"UploadFile", "File", "Request", "Response", "WebSocket", "BackgroundTasks", "bytes"})


def by_hand(endpoint: Endpoint) -> Iterator[tuple[syntax.If, str]]:
    """Branches that only refuse a value for what it is by itself, and the input that they look at."""
    if "HTTPException" not in endpoint.function.called:
        return
    own = {p.name for p in endpoint.function.facts.parameters}
    given = {
        i.name for i in endpoint.routes[0].inputs if i.name in own and not _is_given_by_framework(i) and not _is_flag(i)
    }
    inputs = given - endpoint.function.bindings.keys()
    for stmt in _always_run(endpoint.function.body):
        if isinstance(stmt, syntax.If) and not stmt.orelse and len(stmt.body) <= 2 and _refuses(stmt.body[-1]):
            looked_at = _looks_at(stmt.test, inputs)
            if looked_at:
                yield stmt, looked_at


def _always_run(body: syntax.Body) -> Iterator[syntax.Stmt]:
    """Statements that no other value decides about."""
    for stmt in body:
        yield stmt
        if isinstance(stmt, syntax.With | syntax.Try):
            yield from _always_run(stmt.body)


def _is_given_by_framework(given: Input) -> bool:
    return any(isinstance(n, syntax.Ref) and n.last in _FRAMEWORK for n in syntax.walk(given.declared.expr))


def _is_flag(given: Input) -> bool:
    """``force: bool = False``: what must be set is a question, and no form of a value."""
    return given.declared.expr == syntax.Ref("bool")


def _refuses(stmt: syntax.Stmt) -> bool:
    raised = stmt.exception if isinstance(stmt, syntax.Raise) else None
    if not isinstance(raised, syntax.Call) or raised.method not in ("HTTPException", "RequestValidationError"):
        return False
    return status_in(raised.argument(0, "status_code")) in _REFUSED


def _looks_at(test: syntax.Expr, inputs: set[str]) -> str:
    """The one input that ``test`` depends on, as written; "" where it depends on anything else."""
    if isinstance(test, syntax.Ref) or _is_one_value(test):
        return ""
    called = {id(node.func) for node in syntax.walk(test) if isinstance(node, syntax.Call)}
    found: list[str] = []
    for node in syntax.walk(test):
        if isinstance(node, syntax.Call):
            root = node.name.rpartition(".")[0]
            if node.name not in FUNCTIONS and node.method not in TEXT:
                return ""
            if node.name not in FUNCTIONS and root:
                found.append(root)
        elif isinstance(node, syntax.Ref) and id(node) not in called:
            if node.root in inputs:
                found.append(node.name)
            elif not node.last.isupper() and node.name not in ("str", "int", "float", "list", "dict", "bool"):
                return ""
        elif isinstance(node, syntax.Await | syntax.Lambda | syntax.Comprehension | syntax.Yield):
            return ""
    roots = {name.partition(".")[0] for name in found}
    return found[0] if len(roots) == 1 and roots <= inputs else ""


def _is_one_value(test: syntax.Expr) -> bool:
    """``name == "root"``: one value among all good ones has a meaning of its own, which is no matter of form."""
    return (
        isinstance(test, syntax.Operation) and test.op == "==" and any(isinstance(o, str) and o for o in test.operands)
    )

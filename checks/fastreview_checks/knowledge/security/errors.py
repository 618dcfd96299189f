"""Exceptions by whom their text is for, and what carries it to a client."""

import re
from collections.abc import Iterable, Iterator

from fastreview.api import Bound, Class, Code, External, Function, Project, syntax
from fastreview_checks.knowledge.development import in_development, means_development

# Nobody wrote their text for clients: everything at once, and what databases, networks and systems say of themselves.
REVEALING = re.compile(
    r"^builtins\.(?:Exception|BaseException|OSError|IOError|ConnectionError|MemoryError|SystemError)$"
    r"|^(?:sqlalchemy|sqlmodel|pymongo|bson|motor|tortoise|peewee|asyncpg|psycopg|psycopg2|pymysql|aiomysql|sqlite3|aiosqlite|redis"
    r"|elasticsearch|elastic_transport|opensearchpy|botocore|boto3|aiobotocore|minio|smtplib|aiosmtplib|fastapi_mail|ssl|socket|httpx|requests|aiohttp"
    r"|urllib|urllib3|grpc|kafka|aiokafka|pika|aio_pika|docker|kubernetes|paramiko|subprocess|beanie|azure|google)\."
    r"|ResponseValidationError$"
)
TRACES = frozenset({"traceback.format_exc", "format_exc", "traceback.format_exception", "sys.exc_info"})
ANSWERS = re.compile(r"Response|^error|Error(?:Model|Body|Schema)|^fail", re.IGNORECASE)

MAX_DEPTH = 3
_FIXED = frozenset(
    {"status_code", "code", "headers", "errors", "detail", "name", "errno", "status", "__class__", "type"}
)
"""Attributes of errors that hold no free text, or text meant for clients."""
_TEXTS = frozenset({"errmsg", "message", "msg", "error", "detail", "reason"})
"""Keys of what errors hold (`pymongo`'s ``details``) under which there is text; others hold the client's own values."""


def tells(expr: syntax.Expr, names: set[str], code: Code, project: Project, depth: int = 0) -> bool:
    """Whether the text of one of these exceptions goes into ``expr``, which stands in ``code``."""

    def any_tells(parts: Iterable[syntax.Expr]) -> bool:
        return any(tells(part, names, code, project, depth) for part in parts)

    match expr:
        case syntax.Ref(name=name):
            root, _, rest = name.partition(".")
            return root in names and rest.partition(".")[0] not in _FIXED
        case syntax.Call(func=syntax.Ref(name="type" | "isinstance" | "getattr" | "hasattr" | "id")):
            return False
        case syntax.Call(func=syntax.Ref() as func, args=args) if func.name.partition(".")[0] not in names:
            if not any_tells((*args, *(k.value for k in expr.keywords))):
                return False
            value = project.values.of(func, code)
            made = value.function if isinstance(value, Bound) else value
            if depth and not isinstance(made, Function | External):
                # What a library's object makes of it: the code does not tell.
                return False
            if not isinstance(made, Function):
                return True
            given = {
                p.name: expr.argument(at - bool(made.receiver), p.name) for at, p in enumerate(made.facts.parameters)
            }
            told = {name for name, part in given.items() if not isinstance(part, syntax.Missing) and any_tells((part,))}
            return _returns_text(made, told or set(given), project, depth)
        case syntax.Call(func=syntax.Ref() as func):
            return any_tells((func,))
        case syntax.Conditional(test=test, body=body, orelse=orelse):
            if means_development(test, holds=True) or means_development(test, holds=False):
                return any_tells((orelse if means_development(test, holds=True) else body,))
            return any_tells((body,)) and any_tells((orelse,))
        case syntax.Subscript(index=str() as key) if key not in _TEXTS:
            return False
    return not isinstance(expr, syntax.Comprehension) and any_tells(syntax.children(expr))


def _returns_text(function: Function, given: set[str], project: Project, depth: int) -> bool:
    """Whether a function of the project that is handed an exception as one of the parameters ``given`` gives its text back,
    not one of its own."""
    names = given - {function.receiver}
    known = in_development(function.body)
    for stmt in function.statements if depth < MAX_DEPTH else ():
        if id(stmt) in known:
            continue
        match stmt:
            case syntax.Assign(targets=(syntax.Ref(name=name),), value=value) if tells(
                value, names, function, project, depth + 1
            ):
                names.add(name)
            case syntax.Return(value=value) if value is not None and tells(value, names, function, project, depth + 1):
                return True
    return depth >= MAX_DEPTH


def where_spoken(body: syntax.Body, error: str, code: Code, project: Project) -> frozenset[int]:
    """Statements where the error is one whose text is for clients: ``if isinstance(e, OrderError): raise ...``; and those that
    run while somebody develops."""
    found: set[int] = set(in_development(body))
    for stmt in syntax.statements(body):
        match stmt:
            case syntax.If(
                test=syntax.Call(func=syntax.Ref(name="isinstance"), args=(syntax.Ref(name=name), given)), body=inside
            ) if name == error:
                types = given.values if isinstance(given, syntax.Items) else (given,)
                if all(_is_spoken(one, code, project) for one in types):
                    found.update(id(s) for s in syntax.statements(inside))
    return frozenset(found)


def _is_spoken(given: syntax.Expr, code: Code, project: Project) -> bool:
    match project.values.of(given, code):
        case Class():
            return True
        case External(name=name):
            return name.startswith("builtins.") and not REVEALING.search(name)
    return False


def unexpected(given: syntax.Expr, code: Code, project: Project) -> bool:
    """Whether these are errors whose text nobody wrote for clients."""
    if given is None:
        return True
    if isinstance(given, syntax.Items):
        return any(unexpected(one, code, project) for one in given.values)
    match project.values.of(given, code):
        case External(name=name):
            return bool(REVEALING.search(name))
        case Class():
            return False
    return False


def own_function(call: syntax.Call, code: Code, project: Project) -> Iterator[Function]:
    """The function or method of the project that is called."""
    value = project.values.of(call.func, code)
    function = value.function if isinstance(value, Bound) else value
    if isinstance(function, Function):
        yield function


def is_http_error(call: syntax.Call, code: Code, project: Project) -> bool:
    """Whether an `HTTPException` is made."""
    value = project.values.of(call.func, code)
    if isinstance(value, Class):
        return any(name.endswith("HTTPException") for name in value.ancestry.external)
    return isinstance(value, External) and value.name.endswith("HTTPException")

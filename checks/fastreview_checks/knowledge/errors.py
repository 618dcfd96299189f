"""Exceptions by whom their text is for, and what carries it to a client."""

import re

from fastreview.api import syntax

# Nobody wrote their text for clients: everything at once, and what databases, networks and systems say of themselves.
REVEALING = re.compile(
    r"^builtins\.(?:Exception|BaseException|OSError|IOError|ConnectionError|MemoryError|SystemError)$"
    r"|^(?:sqlalchemy|sqlmodel|pymongo|bson|motor|tortoise|peewee|asyncpg|psycopg|psycopg2|pymysql|aiomysql|sqlite3|aiosqlite|redis"
    r"|elasticsearch|opensearchpy|botocore|boto3|aiobotocore|minio|smtplib|aiosmtplib|fastapi_mail|ssl|socket|httpx|requests|aiohttp"
    r"|urllib|urllib3|grpc|kafka|aiokafka|pika|aio_pika|docker|kubernetes|paramiko|subprocess|beanie|azure|google)\."
    r"|ResponseValidationError$"
)
TRACES = frozenset({"traceback.format_exc", "format_exc", "traceback.format_exception", "sys.exc_info"})
ANSWERS = re.compile(r"Response|^error|Error(?:Model|Body|Schema)|^fail", re.IGNORECASE)

_FIXED = frozenset(
    {"status_code", "code", "headers", "errors", "detail", "name", "errno", "status", "__class__", "type"}
)
"""Attributes of errors that hold no free text, or text meant for clients."""
_TEXTS = frozenset({"errmsg", "message", "msg", "error", "detail", "reason"})
"""Keys of what errors hold (`pymongo`'s ``details``) under which there is text; others hold the client's own values."""


def tells(expr: syntax.Expr, names: set[str]) -> bool:
    """Whether the text of one of these exceptions goes into ``expr``."""
    match expr:
        case syntax.Ref(name=name):
            root, _, rest = name.partition(".")
            return root in names and rest.partition(".")[0] not in _FIXED
        case syntax.Call(func=syntax.Ref(name="type" | "isinstance" | "getattr" | "hasattr" | "id")):
            return False
        case syntax.Call(func=syntax.Ref() as func, args=args) if func.name.partition(".")[0] not in names:
            return any(tells(a, names) for a in (*args, *(k.value for k in expr.keywords)))
        case syntax.Call(func=syntax.Ref() as func):
            return tells(func, names)
        case syntax.Conditional(body=body, orelse=orelse):
            return tells(body, names) and tells(orelse, names)
        case syntax.Subscript(index=str() as key) if key not in _TEXTS:
            return False
    return not isinstance(expr, syntax.Comprehension) and any(tells(c, names) for c in syntax.children(expr))

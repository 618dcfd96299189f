"""Exceptions by whom their text is for, and what carries it to a client."""

import re

from fastreview.api import syntax

# About what the client sent, or written for it.
FOR_CLIENTS = re.compile(
    r"^builtins\.(?:ValueError|TypeError|KeyError|PermissionError|NotImplementedError|UnicodeDecodeError|StopIteration|TimeoutError)$"
    r"|HTTPException$|RequestValidationError$|(?<!Response)ValidationError$|^jwt\.|^jose\.|^authlib\.|JWTError|TokenError"
    r"|JSONDecodeError$|InvalidToken$|ParseError$|^json\.|^binascii\."
)
TRACES = frozenset({"traceback.format_exc", "format_exc", "traceback.format_exception", "sys.exc_info"})
ANSWERS = re.compile(r"Response|^error|Error(?:Model|Body|Schema)|^fail", re.IGNORECASE)

_FIXED = frozenset(
    {"status_code", "code", "headers", "errors", "detail", "name", "errno", "status", "__class__", "type"}
)
"""Attributes of errors that hold no free text, or text meant for clients."""


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
    return not isinstance(expr, syntax.Comprehension) and any(tells(c, names) for c in syntax.children(expr))

"""What must not stand in logs: names of secrets, whole headers and bodies, and what makes a value harmless there.

Sources: OWASP's logging cheat sheet ("data to exclude"), CWE-532.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import Class, Code, External, Function, Instance, LogCall, Project, fields_of, syntax
from fastreview_checks.knowledge.sensitive import is_password, is_sent

_SENSITIVE = re.compile(
    r"^(?:\w+_)?(?:password|passwd|pwd|passphrase)\d?$"
    r"|^(?:\w+_)?(?:access|refresh|auth|id|bearer|api|session|reset|verification|activation|login|bot|service|invite|admin)_?token$"
    r"|^(?:\w+_)?(?:jwt|api_?key|secret|secret_?key|client_?secret|private_?key)$|^(?:authorization(?:_header)?|otp(?:_code)?|totp)$|^token$",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"^(?:has|is|no|n|num|use|with|without|needs?|missing|invalid|wrong|next|page|forgot|reset|change|update|set|check|verify|show|mask\w*"
    r"|redacted|obfuscated|hashed|encrypted|test|dummy|fake|public|require\w*|skip|count)_|_(?:id|name|type|count|hash|len|url|path|field)$",
    re.IGNORECASE,
)
_MASKING = re.compile(
    r"^(?:len|bool|type|isinstance|id|hasattr|any|all|repr_masked)$|mask|redact|obfus|censor|hash|sha\d|md5|digest|scrub|sanit|truncat"
    r"|shorten|fingerprint|safe_|hide|anonymi",
    re.IGNORECASE,
)
_ABOUT_ACCOUNTS = re.compile(
    r"auth|token|login|signin|sign_in|reset|verif|jwt|security|session|account|user|password|oauth", re.IGNORECASE
)
_ANNOUNCES = re.compile(r"^(?:\w+\.)*_?(?:print|show|display|announce)_")
_DUMPS = frozenset({"model_dump", "dict", "json", "model_dump_json"})
_AUTHORIZATION = re.compile(r"^(?:authorization|x-api-key|cookie|proxy-authorization|x-auth-token)$", re.IGNORECASE)
_MENTIONED = frozenset({"headers", "body", "json", "cookies"})


class Told(NamedTuple):
    """What a log line gives away, in words; ``doubtful`` where the name alone says so."""

    what: str
    doubtful: bool = False


class Sought(NamedTuple):
    """``named``: whether names of secrets, headers and bodies are looked at. ``passwords`` are the models that show one.
    ``inside``: whether it is already in a mapping that a variable holds."""

    named: bool
    passwords: frozenset[str]
    inside: bool = False


def told(call: LogCall, project: Project) -> Iterator[Told]:
    code = call.site.code
    sought = Sought(_is_named(code), _with_passwords(project))
    if _ANNOUNCES.match(code.qualname) or not (sought.named or _takes(code, sought.passwords)):
        return
    given = (
        *call.site.call.args,
        *(k.value for k in call.site.call.keywords if k.name not in ("exc_info", "stack_info")),
    )
    for expr in given:
        yield from _in(expr, code, project, sought)


@lru_cache(maxsize=20_000)
def _is_named(code: Code) -> bool:
    """Whether the body mentions anything that must not be logged; it need not be decoded for that."""
    return any(name in _MENTIONED or _is_sensitive(name) for name in code.mentioned)


def _takes(code: Code, passwords: frozenset[str]) -> bool:
    return isinstance(code, Function) and any(_class_of(name, code) in passwords for name in code.parameters)


@lru_cache(maxsize=20_000)
def _is_sensitive(name: str) -> bool:
    return bool(_SENSITIVE.match(name)) and not _HARMLESS.search(name)


@lru_cache(maxsize=1)
def _with_passwords(project: Project) -> frozenset[str]:
    """Names of models that show a password when they are written."""
    return frozenset(schema.cls.name for schema in project.schemas if _shows_password(schema.cls, project))


def _shows_password(cls: Class, project: Project) -> bool:
    # Most models have no such field: their types need not be looked at.
    if not any(
        is_password(name) for c in cls.ancestry.project for name in c.fields if "pass" in name.lower() or "pwd" in name
    ):
        return False
    shown = (f for f in fields_of(cls) if is_password(f.name) and is_sent(f, cls, project))
    return any(_is_text(field.declared.expr) for field in shown)


def _is_text(annotation: syntax.Expr) -> bool:
    return any(isinstance(node, syntax.Ref) and node.name == "str" for node in syntax.walk(annotation))


def _in(expr: syntax.Expr, code: Code, project: Project, sought: Sought) -> Iterator[Told]:
    kind = type(expr)
    if kind is str or kind is int or expr is None:
        return
    match expr:
        case syntax.Ref():
            yield from _of_name(expr, code, project, sought)
        case syntax.Call():
            yield from _of_call(expr, code, project, sought)
        case syntax.Subscript(value=value, index=index):
            if isinstance(index, str) and (_is_sensitive(index) or _AUTHORIZATION.match(index)):
                yield Told(f"`{syntax.written(expr, 60)}`")
            elif not isinstance(index, str | syntax.Slice | syntax.Ref | syntax.Opaque) and not _is_headers(
                value, code, project
            ):
                yield from _in(value, code, project, sought)
        case syntax.Operation(op="+" | "%" | "or", operands=operands):
            for operand in operands:
                yield from _in(operand, code, project, sought)
        case syntax.Conditional(body=body, orelse=orelse):
            yield from _in(body, code, project, sought)
            yield from _in(orelse, code, project, sought)
        case syntax.Text() | syntax.Items() | syntax.Mapping() | syntax.Await() | syntax.Starred():
            for part in expr.values if isinstance(expr, syntax.Mapping) else syntax.children(expr):
                yield from _in(part, code, project, sought)


def _of_name(expr: syntax.Ref, code: Code, project: Project, sought: Sought) -> Iterator[Told]:
    last = expr.last
    if sought.named and _is_headers(expr, code, project):
        yield Told(f"all of `{expr.name}`, the Authorization header and cookies with them,")
    elif sought.named and _is_sensitive(last) and not _is_masked(expr, code, project):
        yield Told(f"`{expr.name}`", doubtful=_is_vague(last, code))
    elif "." not in expr.name and isinstance(code, Function):
        if expr.name in code.parameters and _class_of(expr.name, code) in sought.passwords:
            yield Told(f"`{expr.name}` with the password in it")
        elif sought.named and any(
            _is_body(b.expr, code, project) for b in code.bindings.get(expr.name, ()) if b.kind == "assign"
        ):
            yield Told(f"the whole body of the request (`{expr.name}`)")
        elif not sought.inside:
            # extra = {...}; log.info("...", extra=extra)
            kept = (b.expr for b in code.bindings.get(expr.name, ()) if isinstance(b.expr, syntax.Mapping))
            yield from _in(next(kept, None), code, project, sought._replace(inside=True))


def _of_call(call: syntax.Call, code: Code, project: Project, sought: Sought) -> Iterator[Told]:
    if _MASKING.search(call.method):
        return
    if sought.named and _is_body(call, code, project):
        yield Told("the whole body of the request")
        return
    if call.method in _DUMPS and "." in call.name and not call.keywords:
        owner = call.name.rpartition(".")[0]
        yield from _of_name(syntax.Ref(owner), code, project, sought._replace(named=False))
    elif call.method == "get" and call.args and isinstance(call.args[0], str):
        if _AUTHORIZATION.match(call.args[0]) or (_is_sensitive(call.args[0]) and "." in call.name):
            yield Told(f"`{syntax.written(call, 60)}`")
    elif call.name in ("str", "repr", "dict", "json.dumps") or call.method in (
        "format",
        "decode",
        "dumps",
        "items",
        "get_secret_value",
    ):
        if call.method == "get_secret_value" and isinstance(call.func, syntax.Ref):
            yield Told(f"`{call.func.name.removesuffix('.get_secret_value')}`")
            return
        receiver = (
            (syntax.Ref(call.name.rpartition(".")[0]),)
            if call.method in ("decode", "items") and "." in call.name
            else ()
        )
        for given in (*receiver, *call.args, *(k.value for k in call.keywords)):
            yield from _in(given, code, project, sought)


def _is_headers(expr: syntax.Expr, code: Code, project: Project) -> bool:
    if not isinstance(expr, syntax.Ref) or expr.last not in ("headers", "cookies") or "." not in expr.name:
        return False
    value = project.values.of(syntax.Ref(expr.name.rpartition(".")[0]), code)
    return isinstance(value, Instance) and isinstance(value.of, External) and value.of.name == "fastapi.Request"


def _is_body(expr: syntax.Expr, code: Code, project: Project) -> bool:
    """``await request.body()`` and ``await request.json()``."""
    inner = expr.value if isinstance(expr, syntax.Await) else expr
    if isinstance(inner, syntax.Call) and inner.method == "decode" and isinstance(inner.func, syntax.Attribute):
        return _is_body(inner.func.value, code, project)
    if not (isinstance(inner, syntax.Call) and inner.method in ("body", "json") and inner.name.count(".") == 1):
        return False
    value = project.values.of(syntax.Ref(inner.name.rpartition(".")[0]), code)
    return isinstance(value, Instance) and isinstance(value.of, External) and value.of.name == "fastapi.Request"


def _is_masked(expr: syntax.Ref, code: Code, project: Project) -> bool:
    """A `SecretStr`, a number or an object, or a variable that holds only a part."""
    value = project.values.of(expr, code)
    of = value.of if isinstance(value, Instance) else value
    if isinstance(of, Class | Function) or (
        isinstance(of, External) and of.name not in ("builtins.str", "builtins.bytes")
    ):
        return True
    if isinstance(code, Function) and expr.name in code.bindings:
        bound = [b.expr for b in code.bindings[expr.name] if b.kind == "assign"]
        return any(
            (isinstance(b, syntax.Call) and bool(_MASKING.search(b.method)))
            or isinstance(b, syntax.Subscript | bool | int | str)
            for b in bound
        )
    return False


def _is_vague(last: str, code: Code) -> bool:
    """``token`` alone may be a word of a text; ``secret`` the name of one."""
    return last.lower() in ("token", "secret", "auth") and not _ABOUT_ACCOUNTS.search(
        f"{code.module.path} {code.qualname}"
    )


def _class_of(parameter: str, function: Function) -> str:
    annotation = function.parameters[parameter].annotation
    return annotation.last if isinstance(annotation, syntax.Ref) else ""

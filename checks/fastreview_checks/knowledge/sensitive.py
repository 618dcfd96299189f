"""Names of fields that no client may see, and what makes them harmless.

Sources: OWASP API Security Top 10 (API3:2023, broken object property level authorization) and CWE-200.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import (
    Class,
    External,
    Function,
    Input,
    Instance,
    Place,
    Project,
    Route,
    classes_of,
    fields_of,
    syntax,
)

PASSWORDS = re.compile(
    r"^(?:(?:hashed|encrypted|plain|raw|user|login|account|db|database|smtp|root|admin)_?)?(?:password|passwd|pwd|passphrase)"
    r"(?:_?(?:hash|hashed|digest|salt|encrypted|plain))?$|^(?:password|pwd|pass)_?(?:hash|salt|digest)$|^hash(?:ed)?_?pass$"
    r"|^pin_?hash$"
)
"""The caller's own or somebody else's password, or what it is checked against."""

SECRETS = re.compile(
    r"^(?:totp|otp|mfa|two_factor|2fa)_?(?:secret|seed)$|^(?:reset|verification|activation|confirmation|password_reset|"
    r"email_verification|recovery)_?token$|^(?:recovery|backup)_codes$|^hashed_(?:token|key|secret|api_key)$"
    r"|^(?:token|key|secret|api_key)_hash$"
)
"""What lets the holder act as another user."""

SERVICE_SECRETS = re.compile(r"^private_key$|^signing_(?:key|secret)$|^jwt_secret$|^secret_key$|^secret_access_key$")
"""Credentials of services. An administrator's page may show them on purpose: the code alone does not tell."""

_HINT = re.compile(r"pass|pwd|hash|secret|seed|token|key|codes", re.IGNORECASE)
"""One of these stands in each of the names above: most names have none."""

_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")

ISSUING = re.compile(
    r"token|secret|credential|key|mfa|otp|two.?factor|2fa|login|signin|sign-in|auth|register|signup|reset|verif|activat|recover"
    r"|webhook|certificat",
    re.IGNORECASE,
)
"""In the path or the name of a route whose purpose is to hand such a thing out."""

MASKED = frozenset({"pydantic.SecretStr", "pydantic.SecretBytes", "builtins.bool", "builtins.int", "datetime.datetime"})
"""Types whose values do not show: masked when written, or facts about the secret (``has_password: bool``)."""

_NOT_SENT = MASKED | {"typing.ClassVar"}
_ASIDE = frozenset({"relationship", "Relationship", "PrivateAttr"})
_WHOLE = "(the whole model)"


def snake(name: str) -> str:
    """``hashedPassword`` and ``hashed_password`` alike."""
    return name.lower() if "_" in name else "_".join(_WORDS.findall(name)).lower()


def is_password(name: str) -> bool:
    return PASSWORDS.match(snake(name)) is not None


def is_service_secret(name: str) -> bool:
    return SERVICE_SECRETS.match(snake(name)) is not None


def is_secret(name: str) -> bool:
    return SECRETS.match(snake(name)) is not None


_HELD = frozenset({"content", "contents", "value", "data", "text", "raw", "plain", "pem", "private"})


def refers(cls: Class) -> bool:
    """A password that is a model of its own says where the password is kept, unless it holds the thing itself."""
    names = {field.name.lower() for one in cls.ancestry.project for field in one.facts.fields}
    return bool(names) and names.isdisjoint(_HELD)


@lru_cache(maxsize=10_000)
def is_sensitive(name: str) -> bool:
    return _HINT.search(name) is not None and (is_password(name) or is_secret(name) or is_service_secret(name))


def is_sent(field: Input, cls: Class, project: Project) -> bool:
    """Whether the field's value is sent as it is."""
    for marker in field.declared.markers:
        if marker.keyword("exclude") is True or marker.method in _ASIDE:
            return False
    for node in syntax.walk(field.declared.expr):
        if type(node) is syntax.Ref:
            found = project.names.resolve(field.declared.code, node.name)
            if type(found) is External and found.name in _NOT_SENT:
                return False
    serialised = _serialised(cls)
    return field.name not in serialised and _WHOLE not in serialised


@lru_cache(maxsize=10_000)
def _serialised(cls: Class) -> frozenset[str]:
    """Names of fields of which a method decides how they are written; `_WHOLE` where one decides about the whole model."""
    found: set[str] = set()
    for ancestor in cls.ancestry.project:
        for method in ancestor.methods.values():
            for decorator in method.facts.decorators:
                call = decorator if type(decorator) is syntax.Call else None
                word = call.method if call else decorator.last if type(decorator) is syntax.Ref else ""
                if word in ("model_serializer", "root_validator", "model_validator"):
                    found.add(_WHOLE)
                elif call and word in ("field_serializer", "field_validator", "validator"):
                    found.update([name for name in call.args if isinstance(name, str)])
    return frozenset(found)


_MASK = re.compile(r"mask|redact|censor", re.IGNORECASE)


@lru_cache(maxsize=1)
def masked_names(project: Project) -> frozenset[str]:
    """Names of fields that some code gives a mask as their value: ``{"password": settings.masked_value}``."""
    return frozenset(
        name
        for code in project.mentions(*(n for n in project.words if _MASK.search(n)))
        for stmt in code.statements
        for expr in syntax.expressions(stmt)
        for node in syntax.walk(expr)
        for name, value in _given(node)
        if _is_mask(value)
    )


def may_be_meant(name: str, project: Project) -> bool:
    """Whether a field of this name may be shown on purpose, or masked."""
    return is_service_secret(name) or name in masked_names(project)


def _given(node: syntax.Expr) -> Iterator[tuple[str, syntax.Expr]]:
    match node:
        case syntax.Mapping(keys=keys, values=values):
            yield from ((k, v) for k, v in zip(keys, values, strict=True) if isinstance(k, str))
        case syntax.Call(keywords=keywords):
            yield from ((k.name, k.value) for k in keywords)


def _is_mask(value: syntax.Expr) -> bool:
    return any(isinstance(node, syntax.Ref) and _MASK.search(node.last) for node in syntax.walk(value))


class Leak(NamedTuple):
    """A sensitive field of an answer: its name, the class that has it, and where."""

    name: str
    owner: str
    place: Place
    from_table: bool = False


def seen_at_run_time(route: Route) -> Iterator[Leak]:
    """Sensitive fields of the answer as the running app knows it."""
    if route.facts is None or route.app.facts is None:
        return
    models = {model.key: model for model in route.app.facts.models}
    stack, seen = list(route.facts.response_models), set[str]()
    while stack:
        key = stack.pop()
        if key in seen or key not in models:
            continue
        seen.add(key)
        model = models[key]
        for field in model.fields:
            if field.excluded or "Secret" in field.type or field.type in ("bool", "int", "<class 'bool'>"):
                continue
            if is_password(field.name) or is_secret(field.name):
                yield Leak(field.name, model.place.qualname or key, Place(model.place.path, model.place.line))
            if field.model:
                stack.append(field.model)


_DEPTH = 5
"""Models in models that are looked into."""


def declared(route: Route) -> Iterator[Leak]:
    """Sensitive fields of the declared answer, nested models included."""
    if route.answers is None:
        return
    seen: set[int] = set()
    stack = [(cls, 0) for cls in classes_of(route.answers)]
    while stack:
        cls, depth = stack.pop()
        if id(cls) in seen or depth > _DEPTH:
            continue
        seen.add(id(cls))
        sent = _sent(cls)
        yield from sent.leaks
        stack += [(inner, depth + 1) for inner in sent.inner]


def echoed(given: syntax.Expr, endpoint: Function, project: Project) -> Iterator[Leak]:
    """Passwords of the body that an endpoint returns as it came, in a dict too."""
    for part in given.values if isinstance(given, syntax.Mapping) else (given,):
        dumped = isinstance(part, syntax.Call) and part.method in _DUMPS and not part.args and not part.keywords
        body = part.receiver if isinstance(part, syntax.Call) and dumped else part
        if not isinstance(body, syntax.Ref) or body.name not in endpoint.parameters:
            continue
        value = project.values.of(body, endpoint)
        if isinstance(value, Instance) and isinstance(value.of, Class) and value.of.inherits(_MODEL):
            yield from (leak for leak in _sent(value.of).leaks if is_password(leak.name))


_DUMPS = frozenset({"dict", "model_dump"})
_MODEL = "pydantic.BaseModel"


class _Sent(NamedTuple):
    """What an instance of a class shows of itself, and the classes of its fields."""

    leaks: tuple[Leak, ...]
    inner: tuple[Class, ...]


@lru_cache(maxsize=10_000)
def _sent(cls: Class) -> _Sent:
    project = cls.module.project
    leaks: list[Leak] = []
    inner: list[Class] = []
    for field in fields_of(cls):
        sensitive, classes = is_sensitive(field.name), classes_of(field.declared)
        if (sensitive or classes) and is_sent(field, cls, project):
            inner += classes
            if sensitive and not any(map(refers, classes)):
                leaks.append(Leak(field.name, cls.name, field.place))
    return _Sent(tuple(leaks), tuple(inner))

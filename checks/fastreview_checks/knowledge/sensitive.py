"""Names of fields that no client may see, and what makes them harmless.

Sources: OWASP API Security Top 10 (API3:2023, broken object property level authorization) and CWE-200.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import Class, External, Input, Place, Project, Route, syntax

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

_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")

ISSUING = re.compile(
    r"token|secret|credential|key|mfa|otp|two.?factor|2fa|login|signin|sign-in|auth|register|signup|reset|verif|activat|recover"
    r"|webhook|certificat",
    re.IGNORECASE,
)
"""In the path or the name of a route whose purpose is to hand such a thing out."""

MASKED = frozenset({"pydantic.SecretStr", "pydantic.SecretBytes", "builtins.bool", "builtins.int", "datetime.datetime"})
"""Types whose values do not show: masked when written, or facts about the secret (``has_password: bool``)."""


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


def is_sensitive(name: str) -> bool:
    return is_password(name) or is_secret(name) or is_service_secret(name)


def is_sent(field: Input, cls: Class, project: Project) -> bool:
    """Whether the field's value is sent as it is."""
    if any(marker.keyword("exclude") is True for marker in field.declared.markers):
        return False
    if any(marker.method in ("relationship", "Relationship", "PrivateAttr") for marker in field.declared.markers):
        return False
    names = {n.name for n in syntax.walk(field.declared.expr) if isinstance(n, syntax.Ref)}
    resolved = {project.names.resolve(field.declared.code, name) for name in names}
    if any(isinstance(found, External) and found.name in MASKED | {"typing.ClassVar"} for found in resolved):
        return False
    return not any(_serialises(ancestor, field.name) for ancestor in cls.ancestry.project)


def _serialises(cls: Class, name: str) -> bool:
    """Whether a method of the class decides how the field, or the whole model, is written."""
    for method in cls.methods.values():
        for decorator in method.facts.decorators:
            call = decorator if isinstance(decorator, syntax.Call) else None
            word = call.method if call else decorator.last if isinstance(decorator, syntax.Ref) else ""
            if word in ("model_serializer", "root_validator", "model_validator"):
                return True
            if call and word in ("field_serializer", "field_validator", "validator") and name in call.args:
                return True
    return False


_MASK = re.compile(r"mask|redact|censor", re.IGNORECASE)


@lru_cache(maxsize=1)
def masked_names(project: Project) -> frozenset[str]:
    """Names of fields that some code gives a mask as their value: ``{"password": settings.masked_value}``."""
    named = set[str]().union(*(code.mentioned for module in project.service_modules for code in module.codes()))
    return frozenset(
        name
        for code in project.mentions(*(n for n in named if _MASK.search(n)))
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

"""How a service tells environments apart, and what its settings keep secret.

Sources: pydantic's Secret types, the documentation of pydantic-settings, Starlette's ``Secret``, The Twelve-Factor App.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import Class, Code, Function, Place, Project, syntax
from fastreview_checks.knowledge.configuration import CONFIGURATION_FILE, NAME, SCHEMA_BASES, own_settings
from fastreview_checks.knowledge.importing import own_modules
from fastreview_checks.knowledge.secrets import kind_of

_ENVIRONMENT = re.compile(
    r"^(?:(?:app|fastapi|python|service|server|run|deploy(?:ment)?|current|project)_?)?(?:env(?:ironment)?(?:_?(?:name|mode|type|state))?|stage)$"
    r"|^(?:deploy(?:ment)?|run(?:time)?)_?(?:env(?:ironment)?|mode)$",
    re.IGNORECASE,
)
_NAMES_HOLD = (b"env", b"stage", b"deploy", b"run_mode", b"runmode", b"runtime_mode", b"runtimemode")
"""In each name of an environment that `_ENVIRONMENT` knows."""
_ASKING = re.compile(
    r"^is_?(?:in_?)?(?:prod(?:uction)?|dev(?:elopment|eloper)?|local|staging|test(?:ing)?)(?:_?(?:mode|env(?:ironment)?))?$",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"^(?:prod(?:uction)?|dev(?:elopment)?|local(?:host)?|stag(?:e|ing)|test(?:ing)?|qa|sandbox|preview|demo|ci|pro|live)$",
    re.IGNORECASE,
)
_TEXT = re.compile(r"^(?:Optional\[)?\s*(?:str|bytes)\b|\bstr\b")


class Branch(NamedTuple):
    place: Place
    text: str


def branches(project: Project) -> Iterator[Branch]:
    """Where the service's code asks which environment it runs in, settings modules aside."""
    own = own_modules(project)
    asking = frozenset(word for word in project.words if _ASKING.search(word))
    for module in project.service_modules:
        if module.path not in own or CONFIGURATION_FILE.search(module.path):
            continue
        for code in module.codes():
            if not _may_ask(code, asking):
                continue
            owner = code.owner if isinstance(code, Function) else None
            if owner is not None and NAME.search(owner.name):
                continue
            for statement in code.statements:
                tests = [statement.test] if type(statement) is syntax.If else []
                # Every expression of the service passes here: comparing types is three times as fast as `isinstance`.
                for expr in syntax.expressions(statement):
                    tests += [node.test for node in syntax.walk(expr) if type(node) is syntax.Conditional]
                for test in tests:
                    asked = next((node for node in syntax.walk(test) if _asks(node)), None)
                    if asked is not None:
                        yield Branch(Place(module.path, statement.line), syntax.written(asked, 60))
                        break


def _may_ask(code: Code, asking: frozenset[str]) -> bool:
    """Whether the body, which need not be decoded for it, has a condition and a word that `_asks` looks for."""
    if isinstance(code, Function) and code.facts.complexity == 1:
        return False
    return not asking.isdisjoint(code.mentioned) or code.may_say(*_NAMES_HOLD)


def _asks(node: syntax.Expr) -> bool:
    match node:
        case syntax.Operation(op="==" | "!=" | "in" | "not in", operands=(first, second)):
            names = {_last(part) for part in (first, second)}
            words = [w for part in (first, second) for w in _constants(part)]
            return any(_ENVIRONMENT.search(n) for n in names if n) and any(_WORDS.search(w) for w in words)
        case syntax.Ref():
            owner, _, last = node.name.rpartition(".")
            if last.startswith("is_") and _ENVIRONMENT.search(owner.rpartition(".")[2]):
                return True
            return bool(_ASKING.search(last)) and bool(owner)
    return False


def _last(expr: syntax.Expr) -> str:
    """``settings.environment``, ``os.getenv("ENV")``, ``settings.environment.lower()``, ``os.environ["ENV"]``."""
    match expr:
        case syntax.Ref():
            parts = [part for part in reversed(expr.name.split(".")) if part not in ("value", "name")]
            return parts[0] if parts else ""
        case syntax.Call(method="getenv" | "get", args=(str() as name, *_)):
            return name
        case syntax.Call(method="lower" | "upper" | "strip") as call:
            return _last(call.receiver)
        case syntax.Subscript(index=str() as name):
            return name
    return ""


def _constants(expr: syntax.Expr) -> Iterator[str]:
    match expr:
        case str():
            yield expr
        case syntax.Ref() if "." in expr.name:
            # Environment.PRODUCTION, Environment.PRODUCTION.value
            yield from (part for part in expr.name.split(".")[1:] if part.isupper() or part[:1].isupper())
        case syntax.Items(values=values):
            yield from (word for value in values for word in _constants(value))


class Plain(NamedTuple):
    """A secret kept as text."""

    place: Place
    name: str


@lru_cache(maxsize=4)
def settings_classes(project: Project) -> tuple[Class, ...]:
    """Settings, the models that they are nested of, and what is called settings beside them."""
    own = own_modules(project)
    found = {id(s.cls): s.cls for s in project.settings if s.cls.module.path in own}
    found = found or {id(cls): cls for cls in own_settings(project)}
    for module in project.service_modules if found else ():
        if CONFIGURATION_FILE.search(module.path) and module.path in own:
            found |= {
                id(c): c for c in module.classes if c.name.endswith("Settings") and c.ancestry.external & SCHEMA_BASES
            }
    queue = list(found.values())
    for cls in queue:
        for field in cls.facts.fields:
            for node in syntax.walk(field.annotation):
                inner = project.names.resolve(cls.module, node.name) if isinstance(node, syntax.Ref) else None
                if isinstance(inner, Class) and id(inner) not in found:
                    found[id(inner)] = inner
                    queue.append(inner)
    return tuple(found.values())


def plain_secrets(project: Project) -> tuple[list[Plain], int]:
    """Secrets that settings hold as plain text, and how many they hold otherwise."""
    plain: list[Plain] = []
    kept = 0
    for cls in settings_classes(project):
        for field in cls.facts.fields:
            if not field.annotated or kind_of(field.name, cls.name) is None:
                continue
            written = syntax.written(field.annotation, 120)
            if "Secret" in written:
                kept += 1
            elif _TEXT.search(written) and not _is_name(field.value):
                plain.append(Plain(Place(cls.module.path, field.line), field.name))
    return plain, kept


def _is_name(value: syntax.Expr) -> bool:
    """``TOKEN: str = "token"``: the name of a header or a key, not a secret."""
    return isinstance(value, str) and value.lower() in ("token", "bearer", "access_token", "x-api-key", "authorization")

"""Secrets written out: where a literal stands that is one, in code and in the files beside it."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import Bound, CallSite, Class, Code, External, Function, Module, Place, Project, syntax
from fastreview_checks.knowledge.importing import asides
from fastreview_checks.knowledge.secrets import (
    Kind,
    credentials_in,
    is_identifier,
    is_placeholder,
    is_reference,
    is_telling,
    is_token,
    kind_of,
    looks_random,
)
from fastreview_checks.knowledge.security.placeholders import is_placeholder_unused

_ENVIRONMENT = frozenset(
    {"os.getenv", "os.environ.get", "getenv", "environ.get", "config", "env", "env.str", "decouple.config"}
)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_READER = re.compile(r"_*(?:get|read|load|fetch|resolve|require|optional)?_*(?:secret|env|setting|config|environ|var)")
_WRAPPERS = frozenset({"SecretStr", "pydantic.SecretStr", "Field", "str", "Secret"})
_QUOTING = frozenset({"quote", "quote_plus"})
_CONNECTING = frozenset(
    {
        "create_engine", "create_async_engine", "MongoClient", "AsyncMongoClient", "AsyncIOMotorClient", "from_url", "Redis",
        "Database", "create_pool", "connect", "Celery", "RabbitBroker", "RedisBroker", "connect_robust",
    }
)  # fmt: skip
"""Calls that are handed the URL of a store or broker as it is."""
_SIGNING = (
    ".AuthenticationBackend",
    ".SessionMiddleware",
    ".CSRFMiddleware",
    ".URLSafeTimedSerializer",
    ".URLSafeSerializer",
)
_HASHING = re.compile(
    r"(?:hash|encrypt).*(?:password|pwd)|(?:password|pwd).*(?:hash|encrypt)|^(?:create|reset|set|change)_password"
)
_GIVING = frozenset({str, syntax.Text, syntax.Call, syntax.Operation})
_CREATES = re.compile(r"create|add|register|insert|seed|save|set|ensure|bootstrap|^[A-Z]")
_COMPARED = re.compile(r"^(?:x_)?(?:token|api_?key|password|secret|access_?token|auth_?token|admin_?token)$")
_WORDS = frozenset({"", "bearer", "null", "none", "undefined", "basic"})
_REFUSED = re.compile(r"weak|insecure|placeholder|forbidden|unsafe|default_secrets", re.IGNORECASE)
_ASIDE = re.compile(r"(?:^|[._-])(?:test|tests|testing|ci|e2e|example|local-example)(?:[._-]|$)", re.IGNORECASE)

_ASIDE_FOLDER = re.compile(
    r"(?:^|/)(?:tests?|e2e|examples?\w*|ci|continuous_integration|\.devcontainer|docs?)/", re.IGNORECASE
)
_TRIED_OUT = re.compile(r"(?:^|[/._-])(?:dev|demo|bench(?:marks?)?|load_?tests?)(?:[/._-]|$)", re.IGNORECASE)
"""In the path or name of code: the accounts that it makes are those of a developer's machine."""
_FOR_TESTS = re.compile(r"^Test(?:ing)?(?=[A-Z])|[a-z]Test(?:s|ing)?(?:Settings|Config(?:uration)?)?$")
"""Classes of settings that only tests run with."""


class WrittenSecret(NamedTuple):
    """``said`` is a sentence about it without full stop; the value itself is never part of it."""

    name: str
    place: Place
    said: str
    doubtful: bool = False
    asks: bool = False
    """Whether the value asks to be replaced."""


def secrets_in_code(project: Project) -> Iterator[WrittenSecret]:
    guards = {id(fn) for fn in (d.function for d in project.dependencies)} | {id(e.function) for e in project.endpoints}
    settings = {id(s.cls) for s in project.settings}
    passing = _passing_secrets(project)
    for module in project.service_modules:
        for cls in module.classes:
            fields = [field for field in cls.facts.fields if field.has_value]
            if not fields or cls.inherits("enum.Enum", "enum.StrEnum", "enum.IntEnum") or _FOR_TESTS.search(cls.name):
                continue
            in_settings = id(cls) in settings
            if not in_settings and any(b.startswith("pydantic.") for b in cls.ancestry.external):
                continue
            validated = _validated(cls)
            how = "default" if in_settings else "literal"
            for field in fields:
                if field.name not in validated and _may_give(field.value):
                    place = Place(module.path, field.line)
                    for found in _given(field.name, field.value, place, module, how, cls.name):
                        off = in_settings and found.asks and is_placeholder_unused(field.name, project)
                        yield found._replace(doubtful=found.doubtful or off)
        for code in module.codes():
            aside = asides(module)[0] if code is module else frozenset()
            tried = bool(_TRIED_OUT.search(f"{module.path}/{code.qualname}"))
            for found in (*_assigned(code), *(_passed(code, project) if id(code) in passing else ())):
                # What runs under `if __name__ == "__main__"` is tried out, and is no part of the service.
                out = found.place.line in aside or (tried and found.said.startswith("The password"))
                yield found._replace(doubtful=True) if out else found
            if id(code) in guards:
                yield from _compared(code)


def _given(
    name: str, value: syntax.Expr, place: Place, module: Module, how: str, holder: str = ""
) -> Iterator[WrittenSecret]:
    match value:
        case syntax.Call(func=syntax.Ref(name=called), args=args) if called in _WRAPPERS:
            given = value.argument(0, "default")
            if args or not isinstance(given, syntax.Missing):
                yield from _given(
                    name, None if isinstance(given, syntax.Missing) else given, place, module, how, holder
                )
        case syntax.Call(args=(str() as variable, *_)) if _reads_setting(value):
            default = value.argument(1, "default")
            if isinstance(default, str):
                yield from _given(variable, default, place, module, "default", holder)
        case syntax.Operation(op="or", operands=(_, str() as default)):
            yield from _given(name, default, place, module, "default", holder)
        case syntax.Call(args=(str() as quoted, *_)) if value.method in _QUOTING:
            yield from _given(name, quoted, place, module, how, holder)
        case syntax.Text():
            yield from _in_url(name, _written(value), place)
        case str():
            found = judged(name, value, place, how, holder)
            if found is not None and not _is_refused(value, module):
                yield found


def _written(text: syntax.Text) -> str:
    """An f-string with braces where a value stands."""
    return "".join(part if isinstance(part, str) else "{}" for part in text.parts)


def _in_url(name: str, value: str, place: Place) -> Iterator[WrittenSecret]:
    inside = credentials_in(value)
    if inside is not None:
        yield WrittenSecret(name, place, f"`{name}` holds a URL with a password in it", doubtful=inside[1])


def judged(name: str, value: str, place: Place, how: str, holder: str = "") -> WrittenSecret | None:
    """``how`` it is given: as the "default" of a setting, as a "literal" in code, as the "argument" of what signs with it, or in
    a "file"."""
    kind = kind_of(name, holder)
    if is_token(value) and not is_reference(value):
        what = "a private key" if "PRIVATE KEY" in value else "a key in its issuer's format"
        return WrittenSecret(name, place, f"`{name}` holds {what}")
    for found in _in_url(name, value, place):
        return found
    if kind is None or not value.strip() or is_reference(value):
        return None
    match kind:
        case Kind.SIGNING:
            # A placeholder as a default, or handed to what signs, does that as well as any other value.
            works = how in ("default", "argument") or not (is_placeholder(value) or is_identifier(name, value))
            use = "encryption" if "crypt" in name.lower() or "fernet" in name.lower() else "signing"
            said = f"The {use} key `{name}` has a working {_word(how)}"
            return WrittenSecret(name, place, said, asks=is_placeholder(value)) if works else None
        case Kind.PASSWORD | Kind.DATABASE:
            if is_placeholder(value) or " " in value.strip() or (how == "literal" and is_identifier(name, value)):
                return None
            doubtful = kind is Kind.DATABASE and how != "file"
            return WrittenSecret(name, place, f"The password `{name}` is a {_word(how)}", doubtful)
        case Kind.KEY:
            real = looks_random(value) and not is_placeholder(value)
            return WrittenSecret(name, place, f"The key `{name}` is a {_word(how)}") if real else None


def _word(how: str) -> str:
    return {"default": "default in code", "literal": "literal in code", "argument": "literal in code"}.get(
        how, "value in a committed file"
    )


@lru_cache(maxsize=1_000)
def _refused(module: Module) -> frozenset[str]:
    """Literals that the module compares with: a placeholder that is refused cannot start in production."""
    lists = [f.value for cls in module.classes for f in cls.facts.fields if _REFUSED.search(f.name)]
    lists += [b.expr for name, bindings in module.bindings.items() if _REFUSED.search(name) for b in bindings]
    found = {node for expr in lists for node in syntax.walk(expr) if isinstance(node, str)}
    for code in module.codes():
        for stmt in code.statements_of(syntax.If):
            for node in syntax.walk(stmt.test):
                if type(node) is syntax.Operation and node.op in ("==", "in", "!=", "not in"):
                    found.update(o for n in node.operands for o in syntax.walk(n) if type(o) is str and o)
    return frozenset(found)


def _is_refused(value: str, module: Module) -> bool:
    return value in _refused(module) or value.lower().startswith(_refused_starts(module))


@lru_cache(maxsize=1_000)
def _refused_starts(module: Module) -> tuple[str, ...]:
    """Beginnings that the module asks for: ``if secret.startswith("__REPLACE_ME__"): raise``."""
    if "startswith" not in module.facts.called and not any("startswith" in f.called for f in module.functions):
        return ()
    asked = (s.call for code in module.codes() for s in code.calls if s.call.method == "startswith" and s.call.args)
    given = (start for call in asked for start in syntax.walk(call.args[0]) if isinstance(start, str))
    return tuple(start.lower() for start in given if is_placeholder(start))


def _validated(cls: Class) -> frozenset[str]:
    """Fields that a validator of their own can refuse."""
    return frozenset(
        given
        for method in cls.methods.values()
        for decorator in method.facts.decorators
        if type(decorator) is syntax.Call and decorator.method in ("field_validator", "validator")
        if method.statements_of(syntax.Raise)
        for given in decorator.args
        if isinstance(given, str)
    )


def _assigned(code: Code) -> Iterator[WrittenSecret]:
    for stmt in code.statements_of(syntax.Assign):
        if type(stmt.value) in _GIVING and stmt.has_value and not stmt.op and _may_give(stmt.value):
            for target in stmt.targets:
                name = (
                    target.last
                    if isinstance(target, syntax.Ref)
                    else target.attr
                    if isinstance(target, syntax.Attribute)
                    else ""
                )
                if name:
                    yield from _given(name, stmt.value, Place(code.module.path, stmt.line), code.module, "literal")
    if isinstance(code, Function):
        for parameter in code.facts.parameters:
            if type(parameter.default) is str:
                place = Place(code.module.path, parameter.line)
                yield from _given(parameter.name, parameter.default, place, code.module, "literal")


def _reads_setting(call: syntax.Call) -> bool:
    """``os.getenv("SECRET_KEY", "...")``, and a project's own ``get_secret("SECRET_KEY", "...")``."""
    if not isinstance(call.func, syntax.Ref):
        return False
    variable = call.args[0] if call.args else None
    return call.func.name in _ENVIRONMENT or (
        isinstance(variable, str)
        and _VARIABLE.fullmatch(variable) is not None
        and _READER.match(call.func.last.lower()) is not None
    )


def _may_give(value: syntax.Expr) -> bool:
    """Whether `_given` has something to look at: most values are none of these."""
    if type(value) is syntax.Call:
        return isinstance(value.func, syntax.Ref) and (
            value.func.name in _WRAPPERS or _reads_setting(value) or value.func.last in _QUOTING
        )
    if type(value) is syntax.Text:
        return bool(value.parts) and isinstance(value.parts[0], str) and "://" in value.parts[0]
    return type(value) is str or (type(value) is syntax.Operation and value.op == "or")


def _passed(code: Code, project: Project) -> Iterator[WrittenSecret]:
    for site in code.calls:
        call = site.call
        if call.method in _CONNECTING and call.args and isinstance(call.args[0], str | syntax.Text):
            given = call.args[0]
            url = given if isinstance(given, str) else _written(given)
            yield from _in_url(call.method, url, Place(code.module.path, call.line))
        if not any(type(given) is str for given in call.args) and not any(_may_give(k.value) for k in call.keywords):
            continue
        place = Place(code.module.path, call.line)
        for keyword in call.keywords:
            if _may_give(keyword.value) and kind_of(keyword.name) is not None:
                how = "argument" if kind_of(keyword.name) is Kind.SIGNING and _signs(site, project) else "literal"
                yield from _given(keyword.name, keyword.value, place, code.module, how)
        only = call.args[0] if len(call.args) == 1 else None
        hashes = isinstance(only, str) and _HASHING.search(call.method.lower())
        if hashes and isinstance(project.values.target(site), Function | External):
            yield from _given("password", only, place, code.module, "literal")
        elif call.method in _taking_passwords(project) and any(isinstance(a, str) for a in call.args):
            yield from _positional(call, place, project.values.target(site), code.module)


def _signs(site: CallSite, project: Project) -> bool:
    """Whether a call makes middleware or a sign-in of a library: that signs its cookies with a placeholder as with any key."""
    if site.call.method == "add_middleware":
        return True
    made = project.values.target(site)
    names = made.ancestry.external if isinstance(made, Class) else (made.name,) if isinstance(made, External) else ()
    return any(name.endswith(_SIGNING) for name in names)


def _passing_secrets(project: Project) -> set[int]:
    """Code, by its id, that has a keyword or calls something that secrets are passed to; no body is decoded for it."""
    telling = [word for word in project.words if is_telling(word)]
    secrets = [word for word in telling if kind_of(word) is not None]
    taking = _taking_passwords(project).union(word for word in telling if _HASHING.search(word.lower()))
    return {id(code) for code in (*project.mentions(*secrets), *project.calling(*taking, *_CONNECTING))}


@lru_cache(maxsize=1)
def _taking_passwords(project: Project) -> frozenset[str]:
    """Names of the project's functions that make or change something and have a parameter for a password."""
    return frozenset(
        function.name
        for module in project.modules
        for function in module.functions
        for parameter in function.facts.parameters
        if kind_of(parameter.name) is Kind.PASSWORD and _CREATES.search(function.name)
    )


def _positional(call: syntax.Call, place: Place, called: object, module: Module) -> Iterator[WrittenSecret]:
    """``create_user(db, "admin@example.com", "admin123")``: the names are those of the function's parameters."""
    function = called.function if isinstance(called, Bound) else called
    if isinstance(function, Function):
        parameters = function.facts.parameters[1:] if function.receiver else function.facts.parameters
        for argument, parameter in zip(call.args, parameters, strict=False):
            if isinstance(argument, str) and kind_of(parameter.name) is Kind.PASSWORD:
                yield from _given(parameter.name, argument, place, module, "literal")


def _compared(code: Code) -> Iterator[WrittenSecret]:
    """``if token == "dev"`` in a dependency or endpoint: whoever knows the word is let in."""
    for stmt in code.statements:
        if not isinstance(stmt, syntax.If):
            continue
        for node in syntax.walk(stmt.test):
            match node:
                case syntax.Operation(op="==" | "!=", operands=(syntax.Ref() as ref, str() as value)):
                    if _COMPARED.match(ref.name.lower()) and value.lower() not in _WORDS:
                        place = Place(code.module.path, stmt.line)
                        yield WrittenSecret(
                            ref.name, place, f"`{ref.name}` is compared with a literal: it is a password in code"
                        )


def secrets_in_files(project: Project) -> Iterator[WrittenSecret]:
    files = project.facts.files
    for environment in files.environments:
        aside = environment.example or _ASIDE.search(environment.path.rpartition("/")[2])
        if environment.committed and not aside and not _is_template(environment.values):
            for name, value, line in environment.values:
                yield from _in_file(name, value, Place(environment.path, line))
    for container in files.containers:
        for instruction in (i for stage in container.stages for i in stage.instructions):
            if instruction.keyword.upper() in ("ENV", "ARG"):
                for name, value in re.findall(r"(\w+)=[\"']?([^\s\"']*)", instruction.value):
                    for found in _in_file(name, value, Place(container.path, instruction.line)):
                        yield found._replace(doubtful=found.doubtful or kind_of(name) is Kind.DATABASE)
    for manifest in files.manifests:
        if not _ASIDE_FOLDER.search(manifest.path):
            for part in manifest.containers:
                for name, value in part.environment:
                    for found in _in_file(name, value, Place(manifest.path, part.line)):
                        # A compose file's values are mostly those of a developer's machine, or of a pipeline's.
                        aside = _ASIDE.search(manifest.path.rpartition("/")[2])
                        yield found._replace(doubtful=not (is_token(value) or (looks_random(value) and not aside)))


def _is_template(values: tuple[tuple[str, str, int], ...]) -> bool:
    """Whether most secrets of an environment file ask to be replaced and none is real: it is copied and filled in."""
    secrets = [value for name, value, _ in values if value.strip() and kind_of(name) is not None]
    open_ = sum(is_placeholder(value) for value in secrets)
    inside = [found[0] for _, value, _ in values if (found := credentials_in(value)) is not None]
    real = any(is_token(value) or looks_random(value) for value in (*secrets, *inside) if not is_placeholder(value))
    return 2 * open_ > len(secrets) and not real


def _in_file(name: str, value: str, place: Place) -> Iterator[WrittenSecret]:
    found = None if is_placeholder(value) else judged(name, value, place, "file")
    if found is not None:
        yield found

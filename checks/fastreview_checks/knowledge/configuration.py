"""Typed settings objects, and what configuration looks like without one.

Sources: documentation of pydantic-settings and of the other libraries that read settings into typed objects.
"""

import re
from collections.abc import Iterator

from fastreview.api import Class, Code, External, Instance, Place, Project, Value, syntax
from fastreview_checks.knowledge.programs import is_program

# Classes that read the environment or files into typed fields; BaseSettings is known to the model.
TYPED_BASES = re.compile(
    r"^(?:typed_settings|environ(?:_config)?|msgspec|confz|envclasses|dynaconf|pydanclick|goodconf|betterconf|ecological|desert)\b"
)
NAME = re.compile(r"(?:settings?|config(?:uration)?s?|env(?:ironment)?|options)$", re.IGNORECASE)
SCHEMA_BASES = frozenset(
    {"pydantic.BaseModel", "pydantic.v1.BaseModel", "msgspec.Struct", "typing.NamedTuple", "pydantic.RootModel"}
)
DATACLASS = re.compile(r"(?:^|\.)(?:dataclass|define|frozen|attrs|s|config)$")
LOADED_BY = re.compile(r"environ\b|getenv|yaml|toml|from_(?:env|file)|ConfigLoader", re.IGNORECASE)
CONFIGURATION_FILE = re.compile(
    r"(?:^|/)\w*(?:config|settings?|conf|env(?:ironment)?|loader)s?(?:/|\.py$)", re.IGNORECASE
)
_ELSEWHERE = re.compile(r"^(?:(?:get|load)_)?(?:[a-z]+_)?settings$|^Settings$")
_NOT_TYPED = frozenset({"django", "dynaconf", "flask", "builtins"})
"""Packages whose ``settings`` hold whatever a file holds."""
# Readers that convert: config("DEBUG", cast=bool), env.int("PORT").
CONVERTING = frozenset(
    {"starlette.config.Config", "fastapi.config.Config", "environs.Env", "environ.Env", "decouple.config"}
)

# Methods of readers that convert: those of environs, django-environ and what is built like them.
READER_METHODS = frozenset(
    {
        "str",
        "int",
        "bool",
        "float",
        "decimal",
        "list",
        "dict",
        "json",
        "url",
        "enum",
        "path",
        "timedelta",
        "log_level",
        "model",
    }
)
LEAST_FIELDS = 3
"""So many fields make a class of such values the settings of a service."""

READS = frozenset({"os.getenv", "os.environ.get", "os.environ.setdefault", "decouple.config", "environs.Env", "starlette.config.Config",
                   "fastapi.config.Config"})  # fmt: skip
# Constants that belong into configuration, by name, with the look of a value that changes from place to place.
CONSTANT = re.compile(
    r"^(?:\w+_)?(?:URL|URI|DSN|HOST|PORT|SECRET(?:_KEY)?|API_?KEY|PASSWORD|PASSWD|TOKEN|JWT_\w+|DATABASE\w*|BROKER\w*|SALT|ALGORITHM"
    r"|ACCESS_TOKEN_EXPIRE_\w+|CONNECTION_STRING|BUCKET)$"
)
CONNECTION = re.compile(r"^[a-z][a-z0-9+.-]*://")


def own_settings(project: Project) -> Iterator[Class]:
    """Classes that hold settings as typed fields and are filled from outside, without BaseSettings."""
    for module in project.service_modules:
        for cls in module.classes:
            if _is_configured(cls):
                yield cls
        for cls in module.classes if CONFIGURATION_FILE.search(module.path) else ():
            if not NAME.search(cls.name):
                continue
            if _converts(cls):
                yield cls
            if not any(f.annotated for f in cls.facts.fields):
                continue
            bases = cls.ancestry.external
            decorated = any(
                DATACLASS.search(syntax.written(d.func if isinstance(d, syntax.Call) else d, 80))
                for d in cls.facts.decorators
            )
            typed = decorated or bool(bases & SCHEMA_BASES)
            if any(TYPED_BASES.match(b) for b in bases) or (typed and _is_loaded(cls, project)):
                yield cls


def _is_configured(cls: Class) -> bool:
    """A class whose typed traits traitlets fills from files and the command line."""
    if not any(base.startswith("traitlets.config.") for base in cls.ancestry.external):
        return False
    values = (field.value for field in cls.facts.fields)
    return sum(isinstance(v, syntax.Call) and v.keyword("config") is True for v in values) >= LEAST_FIELDS


def _converts(cls: Class) -> bool:
    """Whether its fields are given by a reader that converts: ``PORT = env.int("PORT", 8000)``."""
    values = [field.value for field in cls.facts.fields]
    read = [v for v in values if isinstance(v, syntax.Call) and "." in v.name and v.method in READER_METHODS]
    return sum(any(isinstance(a, str) for a in v.args[:1]) for v in read) >= LEAST_FIELDS


def converting_reader(project: Project) -> Place | None:
    """Where values are read and converted by a library, in one module."""
    found = [
        site.place
        for code in project.mentions("cast")
        for site in code.calls
        if _library(project.values.target(site)) in CONVERTING
        and not isinstance(site.call.keyword("cast"), syntax.Missing)
    ]
    return found[0] if found and len({place.path for place in found}) == 1 else None


def _library(value: Value | None) -> str:
    match value:
        case External(name=name) | Instance(of=External(name=name)):
            return name
    return ""


def _is_loaded(cls: Class, project: Project) -> bool:
    """Made by code that reads an environment or a file, or with defaults that do."""
    if any(LOADED_BY.search(syntax.written(f.value, 200)) for f in cls.facts.fields if f.has_value):
        return True
    if any(LOADED_BY.search(name) for name in cls.methods):
        return True
    return any(
        (cls.name in site.call.name.split(".") or any(a == syntax.Ref(cls.name) for a in site.call.args))
        and any(
            LOADED_BY.search(syntax.written(expr, 2_000))
            for stmt in code.statements
            for expr in syntax.expressions(stmt)
        )
        for code in project.mentions(cls.name)
        for site in code.calls
        if not is_program(site, project)
    )


def scattered(project: Project) -> Iterator[tuple[Place, str]]:
    """Reads of the environment and constants that are configuration, with what they are."""
    for module in project.service_modules:
        for cls in module.classes:
            for field in cls.facts.fields:
                if field.has_value and any(_reads(node, module, project) for node in syntax.walk(field.value)):
                    yield Place(module.path, field.line), "reads the environment"
        for code in module.codes():
            for stmt in code.statements:
                for expr in syntax.expressions(stmt):
                    for node in syntax.walk(expr):
                        if _reads(node, code, project):
                            line = node.line if isinstance(node, syntax.Call) else stmt.line
                            yield Place(module.path, line), "reads the environment"
        for stmt in module.body:
            match stmt:
                case syntax.Assign(targets=(syntax.Ref(name=name),), value=str() as value) if CONSTANT.match(name) or (
                    CONNECTION.match(value) and name.isupper()
                ):
                    yield Place(module.path, stmt.line), f"holds {name}"
                case _:
                    pass


def _reads(node: syntax.Expr, code: Code, project: Project) -> bool:
    match node:
        case syntax.Call(func=func):
            value = project.values.of(func, code)
            return isinstance(value, External) and value.name in READS
        case syntax.Subscript(value=syntax.Ref() as owner):
            value = project.values.of(owner, code)
            return isinstance(value, External) and value.name == "os.environ"
    return False


def settings_elsewhere(project: Project) -> str:
    """The settings that the service imports from another package, which is not read here, by their name, or ""."""
    for module in project.service_modules:
        for found in module.facts.imports:
            if _ELSEWHERE.match(found.name) and not found.typing_only:
                target = project.names.resolve(module, found.bound)
                if isinstance(target, External) and target.package not in _NOT_TYPED:
                    return target.name
    return ""

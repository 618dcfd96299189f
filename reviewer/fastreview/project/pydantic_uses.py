"""Every use of an API that Pydantic v1 and v2 call differently."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from fastreview.facts import syntax as s
from fastreview.project.code import CallSite, Class, Code, Function, Module
from fastreview.project.models import SCHEMA_BASES, SETTINGS_BASES
from fastreview.project.names import External
from fastreview.project.subject import Place, Subject
from fastreview.project.values import Bound, Instance, Value

if TYPE_CHECKING:
    from fastreview.project.project import Project

# v1 name to v2 name; source: the Pydantic migration guide.
METHODS = {
    "dict": "model_dump", "json": "model_dump_json", "copy": "model_copy", "parse_obj": "model_validate",
    "parse_raw": "model_validate_json", "parse_file": "model_validate_json", "from_orm": "model_validate",
    "construct": "model_construct", "schema": "model_json_schema", "schema_json": "model_json_schema",
    "update_forward_refs": "model_rebuild",
}  # fmt: skip
DECORATORS = {
    "pydantic.validator": "field_validator", "pydantic.root_validator": "model_validator",
    "pydantic.validate_arguments": "validate_call",
}  # fmt: skip
FUNCTIONS = {
    "pydantic.parse_obj_as": "TypeAdapter", "pydantic.parse_raw_as": "TypeAdapter", "pydantic.schema_of": "TypeAdapter",
    "pydantic.tools.parse_obj_as": "TypeAdapter",
}  # fmt: skip
ARGUMENTS = {
    "regex": "pattern", "min_items": "min_length", "max_items": "max_length", "allow_mutation": "frozen",
}  # fmt: skip
ATTRIBUTES = {"__fields__": "model_fields", "__fields_set__": "model_fields_set"}

_TAKING_ARGUMENTS = frozenset(
    {
        "pydantic.Field",
        "fastapi.Query",
        "fastapi.Path",
        "fastapi.Body",
        "fastapi.Header",
        "fastapi.Cookie",
        "fastapi.Form",
    }
)
_V2_DECORATORS = frozenset(
    f"pydantic.{name}" for name in (*DECORATORS.values(), "field_serializer", "model_serializer", "computed_field")
)
_BY_NAME = ("TypeAdapter", "parse_obj_as", "parse_raw_as", "schema_of")
_MODELS = (
    SCHEMA_BASES
    | SETTINGS_BASES
    # Models of libraries that build on Pydantic, by the documentation of beanie and the source of `fastapi.security.http`.
    | {"beanie.Document", "beanie.odm.documents.Document"}
    | {"fastapi.security.HTTPBasicCredentials", "fastapi.security.HTTPAuthorizationCredentials"}
)
_UNMISTAKABLE = frozenset({"from_orm", "parse_obj", "update_forward_refs"})


class PydanticUse(Subject):
    """One use. ``old`` is the v1 name as written, "" for a use of the v2 API; ``new`` is what v2 calls it.
    A ``bridge`` is an import of v1 within a function, as libraries do that take models of both."""

    unit = "use of Pydantic"

    def __init__(self, where: str, at: Place, old: str, new: str, *, bridge: bool = False) -> None:
        self.where = where
        self.old = old
        self.new = new
        self.bridge = bridge
        self._at = at

    @property
    def key(self) -> str:
        return f"{self.where} {self.old or self.new}"

    @property
    def place(self) -> Place:
        return self._at


def pydantic_uses(project: Project) -> Iterator[PydanticUse]:
    for module in project.service_modules:
        for found in module.facts.imports if "pydantic" in module.imported else ():
            if f"{found.module}.".startswith("pydantic.v1."):
                at = Place(module.path, found.line)
                yield PydanticUse(module.name, at, found.module, "pydantic", bridge=bool(found.within))
            elif found.module == "pydantic" and found.name == "Extra":
                yield PydanticUse(
                    module.name, Place(module.path, found.line), "Extra", 'extra="allow"|"forbid"|"ignore"'
                )
        for cls in module.classes:
            if _is_model(cls):
                yield from _model(cls)
            elif cls.name == "Config":
                yield from _config(cls)
        yield from _functions(module)
    for site in project.calls(*METHODS, *METHODS.values(), *_BY_NAME):
        yield from _call(site, project)
    for code in project.mentions(*ATTRIBUTES):
        yield from _attributes(code, project)


def _is_model(cls: Class) -> bool:
    return not cls.ancestry.external.isdisjoint(_MODELS)


def _config(cls: Class) -> Iterator[PydanticUse]:
    outer = cls.module.by_qualname.get(cls.facts.parent)
    if isinstance(outer, Class) and _is_model(outer):
        yield PydanticUse(outer.key, cls.place, "class Config", "model_config")


def _model(cls: Class) -> Iterator[PydanticUse]:
    if "model_config" in cls.fields:
        yield PydanticUse(cls.key, Place(cls.module.path, cls.fields["model_config"].line), "", "model_config")
    if cls.name == "Config":
        yield from _config(cls)
    for field in cls.facts.fields:
        if type(field.value) is s.Call and field.value.keywords:
            yield from _arguments(field.value, cls.module, cls.key, field.line)


def _functions(module: Module) -> Iterator[PydanticUse]:
    """Decorators and defaults of parameters."""
    # Most decorators stand on a router of the module: what it does not import is not of a library.
    known, others = module.top_level_imports, bool(module.star_imports) or module.is_package
    for function in module.functions:
        facts = function.facts
        for position, decorator in enumerate(facts.decorators):
            made = decorator.func if type(decorator) is s.Call else decorator
            if type(made) is s.Ref and (others or made.root in known):
                yield from _decorator(made.name, function, facts.decorator_lines[position])
        for parameter in facts.parameters:
            if type(parameter.default) is s.Call and parameter.default.keywords:
                yield from _arguments(parameter.default, module, function.key, parameter.line)


def _decorator(name: str, function: Function, line: int) -> Iterator[PydanticUse]:
    found = function.module.project.names.resolve(function.module, name)
    if type(found) is External and (found.name in DECORATORS or found.name in _V2_DECORATORS):
        at, written = Place(function.module.path, line), f"@{found.name.rpartition('.')[2]}"
        new = DECORATORS.get(found.name)
        yield PydanticUse(function.key, at, written, f"@{new}") if new else PydanticUse(function.key, at, "", written)


def _arguments(call: s.Call, module: Module, where: str, line: int) -> Iterator[PydanticUse]:
    given = [keyword for keyword in call.keywords if keyword.name in ARGUMENTS or keyword.name == "pattern"]
    found = module.project.names.resolve(module, call.name) if given and call.name else None
    if isinstance(found, External) and found.name in _TAKING_ARGUMENTS:
        at = Place(module.path, line)
        for keyword in given:
            if keyword.name in ARGUMENTS:
                yield PydanticUse(where, at, f"{keyword.name}=", f"{ARGUMENTS[keyword.name]}=")
            else:
                yield PydanticUse(where, at, "", "pattern=")


def _call(site: CallSite, project: Project) -> Iterator[PydanticUse]:
    method, where = site.call.method, site.code.key
    if method in METHODS:
        value = project.values.target(site) or _on_what_is_handed_in(site, project)
        owner = value.name.rpartition(".")[0] if isinstance(value, External) else ""
        if (owner in _MODELS and not owner.startswith("pydantic.v1.")) or (method in _UNMISTAKABLE and value is None):
            yield PydanticUse(where, site.place, f".{method}()", f".{METHODS[method]}()")
    elif method in METHODS.values():
        if not isinstance(project.values.target(site), Function | Bound):
            yield PydanticUse(where, site.place, "", f".{method}()")
    elif method in _BY_NAME:
        value = project.values.target(site)
        if isinstance(value, External) and value.name in FUNCTIONS:
            yield PydanticUse(where, site.place, f"{method}()", f"{FUNCTIONS[value.name]}()")
        elif isinstance(value, External) and value.name == "pydantic.TypeAdapter":
            yield PydanticUse(where, site.place, "", "TypeAdapter()")


def _on_what_is_handed_in(site: CallSite, project: Project) -> Value | None:
    """What is called on a parameter without a type, where all callers whose argument is known hand in a model."""
    function, receiver = site.code, site.call.receiver
    if not isinstance(function, Function) or type(receiver) is not s.Ref or receiver.name in function.bindings:
        return None
    parameter = function.parameters.get(receiver.name)
    if parameter is None or parameter.annotated or parameter.has_default or parameter.kind in ("args", "kwargs"):
        return None
    position = function.facts.parameters.index(parameter) - bool(function.receiver)
    arguments = ((above.call.argument(position, parameter.name), above.code) for above in project.callers(function))
    handed = [v for expr, code in arguments if not isinstance(expr, s.Missing) and (v := project.values.of(expr, code))]
    if not handed or not all(isinstance(v, Instance) and isinstance(v.of, Class) and _is_model(v.of) for v in handed):
        return None
    return project.values.attribute(handed[0], site.call.method)


def _attributes(code: Code, project: Project) -> Iterator[PydanticUse]:
    for stmt in code.statements:
        for expr in s.expressions(stmt):
            for node in s.walk(expr):
                if isinstance(node, s.Ref) and node.last in ATTRIBUTES and "." in node.name:
                    value = project.values.of(s.Ref(node.name.rpartition(".")[0]), code)
                    cls = value if isinstance(value, Class) else getattr(value, "of", None)
                    if isinstance(cls, Class) and _is_model(cls):
                        at = Place(code.module.path, getattr(stmt, "line", 0))
                        yield PydanticUse(code.key, at, f".{node.last}", f".{ATTRIBUTES[node.last]}")

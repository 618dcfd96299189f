"""What Pydantic v2 offers beyond plain fields, and where a service uses it.

Source: the Pydantic documentation (Validators, Serialization, Type adapter, Unions, Configuration).
"""

from collections.abc import Iterator

from fastreview.api import Class, Place, Project, syntax

# Imported names by what they are for; an import of one is a use: linters remove the others.
IMPORTED = {
    "AfterValidator": "validators in annotations",
    "BeforeValidator": "validators in annotations",
    "WrapValidator": "validators in annotations",
    "PlainValidator": "validators in annotations",
    "PlainSerializer": "serialisers",
    "WrapSerializer": "serialisers",
    "SerializeAsAny": "serialisers",
    "Discriminator": "discriminated unions",
    "StringConstraints": "constrained types",
    "RootModel": "root models",
    "TypeAdapter": "type adapters",
    "validate_call": "validated calls",
    "create_model": "models made at run time",
}

# What `PydanticUse.new` says of decorators and calls.
USED = {
    "@field_validator": "field validators",
    "@model_validator": "model validators",
    "@field_serializer": "serialisers",
    "@model_serializer": "serialisers",
    "@computed_field": "computed fields",
    "TypeAdapter()": "type adapters",
}
_FORBIDDING = "inputs that refuse unknown fields"
_UNIONS = "discriminated unions"


def tools_in_use(project: Project) -> dict[str, Place]:
    """What of Pydantic the service uses, each with the first place."""
    found: dict[str, Place] = {}
    for use in project.pydantic_uses:
        if not use.old and use.new in USED:
            found.setdefault(USED[use.new], use.place)
    for tool, place in (*_imported(project), *_configured(project)):
        found.setdefault(tool, place)
    return found


def _imported(project: Project) -> Iterator[tuple[str, Place]]:
    for module in project.service_modules:
        for found in module.facts.imports if "pydantic" in module.imported else ():
            if found.name in IMPORTED and found.module.partition(".")[0] == "pydantic":
                yield IMPORTED[found.name], Place(module.path, found.line)


def _configured(project: Project) -> Iterator[tuple[str, Place]]:
    for schema in project.schemas:
        if forbids(schema.cls):
            yield _FORBIDDING, schema.place
        for field in schema.cls.facts.fields:
            if _is_discriminated(field.value) or _is_discriminated(field.annotation):
                yield _UNIONS, Place(schema.place.path, field.line)


def forbids(cls: Class) -> bool:
    """Whether ``cls`` itself is configured with ``extra="forbid"``."""
    if ("extra", "forbid") in cls.facts.keywords:
        return True
    return "model_config" in cls.fields and dict(config_of(cls)).get("extra") == "forbid"


def config_of(cls: Class) -> Iterator[tuple[str, syntax.Expr]]:
    """What ``model_config`` of ``cls`` itself says."""
    given = cls.fields["model_config"].value if "model_config" in cls.fields else None
    if type(given) is syntax.Call:
        yield from ((keyword.name, keyword.value) for keyword in given.keywords)
    elif type(given) is syntax.Mapping:
        for key, value in zip(given.keys, given.values, strict=True):
            if isinstance(key, str):
                yield key, value


def _is_discriminated(expr: syntax.Expr) -> bool:
    if type(expr) is syntax.Call:
        return any(keyword.name == "discriminator" for keyword in expr.keywords)
    if type(expr) is syntax.Subscript and type(expr.index) is syntax.Items:
        return any(_is_discriminated(part) for part in expr.index.values)
    return False

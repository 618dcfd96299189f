"""Pydantic v1 API that v2 has replaced, and by what.

Source: the Pydantic migration guide, https://docs.pydantic.dev/latest/migration/.
"""

METHODS = {
    "dict": "model_dump()",
    "json": "model_dump_json()",
    "copy": "model_copy()",
    "parse_obj": "model_validate()",
    "parse_raw": "model_validate_json()",
    "parse_file": "model_validate_json()",
    "from_orm": "model_validate() with from_attributes=True",
    "construct": "model_construct()",
    "schema": "model_json_schema()",
    "schema_json": "model_json_schema()",
    "update_forward_refs": "model_rebuild()",
    "validate": "model_validate()",
}
"""Methods of models."""

DECORATORS = {
    "pydantic.validator": "`@field_validator`",
    "pydantic.root_validator": "`@model_validator`",
    "pydantic.validate_arguments": "`@validate_call`",
}

ATTRIBUTES = {
    "__fields__": "`model_fields`",
    "__fields_set__": "`model_fields_set`",
    "__validators__": "`__pydantic_decorators__`",
}

FIELD_ARGUMENTS = {
    "regex": "`pattern`",
    "min_items": "`min_length`",
    "max_items": "`max_length`",
    "unique_items": "a set",
    "allow_mutation": "`frozen`",
}
"""Arguments of ``Field``; FastAPI's ``Query`` and the like keep ``regex`` as an alias that warns."""

CALLS = {
    "pydantic.parse_obj_as": "`TypeAdapter(...).validate_python(...)`",
    "pydantic.parse_raw_as": "`TypeAdapter(...).validate_json(...)`",
    "pydantic.schema_of": "`TypeAdapter(...).json_schema()`",
    "pydantic.tools.parse_obj_as": "`TypeAdapter(...).validate_python(...)`",
}

PARAMETERS = frozenset(
    {"fastapi.Query", "fastapi.Path", "fastapi.Body", "fastapi.Header", "fastapi.Cookie", "fastapi.Form", "pydantic.Field"}
)

"""Types of what clients send: which leave its text free, and which bound it to a form that does no harm.

Sources: Pydantic's documentation of types and fields, FastAPI's on path parameters and request files.
"""

import re

from fastreview.api import Class, Declared, External, Input, Project, Route, fields_of, syntax, unwrapped

FREE = frozenset(
    {
        "builtins.str", "builtins.bytes", "typing.Any", "builtins.object", "builtins.dict", "builtins.list", "typing.Dict",
        "typing.List", "typing.Text", "pydantic.HttpUrl", "pydantic.AnyUrl", "pydantic.AnyHttpUrl", "pydantic.SecretStr",
        "pydantic.Json", "pydantic.networks.HttpUrl", "pydantic.networks.AnyHttpUrl", "pydantic.networks.AnyUrl",
    }
)  # fmt: skip
_CONTAINERS = frozenset(
    {"typing.Optional", "typing.Union", "typing.Annotated", "builtins.list", "builtins.dict", "typing.List", "typing.Dict",
     "builtins.set", "builtins.tuple", "typing.Sequence", "collections.abc.Sequence", "typing.Mapping", "pydantic.Json"}
)  # fmt: skip
_BOUNDING = ("pattern", "regex", "enum")
_MARKS_THAT_CHECK = frozenset(
    {"AfterValidator", "BeforeValidator", "WrapValidator", "PlainValidator", "StringConstraints"}
)
_OPEN = re.compile(r"\[\^|(?<!\\)\.[*+]")
MAX_DEPTH = 5


def is_free(declared: Declared, project: Project, depth: int = 0) -> bool:
    """Whether a value of this type is any text that the client likes."""
    inner = unwrapped(declared.expr, declared.code, project.names)
    marks = (*declared.markers, *inner.markers)
    if depth > MAX_DEPTH or any(_bounds(mark) for mark in marks):
        return False
    match inner.expr:
        case None:
            return depth == 0
        case syntax.Ref(name=name):
            found = project.names.resolve(inner.code, name)
            return isinstance(found, External) and found.name in FREE
        case syntax.Subscript(value=syntax.Ref(name=name), index=index):
            found = project.names.resolve(inner.code, name)
            parts = index.values if isinstance(index, syntax.Items) else (index,)
            if isinstance(found, External) and found.name in _CONTAINERS:
                return any(
                    is_free(Declared(part, inner.code), project, depth + 1) for part in parts if part is not None
                )
        case syntax.Operation(op="|", operands=operands):
            return any(is_free(Declared(o, inner.code), project, depth + 1) for o in operands if o is not None)
    return False


def is_binary(declared: Declared, project: Project) -> bool:
    """``bytes``: the content of something, never its name."""
    inner = unwrapped(declared.expr, declared.code, project.names)
    return any(isinstance(node, syntax.Ref) and node.name == "bytes" for node in syntax.walk(inner.expr))


def free_field(cls: Class, name: str, project: Project) -> bool:
    """Whether the field of a model is free text, and no validator of its class looks at it."""
    field: Input | None = next((f for f in fields_of(cls) if f.name == name), None)
    if field is None or _is_validated(cls, name):
        return False
    return is_free(field.declared, project)


def is_one_segment(name: str, routes: tuple[Route, ...]) -> bool:
    """Whether a parameter is a part of the path between two slashes: it can hold none."""
    return bool(routes) and all(f"{{{name}}}" in route.path for route in routes)


def _bounds(mark: syntax.Call) -> bool:
    if mark.method in _MARKS_THAT_CHECK - {"StringConstraints"}:
        return True
    return any(k.name in _BOUNDING and k.value is not None and not _is_open(k.value) for k in mark.keywords)


def _is_open(pattern: syntax.Expr) -> bool:
    """Whether a pattern says what must not stand in a text, and lets all else through: ``[^\\x00]+``."""
    return isinstance(pattern, str) and _OPEN.search(pattern) is not None


def _is_validated(cls: Class, name: str) -> bool:
    for ancestor in cls.ancestry.project:
        for method in ancestor.methods.values():
            for decorator in method.facts.decorators:
                word = decorator.method if isinstance(decorator, syntax.Call) else ""
                if (
                    word in ("field_validator", "validator")
                    and isinstance(decorator, syntax.Call)
                    and name in decorator.args
                ):
                    return True
                if word in ("model_validator", "root_validator") and name in method.mentioned:
                    return True
    return False

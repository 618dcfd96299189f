"""What bounds a value that arrives from outside.

Sources: Pydantic's documentation on fields, types and string constraints; OWASP API4:2023, unrestricted resource
consumption.
"""

from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import (
    Class,
    Declared,
    External,
    Input,
    Project,
    Route,
    classes_of,
    fields_of,
    syntax,
    unwrapped,
)
from fastreview_checks.knowledge.core.bodies import schema_ids

BOUNDS = frozenset(
    {"max_length", "pattern", "regex", "max_items", "le", "lt", "max_digits", "choices", "discriminator"}
)
CHECKING = frozenset(
    {"AfterValidator", "BeforeValidator", "WrapValidator", "PlainValidator", "MaxLen", "Len", "Le", "Lt"}
)
_UNBOUNDED = frozenset({"builtins.str", "builtins.bytes", "pydantic.StrictStr"})
MANY = frozenset(
    {
        "builtins.list", "builtins.set", "builtins.tuple", "builtins.frozenset", "typing.List", "typing.Set",
        "typing.Sequence", "collections.abc.Sequence", "typing.Iterable", "collections.abc.Iterable",
    }
)  # fmt: skip
_CHOICE = frozenset({"typing.Optional", "typing.Union"})
_DEPTH = 6


def judged(route: Route, project: Project) -> tuple[Input, ...]:
    """Inputs of a route whose size the client decides on: what is in the body. The length of an address bounds the others."""
    found: list[Input] = []
    models = schema_ids(project)
    for given in route.inputs if route.method not in ("GET", "HEAD") else ():
        classes = classes_of(given.declared)
        if any(id(cls) in models for cls in classes):
            found += [field for cls in classes for field in _within(cls) if not _is_fixed(field)]
        elif _is_in_body(given) and not classes:
            found.append(given)
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=20_000)
def is_unbounded(given: Input, project: Project) -> bool:
    return _open(given.declared, project, 0)


def _is_in_body(given: Input) -> bool:
    return any(marker.method in ("Body", "Form") for marker in given.declared.markers)


@lru_cache(maxsize=10_000)
def _within(cls: Class) -> tuple[Input, ...]:
    """Fields of a model that nothing but their declaration could bound."""
    checked = {
        word
        for ancestor in cls.ancestry.project
        for method in ancestor.methods.values()
        for decorator in method.facts.decorators
        if isinstance(decorator, syntax.Call)
        for word in (*decorator.args, decorator.keyword("field_name"))
        if isinstance(word, str)
    }
    if "*" in checked or any(_bounds_all(ancestor) for ancestor in cls.ancestry.project):
        return ()
    return tuple(field for field in fields_of(cls) if field.name not in checked)


def _bounds_all(cls: Class) -> bool:
    """``ConfigDict(str_max_length=...)``."""
    config = cls.fields.get("model_config")
    return config is not None and any(
        (isinstance(node, syntax.Call) and node.keyword("str_max_length") is not syntax.MISSING)
        or (isinstance(node, syntax.Mapping) and "str_max_length" in node.keys)
        for node in syntax.walk(config.value)
    )


def _is_fixed(field: Input) -> bool:
    return any(marker.method == "PrivateAttr" or marker.keyword("init") is False for marker in field.declared.markers)


def _has_bound(markers: tuple[syntax.Call, ...]) -> bool:
    return any(
        marker.method in CHECKING or any(keyword.name in BOUNDS or not keyword.name for keyword in marker.keywords)
        for marker in markers
    )


def _open(declared: Declared, project: Project, depth: int) -> bool:
    """Whether a string or a list in the type may be as long as the client likes."""
    if depth > _DEPTH or _has_bound(declared.markers):
        return False
    return any(_open(part, project, depth + 1) for part in _parts(declared, project)) or _is_open(declared, project)


def _is_open(declared: Declared, project: Project) -> bool:
    match declared.expr:
        case syntax.Ref(name=name):
            found = project.names.resolve(declared.code, name)
            return isinstance(found, External) and found.name in _UNBOUNDED | MANY
        case syntax.Subscript(value=syntax.Ref(name=name)):
            found = project.names.resolve(declared.code, name)
            return isinstance(found, External) and found.name in MANY
    return False


def _parts(declared: Declared, project: Project) -> Iterator[Declared]:
    """The members of a union."""
    operands: tuple[syntax.Expr, ...] = ()
    match declared.expr:
        case syntax.Operation(op="|", operands=given):
            operands = given
        case syntax.Subscript(value=syntax.Ref(name=name), index=index):
            found = project.names.resolve(declared.code, name)
            if isinstance(found, External) and found.name in _CHOICE:
                operands = index.values if isinstance(index, syntax.Items) else (index,)
    for operand in operands:
        yield unwrapped(operand, declared.code, project.names)

"""Types that say nothing: `Any`, and containers that do not say what they hold.

Sources: mypy's `disallow_any_explicit` and `disallow_any_generics`, pyright's `reportMissingTypeArgument`.
"""

from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import Class, Code, External, Function, Module, Project, Route, syntax

_ANY = frozenset({"typing.Any", "typing_extensions.Any"})
_BARE = frozenset(
    f"{package}.{name}"
    for package, names in {
        "builtins": ("dict", "list", "set", "frozenset", "tuple"),
        "typing": (
            "Dict",
            "List",
            "Set",
            "FrozenSet",
            "Tuple",
            "Mapping",
            "Sequence",
            "Iterable",
            "Collection",
            "MutableMapping",
        ),
        "collections.abc": ("Mapping", "Sequence", "Iterable", "Collection", "MutableMapping"),
    }.items()
    for name in names
)
# What a library or the language calls: its types are not the project's choice.
_GIVEN = frozenset(
    {
        "validator", "field_validator", "root_validator", "model_validator", "field_serializer", "model_serializer", "validates",
        "listens_for", "exception_handler", "compiles", "overload", "serializer", "deserializer", "hybrid_property", "before", "after",
    }
)  # fmt: skip
_PYDANTIC = frozenset(
    f"{when}{what}" for what in ("Validator", "Serializer") for when in ("Before", "After", "Plain", "Wrap")
)
_GUARDS = frozenset({"TypeGuard", "TypeIs"})
_OPEN = _ANY | _BARE
_NAMES = frozenset(name.rpartition(".")[2] for name in _OPEN)
_LOOKED_INTO = frozenset({"Optional", "Union", "Annotated"})
_WRAPPED = ("wrapper", "decorator", "inner", "wrapped", "_wrapper", "_inner")
MAX_DEPTH = 6
SHOWN = 40
"""Characters of a type that a message shows."""


@lru_cache(maxsize=1)
def escapes(project: Project) -> dict[int, tuple[tuple[str, str, int], ...]]:
    """By the id of a function what of its signature says nothing: the parameter's name, or "" for what comes back; how it
    is written; the line."""
    return {
        id(function): found
        for function in project.annotated_with(*_NAMES)
        if isinstance(function, Function)
        and (found := tuple(_open_parts(function, project)))
        # Asked last: few functions have any.
        and not (_is_given(function) or function.name in _validating(project))
    }


def _open_parts(function: Function, project: Project) -> Iterator[tuple[str, str, int]]:
    scope = function.parent or function.module
    for parameter in function.facts.parameters:
        if (
            parameter.annotated
            and parameter.kind not in ("args", "kwargs")
            and not parameter.name.startswith("_")
            and _is_open(parameter.annotation, scope, project)
        ):
            yield parameter.name, _shown(parameter.annotation), parameter.line
    returns = function.facts.returns
    if function.facts.returns_annotated and _is_open(returns, scope, project) and not _has_model(function, project):
        yield "", _shown(returns), function.line


def _shown(annotation: syntax.Expr) -> str:
    """As written; of a long one its beginning and its end, where a union often has what says nothing."""
    text = syntax.written(annotation)
    return text if len(text) <= SHOWN else f"{text[: SHOWN // 2 - 1]}…{text[-SHOWN // 2 :]}"


def _has_model(function: Function, project: Project) -> bool:
    """Whether it is an endpoint whose answer its decorator describes: nothing else sees what it returns."""
    routes = _routes_of(project).get(id(function), ())
    given = [(route.option("response_model"), route.option("response_class")) for route in routes]
    return bool(given) and all(any(isinstance(one, syntax.Ref | syntax.Subscript) for one in pair) for pair in given)


@lru_cache(maxsize=1)
def _validating(project: Project) -> frozenset[str]:
    """Names of functions that Pydantic calls with whatever arrives: `Annotated[int, BeforeValidator(plain)]`."""
    written: list[syntax.Expr] = []
    for one in project.annotated_with(*_PYDANTIC):
        if not _imports_pydantic(one.module):
            continue
        if isinstance(one, Class):
            written += [f.annotation for f in one.facts.fields if f.annotated]
        else:
            written += [p.annotation for p in one.facts.parameters if p.annotated]
    for module in project.service_modules:
        if not _PYDANTIC.isdisjoint(module.called) and _imports_pydantic(module):
            written += [s.value for s in module.statements if type(s) is syntax.Assign]
    calls = (node for expr in written for node in syntax.walk(expr) if type(node) is syntax.Call)
    return frozenset(
        arg.last for call in calls if call.method in _PYDANTIC for arg in call.args if type(arg) is syntax.Ref
    )


def _imports_pydantic(module: Module) -> bool:
    return not _PYDANTIC.isdisjoint(module.imported) and any(one.name in _PYDANTIC for one in module.facts.imports)


@lru_cache(maxsize=1)
def _routes_of(project: Project) -> dict[int, tuple[Route, ...]]:
    return {id(endpoint.function): tuple(endpoint.routes) for endpoint in project.endpoints}


def _is_given(function: Function) -> bool:
    """Whether somebody else decides on its signature: methods with two underscores, validators, overrides, wrappers."""
    if function.name.startswith("__") and function.name != "__init__":
        return True
    if function.name in _WRAPPED or (
        function.parent is not None and any(p.kind == "kwargs" for p in function.facts.parameters)
    ):
        return True
    decorators = {name.rpartition(".")[2] for name in function.decorator_names}
    if not decorators.isdisjoint(_GIVEN):
        return True
    returned = function.facts.returns
    if (
        isinstance(returned, syntax.Subscript)
        and isinstance(returned.value, syntax.Ref)
        and returned.value.last in _GUARDS
    ):
        return True
    cls = function.owner
    # An override of a library's method: which of them there are is not known, so any of a library's class may be one.
    return cls is not None and any(
        not name.startswith(("builtins.", "abc.", "typing.", "pydantic.")) for name in cls.ancestry.external
    )


def _is_open(expr: syntax.Expr, code: Code, project: Project, depth: int = 0) -> bool:
    kind = type(expr)
    if kind is syntax.Ref or kind is str:
        name = expr.name if isinstance(expr, syntax.Ref) else str(expr)
        if name.rpartition(".")[2] not in _NAMES:
            return False
        found = project.names.resolve(code, name)
        return isinstance(found, External) and found.name in _OPEN
    if depth >= MAX_DEPTH:
        return False
    match expr:
        case syntax.Operation(op="|", operands=operands):
            return any(_is_open(one, code, project, depth + 1) for one in operands)
        case syntax.Subscript(value=syntax.Ref(name=name), index=index):
            last = name.rpartition(".")[2]
            if last not in _LOOKED_INTO:
                return False
            values = index.values if isinstance(index, syntax.Items) else (index,)
            return any(
                _is_open(one, code, project, depth + 1) for one in (values[:1] if last == "Annotated" else values)
            )
    return False

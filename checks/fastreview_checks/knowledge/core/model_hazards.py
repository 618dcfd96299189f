"""Definitions in Pydantic models that mean something else than they say.

Seen on Pydantic 2.14; the sources are its documentation (Models, Fields, Configuration) and Python's on annotated assignment.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import BASES, SCHEMA_BASES, Class, External, Function, Module, syntax
from fastreview_checks.knowledge.core.pydantic_tools import config_of

_TYPES = frozenset({"type", "list", "dict", "set", "tuple", "int", "str", "float", "bool", "bytes", "object"})
_NUMERIC = frozenset({"gt", "ge", "lt", "le", "multiple_of"})
_LENGTHS = frozenset({"min_length", "max_length"})
_BOUNDS = _NUMERIC | _LENGTHS
_EACH_TIME = frozenset(
    {
        "datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today", "uuid.uuid4",
        "uuid.uuid1", "time.time", "secrets.token_hex", "secrets.token_urlsafe", "pendulum.now", "django.utils.timezone.now",
    }
)  # fmt: skip
"""What gives another value at each call."""
_OF_PROCESS = re.compile(r"start(?:ed|up|_?time)|boot|launch|uptime|instance|process|worker|build")
"""Fields that may mean the process: one value from import to exit is right for them."""
_CALLED = frozenset(name.rpartition(".")[2] for name in _EACH_TIME)
_VALIDATING = frozenset({"field_validator", "model_validator", "validator", "root_validator"})
_PYDANTIC = SCHEMA_BASES | {"typing.Generic", "abc.ABC", "builtins.object", *BASES}


class Hazard(NamedTuple):
    """What is wrong with the definition on ``line``, as a sentence that starts with what it is about."""

    name: str
    line: int
    message: str


def hazards(cls: Class, *, v1: bool) -> Iterator[Hazard]:
    """Hazards that stand in the body of ``cls``; ``v1``: the project runs on Pydantic v1."""
    yield from _shadowed(cls)
    if len(cls.fields) < len(cls.facts.fields):
        yield from _twice(cls)
    if cls.methods:
        yield from _replaced_validators(cls)
    if any(type(field.value) is syntax.Call for field in cls.facts.fields):
        yield from _aliases(cls)
        yield from _constraints(cls)
    if any(_may_differ(field.value) for field in cls.facts.fields):
        yield from _made_once(cls)
    if not v1:
        yield from _unannotated(cls)
        yield from _mangled(cls)
        yield from _configs(cls)


def _shadowed(cls: Class) -> Iterator[Hazard]:
    """``date: date | None = None``: the value is bound before the annotation is evaluated."""
    taken: set[str] = set()
    for field in cls.facts.fields:
        if field.has_value and _names_a_type(field.name, cls.module):
            taken.add(field.name)
        if not taken:
            continue
        used = field.annotated and next((n for n in _roots(field.annotation) if n in taken), "")
        if used:
            said = "its own name" if used == field.name else f"the field `{used}` above"
            yield Hazard(
                field.name,
                field.line,
                f"The type of `{field.name}` means {said}, not the type `{used}`: the value is bound before the annotation is "
                f"evaluated, so the field accepts nothing else. Import the module, or name the type `{used.title()}Type`.",
            )


def _names_a_type(name: str, module: Module) -> bool:
    return name in _TYPES or name in module.top_level_imports or isinstance(module.by_qualname.get(name), Class)


def _roots(expr: syntax.Expr) -> Iterator[str]:
    return (node.name for node in syntax.walk(expr) if type(node) is syntax.Ref)


def _twice(cls: Class) -> Iterator[Hazard]:
    first: dict[str, int] = {}
    for field in cls.facts.fields:
        if field.annotated and field.name in first:
            yield Hazard(
                field.name,
                field.line,
                f"`{field.name}` is defined on line {first[field.name]} already, and this definition silently replaces that "
                "one, with its type and constraints. Keep one of them.",
            )
        if field.annotated:
            first.setdefault(field.name, field.line)


def _replaced_validators(cls: Class) -> Iterator[Hazard]:
    first: dict[str, Function] = {}
    for method in _methods(cls.module).get(id(cls), ()):
        if not {name.rpartition(".")[2] for name in method.decorator_names} & _VALIDATING:
            continue
        if method.name in first:
            yield Hazard(
                method.name,
                method.line,
                f"The validator `{method.name}` replaces the one of the same name on line {first[method.name].line}, which then "
                "never runs. Give each a name of its own.",
            )
        first.setdefault(method.name, method)


@lru_cache(maxsize=1_000)
def _methods(module: Module) -> dict[int, tuple[Function, ...]]:
    """Methods by the id of their class, those of one name all."""
    found: dict[int, tuple[Function, ...]] = {}
    for function in module.functions:
        if function.owner is not None and function.facts.decorators:
            found[id(function.owner)] = (*found.get(id(function.owner), ()), function)
    return found


def _aliases(cls: Class) -> Iterator[Hazard]:
    first: dict[str, str] = {}
    for field in cls.facts.fields:
        given = field.value.keyword("alias") if type(field.value) is syntax.Call else None
        if isinstance(given, str):
            if first.get(given, field.name) != field.name:
                yield Hazard(
                    field.name,
                    field.line,
                    f'`{field.name}` has the alias "{given}" of `{first[given]}`, so one of them can never be given a value of '
                    "its own. Give each its own alias.",
                )
            first.setdefault(given, field.name)


def _constraints(cls: Class) -> Iterator[Hazard]:
    for field in cls.facts.fields:
        if type(field.value) is not syntax.Call or field.value.method != "Field":
            continue
        given = {keyword.name: keyword.value for keyword in field.value.keywords}
        if _BOUNDS.isdisjoint(given):
            continue
        bounds = [(low, high) for low, high in _bounds(given) if low is not None and high is not None and low > high]
        if bounds:
            yield Hazard(
                field.name,
                field.line,
                f"No value of `{field.name}` fits its own bounds ({bounds[0][0]} and {bounds[0][1]}), so every input is refused. "
                "Put them right.",
            )
        plain = _plain_type(field.annotation)
        unfit = (
            _NUMERIC if plain == "str" else _LENGTHS if plain in ("int", "float", "bool") else frozenset()
        ) & given.keys()
        if unfit:
            name = min(unfit)
            yield Hazard(
                field.name,
                field.line,
                f"`{name}` cannot be applied to `{field.name}`, which is a `{plain}`: Pydantic raises `TypeError` instead of "
                "checking. Use a constraint of that type.",
            )


def _bounds(given: dict[str, syntax.Expr]) -> Iterator[tuple[float | None, float | None]]:
    for low, high in (("ge", "le"), ("gt", "lt"), ("ge", "lt"), ("gt", "le"), ("min_length", "max_length")):
        yield _number(given.get(low)), _number(given.get(high))


def _number(expr: syntax.Expr) -> float | None:
    return expr if isinstance(expr, int | float) and not isinstance(expr, bool) else None


def _plain_type(annotation: syntax.Expr) -> str:
    """The one builtin that an annotation names, beside None; "" for anything else."""
    match annotation:
        case syntax.Ref(name=name):
            return name
        case syntax.Operation(op="|", operands=(syntax.Ref(name=name), None)):
            return name
        case syntax.Subscript(value=syntax.Ref(name="Optional"), index=syntax.Ref(name=name)):
            return name
    return ""


def _may_differ(default: syntax.Expr) -> bool:
    """Whether the last name of a call in a default is one of ``_EACH_TIME``, whatever it stands for."""
    return type(default) is syntax.Call and any(
        type(node) is syntax.Call and node.method in _CALLED for node in syntax.walk(default)
    )


def _made_once(cls: Class) -> Iterator[Hazard]:
    """``created_at: datetime = datetime.now()``: called once, when the class is made. Pydantic copies it, and no more."""
    resolve = cls.module.project.names.resolve
    for field in cls.facts.fields:
        if not field.annotated or _OF_PROCESS.search(field.name) or "ClassVar" in syntax.written(field.annotation, 60):
            continue
        for call in _run_at_import(field.value):
            made = resolve(cls.module, call.name) if call.name else None
            if isinstance(made, External) and made.name in _EACH_TIME:
                yield Hazard(
                    field.name,
                    field.line,
                    f"`{call.name}()` runs once, when the module is imported, so every `{cls.name}` gets the same "
                    f"`{field.name}` until the process ends. Give the function: `Field(default_factory=...)`.",
                )
                break


def _run_at_import(default: syntax.Expr) -> Iterator[syntax.Call]:
    """Calls in a default that run with it: not those in a ``lambda``, nor what a validator or factory makes of it."""
    if isinstance(default, syntax.Call):
        yield default
        inner = (*default.args, *(k.value for k in default.keywords if k.name != "default_factory"))
        if isinstance(default.func, syntax.Attribute):
            inner = (default.func.value, *inner)
        for part in inner:
            yield from _run_at_import(part)
    elif isinstance(default, syntax.Attribute):
        yield from _run_at_import(default.value)


def _unannotated(cls: Class) -> Iterator[Hazard]:
    if not cls.ancestry.external <= _PYDANTIC:
        return
    for field in cls.facts.fields:
        if field.annotated or field.name.startswith("_") or field.name == "model_config":
            continue
        inherited = next((a.fields[field.name] for a in cls.ancestry.project[1:] if field.name in a.fields), None)
        if inherited is not None and "ClassVar" in syntax.written(inherited.annotation, 60):
            continue
        is_field = type(field.value) is syntax.Call and field.value.name.rpartition(".")[2] == "Field"
        if is_field or isinstance(field.value, str | int | float | None | syntax.Items | syntax.Mapping):
            yield Hazard(
                field.name,
                field.line,
                f"`{field.name}` has no annotation, so it is no field: Pydantic v2 refuses to make the class. Annotate it, with "
                "`ClassVar` if it is a constant.",
            )


def _mangled(cls: Class) -> Iterator[Hazard]:
    for field in cls.facts.fields:
        if field.name.startswith("__") and not field.name.endswith("__") and not _used_inside(field.name, cls):
            yield Hazard(
                field.name,
                field.line,
                f"`{field.name}` is no field: Python renames it to `_{cls.name.lstrip('_')}{field.name}` and Pydantic keeps it "
                "private, so it is neither validated nor written. Use one underscore, or a public name.",
            )


def _used_inside(name: str, cls: Class) -> bool:
    """Whether methods of the class read it, and mean it to be private: Python renames it there too."""
    return any(name in method.mentioned for method in cls.methods.values())


def _configs(cls: Class) -> Iterator[Hazard]:
    """Bases that contradict each other: the last one wins, against the order in which Python looks up everything else."""
    if len(cls.facts.bases) < 2:
        return
    names = cls.module.project.names
    own = dict(config_of(cls)).keys() | {name for name, _ in cls.facts.keywords}
    seen: dict[str, tuple[Class, syntax.Expr]] = {}
    for base in cls.facts.bases:
        named = base.value if type(base) is syntax.Subscript else base
        found = names.resolve(cls.module, named.name) if type(named) is syntax.Ref else None
        if not isinstance(found, Class):
            continue
        for option, (owner, value) in _inherited_config(found).items():
            other = seen.get(option)
            # A base of both that one of them overrides is no rival.
            if other is not None and option not in own and other[1] != value and other[0] not in found.ancestry.project:
                yield Hazard(
                    option,
                    cls.facts.line,
                    f"`{cls.name}` inherits `{option}={syntax.written(other[1], 30)}` from `{other[0].name}` and "
                    f"`{syntax.written(value, 30)}` from `{owner.name}`, and the last base wins, against the usual order. Set "
                    f"`{option}` in `{cls.name}` itself.",
                )
            seen[option] = (owner, value)


@lru_cache(maxsize=10_000)
def _inherited_config(cls: Class) -> dict[str, tuple[Class, syntax.Expr]]:
    """Options of ``cls`` and of the bases above it, with the class that says so, the closest first."""
    found: dict[str, tuple[Class, syntax.Expr]] = {}
    for ancestor in cls.ancestry.project:
        for option, value in config_of(ancestor):
            found.setdefault(option, (ancestor, value))
    return found

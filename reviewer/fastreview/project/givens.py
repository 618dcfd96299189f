"""Expressions with what the names in them stand for: at one call of a function, or in one turn of a loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from fastreview.facts import syntax as s
from fastreview.project.code import Code, Function


class Given(NamedTuple):
    """An expression, the code that it is written in, and the environment in which that runs."""

    expr: s.Expr
    code: Code
    env: Environment | None = None


Environment = Mapping[str, Given]
"""What names stand for, in front of what the code says of them."""


def passed(call: s.Call, position: int, name: str, code: Code, env: Environment | None) -> Given | None:
    """The argument of ``call`` by position (-1 for none) or by name."""
    given = call.argument(position, name)
    return None if isinstance(given, s.Missing) else Given(given, code, env)


def bound(function: Function, call: s.Call, code: Code, env: Environment | None) -> dict[str, Given]:
    """The parameters of ``function`` as ``call`` gives them, else by their defaults; ``self`` as what it is called on."""
    found: dict[str, Given] = {}
    shift = 0
    if function.receiver:
        shift = 1
        owner = call if function.name == "__init__" else call.receiver
        if owner is not None and function.facts.parameters[0].kind != "keyword":
            found[function.receiver] = Given(owner, code, env)
    for position, parameter in enumerate(function.facts.parameters[shift:]):
        if parameter.kind == "kwargs":
            more = [k for k in call.keywords if k.name and k.name not in function.parameters]
            rest = s.Mapping(tuple(k.name for k in more), tuple(k.value for k in more))
            found[parameter.name] = Given(rest, code, env)
        if parameter.kind in ("args", "kwargs"):
            continue
        place = -1 if parameter.kind == "keyword" else position
        given = passed(call, place, parameter.name, code, env)
        if given is not None:
            found[parameter.name] = given
        elif parameter.has_default:
            found[parameter.name] = Given(parameter.default, function.module)
    return found


def group(givens: tuple[Given, ...], code: Code) -> Given:
    """A tuple of expressions that stand in different places."""
    names = [f"#{position}" for position in range(len(givens))]
    return Given(s.Items("tuple", tuple(map(s.Ref, names))), code, dict(zip(names, givens, strict=True)))

"""Which checks one process evaluates after another: those that ask the model for the same are best kept together.

What runs on the event loop is by far the dearest thing to derive. The checks that ask for it come first, told by the names
that their code mentions, and after them those of the dimensions that look at the same functions and calls. One half of the
processes takes these, and the other half leaves them alone. A wrong guess costs time only.
"""

from collections.abc import Iterator, Sequence
from functools import cache, cached_property, partial
from types import CodeType, FunctionType

from msgspec import Struct

from fastreview.check import Check
from fastreview.project.loop import LoopFunction

DEAREST = "loop_functions"
"""The name of `Project.loop_functions`, as a check's code has it."""
PORTION = 6
"""Checks taken at once: few enough that processes end at about the same time."""


NEAR = ("core", "data")
"""Dimensions whose checks go with the dear ones. Of all ways to part nine dimensions between two processes this one derives
least twice, and takes about as long on either side (measured on services of 30,000 to 180,000 lines)."""


class Portions(Struct, frozen=True):
    """Codes of all checks; ``near`` are the dear ones and what goes with them, ``others`` need none of that."""

    near: tuple[tuple[str, ...], ...]
    others: tuple[tuple[str, ...], ...]


def portions(checks: Sequence[Check]) -> Portions:
    """The dearest first, the others by dimension and in their order."""
    dearest = [check for check in checks if check.each is LoopFunction or mentions(check, DEAREST)]
    apart = {check.code for check in dearest}
    left = [check for check in checks if check.code not in apart]
    near = _portions([check for check in left if check.dimension in NEAR])
    others = _portions([check for check in left if check.dimension not in NEAR])
    return Portions((tuple(check.code for check in dearest), *near) if dearest else near, others)


def _portions(checks: Sequence[Check]) -> tuple[tuple[str, ...], ...]:
    by_dimension: dict[str, list[str]] = {}
    for check in checks:
        by_dimension.setdefault(check.dimension, []).append(check.code)
    return tuple(
        tuple(codes[first : first + PORTION])
        for codes in sorted(by_dimension.values(), key=len, reverse=True)
        for first in range(0, len(codes), PORTION)
    )


def mentions(check: Check, name: str) -> bool:
    """Whether the code of ``check``, or what it mentions of its pack, names ``name``."""
    return _mentions(check.evaluate, check.module.partition(".")[0], name)


@cache
def _mentions(evaluate: object, pack: str, name: str) -> bool:
    pending = [evaluate]
    seen: set[int] = set()
    while pending:
        item = pending.pop()
        if id(item) in seen:
            continue
        seen.add(id(item))
        if not isinstance(item, FunctionType):
            pending += _inside(item, pack)
            continue
        pending += [cell.cell_contents for cell in item.__closure__ or ()]
        for code in _codes(item.__code__):
            if name in code.co_names:
                return True
            pending += [item.__globals__[used] for used in code.co_names if used in item.__globals__]
    return False


def _codes(code: CodeType) -> Iterator[CodeType]:
    """``code`` and that of the functions and comprehensions inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _inside(item: object, pack: str) -> Iterator[object]:
    """The functions of a class of the pack, and what a decorator has wrapped."""
    match item:
        case type() if item.__module__.partition(".")[0] == pack:
            yield from vars(item).values()
        case property(fget=function) | partial(func=function) | cached_property(func=function):
            yield function
        case staticmethod(__func__=function) | classmethod(__func__=function):
            yield function
        case _ if callable(wrapped := getattr(item, "__wrapped__", None)):
            yield wrapped

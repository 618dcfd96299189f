"""Which checks one process evaluates after another: those that ask the model for the same are best kept together.

What runs on the event loop is by far the dearest thing to derive. The checks that ask for it are one portion, so that no
second process derives it too; they are told by the names that their code mentions. A wrong guess costs time only.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from types import CodeType, FunctionType

from fastreview.check import Check
from fastreview.project.loop import LoopFunction

DEAREST = "loop_functions"
"""The name of `Project.loop_functions`, as a check's code has it."""
PORTION = 6
"""Checks taken at once: few enough that processes end at about the same time."""


def portions(checks: Sequence[Check]) -> list[tuple[str, ...]]:
    """The codes of all checks, the dearest portion first, the others by dimension and in their order."""
    dearest = [check for check in checks if check.each is LoopFunction or mentions(check, DEAREST)]
    found = [dearest] if dearest else []
    apart = {check.code for check in dearest}
    by_dimension: dict[str, list[Check]] = {}
    for check in checks:
        if check.code not in apart:
            by_dimension.setdefault(check.dimension, []).append(check)
    for some in sorted(by_dimension.values(), key=len, reverse=True):
        found += [some[first : first + PORTION] for first in range(0, len(some), PORTION)]
    return [tuple(check.code for check in some) for some in found]


def mentions(check: Check, name: str) -> bool:
    """Whether the code of ``check``, or what it mentions of its pack, names ``name``."""
    pack = check.module.partition(".")[0]
    pending: list[object] = [check.evaluate]
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

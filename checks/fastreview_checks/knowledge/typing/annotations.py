"""What a function says about its types, by the rule of PEP 484's strict checkers."""

import re
from functools import lru_cache
from operator import attrgetter

from fastreview.api import Function, Project

_UNTOLD_RETURNS = frozenset({"__init__", "__post_init__", "__init_subclass__"})
"""They can only return None, and type checkers take it as said where a parameter is annotated."""
SHOWN = 3
_IS_ANNOTATED = attrgetter("annotated")


@lru_cache(maxsize=1)
def incomplete(project: Project) -> dict[int, tuple[str, ...]]:
    """By the id of a function, what `missing_annotations` says; only functions that leave something open."""
    return {
        id(function): missing
        for function in project.functions
        if not (function.facts.returns_annotated and all(map(_IS_ANNOTATED, function.facts.parameters)))
        and (missing := missing_annotations(function))
    }


def missing_annotations(function: Function) -> tuple[str, ...]:
    """Parameters without annotation in order, then "the return value" where nothing says what comes back."""
    parameters = function.facts.parameters[1:] if function.receiver else function.facts.parameters
    found = [_starred(p.kind, p.name) for p in parameters if not p.annotated]
    if not function.facts.returns_annotated and not (function.owner and function.name in _UNTOLD_RETURNS):
        found.append("the return value")
    return tuple(found)


def in_words(missing: tuple[str, ...]) -> str:
    """``("a", "b", "the return value")`` as "`a`, `b` and the return value", long lists cut."""
    quoted = [name if name == "the return value" else f"`{name}`" for name in missing]
    if len(quoted) > SHOWN + 1:
        quoted = [*quoted[:SHOWN], f"{len(quoted) - SHOWN} more"]
    return " and ".join(part for part in (", ".join(quoted[:-1]), quoted[-1]) if part)


def _starred(kind: str, name: str) -> str:
    return {"args": "*", "kwargs": "**"}.get(kind, "") + name


# Aliases that PEP 585 replaced (Python 3.9) and forms that PEP 604 replaced (3.10), with what to write.
_BUILT_IN = {
    "List": "`list[...]`",
    "Dict": "`dict[...]`",
    "Set": "`set[...]`",
    "FrozenSet": "`frozenset[...]`",
    "Tuple": "`tuple[...]`",
    "Type": "`type[...]`",
}
_UNIONS = {"Optional": "`X | None`", "Union": "`X | Y`"}
_BUILT_IN_SINCE = (3, 9)
_UNIONS_SINCE = (3, 10)


def dated_names(oldest: tuple[int, int]) -> dict[str, str]:
    """Names of `typing` that are out of date where ``oldest`` is the oldest Python that must run the code."""
    built_in = _BUILT_IN if oldest >= _BUILT_IN_SINCE else {}
    return {**built_in, **(_UNIONS if oldest >= _UNIONS_SINCE else {})}


def oldest_python(wanted: str) -> tuple[int, int]:
    """The lowest version that ``>=3.9,<4`` or ``3.12`` lets in; where nobody says, the oldest that is still supported."""
    versions = [(int(major), int(minor)) for major, minor in re.findall(r"(?:>=|==|~=|\^|^)\s*(\d)\.(\d+)", wanted)]
    return min(versions, default=_UNIONS_SINCE)

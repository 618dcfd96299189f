"""What a function says about its types, by the rule of PEP 484's strict checkers."""

from fastreview.api import Function

_UNTOLD_RETURNS = frozenset({"__init__", "__post_init__", "__init_subclass__"})
"""They can only return None, and type checkers take it as said where a parameter is annotated."""
SHOWN = 3


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

"""Generators of dependencies that code runs itself and leaves before their end.

Source: the reference of Python on generators: what follows a ``yield`` runs when the generator is resumed, closed or collected.
"""

from collections.abc import Iterator

from fastreview.api import CallSite, Confidence, Function, Hit, Project, syntax

_STEPS = frozenset({"next", "anext", "__next__", "__anext__"})
_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})


def left_half_way(function: Function, site: CallSite, project: Project) -> Iterator[Hit]:
    """A generator that is left before its end: after one step, or by leaving an ``async for`` over it."""
    yield from _stepped(function, site)
    loops = (loop for loop in site.code.statements_of(syntax.Loop) if loop.is_async and loop.iterable is site.call)
    if any(_leaves(stmt) for loop in loops for stmt in syntax.statements(loop.body)):
        runs = any(on.function is site.code for on in project.loop_functions)
        yield Hit(
            site.place,
            f"The loop leaves the generator of `{function.name}` half-way, so the clean-up after the `yield` runs only when the "
            "garbage is collected: until then the resource stays open. Make it a context manager for this, and enter it.",
            symbol=f"{site.code.qualname}.{function.name}",
            confidence=Confidence.LIKELY if runs else Confidence.POSSIBLE,
        )


def _leaves(stmt: syntax.Stmt) -> bool:
    return isinstance(stmt, syntax.Return) or (isinstance(stmt, syntax.Word) and stmt.word == "break")


def _stepped(function: Function, site: CallSite) -> Iterator[Hit]:
    """One step of a generator, taken by hand: ``next(get_session())``."""
    steps = (outer.call.inside() for outer in site.code.calls if outer.call.method in _STEPS)
    inside = (part for parts in steps for part in (*parts, getattr(parts[0], "value", None)))
    if function.decorator_names.isdisjoint(_MANAGERS) and any(part is site.call for part in inside):
        yield Hit(
            site.place,
            f"`next` is the only holder of the generator of `{function.name}`: it is dropped at once, so the clean-up after the "
            "`yield` runs before the value is used, not after. Ask for it with `Depends`, or enter a context manager.",
            symbol=f"{site.code.qualname}.{function.name}",
        )

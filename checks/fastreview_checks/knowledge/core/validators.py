"""Validators of Pydantic models, and what happens in them.

Sources: Pydantic's documentation on validators; what a validator returns is the value of the field, or the model.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from fastreview.api import CallSite, Class, External, Function, Project, syntax
from fastreview_checks.knowledge.blocking import CACHE, Blocking, blocking

DECORATORS = frozenset({"field_validator", "model_validator", "validator", "root_validator"})
SERIALIZERS = frozenset({"field_serializer", "model_serializer"})
PYDANTIC = frozenset(
    {"model_dump", "model_dump_json", "dict", "json", "model_post_init", "__get_pydantic_core_schema__"}
)
"""Methods of models that Pydantic calls or that stand for its own."""
_REFUSING = frozenset({"ValueError", "AssertionError", "TypeError"})
"""What a validator raises to refuse a value."""
_BROAD = frozenset({"Exception", "BaseException"})
_NEVER_RETURNS = frozenset({"assert_never", "typing.assert_never", "sys.exit", "exit"})
_DEPTH = 2


class Waiting(NamedTuple):
    """``site`` stands in the validator, ``last`` is what waits."""

    site: CallSite
    last: CallSite
    what: Blocking


@lru_cache(maxsize=10_000)
def validators_of(cls: Class) -> tuple[Function, ...]:
    """Validators that the class declares itself."""
    return tuple(
        method
        for method in cls.methods.values()
        if any(name.rpartition(".")[2] in DECORATORS for name in method.decorator_names)
    )


def first_wait(validator: Function, project: Project) -> Waiting | None:
    """The first call that waits for something outside the process, in the validator or in what it calls."""
    for site in validator.calls:
        if not site.deferred:
            found = _waits(site, project, _DEPTH)
            if found is not None:
                return Waiting(site, *found)
    return None


def _waits(site: CallSite, project: Project, depth: int) -> tuple[CallSite, Blocking] | None:
    for target in project.targets(site):
        if isinstance(target, External):
            what = blocking(target.name)
            if what is not None:
                return site, what
        elif depth and not _remembers(target) and not _has_switch(target):
            for inner in target.calls:
                found = None if inner.deferred or target is site.code else _waits(inner, project, depth - 1)
                if found is not None:
                    return found
    return None


def _remembers(function: Function) -> bool:
    return any(CACHE.search(name.rpartition(".")[2]) for name in function.decorator_names)


def _has_switch(function: Function) -> bool:
    """Whether a parameter turns something on or off: what the call does then depends on it."""
    return any(isinstance(parameter.default, bool) for parameter in function.facts.parameters)


@lru_cache(maxsize=10_000)
def falls_through(function: Function) -> bool:
    """Whether some way through ``function`` ends without a ``return``: the value becomes None."""
    return not function.facts.yields and _goes_on(function.body)


def _goes_on(body: syntax.Body) -> bool:
    return all(_passes(stmt) for stmt in body)


def _passes(stmt: syntax.Stmt) -> bool:
    match stmt:
        case syntax.Return() | syntax.Raise():
            return False
        case syntax.Do(value=syntax.Call(func=syntax.Ref(name=name))) if name in _NEVER_RETURNS:
            return False
        case syntax.Assert(test=False):
            return False
        case syntax.If(body=body, orelse=orelse):
            return _goes_on(body) or _goes_on(orelse)
        case syntax.Try():
            if not _goes_on(stmt.final):
                return False
            return (_goes_on(stmt.body) and _goes_on(stmt.orelse)) or any(_goes_on(h.body) for h in stmt.handlers)
        case syntax.With(body=body):
            return _goes_on(body)
        case syntax.Loop(kind="while", iterable=True):
            return any(isinstance(s, syntax.Word) and s.word == "break" for s in syntax.statements(stmt.body))
        case syntax.Loop(orelse=(_, *_) as orelse):
            return _goes_on(orelse)
        case syntax.Match(cases=cases):
            # Without a case for everything else, a value may match none; of patterns only their names are known.
            return any(_goes_on(case.body) for case in cases)
    return True


def swallowed(validator: Function) -> Iterator[syntax.Raise]:
    """Refusals that the validator itself catches and drops."""
    for stmt in validator.statements:
        if isinstance(stmt, syntax.Try):
            for handler in stmt.handlers:
                if _drops(handler):
                    yield from _refusals(stmt.body, _caught(handler))


def _drops(handler: syntax.Handler) -> bool:
    """Whether a handler only goes on: ``pass``, or a line in the log."""
    return all(isinstance(stmt, syntax.Do | syntax.Word) for stmt in handler.body)


def _caught(handler: syntax.Handler) -> frozenset[str]:
    types = handler.type.values if isinstance(handler.type, syntax.Items) else (handler.type,)
    names = frozenset(t.name for t in types if isinstance(t, syntax.Ref))
    return _REFUSING if handler.type is None or names & _BROAD else names & _REFUSING


def _refusals(body: syntax.Body, caught: frozenset[str]) -> Iterator[syntax.Raise]:
    for stmt in body:
        if isinstance(stmt, syntax.Raise):
            raised = stmt.exception.func if isinstance(stmt.exception, syntax.Call) else stmt.exception
            if isinstance(raised, syntax.Ref) and raised.name in caught:
                yield stmt
        elif not isinstance(stmt, syntax.Try):
            for block in syntax.blocks(stmt):
                yield from _refusals(block, caught)

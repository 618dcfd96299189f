"""Calls that a process makes once, although the function that holds them is called for every request."""

from collections.abc import Iterator

from fastreview.api import CallSite, Code, Function, LoopFunction, syntax
from fastreview_checks.knowledge.blocking import CACHE


def happens_once(subject: LoopFunction, site: CallSite | None) -> bool:
    """Whether a cache, or a global on the way, keeps what the call gave: then it waits once, and for one caller."""
    codes = (*(step.code for step in subject.steps[1:]), subject.function)
    sites = (*subject.steps, site) if site is not None else subject.steps
    return any(_is_cached(code) for code in codes) or any(runs_once(one) for one in sites)


def runs_once(site: CallSite) -> bool:
    """Whether a call only runs until a global that its function sets has a value: ``if _pool is None: _pool = connect()``,
    ``if _pool: return _pool`` before it, or the same with one item of a global."""
    statements = site.code.statements
    kept = {*_globals(statements), *_filled(site.code), *_filled_by(site)}
    if not kept:
        return False
    if any(
        isinstance(stmt, syntax.If)
        and _unset(stmt.test) in kept
        and any(node is site.call for node in _under(stmt.body))
        for stmt in statements
    ):
        return True
    return any(
        isinstance(stmt, syntax.If)
        and _set(stmt.test) in kept
        and stmt.line < site.call.line
        and isinstance(stmt.body[-1], syntax.Return)
        for stmt in (site.code.body if isinstance(site.code, Function) else ())
    )


def _is_cached(code: Code) -> bool:
    return isinstance(code, Function) and any(CACHE.search(name.rpartition(".")[2]) for name in code.decorator_names)


def _globals(statements: tuple[syntax.Stmt, ...]) -> Iterator[str]:
    for stmt in statements:
        if isinstance(stmt, syntax.Names) and stmt.kind == "global":
            yield from (target.name for target in stmt.targets if isinstance(target, syntax.Ref))


def _filled(code: Code) -> Iterator[str]:
    """Names of what the code puts items into and did not make: ``_models["small"] = model``."""
    if not isinstance(code, Function):
        return
    targets = [target for s in code.statements if isinstance(s, syntax.Assign) for target in s.targets]
    own = {target.name for target in targets if isinstance(target, syntax.Ref)} | set(code.parameters)
    roots = [target.value for target in targets if isinstance(target, syntax.Subscript)]
    yield from (r.name for r in roots if isinstance(r, syntax.Ref) and r.name not in own and "." not in r.name)


def _filled_by(site: CallSite) -> Iterator[str]:
    """Names of globals that what is called fills, where it stands in the same module: ``if not messages: load_messages()``."""
    called = next((f for f in site.code.module.functions if f.name == site.call.name and f.owner is None), None)
    if called is not None:
        yield from _globals(called.statements)
        yield from _filled(called)


def _unset(test: syntax.Expr) -> str:
    """The name that ``name is None``, ``not name`` and ``"key" not in name`` ask about."""
    match test:
        case syntax.Operation(op="is", operands=(syntax.Ref(name=name), None)):
            return name
        case syntax.Operation(op="not", operands=(syntax.Ref(name=name),)):
            return name
        case syntax.Operation(op="not in", operands=(str(), syntax.Ref(name=name))):
            return name
    return ""


def _set(test: syntax.Expr) -> str:
    """The name that ``name is not None``, ``name`` and ``"key" in name`` ask about."""
    match test:
        case syntax.Operation(op="is not", operands=(syntax.Ref(name=name), None)) | syntax.Ref(name=name):
            return name
        case syntax.Operation(op="in", operands=(str(), syntax.Ref(name=name))):
            return name
    return ""


def _under(body: syntax.Body) -> Iterator[syntax.Expr]:
    return (node for s in syntax.statements(body) for e in syntax.expressions(s) for node in syntax.walk(e))

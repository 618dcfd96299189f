"""Which database session concurrent coroutines share.

Source: SQLAlchemy's documentation, "Using AsyncSession with Concurrent Tasks".
"""

from collections.abc import Iterator

from fastreview.api import CallSite, Class, External, Instance, Project, Value, syntax

SESSIONS = frozenset(
    {
        "sqlalchemy.ext.asyncio.AsyncSession",
        "sqlmodel.ext.asyncio.session.AsyncSession",
        "sqlalchemy.ext.asyncio.AsyncConnection",
    }
)


def shared_session(site: CallSite, project: Project) -> str:
    """What of a database session more than one coroutine of the call uses, or ""."""
    seen: set[str] = set()
    for given in site.call.args:
        calls, many, own = _coroutines(given, site)
        for call in calls:
            used = {name for name in _sessions(call, site, project) if name.partition(".")[0] not in own}
            repeated = used if many else used & seen
            if repeated:
                return min(repeated)
            seen |= used
    return ""


def _coroutines(given: syntax.Expr, site: CallSite) -> tuple[list[syntax.Call], bool, set[str]]:
    """Calls of coroutine functions, whether each is made many times, and the names that differ each time."""
    inner = given.value if isinstance(given, syntax.Starred) else given
    if isinstance(inner, syntax.Ref) and len(site.code.bindings.get(inner.name, ())) == 1:
        inner = site.code.bindings[inner.name][0].expr
    match inner:
        case syntax.Comprehension(element=syntax.Call() as call, sources=sources):
            own = {n.root for s in sources for n in syntax.walk(s.target) if isinstance(n, syntax.Ref)}
            return [call], True, own
        case syntax.Items(values=values):
            return [v for v in values if isinstance(v, syntax.Call)], False, set()
        case syntax.Call() if not isinstance(given, syntax.Starred):
            return [inner], False, set()
    return [], False, set()


def _sessions(call: syntax.Call, site: CallSite, project: Project) -> Iterator[str]:
    """What the call is handed, or called on, that is a session or works with one."""
    given = [*call.args, *(k.value for k in call.keywords)]
    for expr in given:
        if isinstance(expr, syntax.Ref) and _is_session(expr, site, project):
            yield expr.name
    owner, _, _ = call.name.rpartition(".")
    if owner:
        receiver = syntax.Ref(owner)
        if _is_session(receiver, site, project) or _works_with_session(receiver, call, site, project):
            yield owner


def _is_session(expr: syntax.Ref, site: CallSite, project: Project) -> bool:
    return _is_one(project.values.of(expr, site.code))


def _is_one(value: Value | None) -> bool:
    return isinstance(value, Instance) and isinstance(value.of, External) and value.of.name in SESSIONS


def _works_with_session(receiver: syntax.Ref, call: syntax.Call, site: CallSite, project: Project) -> bool:
    value = project.values.of(receiver, site.code)
    if not isinstance(value, Instance) or not isinstance(value.of, Class):
        return False
    method = value.of.method(call.method)
    if method is None:
        return False
    held = {name for cls in value.of.ancestry.project for name in (*cls.self_assigned, *cls.fields)}
    used = {part for one in method.calls for part in one.call.name.split(".")} | set(method.mentioned)
    return any(_is_one(project.values.attribute(value, name)) for name in held & used)

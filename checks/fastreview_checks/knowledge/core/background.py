"""Work that a request leaves behind: FastAPI's background tasks, and tasks on the loop that nobody waits for.

Sources: the documentation of FastAPI, Starlette and asyncio.
"""

from collections.abc import Iterator
from typing import NamedTuple

from fastreview.api import Bound, CallSite, Code, External, Function, Instance, Project, syntax

_TASKS = frozenset({"asyncio.create_task", "asyncio.ensure_future", "asyncio.AbstractEventLoop.create_task"})
_KEEPING = frozenset({"add", "append", "add_done_callback"})


class Left(NamedTuple):
    """One piece of work that is left behind. ``work`` is what will run, ``given`` what is handed to it. ``after_response``: a
    background task of FastAPI, which runs when the answer is out; else a task that runs at once, beside the request."""

    site: CallSite
    work: syntax.Expr
    given: tuple[syntax.Expr, ...]
    after_response: bool

    @property
    def name(self) -> str:
        return syntax.written(self.work, 60)


def left_behind(project: Project) -> Iterator[Left]:
    """What endpoints, dependencies and what they call leave behind."""
    requested: set[int] = set()
    for site in project.calls("add_task", "BackgroundTask", "create_task", "ensure_future"):
        found = (
            _background(site, project) if site.call.method in ("add_task", "BackgroundTask") else _task(site, project)
        )
        if found is not None:
            requested = requested or serving(project)
            if id(site.code) in requested:
                yield found


def queued(project: Project) -> Iterator[Left]:
    """Functions that code which runs for a request puts into a queue of this process: ``jobs.put(partial(send, order))``."""
    requested: set[int] = set()
    for site in project.calls("put", "put_nowait"):
        given = site.call.args[0] if len(site.call.args) == 1 else None
        more: tuple[syntax.Expr, ...] = ()
        if isinstance(given, syntax.Call) and given.method == "partial" and given.args:
            more = (*given.args[1:], *(k.value for k in given.keywords))
            given = given.args[0]
        if isinstance(given, syntax.Ref) and isinstance(project.values.of(given, site.code), Function | Bound):
            requested = requested or serving(project)
            if id(site.code) in requested:
                yield Left(site, given, more, after_response=False)


def serving(project: Project) -> set[int]:
    """Functions that run for a request."""
    found = {id(one.function) for one in project.loop_functions if one.routes}
    found.update(id(endpoint.function) for endpoint in project.endpoints)
    found.update(id(dependency.function) for dependency in project.dependencies)
    return found


def _background(site: CallSite, project: Project) -> Left | None:
    call = site.call
    if call.method == "BackgroundTask":
        made = project.values.target(site)
        if not (isinstance(made, External) and made.name.startswith(("fastapi.", "starlette."))):
            return None
    elif not _holds_background_tasks(call, site.code, project):
        return None
    work = call.argument(0, "func")
    if isinstance(work, syntax.Missing):
        return None
    return Left(
        site, work, (*call.args[1:], *[k.value for k in call.keywords if k.name != "func"]), after_response=True
    )


def _holds_background_tasks(call: syntax.Call, code: Code, project: Project) -> bool:
    holder = syntax.Ref(call.name.rpartition(".")[0]) if "." in call.name else None
    value = project.values.of(holder, code) if holder is not None else None
    return isinstance(value, Instance) and isinstance(value.of, External) and value.of.name.endswith(".BackgroundTasks")


def _task(site: CallSite, project: Project) -> Left | None:
    made = project.values.target(site)
    coroutine = site.call.args[0] if site.call.args else None
    if not (isinstance(made, External) and made.name in _TASKS) or type(coroutine) is not syntax.Call:
        return None
    if not (site.dropped or _is_forgotten(site)):
        return None
    return Left(site, coroutine.func, (*coroutine.args, *[k.value for k in coroutine.keywords]), after_response=False)


def _is_forgotten(site: CallSite) -> bool:
    """Whether the task gets a name that is only kept, never waited for or returned."""
    body = site.code.statements
    name = next(
        (
            s.targets[0].name
            for s in body
            if type(s) is syntax.Assign
            and s.value is site.call
            and len(s.targets) == 1
            and type(s.targets[0]) is syntax.Ref
        ),
        "",
    )
    if not name or "." in name:
        return False
    for stmt in body:
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                if type(node) is syntax.Ref and node.root == name and not _is_keeping(stmt, name):
                    return False
    return True


def _is_keeping(stmt: syntax.Stmt, name: str) -> bool:
    match stmt:
        case syntax.Assign(targets=(syntax.Ref(name=target),)):
            return target == name
        case syntax.Do(value=syntax.Call() as call):
            return call.method in _KEEPING
    return False


def function_of(left: Left, project: Project) -> Function | None:
    """The function of the project that will run."""
    value = project.values.of(left.work, left.site.code)
    if isinstance(value, Bound):
        return value.function
    return value if isinstance(value, Function) else None

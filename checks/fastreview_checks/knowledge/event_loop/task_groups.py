"""Task groups, cancel scopes and time-outs: what opens one and what starts a task in it.

Sources: documentation of asyncio, AnyIO and Trio; the rules of flake8-async (ASYNC101, ASYNC111, ASYNC112, ASYNC119).
"""

from collections.abc import Iterator

from fastreview.api import Code, External, Project, syntax

GROUPS = frozenset({"TaskGroup", "create_task_group", "open_nursery"})
SCOPES = frozenset({"CancelScope", "timeout", "timeout_at", "fail_after", "fail_at", "move_on_after", "move_on_at"})
STARTS = frozenset({"create_task", "start_soon", "start"})
_PACKAGES = frozenset({"asyncio", "anyio", "trio", "async_timeout"})


def opened(project: Project, names: frozenset[str]) -> Iterator[tuple[Code, syntax.With, int, syntax.Call]]:
    """``with`` statements that open one of these, with the position of its item and the call."""
    codes = {id(site.code): site.code for site in project.calls(*names)}
    for code in codes.values():
        for stmt in code.statements:
            if not isinstance(stmt, syntax.With):
                continue
            for position, item in enumerate(stmt.items):
                context = item.context
                if isinstance(context, syntax.Call) and context.method in names:
                    value = project.values.of(context.func, code)
                    if isinstance(value, External) and value.package in _PACKAGES:
                        yield code, stmt, position, context


def starts(body: syntax.Body, group: str) -> Iterator[syntax.Call]:
    """Calls that start a task in the group of this name."""
    for stmt in syntax.statements(body):
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                if isinstance(node, syntax.Call) and node.method in STARTS and node.name.rpartition(".")[0] == group:
                    yield node

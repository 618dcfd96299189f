"""The tables that a query selects whole rows of.

Sources: SQLAlchemy's documentation of `select()`, of the older `Query`, and of what a session runs.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

from fastreview.api import Class, Code, Project, syntax
from fastreview_checks.knowledge.data.relations import SELECTING

_RUNNING = frozenset({"execute", "scalars", "exec", "scalar"})
MAX_NAMES = 12


def selected_tables(
    expr: syntax.Expr, code: Code, project: Project, behind: Callable[[str], Class | None] = lambda _: None
) -> Iterator[Class]:
    """Tables that a query selects whole rows of: what stands in front of its steps, never what they are given. ``behind`` is
    asked for the table that a name stands for which is none of the module's: ``self.model``."""
    pending, entered = [expr], set[str]()
    while pending:
        node = pending.pop()
        earlier = before(node.func if isinstance(node, syntax.Call) else node)
        if isinstance(node, syntax.Await):
            pending.append(node.value)
        elif isinstance(node, syntax.Call) and node.method in SELECTING and len(node.args) > 0:
            named = node.args[0].name if isinstance(node.args[0], syntax.Ref) else ""
            table = (project.names.resolve(code, named) or behind(named)) if named else None
            if (
                isinstance(table, Class)
                and table in tables_of(project)
                and (len(node.args) == 1 or node.method == "get")
            ):
                yield table
            elif earlier is not None and node.method == "get":
                pending.append(earlier)
        elif isinstance(node, syntax.Call) and node.method in _RUNNING and node.args:
            pending.append(node.args[0])
        elif earlier is not None:
            pending.append(earlier)
        elif isinstance(node, syntax.Ref) and node.name not in entered and len(entered) < MAX_NAMES:
            entered.add(node.name)
            pending += [b.expr for b in code.bindings.get(node.name, ()) if b.kind == "assign"]


def before(expr: syntax.Expr) -> syntax.Expr | None:
    """What stands before the last attribute of ``expr``; None where there is none."""
    if isinstance(expr, syntax.Attribute):
        return expr.value
    if isinstance(expr, syntax.Ref) and "." in expr.name:
        return syntax.Ref(expr.name.rpartition(".")[0])
    return None


@lru_cache(maxsize=1)
def tables_of(project: Project) -> frozenset[Class]:
    """The classes of the service's tables."""
    return frozenset(table.cls for table in project.tables)

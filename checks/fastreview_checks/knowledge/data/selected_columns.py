"""Which columns a query reads, where it names them.

Sources: SQLAlchemy's documentation (selecting columns, column loading options), Tortoise's and Beanie's of projections.
"""

from collections.abc import Iterator

from fastreview.api import Class, Code, Flow, Function, Origin, Project, Route, syntax

_STARTS = frozenset({"select", "query", "with_entities", "with_only_columns", "returning"})
"""Given a whole table they read all of its columns."""
_LISTS = frozenset({"load_only", "only", "values", "values_list"})
_HIDES = frozenset({"defer"})
_HOPS = 4


class Selection:
    """Columns that a query names: those it reads (None for all), and those it leaves out."""

    def __init__(self) -> None:
        self.only: frozenset[str] | None = None
        self.without: frozenset[str] = frozenset()

    def reads(self, column: str) -> bool:
        return column not in self.without and (self.only is None or column in self.only)

    def add(self, call: syntax.Call, code: Code, project: Project) -> None:
        method = call.method
        if method in _STARTS:
            if not any(_is_table(one, code, project) for one in call.args):
                self._narrow(_columns(call))
        elif method in _LISTS and not _of_related(call):
            self._narrow(_columns(call))
        elif method == "project" and call.args:
            model = project.values.of(call.args[0], code)
            if isinstance(model, Class):
                self._narrow(frozenset(name for cls in model.ancestry.project for name in cls.fields))
        elif method in _HIDES and not _of_related(call):
            self.without |= _columns(call)

    def _narrow(self, names: frozenset[str]) -> None:
        if names:
            self.only = names | (self.only or frozenset())


def leaves_out(expr: syntax.Expr, column: str, route: Route, project: Project) -> bool:
    """Whether what ``route`` returns as ``expr`` is known to be read without ``column``, wherever it comes from."""
    if route.endpoint is None:
        return False
    found = list(_selections(expr, route, project))
    return bool(found) and not any(one.reads(column) for one in found)


def is_read(expr: syntax.Expr, code: Code, column: str, project: Project) -> bool:
    """Whether the query ``expr`` of ``code`` reads ``column``, as far as it names what it reads."""
    return _selection(Origin(expr, code, ()), project).reads(column)


def _selections(expr: syntax.Expr, route: Route, project: Project) -> Iterator[Selection]:
    endpoint = route.endpoint
    flow = Flow(project, _carries_no_row)
    given = next((i for i in route.dependencies if i.by == "parameter" and expr == syntax.Ref(i.parameter)), None)
    if given is not None:
        origins = flow.returned(given.function) if given.function is not None else iter(())
    else:
        origins = flow.of(expr, endpoint) if endpoint is not None else iter(())
    for origin in origins:
        yield _selection(origin, project)


def _carries_no_row(_names: tuple[str, ...], _name: str) -> bool:
    return False


def _selection(origin: Origin, project: Project) -> Selection:
    selection = Selection()
    for call in _calls(origin.expr, origin.code):
        selection.add(call, origin.code, project)
    return selection


def _calls(expr: syntax.Expr, code: Code) -> Iterator[syntax.Call]:
    """Calls in an expression and in what the names in it are bound to: ``session.scalars(statement)``."""
    pending, seen = [(expr, 0)], set[str]()
    while pending:
        current, hops = pending.pop()
        for node in syntax.walk(current):
            if isinstance(node, syntax.Call):
                yield node
            if isinstance(node, syntax.Ref | syntax.Call) and hops < _HOPS:
                name = node.root if isinstance(node, syntax.Ref) else node.name.partition(".")[0]
                if name and name not in seen:
                    seen.add(name)
                    pending += [(b.expr, hops + 1) for b in code.bindings.get(name, ()) if b.kind == "assign"]


def _is_table(expr: syntax.Expr, code: Code, project: Project) -> bool:
    """``select(User)``; of ``select(self.model)`` in a repository for any table nobody knows better."""
    own = isinstance(code, Function) and isinstance(expr, syntax.Ref) and expr.root == code.receiver
    return own or isinstance(project.values.of(expr, code), Class)


def _of_related(call: syntax.Call) -> bool:
    """``joinedload(User.team).load_only(Team.name)``: the columns are those of the related rows."""
    func = call.func
    return (
        isinstance(func, syntax.Attribute)
        and isinstance(func.value, syntax.Call)
        and func.value.method.endswith("load")
    )


def _columns(call: syntax.Call) -> frozenset[str]:
    return frozenset(
        node if isinstance(node, str) else node.last
        for given in call.args
        for node in syntax.walk(given)
        if isinstance(node, str) or (isinstance(node, syntax.Ref) and "." in node.name)
    )

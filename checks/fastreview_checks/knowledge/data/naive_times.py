"""Where code takes the time from ``datetime`` without a zone.

Source: the documentation of the standard library.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from fastreview.api import Class, Code, External, Project, syntax

_NAIVE = {"utcnow": 0, "now": 1, "utcfromtimestamp": 9, "fromtimestamp": 2, "today": 0}
"""Constructors of ``datetime``, with the number of arguments from which on they get a zone."""
_PASSED_ON = frozenset({"utcnow", "now"})
"""Constructors that are given to others, which call them."""
_HARMLESS = frozenset(
    {"astimezone", "replace", "year", "strftime", "timestamp", "timetuple", "date", "isoformat_basic", "total_seconds"}
)
_OWNER = "datetime.datetime"


@lru_cache(maxsize=1)
def taking(project: Project) -> Mapping[str, Sequence[Code]]:
    """Service code that may take a time, by its file."""
    found: dict[str, list[Code]] = {}
    for code in project.mentions(*_NAIVE):
        found.setdefault(code.module.path, []).append(code)
    return found


def times_taken(code: Code, project: Project) -> Iterator[tuple[str, int, bool]]:
    """Name and line of what gives a time, and whether it leaves it without a zone."""
    passes_on = not _PASSED_ON.isdisjoint(code.mentioned)
    for site in code.calls:
        call, method = site.call, site.call.method
        if method in _NAIVE and method != "today" and _is_datetime(call.func, code, project):
            zoned = len(call.args) >= _NAIVE[method] > 0 or any(k.name in ("tz", "tzinfo") for k in call.keywords)
            yield method, call.line, not zoned and id(call) not in _spared(code)
        if not passes_on or method == "partial" or not (call.args or call.keywords):
            continue
        for given in (*call.args, *[k.value for k in call.keywords]):
            if type(given) is syntax.Ref and given.last in _PASSED_ON and _is_datetime(given, code, project):
                yield given.last, call.line, True


@lru_cache(maxsize=1_000)
def _spared(code: Code) -> frozenset[int]:
    """Times that need no zone, or get one at once, by the ids of their calls."""
    spared: set[int] = set()
    for site in code.calls:
        call = site.call
        if (
            isinstance(call.func, syntax.Attribute)
            and call.method in _HARMLESS
            and isinstance(call.func.value, syntax.Call)
        ):
            spared.add(id(call.func.value))
    for read, _ in code.uses.reads:
        if isinstance(read, syntax.Attribute) and read.attr in _HARMLESS:
            spared.add(id(read.value))
    taken_off: set[str] = set()
    for stmt in code.statements:
        for expr in syntax.expressions(stmt):
            for node in syntax.walk(expr):
                if isinstance(node, syntax.Operation) and node.op == "-":
                    # How long something took: both sides are from the same clock.
                    spared.update(id(operand) for operand in node.operands)
                    taken_off.update(o.name for o in node.operands[1:] if isinstance(o, syntax.Ref))
    for name in taken_off:
        spared.update(id(b.expr) for b in code.bindings.get(name, ()) if b.kind == "assign")
    return frozenset(spared)


def defaults(cls: Class, project: Project) -> list[tuple[int, str]]:
    """Columns and fields whose default is ``datetime.utcnow``."""
    return [
        (field.line, given.last)
        for field in cls.facts.fields
        if type(field.value) is syntax.Call and _mentions_now(field.value)
        for call in syntax.walk(field.value)
        if isinstance(call, syntax.Call) and call.method != "partial"
        for given in (*call.args, *(k.value for k in call.keywords), call.func)
        if isinstance(given, syntax.Ref) and given.last in ("utcnow", "now") and not (given is call.func and call.args)
        if _is_datetime(given, cls.module, project)
    ]


def called_once(cls: Class, project: Project) -> bool:
    """Whether the default of a column or field is the time at which the class was made: ``default=datetime.now()``."""
    return any(
        isinstance(given, syntax.Call) and given.method in _PASSED_ON and _is_datetime(given.func, cls.module, project)
        for field in cls.facts.fields
        if type(field.value) is syntax.Call
        for given in (field.value.keyword("default"), *field.value.args)
    )


def _mentions_now(expr: syntax.Expr) -> bool:
    return any(type(node) is syntax.Ref and node.name.endswith("now") for node in syntax.walk(expr))


def _is_datetime(expr: syntax.Expr, code: Code, project: Project) -> bool:
    if not isinstance(expr, syntax.Ref):
        return False
    found = project.names.resolve(code, expr.name.rpartition(".")[0])
    return isinstance(found, External) and found.name == _OWNER

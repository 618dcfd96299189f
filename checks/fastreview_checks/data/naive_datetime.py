"""Time without a time zone

`datetime.utcnow()` and `datetime.now()` give a time that does not say where it is meant. Compared with an aware one it raises,
stored and read elsewhere it is off by hours, and `utcnow().timestamp()` is wrong on every machine that is not in UTC.
`utcnow` is deprecated since Python 3.12.

## Improve

Use `datetime.now(UTC)`, `datetime.fromtimestamp(seconds, UTC)` and columns with `DateTime(timezone=True)`.

## When not to apply

Parts that need no zone (the year of a notice, the name of a file, how long something took) are not reported, nor is a value
that gets its zone at once.

## Read

- [datetime: aware and naive objects](https://docs.python.org/3/library/datetime.html#aware-and-naive-objects)

```python bad
from datetime import datetime

from fastapi import FastAPI

app = FastAPI()


@app.get("/now")
async def now() -> datetime:
    return datetime.utcnow()  # finding
```

```python bad app/models.py
import datetime as dt

from pydantic import BaseModel, Field


class Order(BaseModel):
    placed_at: dt.datetime = Field(default_factory=dt.datetime.now)  # finding
```

```python fixed
from datetime import UTC, datetime, timezone

from fastapi import FastAPI

app = FastAPI()


@app.get("/now")
async def now() -> datetime:
    return datetime.now(UTC)


@app.get("/elapsed")
async def elapsed() -> float:
    started = datetime.now()
    return (datetime.now() - started).total_seconds()


@app.get("/name")
async def name(seconds: int) -> str:
    local = datetime.now().astimezone()
    then = datetime.fromtimestamp(seconds, tz=timezone.utc)
    return f"{datetime.now().year} {local} {then} {datetime.utcnow().replace(tzinfo=timezone.utc)}"
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```
"""

from collections.abc import Iterator
from functools import lru_cache

from fastreview.api import (
    Class,
    Code,
    External,
    Found,
    Hit,
    Module,
    NotApplicable,
    Place,
    Project,
    Related,
    check,
    syntax,
)

_NAIVE = {"utcnow": 0, "now": 1, "utcfromtimestamp": 9, "fromtimestamp": 2, "today": 0}
"""Constructors of ``datetime``, with the number of arguments from which on they get a zone."""
_PASSED_ON = frozenset({"utcnow", "now"})
"""Constructors that are given to others, which call them."""
_HARMLESS = frozenset(
    {"astimezone", "replace", "year", "strftime", "timestamp", "timetuple", "date", "isoformat_basic", "total_seconds"}
)
_OWNER = "datetime.datetime"


@check("DAT011", dimension="data", level=1, credit=1, each=Module, effort="minutes")
def naive_datetime(module: Module, project: Project) -> Found:
    if not any(one.module == "datetime" for one in module.facts.imports):
        raise NotApplicable("a module that takes no time")
    found, aware = list[tuple[int, str]](), False
    for code in module.codes():
        if not _NAIVE.keys().isdisjoint(code.mentioned):
            for name, line, naive in _uses(code, project):
                aware = aware or not naive
                found += [(line, name)] if naive else []
    for cls in module.classes:
        found += _defaults(cls, project)
    if not found:
        if aware:
            return
        raise NotApplicable("a module that takes no time")
    found.sort()
    line, name = found[0]
    more = f" (and {len(found) - 1} more here)" if len(found) > 1 else ""
    instead = "fromtimestamp(..., UTC)" if "timestamp" in name else "now(UTC)"
    yield Hit(
        Place(module.path, line),
        f"`datetime.{name}`{more} gives a time without a zone: it cannot be compared with an aware one and means another "
        f"moment elsewhere. Use `datetime.{instead}`.",
        symbol=name,
        related=tuple(Related(Place(module.path, other), f"`datetime.{called}`") for other, called in found[1:]),
        others=tuple(Place(module.path, other) for other, _ in found[1:]),
    )


def _uses(code: Code, project: Project) -> Iterator[tuple[str, int, bool]]:
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


def _defaults(cls: Class, project: Project) -> list[tuple[int, str]]:
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


def _mentions_now(expr: syntax.Expr) -> bool:
    return any(type(node) is syntax.Ref and node.name.endswith("now") for node in syntax.walk(expr))


def _is_datetime(expr: syntax.Expr, code: Code, project: Project) -> bool:
    if not isinstance(expr, syntax.Ref):
        return False
    found = project.names.resolve(code, expr.name.rpartition(".")[0])
    return isinstance(found, External) and found.name == _OWNER

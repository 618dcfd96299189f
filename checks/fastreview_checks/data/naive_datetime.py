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

```python bad app/tables.py
import datetime

from peewee import DateTimeField, Model


class Order(Model):
    placed_at = DateTimeField(default=datetime.datetime.now())  # finding
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

from fastreview.api import Found, Hit, Module, NotApplicable, Place, Project, Related, check
from fastreview_checks.knowledge.data.naive_times import called_once, defaults, taking, times_taken

_ONCE = (
    " As a default it is called once, when the class is made, so all get the time at which the process started: give "
    "a function that is called for each, without parentheses."
)


@check("DAT011", dimension="data", level=1, credit=1, each=Module, effort="minutes")
def naive_datetime(module: Module, project: Project) -> Found:
    if "datetime" not in module.imported or not any(one.module == "datetime" for one in module.facts.imports):
        raise NotApplicable("a module that takes no time")
    found, aware, once = list[tuple[int, str]](), False, False
    for code in taking(project).get(module.path, ()):
        for name, line, naive in times_taken(code, project):
            aware = aware or not naive
            found += [(line, name)] if naive else []
    for cls in module.classes:
        missing = defaults(cls, project)
        found += missing
        once = once or (bool(missing) and called_once(cls, project))
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
        f"moment elsewhere. Use `datetime.{instead}`.{_ONCE if once else ''}",
        symbol=name,
        related=tuple(Related(Place(module.path, other), f"`datetime.{called}`") for other, called in found[1:]),
        others=tuple(Place(module.path, other) for other, _ in found[1:]),
    )

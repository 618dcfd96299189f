"""Coroutine that is never awaited

Calling an `async def` function runs nothing: it makes a coroutine, and unless somebody awaits or schedules that, its body
never starts. The e-mail is not sent, the row not saved, and all that tells of it is a warning in the log when the
coroutine is thrown away.

## Improve

Await the call. Where it should go on beside the request, hand it to a task group or a queue, or keep the task that
`asyncio.create_task` gives.

## Read

- [Python: awaitables](https://docs.python.org/3/library/asyncio-task.html#awaitables)
- [Python: never-awaited coroutines](https://docs.python.org/3/library/asyncio-dev.html#detect-never-awaited-coroutines)

```python bad
import asyncio

from fastapi import FastAPI

app = FastAPI()


async def notify(address: str) -> None:
    await asyncio.sleep(1)


@app.post("/orders")
async def place_order() -> None:
    asyncio.sleep(1)  # finding
    notify("customer@example.com")  # finding
```

```python fixed
import asyncio

from fastapi import FastAPI

app = FastAPI()


async def notify(address: str) -> None:
    await asyncio.sleep(1)


@app.post("/orders")
async def place_order() -> None:
    await notify("customer@example.com")
```

An annotation does not change what the dependency yields:

```python bad
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

engine = create_async_engine("postgresql+asyncpg://db/shop")
app = FastAPI()


async def get_db():
    async with AsyncSession(engine) as session:
        yield session


@app.post("/orders")
async def place_order(db: Session = Depends(get_db)) -> None:
    db.commit()  # finding
```

Handed over, not dropped:

```python good
import asyncio

from celery import shared_task
from fastapi import BackgroundTasks


async def notify(address: str) -> None:
    await asyncio.sleep(1)


@shared_task
async def report() -> None: ...


def place_order(tasks: BackgroundTasks) -> None:
    tasks.add_task(notify, "customer@example.com")
    asyncio.run(notify("shop@example.com"))
    report()
```
"""

from fastreview.api import (
    CallSite,
    Class,
    Code,
    Confidence,
    External,
    Found,
    Function,
    Hit,
    Instance,
    NotApplicable,
    Project,
    check,
    syntax,
)
from fastreview_checks.knowledge.event_loop.coroutines import COROUTINES, KEEPS_THE_FUNCTION, METHODS


@check("ASY009", dimension="async", level=1, never=True, effort="minutes")
def unawaited_coroutine(project: Project) -> Found:
    if not any(function.is_async for function in project.functions):
        raise NotApplicable("nothing is async")
    names = _names(project)
    codes = (code for module in project.service_modules for code in module.codes() if not names.isdisjoint(code.called))
    for code in codes:
        for site in code.calls:
            if site.dropped and not site.awaited and not site.deferred and site.call.method in names:
                name = _coroutine(site, project)
                if name:
                    yield Hit(
                        site.place,
                        f"`{name}` is async, and nothing awaits it: its body never runs. Await it, or hand it to a task "
                        "that is kept.",
                        symbol=name,
                        confidence=Confidence.CERTAIN,
                    )


def _names(project: Project) -> set[str]:
    """What coroutine functions are called, under the names that imports give them too."""
    names = {function.name for function in project.functions if function.is_async} | METHODS
    imports = (found for module in project.service_modules for found in module.facts.imports)
    return names | {found.bound for found in imports if found.name in names}


def _coroutine(site: CallSite, project: Project) -> str:
    """The name of what is called where it is proven to be a coroutine function, else ""."""
    targets = project.targets(site)
    if not targets:
        return ""
    for target in targets:
        match target:
            case Function(is_async=True) if _is_named(site, target, project):
                decorators = target.decorator_names
                if target.facts.yields or len(decorators) < len(target.facts.decorators):
                    return ""
                if any(name.rpartition(".")[2] not in KEEPS_THE_FUNCTION for name in decorators):
                    return ""
            case External(name=name) if name in COROUTINES:
                pass
            case External(name=name) if any(isinstance(t, External) and t.name in COROUTINES for t in targets):
                pass
            case _:
                return ""
    return site.call.method


def _is_named(site: CallSite, function: Function, project: Project) -> bool:
    """Whether the call names the function itself, or a method of what ``self`` or a constructor call surely is: values
    that were handed around are not proof enough."""
    if project.names.resolve(site.code, site.call.name) is function or _is_declared(site, function, project):
        return True
    owner, _, _ = site.call.name.rpartition(".")
    if function.owner is None or not owner:
        return False
    if isinstance(site.code, Function) and owner == site.code.receiver:
        return True
    match site.code.bindings.get(owner, ()):
        case [binding]:
            return isinstance(binding.expr, syntax.Call) and binding.expr.name.endswith(function.owner.name)
    return False


def _is_declared(site: CallSite, function: Function, project: Project) -> bool:
    """Whether annotations alone say whose method it is: ``self.repository.save()`` of an annotated field."""
    code = site.code
    first, *parts = site.call.name.split(".")[:-1] or [""]
    if not isinstance(code, Function):
        return False
    cls = code.owner if first == code.receiver else None
    if first in code.parameters and cls is None and first not in code.bindings:
        cls = _class(code.parameters[first].annotation, code.parent or code.module, project)
    for part in parts:
        cls = _held(cls, part, project) if cls is not None else None
    method = cls.method(function.name) if cls is not None else None
    return method is not None and method.is_async and not method.facts.yields


def _held(cls: Class, name: str, project: Project) -> Class | None:
    """The class of an annotated field or property."""
    field, method = cls.field(name), cls.method(name)
    if field is not None:
        return _class(field[1].annotation, field[0].module, project)
    return _class(method.facts.returns, method.module, project) if method is not None and method.is_property else None


def _class(annotation: syntax.Expr, code: Code, project: Project) -> Class | None:
    value = project.values.annotated(annotation, code) if annotation is not None else None
    return value.of if isinstance(value, Instance) and isinstance(value.of, Class) else None

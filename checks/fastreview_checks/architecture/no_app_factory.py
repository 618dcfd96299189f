"""App is not built by a factory that takes settings

An app that is created when its module is imported reads its configuration at that moment, once, for the whole
process. Tests cannot build a second app with another database or a feature switched off; they patch globals instead.

## Improve

Build the app in a function that is given the settings: `create_app(settings)`. Start it with
`uvicorn app.main:create_app --factory`, or let a small module call it.

## Read

- [Uvicorn: application factories](https://www.uvicorn.org/settings/#application)
- [Settings and testing](https://fastapi.tiangolo.com/advanced/settings/#settings-and-testing)

```python bad app/main.py
from fastapi import FastAPI

from app.settings import settings

app = FastAPI(title=settings.title)  # finding
```

```python bad app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "orders"


settings = Settings()
```

A factory without settings builds the same app every time:

```python bad app/main.py
from fastapi import FastAPI


def create_app() -> FastAPI:
    app = FastAPI(title="orders")  # finding
    return app
```

```python good app/main.py
from fastapi import FastAPI

from app.settings import Settings


def create_app(settings: Settings) -> FastAPI:
    return FastAPI(title=settings.title)
```

```python good app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    title: str = "orders"
```
"""

import re

from fastreview.api import (
    App,
    Class,
    Code,
    Confidence,
    Found,
    Function,
    Hit,
    Met,
    NotApplicable,
    Project,
    Unknown,
    check,
    syntax,
)

_SELECTS = re.compile(
    r"sett|conf|env|opt|arg|mode|debug|test|prod|stage|profile|flag|feature|param|enable|disable|with_"
)
_FLAGS = frozenset({"bool", "str", "builtins.bool", "builtins.str"})


@check("ARC011", dimension="architecture", level=2, gate=True, each=App, effort="hours")
def no_app_factory(app: App, project: Project) -> Found:
    if not app.routes and any(other.routes for other in project.apps):
        raise NotApplicable("no route is registered on this app")
    if app.router is None:
        raise Unknown("where the code creates the app")
    factory = _factory(app.router.code, project)
    if factory is None:
        yield Hit(
            app.place,
            "The app is a module global that is configured when it is imported, so one process has one app with one "
            "configuration. Build it in a function that is given the settings.",
            confidence=Confidence.CERTAIN,
        )
    elif not _takes_settings(factory, project):
        yield Hit(
            app.place,
            f"`{factory.name}` builds the app, but takes no settings: every app it makes is configured alike. "
            "Give it the settings object as a parameter.",
            symbol=factory.name,
        )
    else:
        yield Met(factory.place, f"`{factory.name}` builds the app from the settings it is given")


def _factory(code: Code, project: Project) -> Function | None:
    """The function in which the app is created; the outermost of the project's functions that hands it on."""
    if not isinstance(code, Function):
        return None
    seen = [code]
    while not _takes_settings(seen[-1], project):
        callers = [site.code for site in project.callers(seen[-1]) if isinstance(site.code, Function)]
        returning = [
            c for c in callers if c not in seen and any(isinstance(stmt, syntax.Return) for stmt in c.statements)
        ]
        if not returning:
            return code
        seen.append(returning[0])
    return seen[-1]


def _takes_settings(function: Function, project: Project) -> bool:
    makers = [function]
    if function.owner is not None and function.receiver:
        init = function.owner.method("__init__")
        makers += [init] if init is not None else []
    for maker in makers:
        for parameter in maker.facts.parameters[1 if maker.receiver else 0 :]:
            if _SELECTS.search(parameter.name.lower()):
                return True
            annotation = syntax.written(parameter.annotation).lower() if parameter.annotated else ""
            if annotation.split(" ")[0] in _FLAGS or "settings" in annotation or "config" in annotation:
                return True
            value = project.values.annotated(parameter.annotation, maker.parent or maker.module)
            if value is not None and any(_is_settings(s.cls, value) for s in project.settings):
                return True
    return False


def _is_settings(settings: Class, value: object) -> bool:
    return getattr(value, "of", None) is settings

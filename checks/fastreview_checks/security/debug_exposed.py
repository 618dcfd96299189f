"""Debug mode or reloader in production

With `debug=True` Starlette answers an unexpected error with its traceback, source lines and variables included, to
whoever caused it. A reloader watches files, runs one process and restarts under load. Both belong on a developer's
machine, and a default is what production runs when nobody says otherwise.

## Improve

Leave `debug` off, or take it from a setting whose default is `False`, and start production without `--reload`. Decide on
the documentation pages too: `docs_url=None` and `openapi_url=None` where the API is not for everybody.

## When not to apply

Compose files for development and `uvicorn.run(..., reload=True)` below `if __name__ == "__main__":` are left alone. Open
documentation pages are shown, not counted: for a public API they are right.

## Read

- [Starlette: debug mode](https://www.starlette.io/exceptions/)
- [FastAPI: conditional OpenAPI](https://fastapi.tiangolo.com/how-to/conditional-openapi/)
- [Uvicorn: deployment](https://www.uvicorn.org/deployment/)

```python bad
from fastapi import FastAPI

from app.config import settings

app = FastAPI(debug=settings.debug)  # finding
```

```python bad app/config.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    debug: bool = True


settings = Settings()
```

```python fixed
from fastapi import FastAPI

from app.config import settings

app = FastAPI(debug=settings.debug, docs_url="/docs" if settings.debug else None)
```

```python fixed app/config.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    debug: bool = False


settings = Settings()
```

```python good
from fastapi import FastAPI

from app.mode import in_debug_mode

if in_debug_mode():
    app = FastAPI(debug=True)
else:
    app = FastAPI(docs_url=None)
```

```python good app/mode.py
import os


def in_debug_mode() -> bool:
    return os.environ.get("SHOP_DEBUG") == "1"
```

```python bad app/main.py
from fastapi import FastAPI

app = FastAPI()
```

```dockerfile bad Dockerfile
FROM python:3.13-slim
COPY app /srv/app
CMD ["uvicorn", "app.main:app", "--reload"]  # finding
```

```text bad Procfile
web: uvicorn app.main:app --reload  # finding
```

```python bad app/main.py
from fastapi import Depends, FastAPI
from fastapi.security import HTTPBearer

app = FastAPI(dependencies=[Depends(HTTPBearer())])  # finding


@app.get("/orders")
def orders() -> list[str]:
    return []
```
"""

import re
from collections.abc import Iterator

from fastreview.api import App, Confidence, Found, Hit, Met, NotApplicable, Place, Project, check, syntax
from fastreview_checks.knowledge.containers import ASIDE_NAME, RELOAD, instructions, lineage, shipping, started_scripts
from fastreview_checks.knowledge.development import lines_in_development

_PRODUCTION_KINDS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Fly", "Render", "Nomad"})
_PRODUCTION_FILE = re.compile(r"(?:^|[./_-])prod(?:uction)?(?:[./_-]|$)", re.IGNORECASE)
_DOCS = ("docs_url", "openapi_url", "redoc_url")


@check("SEC010", dimension="security", level=1, gate=True, effort="minutes")
def debug_exposed(project: Project) -> Found:
    if not project.apps:
        raise NotApplicable("the project has no app")
    for app in project.apps:
        yield from _debugging(app, project)
    seen: set[Place] = set()
    for place, said in _reloading(project):
        if place not in seen:
            seen.add(place)
            text = f"{said} starts the server with a reloader, which is for development: it runs one process and watches files. "
            yield Hit(place, f"{text}Leave it out.", symbol="reload")
    yield from _documentation(project)


def _debugging(app: App, project: Project) -> Found:
    if app.router is not None and app.router.call.line in lines_in_development(app.router.code):
        return
    given = app.keyword("debug")
    shown = app.facts is not None and app.facts.debug
    written = app.router is not None and project.constants.flag(given, app.router.code, app.router.env) is True
    if shown or written:
        how = (
            ""
            if given is True or isinstance(given, syntax.Missing)
            else f", as `{syntax.written(given, 60)}` is on by default"
        )
        yield Hit(
            app.place,
            f"Debug mode is on{how}: whoever causes an error is shown the traceback with lines of the code. Turn it off.",
            symbol="debug",
            confidence=Confidence.CERTAIN if shown and written else Confidence.LIKELY,
        )


def _reloading(project: Project) -> Iterator[tuple[Place, str]]:
    """Commands that start production, where they ask for a reloader."""
    for facts in shipping(project):
        stages = lineage(facts)
        if ASIDE_NAME.search(stages[0].name.replace("_", "-")):
            continue
        last = {i.keyword: i for i in reversed(list(instructions(stages, "CMD", "ENTRYPOINT")))}
        for instruction in last.values():
            if RELOAD.search(instruction.value):
                yield Place(facts.path, instruction.line), "The image"
            scripts = list(started_scripts(project, instruction.value))
            # Several scripts of one name: which of them the image holds is not known.
            if len({path for path, _, _ in scripts}) == 1:
                yield from ((Place(path, line), "The image") for path, line, text in scripts if RELOAD.search(text))
    for manifest in project.facts.files.manifests:
        production = manifest.kind in _PRODUCTION_KINDS or _PRODUCTION_FILE.search(manifest.path)
        for part in manifest.containers if production else ():
            if RELOAD.search(part.command):
                yield Place(manifest.path, part.line), f"`{part.name}`"
    for path, line, text in project.facts.files.commands:
        if path.rpartition("/")[2] == "Procfile" and RELOAD.search(text):
            yield Place(path, line), "The Procfile"


def _documentation(project: Project) -> Found:
    """Whether somebody decided who sees the documentation, where the API is not for everybody."""
    main = max(project.apps, key=lambda app: len(app.routes))
    given = [main.keyword(name) for name in _DOCS]
    decided = [g for g in given if not isinstance(g, syntax.Missing)]
    if any(not isinstance(g, str | syntax.Text) for g in decided):
        yield Met(main.place, "The documentation pages are shown where that was decided.")
    elif (
        not decided
        and main.router is not None
        and main.authenticates
        and not any(not k.name for k in main.router.call.keywords)
    ):
        yield Hit(
            main.place,
            "Everybody can read the documentation of this API, which is not for everybody: nothing decides on `docs_url` and "
            "`openapi_url`. Turn them off in production, or say that they are meant to be open.",
            symbol="docs",
            confidence=Confidence.POSSIBLE,
        )

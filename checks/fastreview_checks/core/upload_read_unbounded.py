"""Upload that is read whole, whatever its size

Whoever may upload decides how much memory the worker needs: a `bytes` parameter and `await file.read()` hold the whole file
at once. A few large uploads at the same time end the process, for all its users.

## Improve

Take `UploadFile`, read it in pieces (`await file.read(64 * 1024)`) and stop at a limit, or look at `file.size` before reading.
A limit on the whole request, in the app or the proxy in front of it, holds for every route. What describes the file goes into
form fields: a request cannot be JSON and a form.

## When not to apply

A proxy that limits the size of requests is not part of this code: say so in a suppression.

## Read

- [Request files](https://fastapi.tiangolo.com/tutorial/request-files/)
- [Request forms and files](https://fastapi.tiangolo.com/tutorial/request-forms-and-files/)

```python bad
from typing import Annotated

from fastapi import FastAPI, File, UploadFile
from pydantic import BaseModel

app = FastAPI()


class Picture(BaseModel):
    title: str


@app.post("/icons")
async def icon(content: Annotated[bytes, File()]) -> int:  # finding
    return len(content)


@app.post("/pictures")
async def picture(file: UploadFile) -> int:
    content = await file.read()  # finding
    return len(content)


@app.post("/described")
async def described(picture: Picture, file: UploadFile) -> str:  # finding
    return picture.title
```

```python good
from fastapi import FastAPI, HTTPException, UploadFile

app = FastAPI()
LARGEST = 5_000_000


@app.post("/pictures")
async def picture(file: UploadFile) -> int:
    read = 0
    while piece := await file.read(65536):
        read += len(piece)
        if read > LARGEST:
            raise HTTPException(413)
    return read


@app.post("/icons")
async def icon(file: UploadFile) -> int:
    if file.size is None or file.size > LARGEST:
        raise HTTPException(413)
    return len(await file.read())
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```
"""

from fastreview.api import Found, Hit, NotApplicable, Project, Route, check
from fastreview_checks.knowledge.core.uploads import beside_form, in_memory, is_limited, uploads, whole_reads


@check("COR026", dimension="core", level=2, credit=2, each=Route, effort="hours")
def upload_read_unbounded(route: Route, project: Project) -> Found:
    files = uploads(route) if route.mutates else []
    if not files:
        raise NotApplicable("the route takes no files")
    for given in beside_form(route)[:1]:
        yield Hit(
            given.place,
            f"{route.key} wants `{given.name}` as JSON and `{files[0].name}` as a form, which one request cannot be: it answers "
            "422. Take the fields with `Form()`.",
            symbol=given.name,
        )
    if is_limited(route, project):
        return
    for given in files:
        if in_memory(given):
            yield Hit(
                given.place,
                f"{route.key} takes `{given.name}` as `bytes`: the whole file is held in memory, and nothing limits its size. "
                "Take `UploadFile`, and read it in pieces up to a limit.",
                symbol=given.name,
            )
            return
    for site in whole_reads(route, project):
        yield Hit(
            site.place,
            f"{route.key} reads the whole upload into memory, and nothing limits its size. Read it in pieces up to a limit, or "
            "look at `size` first.",
            symbol=f"{site.code.qualname}.read",
        )
        return

"""Command, code or path taken from the request

What a client sends decides what the service runs or opens. Through a shell, `eval` or `pickle` that means taking over the
process; through a path, reading the service's secrets or overwriting its code: `../` in the name of an upload is enough.

## Improve

Do without: call programs with a list of arguments and no shell, parse with `json` or `yaml.safe_load`, keep templates in
files and pass values to them. Name stored files yourself, or take only `Path(name).name` and check that the resolved path
`is_relative_to` the folder it belongs in.

## When not to apply

Numbers, enums, UUIDs, fields with a pattern, values that a condition or a checking function looked at, and one segment of
the path, which holds no slash, are not reported as paths.

## Read

- [OWASP: injection prevention](https://cheatsheetseries.owasp.org/cheatsheets/Injection_Prevention_Cheat_Sheet.html)
- [OWASP: file upload](https://cheatsheetseries.owasp.org/cheatsheets/File_Upload_Cheat_Sheet.html)
- [Python: security considerations of subprocess](https://docs.python.org/3/library/subprocess.html#security-considerations)

```python bad app/main.py
import subprocess

from fastapi import FastAPI, UploadFile

from app.storage import store

app = FastAPI()


@app.get("/ping")
def ping(host: str) -> str:
    return subprocess.check_output(f"ping -c 1 {host}", shell=True, text=True)  # finding


@app.post("/files")
async def upload(file: UploadFile) -> None:
    store(file.filename, await file.read())
```

```python bad app/storage.py
def store(name: str, content: bytes) -> None:
    with open(f"/data/{name}", "wb") as target:  # finding
        target.write(content)
```

```python fixed app/main.py
import ipaddress
import subprocess
from pathlib import Path

from fastapi import FastAPI, UploadFile

from app.storage import store

app = FastAPI()


@app.get("/ping")
def ping(host: ipaddress.IPv4Address) -> str:
    return subprocess.check_output(["ping", "-c", "1", str(host)], text=True)


@app.post("/files")
async def upload(file: UploadFile) -> None:
    store(Path(file.filename or "upload").name, await file.read())
```

```python fixed app/storage.py
def store(name: str, content: bytes) -> None:
    with open(f"/data/{name}", "wb") as target:
        target.write(content)
```

```python bad
import pickle

import yaml
from fastapi import FastAPI, Request
from pydantic import BaseModel

app = FastAPI()


class Rule(BaseModel):
    expression: str
    size: int


@app.post("/rules")
def evaluate(rule: Rule) -> str:
    return str(eval(rule.expression))  # finding


@app.post("/import")
async def load(request: Request) -> None:
    pickle.loads(await request.body())  # finding
    yaml.safe_load(await request.body())
```

```python good
from pathlib import Path

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse

FOLDER = Path("/data")
app = FastAPI()


@app.get("/files/{name}")
def one(name: str) -> FileResponse:
    return FileResponse(FOLDER / name)


@app.get("/any/{path:path}")
def some(path: str) -> FileResponse:
    wanted = (FOLDER / path).resolve()
    if not wanted.is_relative_to(FOLDER):
        raise HTTPException(404)
    return FileResponse(wanted)


def is_inside(path: Path, folder: Path) -> bool:
    return folder.resolve() in path.resolve().parents


@app.get("/public/{path:path}")
def public(path: str) -> FileResponse:
    wanted = FOLDER / path
    if not is_inside(wanted, FOLDER):
        raise HTTPException(404)
    return FileResponse(wanted)
```
"""

from fastreview.api import CallSite, Code, Confidence, Found, Hit, Project, Related, check
from fastreview_checks.knowledge.programs import is_program
from fastreview_checks.knowledge.security.sinks import Sink, fenced, injections, is_sandboxed
from fastreview_checks.knowledge.taint import Source, Taint, is_checked

_ADVICE = {
    "shell": ("runs in a shell", "Call the program with a list of arguments and no shell."),
    "code": ("is run as Python", "Parse it, or choose among functions of your own."),
    "pickle": ("is unpickled, which runs whatever it says", "Take JSON, or `yaml.safe_load`."),
    "template": ("is the template itself, which can call Python", "Keep templates in files and pass values to them."),
    "module": ("names the module that is imported", "Choose among modules of your own."),
    "path": (
        "is part of a path, and `../` leads out of the folder",
        "Take `Path(name).name`, or check `is_relative_to`.",
    ),
}


@check("SEC012", dimension="security", level=1, never=True, effort="hours")
def injection(project: Project) -> Found:
    told: set[tuple[str, str, str]] = set()
    for site, sink, given in injections(project):
        if sink.kind == "template" and is_sandboxed(site, project):
            continue
        source = Taint(project).of(given, site.code)
        if source is None or _is_harmless(source, sink, site.code, project) or is_program(site, project):
            continue
        once = (site.code.key, sink.kind, source.said)
        if once in told:
            continue
        told.add(once)
        so, instead = _ADVICE[sink.kind]
        yield Hit(
            site.place,
            f"{source.said[:1].upper()}{source.said[1:]} reaches `{sink.name}`: what the client sends {so}. {instead}",
            symbol=f"{site.code.qualname} {sink.name}",
            related=_way(source, site),
            confidence=Confidence.POSSIBLE if sink.kind == "path" and source.glued else Confidence.LIKELY,
        )


def _is_harmless(source: Source, sink: Sink, code: Code, project: Project) -> bool:
    if sink.kind == "path" and (
        source.one_segment or source.binary or fenced(code, project) or any(fenced(c, project) for c, _ in source.names)
    ):
        return True
    return is_checked(source, project)


def _way(source: Source, site: CallSite) -> tuple[Related, ...]:
    start = Related(source.place, f"{source.said} comes from the client")
    return (start, *(Related(place, said) for place, said in source.way)) if source.place != site.place else ()

r"""Container image built or started carelessly

An image without a pinned base differs from one build to the next. A shell in front of the server swallows the signal that
asks it to stop. `--reload` watches files and runs one process. What is not ignored (`.env`, `.git`, local databases) ships,
and a secret in an `ENV` can be read by everybody who can pull the image.

## Improve

`FROM python:3.13-slim`, a `.dockerignore`, `CMD ["uvicorn", ...]` as a list, no `--reload`, secrets at run time or as build
secrets.

## When not to apply

Images for development, tests and documentation are not judged, by their folder or name.

## Read

- [Building best practices](https://docs.docker.com/build/building/best-practices/)
- [FastAPI in containers](https://fastapi.tiangolo.com/deployment/docker/)
- [Build secrets](https://docs.docker.com/build/building/secrets/)

```dockerfile bad
FROM python:latest  # finding
WORKDIR /code
COPY . .  # finding
RUN pip install -r requirements.txt
ENV SECRET_KEY=3f1c9ab27d  # finding
CMD uvicorn app.main:app --reload  # finding
```

```dockerfile fixed Dockerfile
FROM python:3.13-slim
WORKDIR /code
COPY . .
RUN pip install -r requirements.txt
CMD ["uvicorn", "app.main:app", "--host", "0.0.0.0"]
```

```text fixed .dockerignore
.git
.env
tests
```

The script that the image starts counts:

```dockerfile bad Dockerfile
FROM python:3.13-slim
COPY app entrypoint.sh /code/
ENTRYPOINT ["/code/entrypoint.sh"]
```

```sh bad entrypoint.sh
#!/bin/sh
alembic upgrade head
exec uvicorn app.main:app --reload  # finding
```

```dockerfile good
ARG PYTHON=3.13
FROM python:${PYTHON}-slim AS build
RUN pip wheel --wheel-dir /wheels fastapi

FROM build
COPY app /code/app
CMD exec uvicorn app.main:app --port "$PORT"
```

```dockerfile not-applicable .devcontainer/Dockerfile
FROM python:latest
```

A folder of code brings along what lies in it:

```dockerfile bad
FROM python:3.13-slim
COPY ./shop /srv/shop  # finding
CMD ["uvicorn", "shop.main:app"]
```

```python bad shop/main.py
from fastapi import FastAPI

app = FastAPI()
```
"""

import re
from collections.abc import Iterator

from fastreview.api import ContainerFile, Found, Hit, Place, Project, Side, check, file_facts
from fastreview_checks.knowledge.containers import (
    COPIES_ALL,
    ENVIRONMENT_FILE,
    PLACEHOLDER,
    RELOAD,
    SECRET_NAME,
    bases,
    floating,
    folder_copied,
    instructions,
    lineage,
    shipped,
    started_scripts,
)

_PYTHON_SCRIPT = re.compile(r"\bpython[\d.]*[\s\"',]+(?:-u[\s\"',]+)?([\w./-]+\.py)")


@check("PRD009", dimension="production", level=1, credit=2, each=ContainerFile, needs=(Side.FILES,), effort="minutes")
def container_hygiene(container: ContainerFile, project: Project) -> Found:
    facts = shipped(container, project)
    stages = lineage(facts)
    for stage in bases(facts):
        if floating(stage.image):
            yield Hit(
                Place(facts.path, stage.line),
                f"`{stage.image}` is whatever it is on the day of the build. Name a version, as `python:3.13-slim` does.",
                symbol=stage.image,
            )
    copied = next((i for i in instructions(stages, "COPY", "ADD") if COPIES_ALL.match(i.value)), None)
    if copied is not None and not facts.ignore_file:
        yield Hit(
            Place(facts.path, copied.line),
            "Everything of the folder goes into the image, `.git` and local `.env` files too, as no `.dockerignore` leaves "
            "anything out. Add one.",
            symbol="ignore",
        )
    elif not facts.ignore_file and (folder := folder_copied(stages, project)) is not None:
        yield Hit(
            Place(facts.path, folder[0].line),
            f"All that lies in `{folder[1]}` goes into the image, caches and local files too, as no `.dockerignore` leaves "
            "anything out. Add one.",
            symbol="ignore",
        )
    for copy in instructions(stages, "COPY", "ADD"):
        if any(ENVIRONMENT_FILE.search(word) for word in copy.value.split()[:-1]):
            yield Hit(
                Place(facts.path, copy.line),
                "An environment file is built into the image, for everybody who can pull it. Give its values at run time.",
                symbol="environment",
            )
    for secret, name in _secrets(stages):
        yield Hit(
            Place(facts.path, secret.line),
            f"`{name}` is readable for everybody who can pull the image. Give it at run time, or as a build secret.",
            symbol=name,
        )
    yield from _started(facts, stages, project)


def _secrets(stages: tuple[file_facts.Stage, ...]) -> Iterator[tuple[file_facts.Instruction, str]]:
    for instruction in instructions(stages, "ENV", "ARG"):
        pairs = [p for p in instruction.value.split() if "=" in p]
        if not pairs and instruction.keyword == "ENV":
            pairs = ["=".join(instruction.value.split(maxsplit=1))]
        for pair in pairs:
            name, _, value = pair.partition("=")
            if SECRET_NAME.search(name.upper()) and not PLACEHOLDER.match(value.strip("\"'")):
                yield instruction, name


def _started(facts: file_facts.ContainerFacts, stages: tuple[file_facts.Stage, ...], project: Project) -> Found:
    last = {i.keyword: i for i in reversed(list(instructions(stages, "CMD", "ENTRYPOINT")))}
    for instruction in last.values():
        place = Place(facts.path, instruction.line)
        reload = RELOAD.search(instruction.value)
        if reload:
            yield Hit(
                place,
                f"`{reload[0]}` is for development: it watches files and runs one process. Leave it out.",
                "reload",
            )
        elif not instruction.exec_form and not instruction.value.lstrip().startswith("exec "):
            yield Hit(
                place,
                "A shell runs in front of the server and does not pass on the signal to stop, so requests are cut off. Write "
                'the command as a list: `CMD ["uvicorn", ...]`.',
                symbol="shell",
            )
        scripts = list(started_scripts(project, instruction.value))
        for path, line, text in scripts:
            if RELOAD.search(text):
                yield Hit(
                    Place(path, line),
                    "The image starts the server with `--reload`, which is for development: it watches files and runs one "
                    "process. Leave it out.",
                    symbol="reload",
                )
        yield from _reloading_module("\n".join((instruction.value, *(text for _, _, text in scripts))), project)


def _reloading_module(started: str, project: Project) -> Found:
    """``CMD ["python", "run.py"]`` where the module calls ``uvicorn.run(..., reload=True)``."""
    scripts = {found.removeprefix("./") for found in _PYTHON_SCRIPT.findall(started)}
    for module in project.modules:
        if any(module.path == script or script.endswith(f"/{module.path}") for script in scripts):
            for code in module.codes():
                for site in code.calls:
                    if site.call.name == "uvicorn.run" and site.call.keyword("reload") is True:
                        said = "The image starts the server with `reload=True`, which is for development. Leave it out."
                        yield Hit(site.place, said, "reload")

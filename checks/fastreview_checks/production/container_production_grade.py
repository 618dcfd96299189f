"""Container image not fit for production

A container that runs as root turns one hole into the whole node. Without a lock file the image of tomorrow holds other
versions than the one that was tested. Compilers and caches in the final stage are size to pull and tools for an attacker,
and without a health check nobody replaces an instance that hangs.

## Improve

Install from the lock file in a build stage, copy the virtual environment into a slim final stage, add a `USER`, and a
`HEALTHCHECK` or probes in the manifests.

## When not to apply

Images for development, tests and documentation are not judged, by their folder or name.

## Read

- [Multi-stage builds](https://docs.docker.com/build/building/multi-stage/)
- [Building best practices: USER](https://docs.docker.com/build/building/best-practices/#user)
- [Using uv in Docker](https://docs.astral.sh/uv/guides/integration/docker/)

```dockerfile bad
FROM python:3.13
COPY . .
RUN pip install -r requirements.txt
CMD ["uvicorn", "app.main:app"]
```

```dockerfile fixed Dockerfile
FROM python:3.13-slim AS build
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --require-hashes -r requirements.txt

FROM python:3.13-slim
COPY --from=build /venv /venv
COPY app ./app
USER 10001
HEALTHCHECK CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/health/live')"]
CMD ["/venv/bin/uvicorn", "app.main:app"]
```

Probes of the manifests count as the health check:

```dockerfile good Dockerfile
FROM ghcr.io/astral-sh/uv:python3.13-bookworm-slim AS build
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev

FROM python:3.13-slim
COPY --from=build /app /app
USER nobody
CMD ["/app/.venv/bin/uvicorn", "app.main:app"]
```

```toml good uv.lock
version = 1

[[package]]
name = "fastapi"
version = "0.120.0"
```

```yaml good k8s/deployment.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  template:
    spec:
      containers:
        - name: shop
          image: shop:1.2
          livenessProbe:
            httpGet: {path: /health/live, port: 8000}
```
"""

import posixpath

from fastreview.api import ContainerFile, Found, Hit, Met, Project, Side, check, file_facts
from fastreview_checks.knowledge.containers import FRONTEND, drops_root, instructions, is_full, lineage, locked, shipped

_ORCHESTRATED = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Nomad", "Fly", "Render", "Rollout", "Service"})


@check("PRD010", dimension="production", level=2, credit=3, each=ContainerFile, needs=(Side.FILES,), effort="hours")
def container_production_grade(container: ContainerFile, project: Project) -> Found:
    facts = shipped(container, project)
    stages = lineage(facts)
    lacking = (
        (not _multi_stage(facts, stages), "one stage builds and ships", "build in a stage of its own"),
        (_is_root(stages) and not drops_root(stages, project), "it runs as root", "set a `USER`"),
        (not _checked(stages, facts.path, project), "nothing checks its health", "add a health check"),
        (not locked(facts, project), "it does not install from a lock file", "install from a lock file"),
        (is_full(stages[-1].image), f"`{stages[-1].image}` is a full image", "ship a slim image"),
    )
    missing = [(what, remedy) for lacks, what, remedy in lacking if lacks]
    if missing:
        said, remedy = (_listed(parts) for parts in zip(*missing, strict=True))
        yield Hit(
            container.place,
            f"This image is not fit for production: {said}. {remedy[0].upper()}{remedy[1:]}.",
        )
    else:
        yield Met(container.place, "Locked dependencies, a slim final stage, an unprivileged user and a health check.")


def _listed(parts: tuple[str, ...]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def _multi_stage(facts: file_facts.ContainerFacts, stages: tuple[file_facts.Stage, ...]) -> bool:
    """What ships takes its Python software from another stage; the output of a frontend's build is something else."""
    by_name = {s.name: s for s in facts.stages if s.name} | {str(n): s for n, s in enumerate(facts.stages)}
    for copy in instructions(stages, "COPY"):
        for word in copy.value.split():
            source = by_name.get(word.removeprefix("--from=")) if word.startswith("--from=") else None
            if source is not None and not any(FRONTEND.search(s.image) for s in lineage(facts, source)):
                return True
    return any("--mount=" in run.value and "from=" in run.value for run in instructions(stages, "RUN"))


def _is_root(stages: tuple[file_facts.Stage, ...]) -> bool:
    user = next(instructions(stages, "USER"), None)
    if user is not None:
        return user.value.split(":")[0].strip() in ("root", "0")
    return "nonroot" not in stages[-1].image


def _checked(stages: tuple[file_facts.Stage, ...], path: str, project: Project) -> bool:
    check = next(instructions(stages, "HEALTHCHECK"), None)
    if check is not None:
        return check.value.strip().upper() != "NONE"
    return any(
        container.probes
        for manifest in project.manifests
        for container in manifest.facts.containers
        if manifest.facts.kind in _ORCHESTRATED
        or (container.build and _builds(manifest.facts.path, container.build, path))
    )


def _builds(manifest: str, context: str, path: str) -> bool:
    """Whether a build context of a Compose file is that of the container file."""
    folder = posixpath.normpath(posixpath.join(posixpath.dirname(manifest), context))
    own = posixpath.dirname(path) or "."
    return folder in {own, "."} or own.startswith(f"{folder}/")

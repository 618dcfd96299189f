"""Dependencies are not locked

What was tested is not what is installed: every build resolves anew, and a release of some transitive dependency breaks or
infects production without a change of yours. Plain pins fix the packages that are named, neither those that they need nor
their content.

## Improve

Commit the lock file of your tool (`uv lock`, `poetry lock`, `pdm lock`, `pipenv lock`), or compile requirements with
hashes: `uv pip compile --generate-hashes`. Bound FastAPI itself: its minor versions may break.

## Read

- [Locking and syncing with uv](https://docs.astral.sh/uv/concepts/projects/sync/)
- [Secure installs with pip](https://pip.pypa.io/en/stable/topics/secure-installs/)
- [About FastAPI versions](https://fastapi.tiangolo.com/deployment/versions/)

```text bad requirements.txt
fastapi==0.120.0  # finding
sqlalchemy==2.0.44
```

Ranges without a lock file:

```toml bad
[project]
name = "shop"
version = "1"
dependencies = ["fastapi>=0.120", "sqlalchemy"]
```

The lock file stands, and the framework is not bounded:

```toml bad pyproject.toml
[project]
name = "shop"
version = "1"
dependencies = ["fastapi"]  # finding
```

```toml bad uv.lock
version = 1

[[package]]
name = "fastapi"
version = "0.120.0"
```

```toml fixed pyproject.toml
[project]
name = "shop"
version = "1"
dependencies = ["fastapi>=0.120,<0.121"]
```

```toml fixed uv.lock
version = 1

[[package]]
name = "fastapi"
version = "0.120.0"
```
"""

from fastreview.api import Found, Hit, Met, Place, Project, Rung, Side, check


@check("PRD014", dimension="production", level=1, gate=True, needs=(Side.FILES,), effort="minutes")
def unlocked_dependencies(project: Project) -> Found:
    files = project.facts.files
    runtime = [r for r in files.requirements if not r.group] or list(files.requirements)
    framework = [r for r in files.requirements if r.name in ("fastapi", "fastapi-slim", "starlette")]
    lock = next((one for one in files.locks if not one.packages or "fastapi" in one.packages or not framework), None)
    if lock is None:
        place = framework[0] if framework else runtime[0] if runtime else None
        if place is None:
            yield Hit(
                project.place,
                "No file declares what this service needs, so nobody can install what was tested. Declare the dependencies "
                "in pyproject.toml and commit a lock file.",
            )
            return
        # What several files name is pinned as soon as one of them says so: the build reads that one.
        pinned = {r.name for r in runtime if r.pinned}
        names = {r.name for r in runtime}
        place = next((r for r in runtime if r.name not in pinned), place)
        said = (
            "The dependencies are pinned, but not what they need in turn, and nothing checks what is downloaded"
            if pinned == names
            else f"{len(names - pinned)} of {len(names)} dependencies are not pinned, so every build may install others"
        )
        yield Hit(
            Place(place.path, place.line),
            f"{said}. Commit a lock file (`uv lock`), or requirements with hashes.",
        )
        return
    loose = next((r for r in framework if not r.specifier.strip(" *") and not r.pinned), None)
    bounded = any(r.specifier.strip(" *") or r.pinned for r in framework)
    if loose is not None and not bounded:
        yield Hit(
            Place(loose.path, loose.line),
            f"`{loose.name}` has no bounds, so the next update of the lock file may jump over breaking versions. Give a range: "
            "`fastapi>=0.120,<0.121`.",
        )
    else:
        yield Met(Place(lock.path), f"{lock.kind} locks {len(lock.packages) or 'all'} packages.", Rung.CONFIGURED)

"""Schema changed at startup

When every instance migrates before it serves, two that start together migrate together; a migration that takes ten minutes
is a start that takes ten minutes, and the orchestrator kills it half-way. The service also needs rights on the schema that
it never needs afterwards.

## Improve

Run migrations once for each release, before its instances start: a Kubernetes Job, a `release` line, a step of the pipeline,
a one-off Compose service.

## Read

- [Kubernetes: Jobs](https://kubernetes.io/docs/concepts/workloads/controllers/job/)
- [Heroku: release phase](https://devcenter.heroku.com/articles/release-phase)
- [Alembic: running migrations](https://alembic.sqlalchemy.org/en/latest/tutorial.html#running-our-first-migration)

```python bad app/main.py
from contextlib import asynccontextmanager

from alembic import command
from alembic.config import Config
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI):
    command.upgrade(Config("alembic.ini"), "head")  # finding
    yield


app = FastAPI(lifespan=lifespan)
```

```python fixed app/main.py
from fastapi import FastAPI

app = FastAPI()
```

```text fixed Procfile
release: alembic upgrade head
web: uvicorn app.main:app
```

```ini fixed alembic.ini
[alembic]
script_location = migrations
```

```python fixed migrations/env.py
from alembic import context

context.configure(url="sqlite://")
```

```python fixed migrations/versions/0001_orders.py
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.drop_table("orders")
```

In the entry point of the image it is the same:

```dockerfile bad Dockerfile
FROM python:3.13-slim
COPY . .
ENTRYPOINT ["./docker/entrypoint.sh"]
```

```text bad docker/entrypoint.sh
#!/bin/sh
alembic upgrade head  # finding
exec uvicorn app.main:app
```

The entry point may leave that to a script:

```dockerfile bad Dockerfile
FROM python:3.13-slim
COPY . /app
WORKDIR /app
ENTRYPOINT ["./docker/entrypoint.sh"]
CMD ["uvicorn", "app.main:app"]
```

```text bad docker/entrypoint.sh
#!/bin/sh
set -e
readonly command="$*"
sh scripts/migrate.sh head  # finding
exec $command
```

```text bad scripts/migrate.sh
#!/bin/sh
alembic upgrade "$1"
```

```python not-applicable app/main.py
from fastapi import FastAPI

app = FastAPI()
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Place, Project, Related, Rung, check
from fastreview_checks.knowledge.production.migrating import changes_at_start


@check("PRD017", dimension="production", level=3, credit=1, effort="hours")
def migrations_at_startup(project: Project) -> Found:
    found = list(dict.fromkeys(changes_at_start(project)))
    if found:
        first, *others = found
        yield Hit(
            first.place,
            f"The schema is changed by {first.what}: instances that start together migrate together, and a long migration is a "
            "start that fails. Make it a step of the deployment, once for each release.",
            related=tuple(Related(one.place, f"and by {one.what}") for one in others),
        )
        return
    kept = [m for m in project.facts.files.migrations if m.revisions]
    if not kept:
        raise NotApplicable("nothing here changes a database's schema")
    yield Met(Place(kept[0].path), "Migrations are no part of the start of an instance.", Rung.ENFORCED)

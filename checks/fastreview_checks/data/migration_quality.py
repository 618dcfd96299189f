"""Migrations that cannot be trusted

A revision without a way back turns a bad deploy into a night's work. One that drops a column without a word may take data with it
that the previous release still reads. And where CI does not compare revisions with the tables, the first to see that they differ
is production.

## Improve

Write downgrades, say in the docstring what a destructive revision loses and when it is safe, and run `alembic upgrade head` and
`alembic check` (or a stairway test) in CI.

## When not to apply

Services without migrations.

## Read

- [Alembic: check](https://alembic.sqlalchemy.org/en/latest/autogenerate.html#running-alembic-check-to-test-for-new-upgrade-operations)

```ini bad alembic.ini
[alembic]
script_location = migrations
```

```python bad migrations/env.py
from alembic import context

context.configure(url="sqlite://")
```

```python bad migrations/versions/0001_orders.py
import sqlalchemy as sa
from alembic import op

revision = "0001"  # finding
down_revision = None


def upgrade():
    op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    pass
```

```ini good alembic.ini
[alembic]
script_location = migrations
```

```python good migrations/env.py
from alembic import context

context.configure(url="sqlite://")
```

```python good migrations/versions/0001_orders.py
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("orders")
```

```yaml good .github/workflows/ci.yml
name: CI
on: [push]
jobs:
  check:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v5
      - run: alembic upgrade head
      - run: alembic check
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```
"""

import re

from fastreview.api import Confidence, Found, Hit, Met, NotApplicable, Place, Project, Related, Rung, Side, check
from fastreview_checks.knowledge.data.revisions import destructive, stairway

_TOOL = re.compile(r"\balembic\b|migrat", re.IGNORECASE)
_CHECKING = re.compile(r"\bcheck\b", re.IGNORECASE)
MAX_LINE = 1_000
_TOOLS = frozenset({"alembic"})


@check("DAT016", dimension="data", level=3, credit=2, needs=(Side.FILES,), effort="hours")
def migration_quality(project: Project) -> Found:
    kept = [m for m in project.facts.files.migrations if m.revisions and m.tool in _TOOLS]
    if not kept:
        raise NotApplicable("no revisions of Alembic")
    revisions = [revision for migrations in kept for revision in migrations.revisions]
    one_way = [revision for revision in revisions if not revision.has_downgrade]
    lossy = destructive(project)
    checked = any(_checks(command.text) for command in project.pipeline_commands) or stairway(project)
    missing = []
    if len(one_way) > project.limits["DAT016.one_way"] * len(revisions):
        missing.append(f"{len(one_way)} of {len(revisions)} revisions have no way back")
    if lossy:
        missing.append(f"{len(lossy)} drop tables or columns without a note on what is lost")
    if not checked:
        missing.append("nothing in CI compares them with the tables (`alembic check`)")
    if not missing:
        yield Met(Place(revisions[0].path), "Revisions go both ways and are checked in CI.", Rung.ENFORCED)
        return
    place = Place(one_way[0].path, one_way[0].line) if one_way else lossy[0] if lossy else Place(kept[0].path)
    yield Hit(
        place,
        f"Of the migrations, {'; '.join(missing)}. Write downgrades and notes, and let CI upgrade a database and check it.",
        related=tuple(Related(one, "drops without a note") for one in lossy[:5] if one != place),
        confidence=Confidence.LIKELY,
    )


def _checks(text: str) -> bool:
    """Whether a command of a pipeline compares the tables with the revisions."""
    lines = [line[:MAX_LINE] for line in text.splitlines()]
    return any(_TOOL.search(line) and _CHECKING.search(line) for line in lines)

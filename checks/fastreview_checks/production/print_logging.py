"""print where a logger should stand

`print` has no level, no time, no module and no request id, cannot be switched off or sent elsewhere, and blocks on a slow
terminal or pipe. In a container the line that would explain an outage is one among thousands that nobody can filter.

## Improve

`logger = logging.getLogger(__name__)` at the top of the module, and `logger.info("order %s paid", order.id)`: arguments
apart from the text. Let a linter keep it so (Ruff's `T20`).

## When not to apply

Command line programs print: commands of Click, Typer or argparse, and what stands under `if __name__ == "__main__":`.
Modules that the app does not import, a client library for example, are not judged.

## Read

- [Logging how-to](https://docs.python.org/3/howto/logging.html)
- [Ruff: flake8-print](https://docs.astral.sh/ruff/rules/#flake8-print-t20)

```python bad
import logging

from fastapi import FastAPI

logger = logging.getLogger(__name__)
app = FastAPI()


@app.post("/orders/{order}/pay")
def pay(order: int) -> str:
    print("paying", order)  # finding
    logger.info("paid %s", order)
    return "paid"
```

```python fixed
import logging

from fastapi import FastAPI

logger = logging.getLogger(__name__)
app = FastAPI()


@app.post("/orders/{order}/pay")
def pay(order: int) -> str:
    logger.debug("paying %s", order)
    logger.info("paid %s", order)
    return "paid"
```

Workers log too:

```python bad app/main.py
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def root() -> None: ...
```

```python bad app/worker.py
from celery import Celery

celery = Celery(__name__)


@celery.task
def publish() -> None:
    print("published")  # finding
```

```python good app/main.py
import structlog
from fastapi import FastAPI

log = structlog.get_logger()
app = FastAPI()


@app.get("/")
async def root() -> None:
    await log.ainfo("started")


if __name__ == "__main__":
    print("use uvicorn")
```

```python good app/cli.py
import click


@click.command()
def users() -> None:
    print("ann")
```

What only a command prints, through modules that the app imports too:

```python good app/main.py
from fastapi import FastAPI

from app.report import total

app = FastAPI()


@app.get("/")
def root() -> int:
    return total()
```

```python good app/report.py
import logging

logger = logging.getLogger(__name__)


def total() -> int:
    logger.info("asked for the total")
    return 1


def show() -> None:
    print("total", total())
```

```python good app/commands/report.py
from app.report import show


def start_report() -> None:
    show()
```

A dialogue at a terminal:

```python good app/main.py
from fastapi import FastAPI

from app.setup import confirm

app = FastAPI()


@app.get("/")
def root() -> bool:
    return confirm("ready")
```

```python good app/setup.py
import logging

logger = logging.getLogger(__name__)


def confirm(what: str) -> bool:
    print("about to install", what)
    logger.info("asked for %s", what)
    return input("go on? ") == "y"
```

Text that is written to a buffer:

```python good app/main.py
import io
import logging

from fastapi import FastAPI

logger = logging.getLogger(__name__)
app = FastAPI()


@app.get("/")
def root() -> str:
    buffer = io.StringIO()
    print("total", 1, file=buffer)
    logger.info("asked for the total")
    return buffer.getvalue()
```

What a server runs on import too is no program:

```python bad app/main.py
import logging

from fastapi import FastAPI

logger = logging.getLogger(__name__)
app = FastAPI()


def configure() -> None:
    warn()
    logger.info("configured")


def warn() -> None:
    print("no settings")  # finding


def banner() -> None:
    print("for local use only")


if __name__ == "__main__":
    banner()
    configure()
else:
    configure()
```

What the image starts is the service, though the app does not import it:

```python bad app/main.py
from fastapi import FastAPI

app = FastAPI()
```

```python bad serve.py
import uvicorn

print("starting")  # finding
uvicorn.run("app.main:app")
```

```text bad Procfile
web: python serve.py
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```
"""

from fastreview.api import Found, Function, Hit, LogCall, NotApplicable, Project, check, syntax
from fastreview_checks.knowledge.production.serving import launchers
from fastreview_checks.knowledge.programs import is_program, only_programs_run, served, speaks_to_a_screen

_TASKS = frozenset({"task", "celery.task", "app.task", "celery_app.task", "shared_task", "actor", "dramatiq.actor"})
"""What Celery and dramatiq run in a worker, which logs as the app does."""


@check("PRD003", dimension="production", level=1, gate=True, each=LogCall, effort="minutes")
def print_logging(call: LogCall, project: Project) -> Found:
    if not call.by_print or _writes_elsewhere(call.site.call):
        return
    if (
        is_program(call.site, project)
        or speaks_to_a_screen(call.site, project)
        or only_programs_run(call.site.code, project)
    ):
        raise NotApplicable("a command line program prints")
    in_worker = isinstance(call.site.code, Function) and not call.site.code.decorator_names.isdisjoint(_TASKS)
    if project.apps and not in_worker and call.place.path not in served(project) | launchers(project):
        raise NotApplicable("the app does not import this module")
    yield Hit(
        call.place,
        f"`{call.site.call.method}` has no level, time or request id and cannot be switched off. Use the module's logger, "
        "with arguments apart from the text.",
        symbol="print",
    )


def _writes_elsewhere(call: syntax.Call) -> bool:
    """``print(..., file=buffer)``: what makes text, or a file of the service's own."""
    to = next((call.keyword(name) for name in ("file", "stream") if call.keyword(name) is not syntax.MISSING), None)
    return isinstance(to, syntax.Ref) and to.last not in ("stdout", "stderr")

"""Log lines that only people can read

A search for all errors of one customer needs fields. Lines of text have to be taken apart by patterns that break with the
next wording, and a stack trace in text is forty log entries.

## Improve

Set logging up once, where the process starts, so that each line is a JSON object: structlog with `JSONRenderer`,
python-json-logger as the formatter, or loguru with `serialize=True`. Let the root logger have it, so that libraries write the
same.

## Read

- [Logging cookbook: structured logging](https://docs.python.org/3/howto/logging-cookbook.html#implementing-structured-logging)
- [structlog](https://www.structlog.org/en/stable/logging-best-practices.html)
- [python-json-logger](https://nhairs.github.io/python-json-logger/latest/quickstart/)

```python bad app/main.py
import logging

from fastapi import FastAPI

logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s")  # finding
app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```

```python fixed app/main.py
import logging

from fastapi import FastAPI
from pythonjsonlogger.json import JsonFormatter

handler = logging.StreamHandler()
handler.setFormatter(JsonFormatter())
logging.basicConfig(handlers=[handler])
app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```

A formatter of one's own does as well:

```python good app/main.py
import json
import logging
import logging.config

from fastapi import FastAPI


class Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps({"level": record.levelname, "message": record.getMessage()})


logging.config.dictConfig({"version": 1, "formatters": {"json": {"()": Lines}}})
app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```

What a file configures is seen when the app can be imported:

```python unknown app/main.py
import logging.config

from fastapi import FastAPI

logging.config.fileConfig("logging.conf")
app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```

So is what a function of another package does:

```python unknown app/main.py
from acme_platform.observing import configure_logs
from fastapi import FastAPI

configure_logs()
app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```
"""

from fastreview.api import Found, Hit, Met, Project, Rung, Unknown, check
from fastreview_checks.knowledge.production.log_setup import file_setup, json_setup, library_setup, shown, text_setup
from fastreview_checks.knowledge.unread_routes import without_routes


@check("PRD004", dimension="production", level=2, gate=True, effort="hours")
def unstructured_logs(project: Project) -> Found:
    if not project.routes:
        raise without_routes(project, "the project has no routes")
    main = max(project.apps, key=lambda app: len(app.routes))
    written, seen = json_setup(project), shown(project)
    if seen:
        yield Met(written or main.place, "Log lines are JSON objects.", Rung.EXERCISED)
        return
    if written is not None:
        yield Met(written, "Log lines are set up to be JSON objects.", Rung.CONFIGURED)
        return
    if seen is None and (place := file_setup(project)) is not None:
        raise Unknown(f"how the file that {place} reads makes log lines")
    set_up = text_setup(project)
    if seen is None and set_up is None and (library := library_setup(project)):
        raise Unknown(f"how `{library}`, of another package, makes log lines")
    how = "they are set up as text" if set_up or seen is False else "nothing sets logging up"
    yield Hit(
        set_up or main.place,
        f"Log lines cannot be searched by fields: {how}. Let the root logger write each line as a JSON object, set up once "
        "where the process starts.",
    )

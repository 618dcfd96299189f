"""Nothing is measured

Without metrics, traces or an error tracker the users are the monitoring: nobody sees that one route in ten fails since
yesterday's release, or which of the calls behind a slow route is the slow one.

## Improve

Count requests, errors and durations for each route (Prometheus), or trace requests (OpenTelemetry), and collect errors with
their stack (Sentry). Wire it where the app is built.

## Read

- [OpenTelemetry: FastAPI](https://opentelemetry-python-contrib.readthedocs.io/en/latest/instrumentation/fastapi/fastapi.html)
- [Prometheus: instrumentation](https://prometheus.io/docs/practices/instrumentation/)
- [Sentry: FastAPI](https://docs.sentry.io/platforms/python/integrations/fastapi/)

```text bad requirements.txt
sentry-sdk==2.42.0
```

```python bad app/main.py
from fastapi import FastAPI

app = FastAPI()  # finding


@app.get("/items")
def items() -> list[str]:
    return []
```

```python good app/main.py
import sentry_sdk
from fastapi import FastAPI

sentry_sdk.init(dsn="https://key@errors.example.com/1", traces_sample_rate=0.1)
app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```

```dockerfile fixed Dockerfile
FROM python:3.13-slim
CMD ["opentelemetry-instrument", "uvicorn", "app.main:app"]
```

```python fixed app/main.py
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```

```python not-applicable app/main.py
from fastapi import FastAPI

app = FastAPI()
```
"""

from fastreview.api import Found, Hit, Met, Project, Rung, check
from fastreview_checks.knowledge.production.observing import only_installed, wired
from fastreview_checks.knowledge.unread_routes import need_every_route, without_routes


@check("PRD015", dimension="production", level=2, gate=True, effort="hours")
def no_observability(project: Project) -> Found:
    if not project.routes:
        raise without_routes(project, "the project has no routes")
    found = list({one.what: one for one in reversed(list(wired(project)))}.values())
    found.sort(key=lambda one: (not one.seen, one.place))
    if found:
        first = found[0]
        names = " and ".join(one.what for one in found)
        yield Met(
            first.place,
            f"How the service does can be seen from outside: {names}.",
            Rung.EXERCISED if first.seen else Rung.CONFIGURED,
        )
        return
    need_every_route(project)
    main = max(project.apps, key=lambda app: len(app.routes))
    installed = only_installed(project)
    how = (
        f"`{installed[0]}` is installed and nothing wires it"
        if installed
        else "there are no metrics, traces or error tracker"
    )
    yield Hit(
        main.place,
        f"Nobody can see from outside how this service does: {how}. Count requests and errors for each route, or trace them, "
        "where the app is built.",
    )

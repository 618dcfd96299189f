"""Server left to its defaults

One process answers with one core, an address is the load balancer's instead of the client's, a deployment cuts requests off
in the middle, and a keep-alive shorter than the load balancer's gives errors now and then: the defaults of servers suit a
laptop.

## Improve

Decide in a file how many workers there are (one, where replicas are the unit of scale), whose forwarded headers are
trusted, how long requests may take to end on shutdown, and how long idle connections are kept: longer than the load
balancer keeps them.

## When not to apply

On function platforms (AWS Lambda, Azure Functions) no server of one's own runs.

## Read

- [Uvicorn's settings](https://www.uvicorn.org/settings/)
- [Gunicorn's settings](https://docs.gunicorn.org/en/stable/settings.html)
- [FastAPI: server workers](https://fastapi.tiangolo.com/deployment/server-workers/)
- [FastAPI: behind a proxy](https://fastapi.tiangolo.com/advanced/behind-a-proxy/)

```python bad app/main.py
from fastapi import FastAPI

app = FastAPI()
```

```dockerfile bad Dockerfile
FROM python:3.13-slim
CMD ["uvicorn", "app.main:app", "--workers", "4"]  # finding
```

```python fixed app/main.py
from fastapi import FastAPI

app = FastAPI()
```

```dockerfile fixed Dockerfile
FROM python:3.13-slim
CMD ["uvicorn", "app.main:app", "--workers", "4", "--forwarded-allow-ips", "10.0.0.0/8", \
     "--timeout-graceful-shutdown", "20", "--timeout-keep-alive", "65"]
```

Settings of Gunicorn stand in a file of their own:

```python good app/main.py
from fastapi import FastAPI

app = FastAPI()
```

```text good Procfile
web: gunicorn app.main:app -k uvicorn.workers.UvicornWorker
```

```python good gunicorn.conf.py
import os

workers: int = int(os.environ.get("WORKERS", "4"))
forwarded_allow_ips = "*"
graceful_timeout = 30
keepalive = 65
```

Or in code:

```python good app/__main__.py
import uvicorn
from fastapi import FastAPI

app = FastAPI()
options = {"proxy_headers": True, "timeout_keep_alive": 65}
uvicorn.run("app.main:app", workers=4, timeout_graceful_shutdown=20, **options)
```

```python not-applicable app/main.py
from fastapi import FastAPI
from mangum import Mangum

app = FastAPI()
handler = Mangum(app)
```
"""

from fastreview.api import Found, Hit, Met, NotApplicable, Project, Related, Side, check
from fastreview_checks.knowledge.production.serving import FUNCTIONS, PARTS, SERVER, starts


@check("PRD011", dimension="production", level=2, credit=2, needs=(Side.FILES,), effort="hours")
def server_setup(project: Project) -> Found:
    if not project.apps:
        raise NotApplicable("the project has no app")
    if "mangum" in project.imported_packages or any(
        FUNCTIONS.search(stage.image) for container in project.container_files for stage in container.facts.stages
    ):
        raise NotApplicable("the service runs on a function platform")
    found = list(starts(project))
    if not found:
        yield Hit(
            project.place,
            "No file says how the server is started in production, so workers, trusted proxies, graceful shutdown and "
            "keep-alive are left to whoever starts it. Write the command down with these decided.",
        )
        return
    decided = {part: next((s for s in found if pattern.search(s.text)), None) for part, pattern in PARTS.items()}
    missing = [part for part, start in decided.items() if start is None]
    place = next((start for start in found if SERVER.search(start.text)), found[0]).place
    related = tuple(Related(start.place, f"{part}: decided here") for part, start in decided.items() if start)
    if missing:
        said = f"{', '.join(missing[:-1])} and {missing[-1]}" if len(missing) > 1 else missing[0]
        yield Hit(
            place,
            f"The server starts with {said} undecided, so the defaults for a laptop hold in production. Set them where it is "
            "started.",
            related=related,
        )
    else:
        yield Met(place, "Workers, proxy headers, graceful shutdown and keep-alive of the server are decided.")

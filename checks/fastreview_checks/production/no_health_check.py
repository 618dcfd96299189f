"""No liveness route

Orchestrators and load balancers restart or bypass an instance that does not answer. Without a route that says "the process
works" they can only watch the port, and a service that hangs keeps getting requests.

## Improve

Add a public `GET /health/live` (or `/healthz`) that answers 200 and looks at nothing else. Whether dependencies work
belongs to a separate readiness route.

## When not to apply

A welcome message at `/` is no health check: it changes with the product, and caches may answer it.

## Read

- [Liveness, readiness and startup probes](https://kubernetes.io/docs/concepts/workloads/pods/probes/)
- [Deployments concepts](https://fastapi.tiangolo.com/deployment/concepts/)

```python bad
from fastapi import FastAPI

app = FastAPI()  # finding


@app.get("/")
def root() -> dict[str, str]:
    return {"message": "Welcome"}


@app.get("/items/{item}/status")
def status(item: int) -> str:
    return "sold"
```

```python fixed
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def root() -> dict[str, str]:
    return {"message": "Welcome"}


@app.get("/health/live", include_in_schema=False)
def live() -> dict[str, str]:
    return {"status": "ok"}
```

```python good
from fastapi import APIRouter, FastAPI

router = APIRouter(prefix="/api/v1")


@router.get("/utils/health-check/")
async def check() -> bool:
    return True


def create_app() -> FastAPI:
    app = FastAPI()
    app.include_router(router)
    return app
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```
"""

from fastreview.api import App, Found, Hit, Met, NotApplicable, Project, Rung, check
from fastreview_checks.knowledge.health import library_routes, liveness_routes, readiness_routes, stands_beside
from fastreview_checks.knowledge.unread_routes import need_every_route, without_routes


@check("PRD007", dimension="production", level=1, gate=True, each=App, effort="minutes")
def no_health_check(app: App, project: Project) -> Found:
    if not app.routes:
        raise without_routes(project, "the app has no routes")
    if stands_beside(app, project):
        raise NotApplicable("a small app beside the service's own")
    routes = liveness_routes(app) or readiness_routes(app)
    if routes:
        # Its services were away: that it answered at all is what counts.
        answered = [exchange.status for route in routes for exchange in app.http.health(route)]
        seen = any(answered) if answered else routes[0].facts is not None
        rung = Rung.EXERCISED if seen else Rung.CONFIGURED
        yield Met(routes[0].place, f"`{routes[0].key}` answers load balancers and orchestrators.", rung)
    elif library := library_routes(project, app):
        yield Met(app.place, f"`{library}` answers health checks.", Rung.CONFIGURED)
    else:
        need_every_route(project)
        yield Hit(
            app.place,
            "No route tells a load balancer or orchestrator that this process is alive, so one that hangs keeps getting "
            "requests. Add a public `GET /health/live` that looks at nothing else.",
        )

"""No business layer of its own

Where queries and rules stand in endpoints, or in modules that import the web framework, the business of the service
exists only as HTTP: it cannot be tested without a client, run from a job, or moved to another interface.

## Improve

Put the rules into modules that import no FastAPI: functions or classes that take plain values and collaborators, and raise
errors of the domain. Endpoints translate requests into calls of them, and results into answers.

## When not to apply

A service whose routes only store and load rows has little business; it is judged by where its queries stand.

## Read

- [Bigger applications](https://fastapi.tiangolo.com/tutorial/bigger-applications/)
- [Cosmic Python: the service layer](https://www.cosmicpython.com/book/chapter_04_service_layer.html)

```python bad
from fastapi import FastAPI, HTTPException

app = FastAPI()
stock: dict[str, int] = {}


@app.post("/orders")
def order(product: str, quantity: int) -> int:  # finding
    left = stock.get(product, 0)
    if quantity > left:
        raise HTTPException(409)
    price = 100 * quantity
    if quantity > 10:
        price = price * 9 // 10
    elif quantity > 5:
        price = price * 95 // 100
    for name in list(stock):
        if name == product:
            stock[name] = left - quantity
    return price
```

```python fixed app/main.py
from fastapi import FastAPI, HTTPException

from app.ordering import NotEnough, place

app = FastAPI()


@app.post("/orders")
def order(product: str, quantity: int) -> int:
    try:
        return place(product, quantity)
    except NotEnough as error:
        raise HTTPException(409) from error
```

```python fixed app/ordering.py
class NotEnough(Exception):
    pass


def place(product: str, quantity: int) -> int:
    price = 100 * quantity
    if quantity > 10:
        price = price * 9 // 10
    elif quantity > 5:
        price = price * 95 // 100
    return price
```
"""

from fastreview.api import Endpoint, Found, Hit, Met, Module, NotApplicable, Place, Project, Related, check
from fastreview_checks.knowledge.answers import is_operational
from fastreview_checks.knowledge.architecture.fatness import Budget, reasons
from fastreview_checks.knowledge.architecture.layering import WEB, keeps_out, layering
from fastreview_checks.knowledge.unread_routes import without_routes

MANY = 2
"""Of the modules that routes call: one of two or three says nothing about a layer."""


@check("ARC004", dimension="architecture", level=2, gate=True, effort="days")
def no_service_layer(project: Project) -> Found:
    endpoints = [e for e in project.endpoints if not all(r.is_websocket or is_operational(r) for r in e.routes)]
    if not endpoints:
        raise without_routes(project, "the project has no API endpoints")
    limits = project.limits
    budget = Budget(int(limits["ARC004.complexity"]), int(limits["ARC004.statements"]), int(limits["ARC004.decisions"]))
    budget = budget._replace(storage=True)
    working = [endpoint for endpoint in endpoints if _works(endpoint, project, budget)]
    layers = layering(project)
    bound = [module for _, module in sorted(layers.bound.items()) if not keeps_out(module)]
    modules = len(layers.free) + len(bound)
    if not modules and not working:
        raise NotApplicable(
            "there is no business code: the endpoints only translate, and nothing else decides or stores"
        )
    if len(working) > len(endpoints) * limits["ARC004.endpoints"] or not modules:
        yield Hit(
            working[0].place,
            f"{len(working)} of {len(endpoints)} endpoints query, store or decide themselves: that business exists as HTTP "
            "only. Move queries and rules into modules that import no FastAPI.",
            symbol="endpoints",
            related=tuple(Related(e.place, f"`{e.function.name}` does business itself") for e in working[1:10]),
        )
        return
    called = [module for module in bound if module.path in layers.asked]
    called_free = len(layers.asked & layers.free.keys())
    shares = ((called, called_free, " that routes call", MANY), (bound, len(layers.free), "", 1))
    for tied, free, which, least in shares:
        if len(tied) >= least and len(tied) > (len(tied) + free) * limits["ARC004.modules"]:
            yield Hit(
                _web_import(tied[0]),
                f"{len(tied)} of {len(tied) + free} modules with business{which} import the web framework: their rules exist as "
                "HTTP only. Let them raise errors of the domain and take plain values.",
                symbol="modules",
                related=tuple(Related(_web_import(module), "and here") for module in tied[1:10]),
            )
            return
    best = max(layers.free.values(), key=lambda module: (module.facts.code_lines, module.path))
    yield Met(best.place, f"{len(layers.free)} modules hold business code and import no web framework")


def _web_import(module: Module) -> Place:
    found = (i.line for i in module.facts.imports if i.module.partition(".")[0] in WEB and not i.level)
    return Place(module.path, min(found, default=0))


def _works(endpoint: Endpoint, project: Project, budget: Budget) -> bool:
    return next(reasons(endpoint, project, budget), None) is not None

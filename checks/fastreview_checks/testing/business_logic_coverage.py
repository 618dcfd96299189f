"""Business logic that tests do not execute

The figure for the whole tree says little: schemas, settings and routers are executed by importing them. What decides about
money, stock and permissions stands in the business layer, in its branches, and a branch no test takes is one whose first
run is in production.

## Improve

Run the tests with `coverage run --branch`, look at the branches that are missed in this module, and add a test of the
function itself for each: no client, no database, one case per outcome. Aim at 80 to 90 %; the last tenth costs more than
it gives. What was executed is known only after a run of the tests (`--run-tests`) or from a coverage file that is newer
than the code.

## When not to apply

Modules of the web, data, schema and settings layers are left out: the layer is inferred from what a module imports and
defines.

## Read

- [Branch coverage measurement](https://coverage.readthedocs.io/en/latest/branch.html)
- [pytest-cov](https://pytest-cov.readthedocs.io/en/latest/)

```python bad app/main.py
from fastapi import FastAPI

from app.prices import price

app = FastAPI()


@app.get("/price")
def read_price(quantity: int) -> int:
    return price(quantity)
```

```python bad app/prices.py
def price(quantity: int) -> int:
    if quantity > 100:
        return quantity * 8
    if quantity > 10:
        return quantity * 9
    return quantity * 10
```

A module that only declares has nothing that a test could miss:

```python good app/ports.py
from typing import Protocol


class Prices(Protocol):
    def price(self, quantity: int) -> int: ...
```

```python good tests/test_prices.py
from tests.fakes import FakePrices


def test_price() -> None:
    assert FakePrices().price(1) == 10
```

```python unknown app/prices.py
def price(quantity: int) -> int:
    return quantity * (9 if quantity > 10 else 10)
```

```python unknown tests/test_prices.py
from app.prices import price


def test_price() -> None:
    assert price(1) == 10
```
"""

from fastreview.api import (
    Confidence,
    Found,
    Function,
    Hit,
    Met,
    Module,
    NotApplicable,
    Project,
    Rung,
    Unknown,
    check,
    syntax,
)
from fastreview_checks.knowledge.testing.route_tests import RUN, app_place


@check("TST004", dimension="testing", level=2, gate=True, each=Module, effort="days")
def business_logic_coverage(module: Module, project: Project) -> Found:
    if project.layer(module) != "business":
        raise NotApplicable("the module is not of the business layer")
    if all(_declares(function) for function in module.functions):
        return
    if not project.tests:
        said = f"No test executes `{module.name}`, as there are no tests. Begin with its branches."
        yield Hit(app_place(project), said, "no tests")
        return
    run = project.test_run
    shares = run.share_of([module])
    if shares is None:
        raise Unknown(run.why_missing or f"no test was run ({RUN})")
    if not shares.lines + shares.branches:
        raise NotApplicable("the module has nothing to execute")
    share = round(100 * shares.share)
    what = f"{shares.branches_executed} of {shares.branches} branches" if shares.branches else "lines only"
    if share < project.limits["TST004.coverage"]:
        if run and not run.is_complete:
            raise Unknown("not every test could be run, so what is not executed may be")
        yield Hit(
            module.place,
            f"The tests execute {share} % of this business module ({what}), by {_origin(run.coverage_origin)}. Test the "
            f"branches that are missed, until {project.limits['TST004.coverage']:.0f} % are reached.",
            confidence=Confidence.CERTAIN,
        )
    else:
        yield Met(module.place, f"The tests execute {share} % of this business module.", Rung.EXERCISED)


def _declares(function: Function) -> bool:
    """Whether its body is left to others: an ellipsis, ``pass``, ``raise NotImplementedError``."""
    return all(
        isinstance(stmt, syntax.Word | syntax.Raise)
        or (isinstance(stmt, syntax.Do) and isinstance(stmt.value, str | syntax.Opaque))
        for stmt in function.body
    )


def _origin(origin: str) -> str:
    return "a run of the tests" if origin == "run" else f"the coverage data in `{origin}`"

"""No property-based tests

Examples prove what their author thought of. Validation fails on what nobody thought of: an empty list, a surrogate pair, a
date in the year 1, an amount of -0.0. Tests that generate input find those, shrink them to the smallest case, and keep it.

## Improve

Add Hypothesis to the tests of validators, parsers and calculations (`@given`), or let Schemathesis send what the OpenAPI
document allows and check that no answer is a 500 or breaks its own schema. A dependency that no
test uses proves nothing.

## Read

- [Hypothesis](https://hypothesis.readthedocs.io/en/latest/)
- [Schemathesis with pytest](https://schemathesis.readthedocs.io/en/stable/)
- [Pydantic and Hypothesis](https://hypothesis.readthedocs.io/en/latest/reference/strategies.html#hypothesis.strategies.builds)

```toml bad
[project]
name = "shop"
dependencies = ["fastapi"]

[dependency-groups]
dev = ["hypothesis", "pytest"]
```

```python bad tests/test_price.py
from app.main import price


def test_price() -> None:  # finding
    assert price(2) == 20
```

```python fixed tests/test_price.py
from hypothesis import given
from hypothesis import strategies as st

from app.main import price


@given(st.integers(min_value=1, max_value=1_000))
def test_more_costs_more(quantity: int) -> None:
    assert price(quantity) < price(quantity + 1)
```

```python good tests/test_contract.py
import schemathesis

from app.main import app

schema = schemathesis.openapi.from_asgi("/openapi.json", app)


@schema.parametrize()
def test_contract(case: schemathesis.Case) -> None:
    case.call_and_validate()
```

Schemathesis as a program, in the pipeline:

```yaml good .github/workflows/ci.yml
on: [pull_request]
jobs:
  contract:
    runs-on: ubuntu-latest
    steps:
      - run: uvicorn app.main:app &
      - run: schemathesis run http://localhost:8000/openapi.json
```
"""

import re
from collections.abc import Iterator

from fastreview.api import External, Found, Hit, Met, Place, Project, Rung, check, syntax

# The decorators that make a test generate its input; what schemathesis is asked for is recognised by its import.
DECORATORS = re.compile(r"^(?:hypothesis\.given|hypothesis\.stateful\.\w+|schemathesis\..*)$")
PROGRAM = re.compile(r"(?:^|[\s/\"'])(?:schemathesis|st)\s+run\b|schemathesis/action|\bcats\s+--contract\b")


@check("TST010", dimension="testing", level=3, credit=2, effort="days", sharpens="TST001")
def property_based(project: Project) -> Found:
    place = next(_tests(project), None)
    if place is not None:
        yield Met(place, "Tests generate their input.", Rung.EXERCISED)
        if any("schemathesis" in c.text or PROGRAM.search(c.text) for c in project.pipeline_commands):
            yield Met(place, "The contract is tested in the pipeline.", Rung.ENFORCED)
        return
    for command in project.pipeline_commands:
        if PROGRAM.search(command.text):
            yield Met(command.place, "The pipeline sends generated requests to the service.", Rung.ENFORCED)
            return
    yield Hit(
        project.tests[0].place if project.tests else project.place,
        "No test generates its input, so validation is tried only on examples that somebody thought of. Add Hypothesis to the "
        "tests of validators and calculations, or Schemathesis to those of the API.",
    )


def _tests(project: Project) -> Iterator[Place]:
    for module in project.modules:
        if module.kind != "test":
            continue
        libraries = {i.module.partition(".")[0] for i in module.facts.imports if not i.typing_only}
        if libraries.isdisjoint({"hypothesis", "schemathesis"}):
            continue
        for function in module.functions:
            for decorator in function.facts.decorators:
                called = decorator.func if isinstance(decorator, syntax.Call) else decorator
                value = project.values.of(called, module)
                name = value.name if isinstance(value, External) else ""
                if DECORATORS.search(name) or (
                    "schemathesis" in libraries and syntax.written(called).endswith(".parametrize")
                ):
                    yield function.place
        for cls in module.classes:
            if any(base.startswith("hypothesis.stateful.") for base in cls.ancestry.external):
                yield cls.place

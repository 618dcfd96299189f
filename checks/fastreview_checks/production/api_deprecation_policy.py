"""Changes of the contract go unseen

Clients break when a field disappears or becomes required, and reviewers do not see that in a diff of Python. Who calls a
route that is on its way out learns it from the documentation, if the route is marked there.

## Improve

Compare the OpenAPI document with that of the target branch in the pipeline (oasdiff), or keep a snapshot of it and let a test
compare. Mark routes that will go with `deprecated=True`.

## Read

- [oasdiff: breaking changes](https://github.com/oasdiff/oasdiff/blob/main/docs/BREAKING-CHANGES.md)
- [FastAPI: deprecate a path operation](https://fastapi.tiangolo.com/tutorial/path-operation-configuration/#deprecate-a-path-operation)
- [Schemathesis](https://schemathesis.readthedocs.io/en/stable/)

```python bad app/main.py
from fastapi import FastAPI

app = FastAPI()  # finding


@app.get("/items")
def items() -> list[str]:
    return []
```

```python fixed app/main.py
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
def items() -> list[str]:
    return []
```

```yaml fixed .github/workflows/ci.yml
on: [pull_request]
jobs:
  contract:
    runs-on: ubuntu-latest
    steps:
      - run: oasdiff breaking --fail-on ERR before.json openapi.json
```

A route that is called deprecated, and not marked so:

```python bad app/main.py
from fastapi import FastAPI

app = FastAPI()


@app.get("/things")
def things() -> list[str]:  # finding
    \"\"\"Deprecated: use /items.\"\"\"
    return []
```

```yaml bad .github/workflows/ci.yml
on: [pull_request]
jobs:
  contract:
    runs-on: ubuntu-latest
    steps:
      - run: oasdiff breaking --fail-on ERR before.json openapi.json
```

A test that compares does as well, where the pipeline runs it:

```python good app/main.py
from fastapi import FastAPI

app = FastAPI()


@app.get("/items", deprecated=True)
def items() -> list[str]:
    return []
```

```python good tests/test_contract.py
import json
from pathlib import Path

from app.main import app


def test_openapi_is_the_published_one() -> None:
    assert app.openapi() == json.loads(Path("openapi.json").read_text())
```

```yaml good .github/workflows/ci.yml
on: [pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pytest
```
"""

from fastreview.api import App, Found, Hit, Met, NotApplicable, Project, Related, Rung, check
from fastreview_checks.knowledge.health import stands_beside
from fastreview_checks.knowledge.production.contract_changes import contract_runs, contract_tests, unmarked
from fastreview_checks.knowledge.unread_routes import without_routes


@check("PRD020", dimension="production", level=3, credit=1, each=App, effort="hours")
def api_deprecation_policy(app: App, project: Project) -> Found:
    if not any(route.is_api for route in app.routes):
        raise without_routes(project, "the app has no routes of an API")
    if stands_beside(app, project):
        raise NotApplicable("a small app beside the service's own")
    open_ones = list(unmarked(app))
    run = next(contract_runs(project), None)
    if open_ones:
        first, *others = open_ones
        yield Hit(
            first.place,
            f"{first.key} is called deprecated in the code and not marked so, so its callers do not learn it from the "
            "documentation. Give it `deprecated=True`.",
            symbol="unmarked",
            related=tuple(Related(route.place, f"{route.key} too") for route in others),
        )
    if run is None:
        kept = next(contract_tests(project), None)
        how = (
            "a test compares the OpenAPI document, and no pipeline runs it"
            if kept
            else "nothing compares the OpenAPI document"
        )
        yield Hit(
            app.place,
            f"A change that breaks clients would be merged unseen: {how} when code changes. Check it in the pipeline, by a tool "
            "or a snapshot.",
            symbol="contract",
            related=(Related(kept, "the test"),) if kept else (),
        )
    elif not open_ones:
        yield Met(run, "Changes of the contract are seen in the pipeline.", Rung.ENFORCED)

"""Tests that do not notice a missing guard

A test suite is there to fail when something is lost. Here a guard was taken out of a copy of the service, one at a time: a
permission check, an auth dependency, a validator, a response model. Where every test that runs through the place still
passes, the guard can be lost in any refactoring, and nobody will know before its absence is used.

## Improve

Write the test that the guard asks for: a request without credentials or with somebody else's that wants 401 or 403, a body
that the validator refuses and that wants 422. Then take the guard out by hand and see the test fail.

## When not to apply

Only guards that some passing test touches are tried; code that no test reaches is a matter of coverage. A guard that stands
twice (in the dependency and in the service) can lose one of its halves: then one of them is enough.

## Read

- [FastAPI: testing](https://fastapi.tiangolo.com/tutorial/testing/)
- [OWASP: testing for bypassing authorization](https://owasp.org/www-project-web-security-testing-guide/latest/4-Web_Application_Security_Testing/05-Authorization_Testing/02-Testing_for_Bypassing_Authorization_Schema)

```python bad
from fastapi import FastAPI, Header, HTTPException

app = FastAPI()


@app.delete("/orders/{number}")
def delete(number: int, role: str = Header("")) -> None:
    if role != "admin":  # finding
        raise HTTPException(403)
```

```json bad facts/tests.json
{
  "ran": true, "trials_possible": 1,
  "trials": [{"kind": "permission-check", "path": "app/main.py", "line": 8, "removed": "role != \\"admin\\"",
              "subject": "DELETE /orders/{number}", "outcome": "survived", "tests": 3}]
}
```

```python fixed
from fastapi import FastAPI, Header, HTTPException

app = FastAPI()


@app.delete("/orders/{number}")
def delete(number: int, role: str = Header("")) -> None:
    if role != "admin":
        raise HTTPException(403)
```

```json fixed facts/tests.json
{
  "ran": true, "trials_possible": 1,
  "trials": [{"kind": "permission-check", "path": "app/main.py", "line": 8, "removed": "role != \\"admin\\"",
              "subject": "DELETE /orders/{number}", "outcome": "caught",
              "caught_by": "tests/test_orders.py::test_customers", "tests": 4}]
}
```

A run without `--thorough` takes nothing out:

```python unknown
from fastapi import FastAPI

app = FastAPI()
```

```json unknown facts/tests.json
{"ran": true}
```
"""

from fastreview.api import Confidence, Found, Hit, Met, Probe, Project, Side, Unknown, check

KINDS = {
    "permission-check": "The check",
    "auth-dependency": "The dependency",
    "validator": "The validator",
    "response-model": "The response model",
}


@check("TST016", dimension="testing", level=3, gate=True, each=Probe, needs=(Side.SOURCE, Side.TESTS), effort="days")
def toothless_tests(probe: Probe, project: Project) -> Found:
    trial = probe.trial
    if trial is None:
        raise Unknown(
            project.test_run.facts.trials_reason or "whether a test notices a missing guard: run with --thorough"
        )
    if trial.outcome == "unknown":
        raise Unknown(trial.reason or "the trial did not come to an end")
    if trial.outcome == "caught":
        yield Met(probe.place, f"without `{trial.removed}` {trial.caught_by} fails")
        return
    tests = f"all {trial.tests} tests that touch it" if trial.tests > 1 else "the one test that touches it"
    yield Hit(
        probe.place,
        f"{KINDS[trial.kind]} `{trial.removed}` ({trial.subject}) was taken out of a copy, and {tests} still passed: it can be "
        "lost without notice. Add a test that fails without it.",
        symbol=trial.removed,
        confidence=Confidence.LIKELY,
    )

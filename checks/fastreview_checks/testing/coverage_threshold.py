"""No coverage threshold

Coverage that is only printed goes down by a little with every change that comes without tests, and nobody sees when. A
threshold that fails the pipeline makes new code without tests a decision.

## Improve

Set `fail_under` in the configuration of coverage.py, at what is reached today, and measure in CI (`pytest --cov`, or
`coverage report`). Raise it when the figure has risen.

## When not to apply

A service that reports to Codecov or a like service which fails pull requests needs no second threshold.

## Read

- [coverage.py: fail_under](https://coverage.readthedocs.io/en/latest/config.html#report-fail-under)
- [pytest-cov: --cov-fail-under](https://pytest-cov.readthedocs.io/en/latest/config.html)

```toml bad
[tool.coverage.report]
show_missing = true
```

```yaml bad .github/workflows/ci.yml
on: [pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pytest --cov=app  # finding
```

```toml fixed
[tool.coverage.report]
show_missing = true
fail_under = 85
```

```yaml fixed .github/workflows/ci.yml
on: [pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pytest --cov=app
```

A threshold that no pipeline asks for stops nobody:

```toml bad
[tool.coverage.report]  # finding
fail_under = 85
```

```yaml bad .github/workflows/ci.yml
on: [pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pytest
```

```yaml good .github/workflows/ci.yml
on: [pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: coverage run -m pytest
      - run: coverage report --fail-under=90
```
"""

from fastreview.api import Found, Hit, Met, Project, Rung, Side, check
from fastreview_checks.knowledge.testing.coverage_runs import asked, by_service, configured, measured


@check("TST013", dimension="testing", level=2, credit=1, needs=(Side.FILES,), effort="minutes", sharpens="TST001")
def coverage_threshold(project: Project) -> Found:
    in_pipeline = next((c for c in (*asked(project), *by_service(project)) if c.on_changes and not c.may_fail), None)
    if in_pipeline is not None:
        yield Met(in_pipeline.place, "The pipeline fails when coverage falls below a threshold.", Rung.ENFORCED)
        return
    threshold = configured(project)
    runs = list(measured(project))
    enforcing = next((c for c in runs if c.on_changes and not c.may_fail), None)
    if threshold is None:
        place = runs[0].place if runs else project.tests[0].place if project.tests else project.place
        said = "Coverage is measured without a threshold" if runs else "Coverage has no threshold"
        yield Hit(
            place,
            f"{said}, so it falls unseen with every change that comes without tests. Set `fail_under` at what is reached "
            "today.",
        )
    elif enforcing is None:
        yield Hit(
            threshold,
            "A threshold is configured, but no pipeline measures coverage on changes, so nobody is stopped by it. Run the "
            "tests with coverage there.",
        )
    else:
        yield Met(enforcing.place, "The pipeline fails when coverage falls below a threshold.", Rung.ENFORCED)

"""Vulnerable dependencies go unnoticed

Most of what a service runs was written by others, and flaws in it are published with instructions. Without an audit
nobody hears that a version in the lock file is one of them; without a bot, updates pile up until they are too many to
review, and the fix for an urgent one waits behind them.

## Improve

Run `pip-audit` against the lock file in CI and let it fail, and configure Dependabot or Renovate for the Python packages,
with small grouped updates.

## When not to apply

Both may be done outside of the repository, by the platform: then the report cannot know. Waive it with a note that says
where.

## Read

- [pip-audit](https://github.com/pypa/pip-audit)
- [Dependabot: options for updates](https://docs.github.com/en/code-security/dependabot/working-with-dependabot/dependabot-options-reference)
- [OWASP: vulnerable dependency management](https://cheatsheetseries.owasp.org/cheatsheets/Vulnerable_Dependency_Management_Cheat_Sheet.html)

```yaml bad .github/workflows/ci.yml
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pip install pip-audit
      - run: pytest
```

```yaml bad .github/dependabot.yml
version: 2  # finding
updates:
  - package-ecosystem: pip
    directory: /
    schedule:
      interval: weekly
```

```yaml fixed .github/workflows/ci.yml
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pytest
      - run: uvx pip-audit -r requirements.txt
```

```yaml fixed .github/dependabot.yml
version: 2
updates:
  - package-ecosystem: pip
    directory: /
    schedule:
      interval: weekly
```

An audit whose failure nobody hears of:

```yaml bad .github/workflows/ci.yml
on: [push]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - run: pip-audit || true  # finding
```

```json bad renovate.json
{"extends": ["config:recommended"]}
```
"""

from fastreview.api import Found, Hit, Met, Place, Project, Rung, Side, check
from fastreview_checks.knowledge.security.supply_chain import audit_runs, partial_bot, update_bot


@check("SEC018", dimension="security", level=3, gate=True, needs=(Side.FILES,), effort="hours")
def dependency_audit(project: Project) -> Found:
    audits = list(audit_runs(project))
    enforced = next((audit for audit in audits if not audit.may_fail), None)
    bot = update_bot(project)
    if enforced is not None and bot is not None:
        yield Met(
            enforced.place, "CI audits dependencies for known vulnerabilities, and a bot updates them.", Rung.ENFORCED
        )
    elif enforced is not None:
        beside = " for Python packages: Dependabot is told of others only" if partial_bot(project) else ""
        yield Hit(
            partial_bot(project) or enforced.place,
            f"Partial: CI audits dependencies, but no bot proposes updates{beside}. Configure Dependabot or Renovate.",
        )
    elif audits:
        yield Hit(
            audits[0].place,
            "Partial: the audit of dependencies may fail without anybody hearing of it"
            f"{'' if bot else ', and no bot proposes updates'}. Let it fail the pipeline.",
        )
    elif bot is not None:
        yield Hit(
            bot,
            "Partial: a bot proposes updates, but nothing in CI says that a dependency has a known vulnerability. Run "
            "pip-audit there.",
        )
    else:
        yield Hit(
            Place(""),
            "Nothing tells of vulnerable dependencies: no audit in CI and no bot that proposes updates. Run pip-audit in CI "
            "and configure Dependabot or Renovate.",
        )

"""Framework version that gets no fixes

FastAPI, Starlette and Pydantic are what every request passes through. Old versions have published weaknesses that a single
request can use, and stay away from newer Python versions and libraries; the longer they stay, the more has to change at
once. Deprecation warnings at import say what the next version will break.

## Improve

Raise the versions in the lock file step by step, with the release notes at hand, and let a bot propose each new one. Treat
deprecation warnings as errors in the tests.

## Read

- [FastAPI versions](https://fastapi.tiangolo.com/deployment/versions/)
- [Pydantic version policy](https://docs.pydantic.dev/latest/version-policy/)
- [Starlette: release notes](https://starlette.dev/release-notes/)

```python bad app/main.py
from fastapi import FastAPI

app = FastAPI()
```

```text bad requirements.txt
fastapi==0.68.0  # finding
pydantic==1.8.2  # finding
```

```python good app/main.py
from fastapi import FastAPI

app = FastAPI()
```

```text good requirements.txt
fastapi==0.116.1
pydantic==2.11.7
```

```python unknown app/main.py
from fastapi import FastAPI

app = FastAPI()
```

```text unknown requirements.txt
fastapi
```
"""

import re

from fastreview.api import Confidence, Found, Hit, Met, NotApplicable, Project, Rung, Unknown, check
from fastreview_checks.knowledge.core.versions import LEAST, known, parts

_OUTDATED = re.compile(r"\b(?:\w*Deprecat\w*Warning|PydanticDeprecatedSince\d+|StarletteDeprecationWarning)\b")


@check("COR028", dimension="core", level=2, credit=2, effort="hours")
def version_drift(project: Project) -> Found:
    if not project.apps:
        raise NotApplicable("the project creates no app")
    found = {package: version for package in LEAST if (version := known(project, package)) is not None}
    if not found:
        raise Unknown("a lock file, pinned versions or the imported app")
    fine = True
    for package, version in found.items():
        least = LEAST[package]
        if parts(version.version) < parts(least.version):
            fine = False
            yield Hit(
                version.place,
                f"The service runs on {package} {version.version}, older than {least.version}: {least.why}. Raise it.",
                symbol=package,
                confidence=Confidence.CERTAIN,
            )
    warned = [text for text in (project.facts.probe.warnings if project.facts.probe else ()) if _OUTDATED.search(text)]
    if warned:
        fine = False
        yield Hit(
            project.apps[0].place,
            f"Importing the app raises {len(warned)} deprecation warning{'s' if len(warned) > 1 else ''}, the first one "
            f"`{warned[0].splitlines()[0][:120]}`. The next version breaks what they name: change it before.",
            symbol="warnings",
        )
    if fine:
        named = ", ".join(f"{package} {version.version}" for package, version in found.items())
        rung = Rung.EXERCISED if project.facts.probe is not None else Rung.CONFIGURED
        yield Met(next(iter(found.values())).place, f"The framework's versions get fixes: {named}.", rung=rung)

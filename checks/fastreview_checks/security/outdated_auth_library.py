"""Authentication library that nobody keeps up

Libraries that sign tokens and hash passwords are where a flaw costs most, and where attackers look first. One without
releases gets no fix when the next flaw is found, and holds back the versions of Python and of what it builds on.

## Improve

Move to a library that is kept up: PyJWT or joserfc for tokens, pwdlib or argon2-cffi for passwords. pwdlib reads hashes of
Argon2 and bcrypt as they are, so that nobody has to set a new password.

## When not to apply

What is only declared for tests is left out, and what is declared and never imported is shown, not counted.

## Read

- [FastAPI: OAuth2 with password hashing and JWT](https://fastapi.tiangolo.com/tutorial/security/oauth2-jwt/)
- [PyJWT](https://pyjwt.readthedocs.io/en/stable/)
- [pwdlib](https://frankie567.github.io/pwdlib/)

```toml bad pyproject.toml
[project]
name = "shop"
version = "1"
dependencies = [
    "fastapi",
    "python-jose[cryptography]>=3.3",  # finding
    "passlib[bcrypt]",  # finding
]
```

```python bad app/main.py
from fastapi import FastAPI
from jose import jwt
from passlib.context import CryptContext

app = FastAPI()
```

```toml fixed pyproject.toml
[project]
name = "shop"
version = "1"
dependencies = ["fastapi", "pyjwt", "pwdlib[argon2]"]
```

```python fixed app/main.py
import jwt
from fastapi import FastAPI
from pwdlib import PasswordHash

app = FastAPI()
```

Imported, and declared nowhere:

```python bad
from fastapi import FastAPI
from passlib.hash import bcrypt  # finding

app = FastAPI()
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()
```
"""

from fastreview.api import Confidence, Found, Hit, Met, NotApplicable, Place, Project, Side, check
from fastreview_checks.knowledge.security.auth_libraries import IMPORTED_AS, MAINTAINED, OUTDATED

_ASIDE = frozenset({"dev", "test", "tests", "testing", "docs", "lint", "typing"})


@check("SEC019", dimension="security", level=2, credit=1, needs=(Side.FILES,), effort="hours")
def outdated_auth_library(project: Project) -> Found:
    imported = _imports(project)
    declared = [r for r in project.facts.files.requirements if r.group not in _ASIDE]
    told: set[str] = set()
    for requirement in declared:
        name = requirement.name
        if name in OUTDATED and name not in told:
            told.add(name)
            used = _module(name) in imported
            yield _hit(name, Place(requirement.path, requirement.line), used=used)
    for name in OUTDATED:
        place = imported.get(_module(name))
        if place is not None and name not in told and not any(_module(one) == _module(name) for one in told):
            told.add(name)
            yield _hit(name, place, used=True)
    kept = next((r for r in declared if r.name in MAINTAINED), None)
    if kept is not None:
        yield Met(Place(kept.path, kept.line), f"Authentication builds on {kept.name}, which is kept up.")
    elif not told and "fastapi.security" not in imported:
        raise NotApplicable("no library for tokens, passwords or logins is used")


def _hit(name: str, place: Place, *, used: bool) -> Hit:
    wrong, instead = OUTDATED[name]
    return Hit(
        place,
        f"{name} {wrong}. Move to {instead}.",
        symbol=name,
        confidence=Confidence.LIKELY if used else Confidence.POSSIBLE,
    )


def _module(name: str) -> str:
    return IMPORTED_AS.get(name, name.replace("-", "_"))


def _imports(project: Project) -> dict[str, Place]:
    """Top-level packages that the service imports, and `fastapi.security`, with the first place of each."""
    found: dict[str, Place] = {}
    for module in project.service_modules:
        for one in module.facts.imports:
            if one.level == 0:
                package = one.module.partition(".")[0]
                if package not in found:
                    found[package] = Place(module.path, one.line)
                if package == "fastapi" and one.module.startswith("fastapi.security"):
                    found.setdefault("fastapi.security", Place(module.path, one.line))
    return found

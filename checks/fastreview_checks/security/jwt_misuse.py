"""Token that proves too little

A JWT is only worth what its verification proves. A token that is decoded without checking the signature can be written
by anybody; where the token itself chooses the algorithm, a forger chooses it; and a token that never expires stays a key
to the account after logout, role change and theft.

## Improve

Decode with the key and a fixed list of algorithms, leave the `verify_...` options on, put `exp` into every token that
is issued, and require it: `options={"require": ["exp"]}`.

## When not to apply

Reading the header to choose a key (`get_unverified_header`) is fine before a verified decode, and so is skipping the
audience where there is none. A second, unverified look into a token beside a verified one is shown, and not counted.

## Read

- [FastAPI: OAuth2 with JWT tokens](https://fastapi.tiangolo.com/tutorial/security/oauth2-jwt/)
- [PyJWT: usage](https://pyjwt.readthedocs.io/en/stable/usage.html)
- [RFC 8725: JSON Web Token best current practices](https://www.rfc-editor.org/rfc/rfc8725)

```python bad
import jwt

from app.config import settings


def issue(user_id: int) -> str:
    claims = {"sub": str(user_id)}
    return jwt.encode(claims, settings.key, algorithm="HS256")  # finding


def read(token: str) -> dict[str, str]:
    header = jwt.get_unverified_header(token)
    return jwt.decode(token, settings.key, algorithms=[header["alg"]])  # finding
```

```python bad
import jwt


def who(token: str) -> str:
    claims = jwt.decode(token, options={"verify_signature": False})  # finding
    return claims["sub"]
```

```python fixed
from datetime import UTC, datetime, timedelta

import jwt

from app.config import settings


def issue(user_id: int) -> str:
    claims = {"sub": str(user_id), "exp": datetime.now(UTC) + timedelta(minutes=15)}
    return jwt.encode(claims, settings.key, algorithm="HS256")


def who(token: str) -> str:
    claims = jwt.decode(token, settings.key, algorithms=["HS256"], options={"require": ["exp", "sub"]})
    return claims["sub"]
```

The expiry may be added on the way:

```python good
from datetime import UTC, datetime, timedelta

from jose import jwt

from app.config import settings


def issue(data: dict[str, str]) -> str:
    claims = data.copy()
    claims.update({"exp": datetime.now(UTC) + timedelta(minutes=15)})
    return jwt.encode(claims, settings.key)
```

Claims that are read past what the library verifies:

```python bad
import base64
import json

from authlib.jose import jwt
from fastapi import FastAPI

app = FastAPI()


@app.get("/a")
def signed(token: str, key: str) -> str:
    claims = jwt.decode(token, key)  # finding
    return claims["sub"]


@app.get("/b")
def by_hand(token: str) -> str:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=="))["sub"]  # finding


def issue(user: str, key: str) -> bytes:
    return jwt.encode({"alg": "HS256"}, {"sub": user}, key)  # finding
```

```python good
from authlib.jose import JWTClaims, jwt
from fastapi import FastAPI

app = FastAPI()


@app.get("/a")
def validated(token: str, key: str) -> str:
    claims = jwt.decode(token, key)
    claims.validate()
    return claims["sub"]


@app.get("/b")
def compared(token: str, key: str, now: float) -> str | None:
    claims = jwt.decode(token, key)
    return claims["sub"] if now < claims.get("exp", 0) else None


def decoded(token: str, key: str) -> JWTClaims:
    return jwt.decode(token, key)


def issue(user: str, key: str, at: int) -> bytes:
    return jwt.encode({"alg": "HS256"}, {"sub": user, "exp": at}, key)
```
"""

from fastreview.api import CallSite, Confidence, External, Found, Hit, Met, NotApplicable, Project, check
from fastreview_checks.knowledge.programs import served as imported_by_apps
from fastreview_checks.knowledge.security.claims import (
    BY_HAND,
    UNVERIFIED_READERS,
    VALIDATED_LATER,
    claims_fault,
    read_by_hand,
)
from fastreview_checks.knowledge.security.jwt import DECODERS, ENCODERS, decoding_fault, names_nobody, never_expires

_LIBRARIES = frozenset({"jwt", "jose", "authlib", "joserfc"})


@check("SEC004", dimension="security", level=1, never=True, effort="hours")
def jwt_misuse(project: Project) -> Found:
    decodes, encodes = _calls(project, DECODERS), _calls(project, ENCODERS)
    others = _calls(project, VALIDATED_LATER | UNVERIFIED_READERS)
    by_hand = list(read_by_hand(project))
    if not decodes and not encodes and not others and not by_hand:
        raise NotApplicable("no JWT is issued or read")
    faults = [(site, decoding_fault(site, library)) for site, library in decodes]
    faults += [(site, claims_fault(site, library)) for site, library in others]
    sound = next((site for site, fault in faults if fault is None), None)
    faults += [(site, BY_HAND) for site in by_hand]
    for site, fault in faults:
        if fault is not None:
            # Many look into a token first and verify it elsewhere: only where nothing ever does is it certain enough.
            # Nor has a client that reads its own token a key to verify it with.
            outside = bool(project.apps) and site.place.path not in imported_by_apps(project)
            doubtful = fault.doubtful or (fault.unverified and (sound is not None or outside))
            yield Hit(
                site.place,
                f"{fault.text} Verify with the key and a fixed list of algorithms.",
                symbol=site.code.qualname,
                confidence=Confidence.POSSIBLE if doubtful else Confidence.LIKELY,
            )
    for site, library in encodes:
        if never_expires(site, library, project):
            yield Hit(
                site.place,
                f"The token that `{site.code.qualname}` issues has no `exp` claim: whoever gets hold of it keeps access for "
                "ever. Put an expiry into the claims.",
                symbol=site.code.qualname,
                confidence=Confidence.POSSIBLE if names_nobody(site, library) else Confidence.LIKELY,
            )
    if sound is not None:
        yield Met(sound.place, "Tokens are verified with a fixed list of algorithms.")


def _calls(project: Project, names: frozenset[str]) -> list[tuple[CallSite, str]]:
    """Calls of these library functions by the service."""
    found = []
    for module in project.service_modules:
        if _LIBRARIES.isdisjoint(module.imported) or not any(
            i.module.partition(".")[0] in _LIBRARIES for i in module.facts.imports
        ):
            continue
        for code in module.codes():
            for site in code.calls:
                target = project.values.target(site)
                if isinstance(target, External) and target.name in names:
                    found.append((site, target.name))
    return found

"""TLS certificates are not verified

With verification off, the connection is encrypted to whoever answers. Anyone on the way (a hijacked DNS entry, a proxy, a
neighbour in the cluster) can read and change what is sent, credentials included, and nothing will look wrong.

## Improve

Leave verification on. For a private certificate authority pass its certificate: `verify=ssl.create_default_context(
cafile=...)`, or add it to the trust store of the image.

## When not to apply

A switch that settings own (`verify=settings.verify_tls`) is a decision of whoever operates the service. Connections to
the same machine are shown, and not counted. Neither are mail servers that `smtplib` and its like are given without a context:
they verify nothing then, but the server may stand beside the service.

## Read

- [HTTPX: SSL](https://www.python-httpx.org/advanced/ssl/)
- [Python: ssl security considerations](https://docs.python.org/3/library/ssl.html#ssl-security)

```python bad
import httpx

client = httpx.AsyncClient(base_url="https://partner.example.com", verify=False)  # finding
```

```python bad
import ssl

context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE  # finding
```

```python fixed
import ssl

import httpx

context = ssl.create_default_context(cafile="/etc/ssl/partner.pem")
client = httpx.AsyncClient(base_url="https://partner.example.com", verify=context)
```

```python good
import httpx

from app.config import settings

client = httpx.AsyncClient(verify=settings.verify_tls)
```
"""

import re

from fastreview.api import CallSite, Confidence, External, Found, Hit, Project, check, syntax
from fastreview_checks.knowledge.security.tls import (
    CERTIFICATE_DEMANDS,
    CONTEXTS,
    UNVERIFIED_BY_DEFAULT,
    UNVERIFIED_OPTIONS,
)
from fastreview_checks.knowledge.security.unverified import switches, unverified

_SAME_MACHINE = re.compile(r"localhost|127\.0\.0\.1|\[::1\]")


@check("SEC016", dimension="security", level=1, never=True, effort="hours")
def tls_verification_off(project: Project) -> Found:
    for code in project.mentions("environ"):
        for place, name in switches(code):
            yield Hit(
                place,
                f"`{name}` is set for the whole process: from then on nothing insists on an encrypted connection. Set it where "
                "somebody develops, never in the code of the service.",
                symbol=name,
                confidence=Confidence.POSSIBLE,
            )
    for code in project.mentions(*UNVERIFIED_OPTIONS, *CERTIFICATE_DEMANDS, *CONTEXTS, "CERT_NONE"):
        for place, what, meant in unverified(code, project):
            yield Hit(
                place,
                f"`{what}` accepts any certificate, so whoever is on the way can read and change what is sent. Verify it, "
                "against your own authority's certificate where that is what signed it.",
                symbol=code.qualname,
                confidence=Confidence.POSSIBLE if meant else Confidence.LIKELY,
            )
    for site in project.calls(*(name.rpartition(".")[2] for name in UNVERIFIED_BY_DEFAULT)):
        if (given := _without_context(site, project)) is not None:
            yield Hit(
                site.place,
                f"`{site.call.method}` verifies no certificate where it is given no context: whoever is on the way reads the "
                f"password. Pass `{given}=ssl.create_default_context()`, unless the server is one of your own.",
                symbol=site.code.qualname,
                confidence=Confidence.POSSIBLE,
            )


def _without_context(site: CallSite, project: Project) -> str | None:
    """The keyword that is missing, where a call of the standard library verifies nothing without it."""
    target = project.values.target(site)
    keyword, position = UNVERIFIED_BY_DEFAULT.get(target.name if isinstance(target, External) else "", ("", 0))
    given = site.call.argument(position, keyword)
    spread = any(not k.name for k in site.call.keywords)
    here = any(isinstance(a, str) and _SAME_MACHINE.search(a) for a in site.call.args)
    return keyword if keyword and isinstance(given, syntax.Missing | None) and not spread and not here else None

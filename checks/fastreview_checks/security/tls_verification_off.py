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
from collections.abc import Iterator

from fastreview.api import CallSite, Code, Confidence, External, Found, Function, Hit, Place, Project, check, syntax
from fastreview_checks.knowledge.security.tls import CLIENTS, CONTEXTS, UNVERIFIED_BY_DEFAULT, UNVERIFIED_OPTIONS

_SAME_MACHINE = re.compile(r"localhost|127\.0\.0\.1|\[::1\]")
_INSECURE = re.compile(r"insecure|unverified|no_verify", re.IGNORECASE)
_SWITCH = re.compile(r"insecure|verify|skip|ssl|tls|cert|debug|local|dev|test", re.IGNORECASE)


@check("SEC016", dimension="security", level=1, never=True, effort="hours")
def tls_verification_off(project: Project) -> Found:
    for code in project.mentions(*UNVERIFIED_OPTIONS, *CONTEXTS, "CERT_NONE"):
        for place, what, line in (*_calls(code, project), *_assignments(code)):
            yield Hit(
                place,
                f"`{what}` accepts any certificate, so whoever is on the way can read and change what is sent. Verify it, "
                "against your own authority's certificate where that is what signed it.",
                symbol=code.qualname,
                confidence=Confidence.POSSIBLE if _meant(code, line) else Confidence.LIKELY,
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


def _calls(code: Code, project: Project) -> Iterator[tuple[Place, str, int]]:
    for site in code.calls:
        off = [k for k in site.call.keywords if k.name in UNVERIFIED_OPTIONS and k.value is UNVERIFIED_OPTIONS[k.name]]
        if not off and site.call.method not in CONTEXTS:
            continue
        target = project.values.target(site)
        name = target.name if isinstance(target, External) else ""
        if name in CONTEXTS.values():
            yield site.place, name, site.call.line
        elif off and (name.partition(".")[0] in CLIENTS):
            here = any(isinstance(a, str) and _SAME_MACHINE.search(a) for a in site.call.args)
            if not here:
                yield site.place, f"{off[0].name}={off[0].value}", site.call.line


def _assignments(code: Code) -> Iterator[tuple[Place, str, int]]:
    for stmt in code.statements:
        if isinstance(stmt, syntax.Assign) and len(stmt.targets) == 1 and isinstance(stmt.targets[0], syntax.Ref):
            attribute = stmt.targets[0].name
            none = isinstance(stmt.value, syntax.Ref) and stmt.value.last == "CERT_NONE"
            if "." in attribute and attribute.endswith(".verify_mode") and none:
                yield Place(code.module.path, stmt.line), f"{attribute} = CERT_NONE", stmt.line


def _set_again(code: Code, target: str, line: int) -> bool:
    """Whether a later statement of the same function verifies after all, in some of its cases."""
    return target.endswith(".verify_mode") and any(
        isinstance(stmt, syntax.Assign) and stmt.line > line and syntax.written(stmt.targets[0]) == target
        for stmt in code.statements
    )


def _meant(code: Code, line: int) -> bool:
    """Whether it is a switch: under an ``if`` about it, in a function that is called so, or one setting of several."""
    if isinstance(code, Function) and _INSECURE.search(code.name):
        return True
    for stmt in code.statements:
        if isinstance(stmt, syntax.Assign) and stmt.line <= line <= stmt.end_line:
            target = syntax.written(stmt.targets[0])
            if _INSECURE.search(target) or _set_again(code, target, line):
                return True
        if isinstance(stmt, syntax.If) and _SWITCH.search(syntax.written(stmt.test)):
            inside = (s for block in syntax.blocks(stmt) for s in syntax.statements(block))
            if any(
                getattr(s, "line", 0) <= line <= (getattr(s, "end_line", 0) or getattr(s, "line", 0)) for s in inside
            ):
                return True
    return False

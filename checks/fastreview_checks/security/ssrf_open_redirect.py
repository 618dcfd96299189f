"""Address or redirect chosen by the client

A service that fetches the address a client names asks from inside: the metadata of the cloud with its credentials, the
database's admin page, services without a login of their own. A redirect that goes wherever a link says lends the
service's name to phishing, and hands over codes and tokens where it ends a sign-in.

## Improve

Let clients choose among addresses you know. Where they must name one, parse it, allow only `https` and public hosts, check
the resolved address, and follow no redirects. For redirects allow paths of your own, or hosts from settings.

## When not to apply

Addresses that begin with a host of your own are fine whatever follows, and so are values that something checks first.

## Read

- [OWASP: server-side request forgery prevention](https://cheatsheetseries.owasp.org/cheatsheets/Server_Side_Request_Forgery_Prevention_Cheat_Sheet.html)
- [OWASP: unvalidated redirects](https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html)
- [OWASP API7: server-side request forgery](https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/)

```python bad app/main.py
import httpx
from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, HttpUrl

from app.preview import title_of

app = FastAPI()


class Link(BaseModel):
    url: HttpUrl


@app.post("/preview")
async def preview(link: Link) -> str:
    return await title_of(str(link.url))


@app.get("/continue")
async def go_on(next: str) -> RedirectResponse:
    return RedirectResponse(next)  # finding


@app.get("/rates")
async def rates(currency: str) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"https://rates.example.com/{currency}")).text
```

```python bad app/preview.py
import httpx


async def title_of(address: str) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get(address)).text  # finding
```

```python fixed app/main.py
import httpx
from fastapi import FastAPI, HTTPException
from fastapi.responses import RedirectResponse

from app.config import settings

app = FastAPI()


@app.get("/partners/{name}")
async def partner(name: str) -> str:
    async with httpx.AsyncClient() as client:
        return (await client.get(settings.partners[name])).text


@app.get("/continue")
async def go_on(next: str) -> RedirectResponse:
    if not next.startswith("/") or next.startswith("//"):
        raise HTTPException(422)
    return RedirectResponse(next)
```

Taking an address apart is no check of it; holding a part of it against what is allowed is:

```python bad
from urllib.parse import urlparse

import requests
from fastapi import FastAPI

app = FastAPI()


@app.get("/preview")
def preview(url: str) -> dict[str, str]:
    text = requests.get(url, timeout=3).text  # finding
    return {"host": urlparse(url).hostname or "", "text": text}
```

```python good
from urllib.parse import urlparse

import requests
from fastapi import FastAPI, HTTPException

app = FastAPI()


@app.get("/preview")
def preview(url: str) -> str:
    host = urlparse(url).hostname
    if host not in {"example.com", "example.org"}:
        raise HTTPException(400)
    return requests.get(url, timeout=3).text
```
"""

from fastreview.api import Confidence, Found, Hit, Project, Related, check
from fastreview_checks.knowledge.programs import is_program
from fastreview_checks.knowledge.security.sinks import addresses, is_fenced_client
from fastreview_checks.knowledge.taint import Taint, is_checked, is_for_administrators


@check("SEC013", dimension="security", level=2, gate=True, effort="hours")
def ssrf_open_redirect(project: Project) -> Found:
    for site, sink, given in addresses(project):
        source = Taint(project, start=True).of(given, site.code)
        if source is None or is_checked(source, project) or is_fenced_client(site.code) or is_program(site, project):
            continue
        said = f"{source.said[:1].upper()}{source.said[1:]}"
        message = (
            f"{said} decides where the redirect goes: links to this service can lead to any site. Allow paths of your own."
            if sink.kind == "redirect"
            else f"{said} decides which address is fetched: clients reach what only the service can. Check scheme and host "
            "against those you expect."
        )
        start = Related(source.place, f"{source.said} comes from the client")
        way = tuple(Related(place, step) for place, step in source.way)
        yield Hit(
            site.place,
            message,
            symbol=f"{site.code.qualname} {sink.name}",
            related=(start, *way),
            # Who configures the service names the addresses that it talks to.
            confidence=Confidence.POSSIBLE if is_for_administrators(source) else Confidence.LIKELY,
        )

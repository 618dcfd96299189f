"""Outbound call without a timeout

A partner that accepts the connection and then says nothing holds the caller for as long as the operating system lets it:
minutes, or for ever. Each such call keeps a thread, a connection and a request open, and one slow partner takes the whole
service with it. Requests, urllib and the mail clients of the standard library have no limit of their own.

## Improve

Give every call a timeout (`timeout=5`), or make one client with a default and use that. With httpx, leave the default of
five seconds alone or set `httpx.Timeout(...)`; raise it for a slow endpoint instead of switching it off.

## When not to apply

httpx, aiohttp, botocore and the OpenAI client have limits of their own, so that a call without `timeout` is fine there.
A stream whose end nobody knows may switch off the read timeout; keep the one for connecting.

## Read

- [Requests: timeouts](https://requests.readthedocs.io/en/latest/user/advanced/#timeouts)
- [HTTPX: timeouts](https://www.python-httpx.org/advanced/timeouts/)
- [gRPC: deadlines](https://grpc.io/docs/guides/deadlines/)

```python bad
import requests
from fastapi import FastAPI

app = FastAPI()
session = requests.Session()


@app.get("/rates")
def rates() -> dict[str, float]:
    return requests.get("https://rates.example.com").json()  # finding


@app.get("/orders")
def orders() -> list[str]:
    return session.get("https://orders.example.com", timeout=None).json()  # finding
```

```python fixed
import requests
from fastapi import FastAPI

app = FastAPI()
session = requests.Session()


@app.get("/rates")
def rates() -> dict[str, float]:
    return requests.get("https://rates.example.com", timeout=5).json()


@app.get("/orders")
def orders() -> list[str]:
    return session.get("https://orders.example.com", timeout=(3, 10)).json()
```

gRPC sets no deadline either, over whichever channel:

```python bad app/orders.py
import grpc

from app.orders_pb2 import StateRequest
from app.orders_pb2_grpc import OrdersStub


async def states(order_id: str) -> list[str]:
    async with grpc.aio.insecure_channel("orders:50051") as channel:
        stub = OrdersStub(channel)
        first = await stub.State(StateRequest(id=order_id))  # finding
        second = await stub.State(StateRequest(id=order_id), timeout=2)
        return [first.state, second.state, *[event.state async for event in stub.Watch(StateRequest(id=order_id))]]
```

```python bad app/orders_pb2_grpc.py
class OrdersStub:
    def __init__(self, channel):
        self.State = channel.unary_unary("/shop.Orders/State")
        self.Watch = channel.unary_stream("/shop.Orders/Watch")
```

A limit that was there is switched off:

```python bad
import httpx
from fastapi import FastAPI

app = FastAPI()
client = httpx.AsyncClient(timeout=None)  # finding


@app.get("/rates")
async def rates() -> dict[str, float]:
    return (await client.get("https://rates.example.com")).json()
```

The library's own default, and one for all calls of a session:

```python good
import functools

import httpx
import requests
from fastapi import FastAPI

app = FastAPI()
session = requests.Session()
session.request = functools.partial(session.request, timeout=5)


@app.get("/rates")
async def rates() -> dict[str, float]:
    async with httpx.AsyncClient() as client:
        return (await client.get("https://rates.example.com")).json()


@app.get("/orders")
def orders() -> list[str]:
    return session.get("https://orders.example.com").json()
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def root() -> str:
    return "hello"
```
"""

from fastreview.api import CallSite, Class, Confidence, Found, Hit, Instance, Project, check, syntax
from fastreview_checks.knowledge.event_loop.outbound_calls import OutboundCall
from fastreview_checks.knowledge.event_loop.timeouts import STREAMS, SWITCHED_OFF, UNBOUNDED

_TIMEOUTS = frozenset({"httpx.Timeout", "aiohttp.ClientTimeout"})


@check("ASY007", dimension="async", level=1, gate=True, each=OutboundCall, effort="minutes")
def missing_timeout(outbound: OutboundCall, project: Project) -> Found:
    site, name = outbound.site, outbound.name
    waiting = UNBOUNDED.get(name)
    if waiting is not None and not _has_default(site, name, project):
        given = _given(site.call, waiting.names, waiting.position)
        if given is None or isinstance(given, syntax.Missing):
            yield Hit(
                site.place,
                f"This `{outbound.said}` has no timeout. {waiting.what}, so a partner that goes silent holds "
                f"`{site.code.qualname or site.code.module.name}` and whoever waits for it; give it `{waiting.names[0]}=`.",
                confidence=Confidence.POSSIBLE if waiting.possible else Confidence.CERTAIN,
            )
    elif name in SWITCHED_OFF and _is_switched_off(site.call, name):
        yield Hit(
            site.place,
            f"`{name}` is given no limit, where {SWITCHED_OFF[name]} would have had one. A partner that goes silent "
            "holds the request for ever: set a timeout that suits the slowest answer.",
            confidence=Confidence.POSSIBLE if _streams(site) or _stays_here(site) else Confidence.LIKELY,
        )


def _given(call: syntax.Call, names: tuple[str, ...], position: int) -> syntax.Expr | syntax.Missing:
    """The limit of the call; something where it may be among arguments that are not written out."""
    if any(not keyword.name for keyword in call.keywords) or any(isinstance(a, syntax.Starred) for a in call.args):
        return ""
    for name in names:
        given = call.argument(position, name)
        if not isinstance(given, syntax.Missing):
            return given
    return syntax.MISSING


def _is_switched_off(call: syntax.Call, name: str) -> bool:
    if name in _TIMEOUTS:
        position, keyword = (0, "timeout") if name.startswith("httpx") else (-1, "total")
        return call.argument(position, keyword) is None and len(call.args) + len(call.keywords) == 1
    return call.keyword("timeout") is None


def _streams(site: CallSite) -> bool:
    return site.call.method in STREAMS or not STREAMS.isdisjoint(site.code.called)


def _stays_here(site: CallSite) -> bool:
    """Whether the client has a transport of its own, which may answer in this process: ``ASGITransport(app)``."""
    return any(
        not isinstance(one.call.keyword("transport"), syntax.Missing)
        for one in site.code.calls
        if one.call is site.call or any(k.value is site.call for k in one.call.keywords)
    )


def _has_default(site: CallSite, name: str, project: Project) -> bool:
    """Whether the module sets a limit for all calls: ``partial(..., timeout=5)``, an adapter of its own, the default of all
    sockets."""
    called = {word for code in site.code.module.codes() for word in code.called}
    if any(True for _ in project.calls("setdefaulttimeout")):
        return True
    if "partial" in called and any(
        one.call.method == "partial" and not isinstance(one.call.keyword("timeout"), syntax.Missing)
        for code in site.code.module.codes()
        if "partial" in code.called
        for one in code.calls
    ):
        return True
    return "mount" in called and name.startswith("requests.Session.") and _mounts_own_adapter(site, project)


def _mounts_own_adapter(site: CallSite, project: Project) -> bool:
    mounted = (one for code in site.code.module.codes() if "mount" in code.called for one in code.calls)
    for one in mounted:
        if one.call.method == "mount" and len(one.call.args) > 1:
            value = project.values.of(one.call.args[1], one.code)
            if isinstance(value, Instance) and isinstance(value.of, Class):
                return True
    return False

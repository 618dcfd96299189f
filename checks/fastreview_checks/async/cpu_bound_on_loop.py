"""Heavy computation on the event loop

Computing blocks the event loop as waiting does: while a password is hashed (bcrypt takes a quarter of a second on purpose),
an image resized or a spreadsheet read, this worker answers nobody else. Ten people who sign in at once then make everybody
wait for seconds.

## Improve

Hand the call to a thread: `await run_in_threadpool(password_hash.verify, plain, hashed)`. The hashers release the
interpreter's lock, so threads help. For long pure Python work use a process pool or a queue.

## When not to apply

Plain `def` endpoints and dependencies run in threads already, and code that runs at start-up hurts no request.

## Read

- [FastAPI: concurrency and async / await](https://fastapi.tiangolo.com/async/)
- [asyncio: running blocking code](https://docs.python.org/3/library/asyncio-dev.html#running-blocking-code)

```python bad
import bcrypt
from fastapi import FastAPI

app = FastAPI()


def matches(plain: str, hashed: bytes) -> bool:
    return bcrypt.checkpw(plain.encode(), hashed)  # finding


@app.post("/login")
async def login(password: str) -> bool:
    return matches(password, b"$2b$12$...")
```

```python fixed
import bcrypt
from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

app = FastAPI()


def matches(plain: str, hashed: bytes) -> bool:
    return bcrypt.checkpw(plain.encode(), hashed)


@app.post("/login")
async def login(password: str) -> bool:
    return await run_in_threadpool(matches, password, b"$2b$12$...")
```

In a `def` endpoint beside an async one:

```python good
from fastapi import FastAPI
from passlib.context import CryptContext

app = FastAPI()
passwords = CryptContext(schemes=["bcrypt"])


@app.get("/")
async def root() -> str:
    return "hello"


@app.post("/login")
def login(password: str) -> bool:
    return passwords.verify(password, "$2b$12$...")
```
"""

from fastreview.api import CallSite, Confidence, Found, Hit, LoopFunction, Project, Related, check
from fastreview_checks.knowledge.cpu_bound import BY_NAME, METHODS
from fastreview_checks.knowledge.once import happens_once


@check("ASY003", dimension="async", level=2, gate=True, each=LoopFunction, effort="minutes")
def cpu_bound_on_loop(subject: LoopFunction, project: Project) -> Found:
    told: CallSite | None = None
    for site, target in subject.calls.library:
        heavy = BY_NAME.get(target.name)
        if heavy is None or site.awaited or site is told or site.call.method not in METHODS:
            continue
        told = site
        others = len(subject.routes) - 1
        more = f" and {others} other route{'s' if others > 1 else ''}" if others > 0 else ""
        where = f"{subject.routes[0].key}{more}" if subject.routes else subject.entry.label
        at_start = subject.entry.kind == "lifespan" and not subject.routes
        yield Hit(
            site.place,
            f"`{target.name}` {heavy.does}, and it runs on the event loop in {where}: nobody else is answered meanwhile. "
            "Hand it to a thread with `run_in_threadpool`.",
            symbol=target.name,
            related=tuple(Related(step.place, f"calls `{step.call.method}`") for step in subject.steps),
            confidence=Confidence.POSSIBLE
            if heavy.small or at_start or happens_once(subject, site)
            else Confidence.LIKELY
            if subject.steps
            else Confidence.CERTAIN,
        )

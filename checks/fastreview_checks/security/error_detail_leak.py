"""Text of an exception sent to clients

What an unexpected exception says is written for developers: SQL with its parameters, host names, file paths, pieces of other
people's data. Sent in a response it tells an attacker what is behind the API, and clients start to depend on texts that
change with every library update.

## Improve

Log the exception with its trace, and answer with a fixed text and an id by which the log entry is found. Catch the errors
you expect by their own classes: their messages are yours to choose.

## When not to apply

Messages of the project's own errors, of `ValueError`, of validation and of parsers are about the client's input, and are not
reported. Nor is what is sent under a switch for developers only: `if settings.DEBUG`.

## Read

- [FastAPI: handling errors](https://fastapi.tiangolo.com/tutorial/handling-errors/)
- [OWASP: error handling](https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html)

```python bad
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

from app.orders import load

app = FastAPI()


@app.get("/orders/{number}")
def order(number: int) -> dict[str, str]:
    try:
        return load(number)
    except Exception as error:
        raise HTTPException(500, detail=f"failed: {error}")  # finding


def add_handlers(app: FastAPI) -> None:
    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status_code=500)  # finding


add_handlers(app)
```

```python good
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from pymongo.errors import DuplicateKeyError

from app.orders import add, load
from app.settings import Settings

app = FastAPI()


class OrderError(Exception): ...


def text_for(error: Exception) -> str:
    return "try again later" if "timeout" in str(error) else "internal error"


def public_text(error: Exception, debug: bool) -> str:
    if not debug:
        return "internal error"
    return str(error)


def add_handlers(app: FastAPI, settings: Settings) -> None:
    @app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> JSONResponse:
        content = {"detail": "internal error"}
        if settings.ENVIRONMENT == "dev":
            content["text"] = str(error)
        return JSONResponse(content, status_code=500)


add_handlers(app, Settings())


@app.get("/orders/{number}")
def order(number: int) -> dict[str, str]:
    try:
        return load(number)
    except Exception as error:
        if isinstance(error, OrderError):
            raise HTTPException(400, detail=str(error))
        raise HTTPException(500, detail=text_for(error))


@app.post("/orders")
def place(number: int) -> None:
    try:
        add(number)
    except DuplicateKeyError as error:
        raise HTTPException(409, detail=f"{error.details['keyValue']} exists")
    except Exception as error:
        raise HTTPException(500, detail=public_text(error, Settings().DEBUG))
```

The text may go through a function that raises, through a dictionary that is the answer, or through what the endpoint passes
on as it is:

```python bad app/main.py
from typing import NoReturn, cast

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError

from app.orders import count, load, ping

app = FastAPI()


def refuse(error: Exception) -> NoReturn:
    raise HTTPException(400, detail=f"failed: {error!s}") from error  # finding


@app.get("/orders/{number}")
def order(number: int) -> dict[str, str]:
    try:
        return load(number)
    except Exception as error:
        refuse(error)


@app.get("/health")
def health() -> dict[str, dict[str, str]]:
    answer = {"database": {"status": "healthy"}}
    try:
        ping()
    except Exception as error:
        answer["database"] = {"status": "unhealthy", "error": str(error)}  # finding
    return answer


@app.get("/numbers")
def numbers() -> dict[str, object]:
    found = count()
    return dict(**found)


async def conflict(request: Request, error: IntegrityError) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=409)  # finding


app.add_exception_handler(IntegrityError, cast(object, conflict))
```

```python bad app/orders.py
from app.storage import database


def load(number: int) -> dict[str, str]:
    return database.read(number)


def ping() -> None:
    database.ping()


def count() -> dict[str, object]:
    try:
        return {"orders": database.count()}
    except Exception as error:
        return {"orders": None, "error": str(error)}  # finding
```

```python good
import logging
from typing import NoReturn

from fastapi import FastAPI, HTTPException

from app.storage import database

app = FastAPI()
log = logging.getLogger(__name__)


def refuse(error: Exception) -> NoReturn:
    raise HTTPException(500, detail="try again later") from error


def count() -> dict[str, object]:
    try:
        return {"orders": database.count()}
    except Exception as error:
        return {"orders": None, "error": str(error)}


@app.get("/numbers")
def numbers() -> dict[str, object]:
    found = count()
    if "error" in found:
        log.error("count failed: %s", found["error"])
        raise HTTPException(503, detail="not now")
    return found


@app.get("/health")
def health() -> dict[str, str]:
    answer = {"database": "healthy"}
    seen = {}
    try:
        database.ping()
    except Exception as error:
        answer["database"] = "unhealthy"
        seen["database"] = str(error)
        log.warning("ping failed", extra=seen)
    try:
        database.count()
    except Exception as error:
        refuse(error)
    return answer
```

A function may hand the text back as a part of its result, and the endpoint sends it on:

```python bad app/main.py
from fastapi import FastAPI, HTTPException

from app.orders import Orders, load

app = FastAPI()


@app.get("/orders/{number}")
def order(number: int) -> dict[str, str]:
    ok, text = load(number)
    if not ok:
        raise HTTPException(400, detail=text)  # finding
    return {"state": "found"}


@app.delete("/orders/{number}")
async def cancel(number: int) -> dict[str, str]:
    done = await Orders().cancel(number)
    if not done["ok"]:
        raise HTTPException(400, detail=f"not cancelled: {done['error']}")  # finding
    return {"state": "cancelled"}
```

```python bad app/orders.py
from app.storage import database


def load(number: int) -> tuple[bool, str]:
    try:
        return True, database.read(number)
    except Exception as error:
        return False, str(error)


class Orders:
    async def cancel(self, number: int) -> dict[str, object]:
        try:
            await database.delete(number)
            return {"ok": True}
        except Exception as error:
            return {"ok": False, "error": str(error)}
```

```python good app/main.py
from fastapi import FastAPI, HTTPException

from app.orders import load, parse

app = FastAPI()


@app.get("/orders/{number}")
def order(number: int) -> dict[str, bool]:
    ok, text = load(number)
    if "no such order" in text:
        raise HTTPException(404, detail=text)
    if not ok:
        raise HTTPException(400, detail="try again later")
    return {"ok": ok}


@app.post("/orders")
def place(text: str) -> dict[str, str]:
    found, problem = parse(text)
    if problem:
        raise HTTPException(422, detail=problem)
    return {"found": found}
```

```python good app/orders.py
from app.storage import database


def load(number: int) -> tuple[bool, str]:
    try:
        return True, database.read(number)
    except Exception as error:
        return False, str(error)


def parse(text: str) -> tuple[str, str]:
    try:
        return str(int(text)), ""
    except ValueError as error:
        return "", str(error)
```

A list that is a part of the answer, some functions below the endpoint:

```python bad app/main.py
from fastapi import FastAPI

from app.orders import place_all

app = FastAPI()


@app.post("/orders")
def orders(names: list[str]) -> dict[str, object]:
    return checked(names)


def checked(names: list[str]) -> dict[str, object]:
    return place_all(names[:100])
```

```python bad app/orders.py
from app.storage import database


def place_all(names: list[str]) -> dict[str, object]:
    errors: list[str] = []
    unsaid: list[str] = []
    for name in names:
        try:
            database.add(name)
        except Exception as error:
            errors.append(f"{name}: {error}")  # finding
            unsaid.append(str(error))
    return dict(placed=len(names) - len(unsaid), errors=errors)
```

So does a job that another process ran:

```python bad
from celery.result import AsyncResult
from fastapi import FastAPI

app = FastAPI()


@app.get("/jobs/{job_id}")
def job(job_id: str) -> dict[str, str]:
    result = AsyncResult(job_id)
    if result.failed():
        return {"state": "failed", "error": str(result.result)}  # finding
    return {"state": result.state}
```

```python good
from celery.result import AsyncResult
from fastapi import FastAPI

app = FastAPI()


@app.get("/jobs/{job_id}")
def job(job_id: str) -> dict[str, object]:
    result = AsyncResult(job_id)
    if result.failed():
        return {"state": "failed"}
    return {"state": result.state, "result": result.result}
```

An error that is returned is sent as well:

```python bad
from fastapi import FastAPI, HTTPException

from app.orders import load

app = FastAPI()


@app.get("/orders/{number}")
def order(number: int) -> object:
    try:
        return load(number)
    except Exception as error:
        return HTTPException(500, detail=str(error))  # finding
```

Middleware answers too:

```python bad
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint

from app.ciphers import decrypted


class Decrypting(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        try:
            request.state.body = decrypted(await request.body())
        except Exception as error:
            return JSONResponse({"detail": f"decryption failed: {error}"}, status_code=400)  # finding
        return await call_next(request)


app = FastAPI()
app.add_middleware(Decrypting)
```

```python fixed
import logging

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

from app.orders import OrderMissing, load

app = FastAPI()
log = logging.getLogger(__name__)


@app.get("/orders/{number}")
def order(number: int) -> dict[str, str]:
    try:
        return load(number)
    except OrderMissing as error:
        raise HTTPException(404, detail=str(error))


@app.exception_handler(Exception)
async def unexpected(request: Request, error: Exception) -> JSONResponse:
    log.exception("unexpected", exc_info=error)
    return JSONResponse({"detail": "internal error"}, status_code=500)
```
"""

from fastreview.api import Found, Hit, Project, check
from fastreview_checks.knowledge.security.error_answers import ErrorAnswer


@check("SEC011", dimension="security", level=1, gate=True, each=ErrorAnswer, effort="hours")
def error_detail_leak(answer: ErrorAnswer, project: Project) -> Found:
    symbol = "unhandled" if answer.given else ""
    for place in answer.leaks:
        yield Hit(place, answer.text, symbol=symbol, confidence=answer.confidence)

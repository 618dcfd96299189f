"""Secret written to the log

Logs are read by more people than databases, copied to other systems, and kept for years. A password or token in a line is
a login for all of them; a whole header or body brings one along sooner or later.

## Improve

Log who and what by id, and leave the value out; where a token must be recognisable, log its last four characters or a
hash. Declare secrets as `SecretStr`: they write themselves as stars.

## When not to apply

Lengths, truth values, hashes, slices and masked values are not reported, nor what a command line program shows to the
person who starts it.

## Read

- [OWASP: logging, data to exclude](https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude)
- [Pydantic: secret types](https://docs.pydantic.dev/latest/api/types/#pydantic.types.SecretStr)

```python bad
import logging

from fastapi import FastAPI, Request
from pydantic import BaseModel

app = FastAPI()
logger = logging.getLogger(__name__)


class Login(BaseModel):
    name: str
    password: str


@app.post("/login")
async def login(form: Login, request: Request) -> None:
    logger.info("login of %s with %s", form.name, form.password)  # finding
    logger.debug(f"login: {form}")  # finding
    logger.debug("headers: %s", dict(request.headers))  # finding
    body = await request.body()
    logger.info("body: %s", body.decode())  # finding
    log = logger.debug if request.method == "GET" else logger.info
    details = {"body": body}
    log("asked", extra=details)  # finding
```

```python fixed
import logging

from fastapi import FastAPI, Request
from pydantic import BaseModel, SecretStr

app = FastAPI()
logger = logging.getLogger(__name__)


class Login(BaseModel):
    name: str
    password: SecretStr


@app.post("/login")
async def login(form: Login, request: Request) -> None:
    logger.info("login of %s, %s characters", form.name, len(form.password))
    logger.debug(f"login: {form}")
    logger.debug("agent: %s", request.headers.get("user-agent"))
```

```python good
import logging

from fastapi import FastAPI

app = FastAPI()
logger = logging.getLogger(__name__)


@app.get("/words")
def words(token: str, access_token: str) -> None:
    logger.info("token %s..., there: %s", access_token[:4], access_token is not None)
    logger.warning("wrong password")
```
"""

from fastreview.api import Confidence, Found, Hit, LogCall, NotApplicable, Project, check
from fastreview_checks.knowledge.programs import is_program
from fastreview_checks.knowledge.security.logged import told


@check("SEC020", dimension="security", level=1, gate=True, each=LogCall, effort="minutes")
def sensitive_data_logged(call: LogCall, project: Project) -> Found:
    found = list(told(call, project))
    if not found:
        return
    if is_program(call.site, project):
        raise NotApplicable("the output is for the person who starts the program")
    first = next((one for one in found if not one.doubtful), found[0])
    what = first.what.rstrip(",")
    more = "," if first.what.endswith(",") else ""
    yield Hit(
        call.place,
        f"{what[:1].upper()}{what[1:]}{more} goes into the log, to all who read or store it. Leave it out, or log an id or a "
        "part that opens nothing.",
        symbol=what,
        confidence=Confidence.POSSIBLE if first.doubtful else Confidence.LIKELY,
    )

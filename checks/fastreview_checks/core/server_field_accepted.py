"""Request that sets what the server decides

A client that may send `is_admin`, `owner_id` or `created_at` will, one day: it makes itself an administrator, files an
order under another account, or backdates a record. The model says it is allowed, and the code that stores the whole
model does it.

## Improve

Give requests a model of their own that names what clients decide. Set ids, times, owners and roles in the code: from
the path, the clock, the authenticated user. `extra="forbid"` turns attempts away.

## When not to apply

A route for administrators may set roles. An `id` in the body of a PUT only repeats the path and is shown as possible;
so are times of imported records, and UUIDs that clients may make themselves to send a request twice.

## Read

- [Extra models](https://fastapi.tiangolo.com/tutorial/extra-models/)
- [Configuration: extra data](https://docs.pydantic.dev/latest/api/config/#pydantic.config.ConfigDict.extra)

```python bad
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
USERS: list[dict[str, object]] = []


class Registration(BaseModel):
    email: str
    password: str
    is_admin: bool = False


@app.post("/register")
async def register(body: Registration) -> None:  # finding
    USERS.append(body.model_dump())
```

```python fixed
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
USERS: list[dict[str, object]] = []


class Registration(BaseModel):
    email: str
    password: str


@app.post("/register")
async def register(body: Registration) -> None:
    USERS.append({**body.model_dump(), "is_admin": False})
```

```python good
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel

app = FastAPI()
scheme = OAuth2PasswordBearer("token")
USERS: list[dict[str, object]] = []


class NewUser(BaseModel):
    email: str
    role: str


class Message(BaseModel):
    role: str
    text: str


def require_admin(token: str = Depends(scheme)) -> str:
    return token


@app.post("/users", dependencies=[Depends(require_admin)])
async def create_user(body: NewUser) -> None:
    USERS.append(body.model_dump())


class Profile(BaseModel):
    name: str
    is_admin: bool = False


@app.put("/users/me")
async def change_me(body: Profile, token: str = Depends(scheme)) -> None:
    if body.is_admin:
        raise HTTPException(403)
    USERS.append(body.model_dump())


@app.post("/chat")
async def create_message(body: Message) -> None:
    USERS.append(body.model_dump())
```

```python not-applicable
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
async def list_orders() -> list[int]:
    return []
```
"""

from fastreview.api import Confidence, Found, Hit, NotApplicable, Project, Related, Route, check
from fastreview_checks.knowledge.core.server_fields import bodies, taken_fields
from fastreview_checks.knowledge.unread_routes import without_endpoint


@check("COR009", dimension="core", level=2, gate=True, each=Route, effort="hours")
def server_field_accepted(route: Route, project: Project) -> Found:
    if route.method not in ("POST", "PUT", "PATCH") or not route.is_api:
        raise NotApplicable("not a route that creates or changes something")
    if route.endpoint is None:
        raise without_endpoint(route)
    if route.listed is not None and project.first_routes[id(route.listed.registered)] is not route:
        raise NotApplicable("declared once for several methods or paths, and judged on the first")
    if not bodies(route, project):
        raise NotApplicable("the body is no model of the project")
    taken = taken_fields(route, project)
    for surely in (True, False):
        fields = [one for one in taken if one.surely is surely]
        if fields:
            names = ", ".join(f"`{one.field.name}`" for one in fields)
            yield Hit(
                route.place,
                f"{route.key} takes {names} from the client with `{fields[0].cls.name}`: a client {fields[0].why}. Leave "
                "it out of the request's model and set it in the code.",
                symbol=f"{fields[0].cls.name}.{fields[0].field.name}",
                related=tuple(Related(f.field.place, f"`{f.field.name}` is a field of the request") for f in fields),
                confidence=Confidence.LIKELY if surely else Confidence.POSSIBLE,
            )

"""Cross-origin access open to anyone or fixed in code

With `allow_credentials=True` a wildcard no longer means "public data for everybody": Starlette answers with the origin of
whoever asks, so any web page that a signed-in user visits can call the API in the user's name and read the answers.
A list that is written into the code is the same everywhere: production goes on trusting `localhost`.

## Improve

List the origins of your own frontends, and read the list from settings so that each environment has its own. Where the
API is public and uses no cookies, keep the wildcard and leave credentials off.

## When not to apply

A wildcard without credentials is the right setting for a public API. Origins for local development that are only added
under a condition are not reported.

## Read

- [FastAPI: CORS](https://fastapi.tiangolo.com/tutorial/cors/)
- [MDN: credentialed requests and wildcards](https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS#credentialed_requests_and_wildcards)

```python bad
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)  # finding
```

```python fixed
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    origins: list[str]


settings = Settings()
app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=settings.origins, allow_credentials=True)
```

The default of a setting works in production too:

```python bad app/main.py
from fastapi import FastAPI
from fastapi.middleware import Middleware
from fastapi.middleware.cors import CORSMiddleware

from app.config import settings


def middlewares() -> list[Middleware]:
    return [
        Middleware(  # finding
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_credentials=settings.credentials,
        )
    ]


app = FastAPI(middleware=middlewares())
```

```python bad app/config.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    origins: list[str] = ["*"]
    credentials: bool = True


settings = Settings()
```

```python good
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"])
```
"""

from fastreview.api import (
    Code,
    Confidence,
    Found,
    Hit,
    Met,
    Middleware,
    NotApplicable,
    Project,
    Severity,
    Variable,
    check,
    syntax,
)

_CORS = ("fastapi.middleware.cors.CORSMiddleware", "starlette.middleware.cors.CORSMiddleware")
_EVERYTHING = frozenset({"*", ".*", ".+", "^.*$", "https?://.*", "^https?://.*$", "http.*", r"https?://.+", "(.*)"})
MAX_DEPTH = 6


@check("SEC008", dimension="security", level=1, gate=True, each=Middleware, effort="minutes")
def permissive_cors(middleware: Middleware, project: Project) -> Found:
    own = middleware.cls is not None and middleware.cls.inherits(*_CORS)
    if not (own or middleware.library in _CORS or (middleware.facts and middleware.name == "CORSMiddleware")):
        raise NotApplicable("the middleware is not about CORS")
    code = middleware.code
    given = [middleware.options.get(name) for name in ("allow_origins", "allow_origin_regex")]
    origins = [_texts(expr, code, project) for expr in given if expr is not None and code is not None]
    everything = any(texts is not None and not _EVERYTHING.isdisjoint(texts) for texts in origins)
    if everything and _credentials(middleware, project):
        yield Hit(
            middleware.place,
            "Any origin may call this API with the user's credentials and read the answers: with `allow_credentials` "
            "Starlette echoes whatever origin asks. List your own frontends' origins in settings.",
            symbol="wildcard",
            confidence=Confidence.CERTAIN if isinstance(given[0], syntax.Items) else Confidence.LIKELY,
        )
    elif (
        origins and origins[0] and not everything and not _conditional(middleware) and _in_code(given[0], code, project)
    ):
        yield Hit(
            middleware.place,
            "Partial: the allowed origins are written into the code, so every environment allows the same ones. Read "
            "them from settings.",
            symbol="literal",
            severity=Severity.MINOR,
        )
    elif isinstance(given[0], syntax.Ref | syntax.Attribute) and not _in_code(given[0], code, project):
        yield Met(middleware.place, "CORS allows named origins that come from settings.")


def _credentials(middleware: Middleware, project: Project) -> bool:
    given = middleware.options.get("allow_credentials", False)
    if middleware.facts is not None and "allow_credentials" in middleware.facts.options:
        return middleware.facts.options["allow_credentials"] == "True"
    if isinstance(given, syntax.Ref | syntax.Attribute) and middleware.code is not None:
        origin = project.constants.origin(given, middleware.code, None)
        return origin is not None and origin[0] is True
    return given is True


def _texts(expr: syntax.Expr, code: Code | None, project: Project, depth: int = 0) -> frozenset[str] | None:
    """The strings of a list, where all that decides about them is known; None where it is not."""
    if code is None or depth > MAX_DEPTH:
        return None
    match expr:
        case str():
            return frozenset(part.strip() for part in expr.split(","))
        case syntax.Items(values=values):
            return frozenset(t for v in values if (t := project.constants.text(v, code)) is not None)
        case syntax.Call(func=syntax.Attribute(value=value, attr="split")):
            return _texts(value, code, project, depth + 1)
        case syntax.Call(func=syntax.Ref(name=name)) if name.endswith(".split"):
            return _texts(syntax.Ref(name.removesuffix(".split")), code, project, depth + 1)
        case syntax.Call(func=syntax.Ref(name="list" | "tuple" | "set"), args=(only,)):
            return _texts(only, code, project, depth + 1)
        case syntax.Call(func=syntax.Ref(name="os.getenv" | "os.environ.get" | "getenv" | "config"), args=(_, default)):
            return _texts(default, code, project, depth + 1)
        case syntax.Ref(name=name):
            found = project.names.resolve(code, name)
            if isinstance(found, Variable) and sum(b.kind in ("assign", "extend") for b in found.bindings) != 1:
                return None
    origin = project.constants.origin(expr, code, None)
    return None if origin is None else _texts(origin[0], origin[1], project, depth + 1)


def _in_code(expr: syntax.Expr, code: Code | None, project: Project) -> bool:
    """Whether a written-out list, or a variable that holds one, says the origins; a default of settings does not count."""
    match expr:
        case syntax.Items(values=values):
            return all(isinstance(v, str) for v in values)
        case syntax.Ref(name=name) if code is not None:
            found = project.names.resolve(code, name)
            return isinstance(found, Variable) and _in_code(found.bindings[-1].expr, None, project)
    return False


def _conditional(middleware: Middleware) -> bool:
    """Whether the middleware is only added under an ``if``."""
    line = middleware.place.line
    branches = [stmt for stmt in middleware.code.statements if isinstance(stmt, syntax.If)] if middleware.code else []
    inside = (stmt for branch in branches for block in syntax.blocks(branch) for stmt in syntax.statements(block))
    return any(getattr(stmt, "line", 0) == line for stmt in inside)

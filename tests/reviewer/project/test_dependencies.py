"""Dependencies in resolution order, and who authenticates a route."""

import pytest
from tests.conftest import ProjectOf

from fastreview.project import Project
from fastreview.project.routes import Route

SERVICE = """
    from typing import Annotated
    from fastapi import APIRouter, Depends, FastAPI, HTTPException, Security
    from fastapi.security import OAuth2PasswordBearer

    oauth2 = OAuth2PasswordBearer(tokenUrl="token")
    optional = OAuth2PasswordBearer(tokenUrl="token", auto_error=False)

    def settings(): ...

    async def session(config=Depends(settings)):
        yield object()

    async def current_user(token: Annotated[str, Depends(optional)], db=Depends(session)):
        if not token:
            raise HTTPException(status_code=401)

    def maybe_user(token: Annotated[str | None, Depends(optional)]):
        return token

    def audit(): ...

    CurrentUser = Annotated[dict, Depends(current_user)]

    class Page:
        def __init__(self, limit: int = 10): ...

    app = FastAPI(dependencies=[Depends(audit)])
    private = APIRouter(dependencies=[Security(current_user, scopes=["items"])])

    @private.get("/private")
    def private_route(): ...

    @app.get("/me")
    def me(user: CurrentUser, page: Annotated[Page, Depends()]): ...

    @app.get("/public")
    def public(user=Depends(maybe_user)): ...

    @app.get("/token", dependencies=[Depends(oauth2)])
    def with_scheme(): ...

    app.include_router(private)
"""


def route(project: Project, path: str) -> Route:
    return next(r for r in project.routes if r.path == path)


def test_dependencies_come_in_the_order_of_resolution(project_of: ProjectOf) -> None:
    project = project_of({"main.py": SERVICE})
    names = [i.name for i in route(project, "/me").dependency_tree]
    assert names == ["audit", "optional", "settings", "session", "current_user", "Page"]
    assert [d.by for d in route(project, "/private").dependencies] == ["app", "router"]
    assert route(project, "/private").dependencies[1].scopes == ("items",)


def test_security_is_what_can_turn_a_caller_away(project_of: ProjectOf) -> None:
    project = project_of({"main.py": SERVICE})
    assert "current_user" in route(project, "/me").security
    assert "current_user" in route(project, "/private").security
    assert route(project, "/token").security == ("oauth2",)


def test_each_dependency_of_the_project_is_one_subject(project_of: ProjectOf) -> None:
    project = project_of({"main.py": SERVICE})
    assert {d.key for d in project.dependencies} >= {"main.current_user", "main.session", "main.settings", "main.Page"}


def test_recursive_dependencies_end(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
                from fastapi import Depends, FastAPI

                def a(x=Depends(lambda: b)): ...
                def b(x=Depends(a)): ...
                def c(x=Depends(c)): ...

                app = FastAPI()

                @app.get("/")
                def root(x=Depends(b), y=Depends(c)): ...
            """
        }
    )
    assert len(project.routes) == 1
    assert project.routes[0].dependency_tree


GUARDS = """
    from functools import partial
    from typing import Annotated
    from fastapi import APIRouter, Depends, FastAPI, HTTPException, Security
    from fastapi.security import HTTPBearer

    bearer = HTTPBearer(auto_error=False)

    def user(token=Depends(bearer)):
        raise HTTPException(401)

    def maybe(token=Depends(bearer)):
        return token

    def role(*names):
        def check(caller=Depends(user)):
            raise HTTPException(403)
        return check

    class Permission:
        def __init__(self, allowed): self.allowed = allowed
        def __call__(self, caller=Depends(user)): raise HTTPException(403)

    class Scopes:
        READ = "items:read"

    Admin = Annotated[str, Depends(role("admin"))]
    editors = Permission(["editor", "admin"])
    needs = lambda name: Depends(role(name))
    several = [Depends(user)]
    several += [Depends(role("staff"))]
    WANTED = [Scopes.READ, "items:write"]

    def guards(): return [Depends(role("made"))]

    app = FastAPI()
"""


@pytest.mark.parametrize(
    ("declared", "guarded", "asked"),
    [
        ("dependencies=[Security(user, scopes=WANTED)]", True, ("items:read", "items:write")),
        ("dependencies=[Depends(role('a', 'b'))]", True, ("a", "b")),
        ("dependencies=[Depends(editors)]", True, ("editor", "admin")),
        ("dependencies=[needs('x')]", True, ()),
        ("dependencies=several", True, ("staff",)),
        ("dependencies=[*several, Depends(maybe)]", True, ("staff",)),
        ("dependencies=list(guards())", True, ("made",)),
        ("dependencies=[Depends(partial(user, 'x'))]", True, ("x",)),
        ("dependencies=[Depends(maybe)]", False, ()),
    ],
)
def test_guards_with_scopes_and_roles(
    project_of: ProjectOf, declared: str, guarded: bool, asked: tuple[str, ...]
) -> None:
    route = f"""
    @app.get("/x", {declared})
    def x(): ...

    @app.get("/admin")
    def admin(caller: Admin): ...
    """
    routes = {r.path: r for r in project_of({"main.py": GUARDS + route}).routes}
    assert bool(routes["/x"].security) is guarded
    assert routes["/x"].asks_for == asked
    assert routes["/admin"].asks_for == ("admin",)


def test_decorators_that_turn_callers_away(project_of: ProjectOf) -> None:
    source = """
    from functools import wraps
    from starlette.authentication import requires

    def needs(name):
        def decorate(f):
            @wraps(f)
            async def inner(*args, **kwargs):
                raise HTTPException(403)
            return inner
        return decorate

    def noted(f):
        @wraps(f)
        async def inner(*args, **kwargs):
            return await f(*args, **kwargs)
        return inner

    @app.get("/a")
    @needs("x")
    async def a(): ...

    @app.get("/b")
    @requires("admin")
    async def b(request): ...

    @app.get("/c")
    @noted
    async def c(): ...
    """
    project = project_of({"main.py": GUARDS.replace("needs = lambda", "want = lambda") + source})
    assert {r.path for r in project.routes if r.security} == {"/a", "/b"}


def test_options_that_a_wrapping_decorator_hands_on(project_of: ProjectOf) -> None:
    source = """
    def protected(router, path, *, methods=("GET",), **options):
        def wrap(endpoint):
            router.add_api_route(path, endpoint, methods=list(methods), dependencies=[Depends(user)], **options)
            return endpoint
        return wrap

    @protected(app, "/x", methods=["PUT"], status_code=201, response_model=int)
    async def x(): ...
    """
    [route] = project_of({"main.py": GUARDS + source}).routes
    assert (route.key, route.response_model, route.option("status_code")) == ("PUT /x", "int", 201)
    assert route.security == ("user",)
    assert route.endpoint is not None
    assert route.endpoint.name == "x"


def test_a_function_that_chooses_what_to_depend_on(project_of: ProjectOf) -> None:
    source = """
    def acl(*, strict: bool = True):
        if strict:
            def both(caller=Depends(user)):
                return caller
            return Depends(both)
        return Security(user)

    def mixed(strict: bool):
        if strict:
            return Depends(user)
        return None

    Caller = Annotated[str, acl(strict=True)]
    Perhaps = Annotated[str, mixed(False)]

    @app.post("/a")
    async def a(caller: Caller): ...

    @app.post("/b")
    async def b(caller: Perhaps): ...
    """
    routes = {r.path: r for r in project_of({"main.py": GUARDS + source}).routes}
    assert [i.name for i in routes["/a"].dependencies if i.parameter == "caller"] == ["both"]
    assert "/a" in {r.path for r in routes.values() if r.security}
    assert not routes["/b"].security

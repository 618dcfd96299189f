"""Dependencies in resolution order, and who authenticates a route."""

from tests.reviewer.project.conftest import ProjectOf

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

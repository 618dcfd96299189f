"""What the document says of routes beside findings: what is injected, which tests call them, imports between layers."""

from tests.conftest import ProjectOf

from fastreview.pipeline.architecture import architecture
from fastreview.pipeline.injection import injection
from fastreview.pipeline.route_tests import route_tests

APP = """
    from collections.abc import Iterator
    from typing import Annotated

    from fastapi import Depends, FastAPI
    from fastapi.security import OAuth2PasswordBearer

    app = FastAPI()
    scheme = OAuth2PasswordBearer("token")


    class Limit:
        def __init__(self, most: int) -> None:
            self.most = most

        def __call__(self) -> int:
            return self.most


    def session() -> Iterator[str]:
        yield "open"


    async def user(token: Annotated[str, Depends(scheme)], db: Annotated[str, Depends(session)]) -> str:
        return token + db


    @app.get("/items")
    async def items(who: Annotated[str, Depends(user)], db: Annotated[str, Depends(session)]) -> str:
        return who + db


    @app.get("/few")
    async def few(limit: Annotated[int, Depends(Limit(3))]) -> int:
        return limit


    @app.get("/many")
    async def many(limit: Annotated[int, Depends(Limit(300), use_cache=False)]) -> int:
        return limit
    """

TESTS = """
    from fastapi.testclient import TestClient

    from app import app


    def test_items() -> None:
        assert TestClient(app).get("/items").status_code == 401


    def test_items_again() -> None:
        assert TestClient(app).get("/items").status_code == 401
    """


def test_one_graph_holds_what_all_routes_inject(project_of: ProjectOf) -> None:
    project = project_of({"app.py": APP})
    graph = injection(project)
    by_name = {node.name: node for node in graph.nodes}
    assert set(by_name) == {"user", "scheme", "session", "Limit(3)", "Limit(300)"}
    assert [graph.nodes[n].name for n in by_name["user"].needs] == ["scheme", "session"]
    assert by_name["session"].kind == "generator"
    assert (by_name["session"].runs, by_name["user"].runs) == ("thread", "loop")
    assert by_name["scheme"].kind == "security"
    assert {node.name: node.routes for node in graph.nodes} == dict.fromkeys(by_name, 1)
    assert not by_name["Limit(300)"].cached
    assert by_name["Limit(3)"].cached
    assert by_name["Limit(3)"].kind == "instance"
    items = next(route for route in project.routes if route.path == "/items")
    assert [graph.nodes[n].name for n in graph.roots[id(items)]] == ["user", "session"]


def test_tests_of_a_route_are_named(project_of: ProjectOf) -> None:
    project = project_of({"app.py": APP, "tests/test_app.py": TESTS})
    by_path = {route.path: route_tests(route, project) for route in project.routes}
    assert (by_path["/items"].called, by_path["/items"].by, by_path["/items"].count) == ("yes", "code", 2)
    assert [place.message for place in by_path["/items"].first] == ["test_items", "test_items_again"]
    assert by_path["/items"].first[0].path == "tests/test_app.py"
    assert by_path["/few"].called == "no"


def test_no_claim_where_urls_are_made_at_run_time(project_of: ProjectOf) -> None:
    unreadable = TESTS.replace('"/items"', "address()").replace("import app", "import address, app")
    project = project_of({"app.py": APP, "tests/test_app.py": unreadable})
    assert {route_tests(route, project).called for route in project.routes} == {"unknown"}


def test_imports_outwards_are_listed_once(project_of: ProjectOf) -> None:
    files = {
        "service/__init__.py": "",
        "service/web.py": "from fastapi import APIRouter\nrouter = APIRouter()\n\n\ndef one() -> int:\n    return 1\n",
        "service/main.py": "from fastapi import FastAPI\nfrom service import web, work\napp = FastAPI()\n"
        "app.include_router(web.router)\n",
        "service/work.py": "from service.web import (\n    one,\n    router,\n)\n\n\ndef work() -> int:\n"
        "    return one() if router else 2\n",
    }
    found = architecture(project_of(files)).outwards
    assert [(one.source, one.target, one.path, one.module) for one in found] == [
        ("business", "web", "service/work.py", "service.web")
    ]

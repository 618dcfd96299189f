"""Which routes tests call, as far as their code says."""

import pytest
from tests.conftest import ProjectOf

from fastreview.project.exercise.matching import path_of

APP = """
    from fastapi import APIRouter, FastAPI
    from settings import settings

    router = APIRouter(prefix="/items")

    @router.get("/")
    def listed(): ...
    @router.get("/me")
    def mine(): ...
    @router.get("/{item_id}")
    def read(item_id: int): ...
    @router.delete("/{item_id}", name="gone")
    def remove(item_id: int): ...
    @router.get("/{item_id}/parts/{part}")
    def part(item_id: int, part: str): ...
    @router.get("/files/{path:path}")
    def file(path: str): ...
    @router.websocket("/live")
    async def live(socket): ...

    app = FastAPI()
    app.include_router(router, prefix=settings.api)
"""
SETTINGS = """
    class Settings:
        api: str = "/v1"
    settings = Settings()
"""

CASES: dict[str, tuple[str, list[str]]] = {
    "literals, queries, slashes and hosts": (
        """
        def test_all(client):
            client.get("/v1/items?limit=1")
            client.get("http://test/v1/items/files/a/b.txt#top")
            client.get("https://api.github.com/v1/items/me")
        """,
        ["GET /v1/items/", "GET /v1/items/files/{path:path}"],
    ),
    "a literal comes before a parameter, and a made part is a parameter": (
        """
        def test_all(client, item):
            client.get("/v1/items/me")
            client.get(f"/v1/items/{item.id}")
            client.get("/v1/items/" + str(item.id) + "/parts/wheel")
        """,
        ["GET /v1/items/me", "GET /v1/items/{item_id}", "GET /v1/items/{item_id}/parts/{part}"],
    ),
    "constants, settings, names of routes and sockets": (
        """
        from main import app
        from settings import settings
        ITEMS = f"{settings.api}/items"
        async def test_all(client):
            await client.get(url=ITEMS + "/")
            url = app.url_path_for("gone", item_id=1)
            await client.request("DELETE", url)
            with client.websocket_connect(f"{ITEMS}/live"): ...
        """,
        ["DELETE /v1/items/{item_id}", "GET /v1/items/", "WS /v1/items/live"],
    ),
    "parameters, parametrised fixtures and loops": (
        """
        import pytest
        @pytest.fixture(params=["/v1/items/me"])
        def address(request):
            return request.param
        @pytest.fixture
        def base():
            return "/v1/items"
        @pytest.mark.parametrize(("method", "path"), [("get", "/v1/items/1"), pytest.param("delete", "/v1/items/1")])
        def test_both(client, method, path):
            getattr(client, method)(path)
        def test_address(client, address):
            client.get(address)
        def test_base(client, base):
            for part in ["/", "/7/parts/x"]:
                client.get(f"{base}{part}")
        """,
        [
            "DELETE /v1/items/{item_id}",
            "GET /v1/items/",
            "GET /v1/items/me",
            "GET /v1/items/{item_id}",
            "GET /v1/items/{item_id}/parts/{part}",
        ],
    ),
    "methods of a client under a name": (
        """
        import pytest
        def test_one(env):
            for path in ["/v1/items/me", "/v1/items/1"]:
                send = env.client.get
                if path.endswith("1"):
                    send = env.client.delete
                assert send(path).status_code == 422
        def test_other(client, cache):
            ask = getattr(client, "get")
            ask("/v1/items/")
            look = cache.get
            look("/v1/items/2/parts/x")
        """,
        ["DELETE /v1/items/{item_id}", "GET /v1/items/", "GET /v1/items/me", "GET /v1/items/{item_id}"],
    ),
    "helpers, classes and base URLs": (
        """
        from httpx import AsyncClient
        def fetch(client, path):
            return client.get(path)
        class Api:
            def __init__(self, client):
                self.client = client
            def _send(self, method, path):
                return self.client.request(method, f"/v1{path}")
            def remove(self, item):
                return self._send("DELETE", f"/items/{item}")
        def client(app):
            return AsyncClient(app=app, base_url="http://test/v1")
        def test_fetch(client):
            fetch(client, "/items/me")
        def test_remove(client):
            Api(client).remove(3)
        """,
        ["DELETE /v1/items/{item_id}", "GET /v1/items/me"],
    ),
    "endpoints that are called by hand, and routers on an app of the test": (
        """
        from main import mine
        def test_mine():
            assert mine() is None
        def test_mounted(client):
            client.delete("/items/1")
        """,
        ["DELETE /v1/items/{item_id}", "GET /v1/items/me"],
    ),
    "a client of the app is one whatever it is called": (
        """
        import pytest
        from starlette.testclient import TestClient
        from main import app
        @pytest.fixture
        def mock_client():
            with TestClient(app) as client:
                yield client
        def test_declared(mock_client: TestClient):
            mock_client.get("/v1/items/me")
        def test_given(mock_client):
            mock_client.delete("/v1/items/1")
        """,
        ["DELETE /v1/items/{item_id}", "GET /v1/items/me"],
    ),
    "a stand-in of a client sends nothing": (
        """
        import pytest
        from unittest.mock import AsyncMock
        from httpx import AsyncClient
        @pytest.fixture
        def mock_client() -> AsyncClient:
            return AsyncMock(spec=AsyncClient)
        async def test_declared(mock_client: AsyncClient):
            await mock_client.get("/v1/items/me")
        """,
        [],
    ),
    "mocks of other services are no requests": (
        """
        def test_other(respx_mock, cache):
            respx_mock.get("/v1/items/me")
            cache.get("/v1/items/me")
        """,
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_routes_that_tests_call(project_of: ProjectOf, name: str) -> None:
    code, expected = CASES[name]
    project = project_of({"main.py": APP, "settings.py": SETTINGS, "tests/test_items.py": code})

    assert sorted(r.key for r in project.routes if project.exercise.exercised(r)) == expected


def test_a_part_that_could_be_any_word_is_no_proof(project_of: ProjectOf) -> None:
    code = """
    def test_any(client, words):
        client.post(f"/jobs/{words.pop()}")
    """
    app = """
    from fastapi import FastAPI
    app = FastAPI()
    @app.post("/jobs/start")
    def start(): ...
    @app.get("/jobs/list")
    def listed(): ...
    """
    project = project_of({"main.py": app, "tests/test_jobs.py": code})

    assert [project.exercise.exercised(route) for route in project.routes] == [None, False]


def test_urls_from_elsewhere_are_unreadable(project_of: ProjectOf) -> None:
    code = """
    def test_recorded(client, recorded):
        client.get(recorded.url)
        client.get("/v1/items/me")
    """
    project = project_of({"main.py": APP, "settings.py": SETTINGS, "tests/test_items.py": code})

    assert [site.call.line for site in project.exercise.unreadable] == [3]
    assert project.exercise.share_unreadable == 0.5


def test_statuses_belong_to_the_request_that_they_are_asked_of(project_of: ProjectOf) -> None:
    code = """
    import pytest
    from fastapi import status
    def expect(response, wanted):
        assert response.status_code == wanted
    def test_two(client):
        first = client.get("/v1/items/me")
        second = client.delete("/v1/items/1")
        assert first.status_code == 401
        assert second.status_code == status.HTTP_204_NO_CONTENT
    def test_helper(client):
        expect(client.get("/v1/items/9"), 404)
    @pytest.mark.parametrize("wanted", [422])
    def test_given(client, wanted):
        assert client.get("/v1/items/").status_code == wanted
    """
    project = project_of({"main.py": APP, "settings.py": SETTINGS, "tests/test_items.py": code})
    found = {r.key: sorted(project.exercise.statuses.get(id(r), ())) for r in project.routes}

    assert {key: statuses for key, statuses in found.items() if statuses} == {
        "GET /v1/items/me": [401],
        "DELETE /v1/items/{item_id}": [204],
        "GET /v1/items/{item_id}": [404],
        "GET /v1/items/": [422],
    }


def test_statuses_of_a_row_belong_to_the_request_of_that_row(project_of: ProjectOf) -> None:
    code = """
    import pytest
    CASES = [("/v1/items/me", 401), pytest.param("/v1/items/7", 404, id="gone")]
    @pytest.mark.parametrize("header", ["a", "b"])
    @pytest.mark.parametrize(("url", "wanted"), CASES)
    def test_refused(client, url, wanted, header):
        assert client.get(url).status_code == wanted
    @pytest.mark.parametrize("expected", [403])
    @pytest.mark.parametrize("number", [1, 2])
    def test_two_tables(client, number, expected):
        assert client.delete(f"/v1/items/{number}").status_code == expected
    @pytest.mark.parametrize("case", [{"url": "/v1/items/", "is": 200}, {"url": "/v1/items/", "is": 422}])
    def test_dicts(client, case):
        assert client.get(case["url"]).status_code == case["is"]
    """
    project = project_of({"main.py": APP, "settings.py": SETTINGS, "tests/test_items.py": code})
    found = {r.key: sorted(project.exercise.statuses.get(id(r), ())) for r in project.routes}

    assert {key: statuses for key, statuses in found.items() if statuses} == {
        "GET /v1/items/me": [401],
        "GET /v1/items/{item_id}": [404],
        "DELETE /v1/items/{item_id}": [403],
        "GET /v1/items/": [200, 422],
    }


def test_what_tests_send_and_call(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": APP,
            "settings.py": SETTINGS,
            "tests/test_both.py": """
            from settings import Settings
            def ask(client):
                return client.get("/v1/items/me")
            def test_sends(client):
                ask(client)
            def test_calls():
                assert Settings().api
            def test_nothing():
                assert 1
            """,
        }
    )
    exercise = project.exercise

    assert [exercise.sends(test) for test in project.tests] == [True, False, False]
    assert [exercise.runs_service(test) for test in project.tests] == [False, True, False]


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/a/b?c=/d", "/a/b"),
        ("http://testserver", "/"),
        ("http://localhost:8000/a", "/a"),
        ("{?}/a", "{?}/a"),
        ("http://{?}/a?b={?}", "/a"),
        ("https://api.stripe.com/v1", None),
        ("http://[", "/"),
    ],
)
def test_path_of_a_url(url: str, path: str | None) -> None:
    assert path_of(url) == path


def test_hostile_templates_and_urls_end(project_of: ProjectOf) -> None:
    segments = "/".join("{" + f"p{i}:path" + "}" for i in range(30))
    app = f"""
    from fastapi import FastAPI
    app = FastAPI()
    @app.get("/{segments}")
    def deep(): ...
    """
    code = f"""
    def test_deep(client):
        client.get("/{"/".join("x" * 60)}")
    """
    project = project_of({"main.py": app, "tests/test_deep.py": code})

    assert len(project.exercise.calls) <= 1


def test_routers_of_one_route_count_as_the_one_that_joins_them(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import APIRouter, FastAPI
            one, two, both, many = APIRouter(), APIRouter(), APIRouter(prefix="/users"), APIRouter(prefix="/items")
            @one.get("/a")
            def a(): ...
            @two.get("/b")
            def b(): ...
            @many.get("/")
            def c(): ...
            @many.post("/")
            def d(): ...
            both.include_router(one)
            both.include_router(two)
            app = FastAPI()
            app.include_router(both)
            app.include_router(many)
            """
        }
    )

    assert {g.prefix: [r.key for r in g.routes] for g in project.route_groups} == {
        "/users": ["GET /users/a", "GET /users/b"],
        "/items": ["GET /items/", "POST /items/"],
    }


@pytest.mark.parametrize(("name", "is_library"), [("ShopClient", True), ("PartnerClient", False), ("ShopFake", False)])
def test_a_client_of_the_service_in_its_own_repository(project_of: ProjectOf, name: str, is_library: bool) -> None:
    project = project_of(
        {
            "shop/main.py": """
            from fastapi import FastAPI

            app = FastAPI()

            @app.get("/items")
            def items(): ...
            """,
            "shop/sdk.py": f"""
            from httpx import Client

            class {name}:
                def __init__(self, base_url):
                    self.client = Client(base_url=base_url)

                def items(self):
                    return self.client.request("GET", "items")
            """,
            "tests/conftest.py": f"""
            import pytest
            from shop.sdk import {name}

            @pytest.fixture
            def client(config):
                return {name}(config.base_url)
            """,
            "tests/test_items.py": """
            def test_items(client):
                assert client.items()
            """,
        }
    )
    assert (project.exercise.library is not None) is is_library


def test_a_client_of_the_service_that_is_tested_itself(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "shop/sdk.py": """
            import httpx

            class ShopClient:
                def __init__(self, base_url): ...
            """,
            "tests/test_sdk.py": """
            from shop.sdk import ShopClient

            def test_client():
                assert ShopClient(base_url="http://test")
            """,
        }
    )
    assert project.exercise.library is None

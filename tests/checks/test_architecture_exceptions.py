"""Code that looks like a finding about layers, resources or configuration and is none: idioms of real services."""

import pytest
from tests.checks.conftest import Evaluated

MAIN = """
from fastapi import FastAPI

from app import {module}

app = FastAPI()

@app.get("/orders")
def orders() -> int:
    return {module}.count()
"""


@pytest.mark.parametrize(
    "text",
    [
        """
        from fastapi import Depends

        class Orders:
            def __init__(self, session: object) -> None:
                self.session = session

            def count(self) -> int:
                return self.session.execute("SELECT count(*)").scalar()

        def get_session() -> object: ...

        def get_orders(session: object = Depends(get_session)) -> Orders:
            return Orders(session)

        def count() -> int:
            return Orders(get_session()).count()
        """,
        """
        from collections.abc import Callable
        from fastapi.encoders import jsonable_encoder
        from starlette.requests import Request

        def link(request: Request, name: str) -> object:
            return jsonable_encoder(request.url_for(name))

        def count() -> int:
            return 1 if store.execute("SELECT 1") else 2
        """,
    ],
    ids=["provider beside", "renders links"],
)
def test_what_belongs_to_http_may_stand_beside_business(evaluated: Evaluated, text: str) -> None:
    assert not evaluated("ARC005", {"app/main.py": MAIN.format(module="orders"), "app/orders.py": text}).findings


def test_a_provider_in_the_class_itself_is_told(evaluated: Evaluated) -> None:
    text = """
    from fastapi import Depends

    def get_session() -> object: ...

    class Orders:
        def __init__(self, session: object = Depends(get_session)) -> None:
            self.session = session

        def count(self) -> int:
            return self.session.execute("SELECT count(*)").scalar()

        def first(self) -> int:
            return self.count()

        def last(self) -> int:
            return self.count()

    def count() -> int:
        return Orders(get_session()).count()
    """
    found = evaluated("ARC005", {"app/main.py": MAIN.format(module="orders"), "app/orders.py": text}).findings
    assert [finding.place.line for finding in found] == [1]


def test_examples_beside_the_service_are_no_business_of_it(evaluated: Evaluated) -> None:
    files = {
        "app/main.py": MAIN.format(module="orders"),
        "app/orders.py": "def count() -> int:\n    return 1\n",
        "examples/seed.py": """
        from app.main import orders

        def seed(session: object) -> None:
            if orders():
                session.execute("INSERT")
        """,
    }
    assert not evaluated("ARC005", files).findings


@pytest.mark.parametrize(
    ("made", "told"),
    [
        ("client = Redis()\n    client.ping()", False),
        ("client = Redis()\n    return client", True),
        ("client = Redis()\n    keep(client)", True),
    ],
)
def test_a_client_that_stays_in_the_function_is_no_resource_of_the_module(
    evaluated: Evaluated, made: str, told: bool
) -> None:
    rates = f"from redis import Redis\n\ndef keep(client): ...\n\ndef wait():\n    {made}\n\nready = wait()\n"
    found = evaluated("ARC009", {"app/main.py": MAIN.format(module="rates"), "app/rates.py": rates}).findings
    assert bool(found) is told


def test_what_a_factory_of_apps_makes_belongs_to_its_app(evaluated: Evaluated) -> None:
    main = """
    from fastapi import FastAPI
    from redis import Redis

    def create_app() -> FastAPI:
        app = FastAPI()
        app.state.redis = Redis()
        return app

    app = create_app()
    """
    assert not evaluated("ARC009", {"main.py": main}).findings


def test_the_task_app_of_a_broker_is_no_resource(evaluated: Evaluated) -> None:
    rates = """
    from dramatiq.brokers.redis import RedisBroker
    from redis import ConnectionPool

    def get_broker() -> RedisBroker:
        pool = ConnectionPool.from_url("redis://localhost")
        return RedisBroker(connection_pool=pool)

    broker = get_broker()
    """
    files = {"app/main.py": MAIN.format(module="rates"), "app/rates.py": rates}
    assert not evaluated("ARC009", files).findings


def test_a_websocket_opens_sessions_of_its_own(evaluated: Evaluated) -> None:
    main = """
    from fastapi import FastAPI, WebSocket
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session

    app = FastAPI()
    engine = create_engine("sqlite://")

    @app.websocket("/prices")
    async def prices(websocket: WebSocket) -> None:
        with Session(engine) as session:
            session.flush()
    """
    assert not evaluated("ARC010", {"main.py": main}).findings


@pytest.mark.parametrize(
    "body",
    [
        "make = request.state.sessions\n    with make() as session:\n        session.flush()",
        "httpx.Client(headers={'authorization': token}).get('/')",
    ],
    ids=["state of the app", "credentials of the caller"],
)
def test_what_is_made_of_what_was_given_is_injected(evaluated: Evaluated, body: str) -> None:
    main = f"""
import httpx
from fastapi import FastAPI, Request
from sqlalchemy.orm import sessionmaker

app = FastAPI()

@app.get("/orders")
def orders(request: Request, token: str) -> None:
    make: sessionmaker
    {body}
"""
    assert not evaluated("ARC010", {"main.py": main}).findings


def test_one_line_that_several_modules_repeat_is_one_finding(evaluated: Evaluated) -> None:
    metrics = (
        "from pathlib import Path\n\nfolder = Path('/tmp/metrics')\nfolder.mkdir()\n\ndef count():\n    return 1\n"
    )
    main = MAIN.format(module="orders").replace("from app import orders", "from app import orders, rates")
    files = {"app/main.py": main, "app/orders.py": metrics, "app/rates.py": metrics}
    [found] = evaluated("ARC012", files).findings
    assert [related.place.path for related in found.related] == ["app/rates.py"]


@pytest.mark.parametrize(("environment", "confidence"), [("JWT_SECRET=dev\n", "possible"), ("PORT=1\n", "likely")])
def test_secrets_that_a_committed_file_gives_are_only_possible(
    evaluated: Evaluated, environment: str, confidence: str
) -> None:
    main = """
    from fastapi import FastAPI
    from pydantic_settings import BaseSettings

    class Settings(BaseSettings):
        jwt_secret: str

    settings = Settings()
    app = FastAPI()
    """
    [found] = evaluated("ARC012", {"main.py": main, ".env": environment}).findings
    assert found.confidence == confidence


@pytest.mark.parametrize(("also", "confidence"), [("redis_client.set(key, 1)", "possible"), ("print(key)", "likely")])
def test_what_a_shared_store_holds_as_well_is_only_possible(evaluated: Evaluated, also: str, confidence: str) -> None:
    main = f"""
    from fastapi import FastAPI

    app = FastAPI()
    __owners = {{}}

    @app.post("/locks/{{key}}")
    def lock(key: str, redis_client: object) -> None:
        __owners[key] = 1
        {also}
    """
    [found] = evaluated("ARC008", {"main.py": main}).findings
    assert found.confidence == confidence


def test_pages_that_are_mounted_without_a_contract_need_no_version(evaluated: Evaluated) -> None:
    pages = "\n".join(f"@office.get('/{name}')\ndef {name}() -> str:\n    return ''\n" for name in "abcd")
    main = f"""
from fastapi import FastAPI

office = FastAPI(openapi_url=None)
{pages}
app = FastAPI()

@app.get("/v1/orders")
def orders() -> int:
    return 1

app.mount("/office", office)
"""
    found = evaluated("ARC013", {"main.py": main})
    assert not found.findings


def test_copies_in_other_programs_are_left_alone(evaluated: Evaluated) -> None:
    copy = "def price(a):\n" + "".join(f"    a = a + {n}\n" for n in range(9)) + "    return a\n\ncount = price\n"
    files = {"app/main.py": MAIN.format(module="orders"), "app/orders.py": copy, "bot/orders.py": copy}
    assert not evaluated("ARC019", files).findings


@pytest.mark.parametrize(("path", "confidence"), [("app/server/mail.py", "likely"), ("app/client/mail.py", "possible")])
def test_what_the_client_beside_the_server_reads_is_only_possible(
    evaluated: Evaluated, path: str, confidence: str
) -> None:
    module = path.removesuffix(".py").replace("/", ".")
    main = f"""
    from fastapi import FastAPI

    from app.server.settings import Settings
    from {module} import sender

    app = FastAPI(title=Settings().title)
    """
    settings = """
    from pydantic_settings import BaseSettings

    class Settings(BaseSettings):
        title: str = "orders"
    """
    mail = """
    import os

    def sender() -> str:
        return os.environ["MAIL_SENDER"]
    """
    files = {"app/server/main.py": main, "app/server/settings.py": settings, path: mail}
    [found] = evaluated("ARC017", files).findings
    assert found.confidence == confidence


def test_settings_that_are_made_beside_their_class_have_users(evaluated: Evaluated) -> None:
    files = {
        "app/settings_class.py": """
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            title: str = "orders"
        """,
        "app/settings.py": """
        from app.settings_class import Settings

        def make() -> Settings:
            return Settings()

        settings = make()
        """,
        "app/main.py": """
        from fastapi import FastAPI

        from app import orders

        app = FastAPI()
        """,
        "app/orders.py": """
        from app.settings import settings

        def title() -> str:
            return settings.title
        """,
    }
    assert "app.orders" in [verdict.subject for verdict in evaluated("ARC017", files).verdicts]

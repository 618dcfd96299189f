"""Code that looks like a finding and is none: each case was a false alarm on a real service's idiom."""

import pytest
from tests.checks.conftest import Evaluated


@pytest.mark.parametrize(("guard", "confidence"), [("if _table is None:", "possible"), ("if True:", "likely")])
def test_what_is_read_once_is_only_possible(evaluated: Evaluated, guard: str, confidence: str) -> None:
    found = evaluated(
        "ASY001",
        {
            "main.py": f"""
            import time

            from fastapi import FastAPI

            app = FastAPI()
            _table = None

            def load() -> dict[str, str]:
                time.sleep(1)
                return {{}}

            def table() -> dict[str, str]:
                global _table
                {guard}
                    _table = load()
                return _table

            @app.get("/words")
            async def words() -> dict[str, str]:
                return table()
            """
        },
    )
    assert [finding.confidence for finding in found.findings] == [confidence]


@pytest.mark.parametrize(("alias", "count"), [("ids[]", 0), ("status[]", 1)])
def test_rows_that_the_client_names(evaluated: Evaluated, alias: str, count: int) -> None:
    found = evaluated(
        "DAT005",
        {
            "main.py": """
            from fastapi import Depends, FastAPI, Query
            from sqlalchemy import select
            from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

            class Base(DeclarativeBase): ...

            class Order(Base):
                __tablename__ = "orders"
                id: Mapped[int] = mapped_column(primary_key=True)

            def get_session() -> Session: ...

            app = FastAPI()

            @app.get("/orders")
            def orders(wanted: list[str] = Query(..., alias="ALIAS"), session: Session = Depends(get_session)) -> list[int]:
                return session.scalars(select(Order.id)).all()
            """.replace("ALIAS", alias)
        },
    )
    assert len(found.findings) == count


@pytest.mark.parametrize(("handover", "as_root"), [('exec gosu app "$@"', False), ('exec "$@"', True)])
def test_an_entry_point_that_gives_root_up(evaluated: Evaluated, handover: str, as_root: bool) -> None:
    found = evaluated(
        "PRD010",
        {
            "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "docker/entry.sh": f"#!/bin/sh\nchown -R app /data\n{handover}\n",
            "Dockerfile": """
            FROM python:3.13-slim
            COPY docker/entry.sh /run.sh
            ENTRYPOINT ["/run.sh"]
            CMD ["uvicorn", "main:app"]
            """,
        },
    )
    [finding] = found.findings
    assert ("it runs as root" in finding.message) is as_root


def test_origins_in_code_are_no_strength(evaluated: Evaluated) -> None:
    found = evaluated(
        "SEC008",
        {
            "main.py": """
            from fastapi import FastAPI
            from fastapi.middleware.cors import CORSMiddleware

            DEBUG = False
            app = FastAPI()
            if DEBUG:
                origins = ["http://localhost:3000"]
                app.add_middleware(CORSMiddleware, allow_origins=origins, allow_credentials=True)
            """
        },
    )
    assert (found.findings, found.strengths) == ((), ())


@pytest.mark.parametrize(
    ("context", "confidence"), [("lock('a')", "possible"), ("TestClient(app)", "likely"), ("patch('a.b')", "likely")]
)
def test_entering_a_context_is_a_result_only_where_it_is_the_code_itself(
    evaluated: Evaluated, context: str, confidence: str
) -> None:
    found = evaluated(
        "TST006",
        {
            "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
            "tests/test_lock.py": f"""
            from unittest.mock import patch

            from fastapi.testclient import TestClient

            from locks import lock
            from main import app


            def test_it() -> None:
                with {context}:
                    pass
            """,
        },
    )
    assert [f.confidence.value for f in found.findings] == [confidence]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("from shop.orders import place, cancel", 0),
        ("from shop.orders import place\n    order = place", 1),
    ],
    ids=["what it imports is what it tests", "a name for it proves nothing"],
)
def test_a_test_of_imports_fails_when_they_do(evaluated: Evaluated, body: str, found: int) -> None:
    assert len(evaluated("TST006", {"tests/test_exports.py": f"def test_exports():\n    {body}\n"}).findings) == found


def test_what_gives_something_back_is_no_test(evaluated: Evaluated) -> None:
    text = 'def test_email(suffix: str) -> str:\n    return f"ann-{suffix}@example.com"\n'
    assert not evaluated("TST006", {"tests/test_mail.py": text}).findings


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ('RED = "\\033[91m"\n\ndef say() -> None:\n    print(f"{RED}failed")\n', 0),
        ('import sys\n\ndef say() -> None:\n    print("aborted")\n    sys.exit(1)\n', 0),
        ('RED = "red"\n\ndef say() -> None:\n    print(f"{RED}failed")\n', 1),
    ],
    ids=["colours", "last words", "neither"],
)
def test_what_is_printed_for_a_screen(evaluated: Evaluated, said: str, found: int) -> None:
    main = """
    from fastapi import FastAPI

    from shown import say

    app = FastAPI()

    @app.get("/")
    def root() -> None:
        say()
    """
    assert len(evaluated("PRD003", {"main.py": main, "shown.py": said}).findings) == found


LISTED = """
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from stock import keys, models

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)

def get_session() -> Session: ...

app = FastAPI()

@app.get("/orders")
def orders(SIZE: int = 20, session: Session = Depends(get_session)) -> list[int]:
    found = []
    for one in keys():
        found += session.scalars(STATEMENT).all()
    return session.scalars(select(Order.id)).all()
"""


@pytest.mark.parametrize(("name", "found"), [("page_chunk_size", 0), ("shoe_size", 1)])
def test_a_page_by_another_name(evaluated: Evaluated, name: str, found: int) -> None:
    main = LISTED.replace("SIZE", name).replace("STATEMENT", "select(Order.id)")
    assert len(evaluated("DAT005", {"main.py": main}).findings) == found


@pytest.mark.parametrize(
    ("statement", "found"), [("select(one)", 0), ("select(Order).where(Order.id == one)", 1), ("keys.get(one)", 1)]
)
def test_a_loop_over_tables_asks_each_once(evaluated: Evaluated, statement: str, found: int) -> None:
    main = LISTED.replace("SIZE", "size").replace("STATEMENT", statement)
    assert len(evaluated("DAT008", {"main.py": main}).findings) == found


@pytest.mark.parametrize(("first", "found"), [("if asked:\n                return known", 0), ("pass", 1)])
def test_what_is_asked_once_is_no_query_in_a_loop(evaluated: Evaluated, first: str, found: int) -> None:
    main = f"""
    from fastapi import Depends, FastAPI
    from sqlalchemy import select, text
    from sqlalchemy.ext.asyncio import AsyncSession

    from stock import keys

    def get_session() -> AsyncSession: ...

    app = FastAPI()

    @app.get("/orders")
    async def orders(session: AsyncSession = Depends(get_session)) -> list[int]:
        asked = False
        known = None

        async def team(role: str) -> int:
            nonlocal asked, known
            {first}
            asked = True
            known = (await session.execute(text("select 1"))).all()
            return known

        return [await team(key) for key in await keys()]
    """
    assert len(evaluated("DAT008", {"main.py": main}).findings) == found


@pytest.mark.parametrize(("name", "found"), [("test_close_does_nothing", 0), ("test_close", 1)])
def test_a_name_says_that_nothing_is_the_result(evaluated: Evaluated, name: str, found: int) -> None:
    text = f"from shop.readers import Reader\n\ndef {name}():\n    Reader().close()\n"
    assert sum(f.confidence != "possible" for f in evaluated("TST006", {"tests/test_r.py": text}).findings) == found


@pytest.mark.parametrize(("body", "found"), [("return {}", 0), ("login(); return {}", 1)], ids=["client", "request"])
def test_a_client_library_talks_to_its_user(evaluated: Evaluated, body: str, found: int) -> None:
    main = f"""
    from fastapi import FastAPI

    from shop.client.context import login

    app = FastAPI()

    @app.get("/")
    def root() -> dict[str, str]:
        {body}
    """
    client = "def login() -> None:\n    print('You are signed in.')\n"
    files = {"shop/__init__.py": "", "shop/client/__init__.py": "", "shop/client/context.py": client}
    assert len(evaluated("PRD003", {"shop/main.py": main, **files}).findings) == found


def test_a_configuration_that_a_script_fills_is_no_settings_object(evaluated: Evaluated) -> None:
    found = evaluated(
        "PRD001",
        {
            "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "app/plugin_config.py": """
            from dataclasses import dataclass


            @dataclass
            class PluginConfig:
                key: str
            """,
            "app/plugin.py": """
            import os

            from app.plugin_config import PluginConfig

            if __name__ == "__main__":
                print(PluginConfig(os.environ["KEY"]))
            """,
        },
    )
    assert len(found.findings) == 1


def test_what_gunicorn_calls_when_it_starts_runs_with_the_service(evaluated: Evaluated) -> None:
    found = evaluated(
        "PRD017",
        {
            "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            "app/database.py": """
            import alembic.command
            import alembic.config


            def migrate() -> None:
                alembic.command.upgrade(alembic.config.Config("alembic.ini"), "head")
            """,
            "gunicorn.conf.py": """
            from app.database import migrate


            def on_starting(server: object) -> None:
                migrate()
            """,
        },
    )
    assert [finding.place.line for finding in found.findings] == [6]


def test_a_database_that_is_made_on_import(evaluated: Evaluated) -> None:
    found = evaluated(
        "ARC012",
        {
            "main.py": """
            from fastapi import FastAPI
            from sqlalchemy_utils import create_database, database_exists

            if not database_exists("mysql://db"):
                create_database("mysql://db")
            app = FastAPI()
            """,
        },
    )
    assert found.findings


@pytest.mark.parametrize(
    ("path", "name", "reported"),
    [
        ("/rooms/{number}/check-out", "leave", True),
        ("/rooms/{number}/check_in", "check_in", True),
        ("/rooms/{number}/check", "check", False),
        ("/models/{name}/infer", "run", False),
        ("/auth/device/init", "start", False),
        ("/device/rooms", "add", True),
    ],
)
def test_writes_by_their_names(evaluated: Evaluated, path: str, name: str, reported: bool) -> None:
    route = f"""
    from fastapi import FastAPI
    from app.store import store

    app = FastAPI()


    @app.post("{path}")
    def {name}(number: int) -> None:
        store.save(number)
    """
    sure = [f for f in evaluated("SEC001", {"main.py": route}).findings if f.confidence.value != "possible"]
    assert bool(sure) is reported


@pytest.mark.parametrize(
    ("body", "sent", "tested"),
    [
        ("log(request.headers.get('x-api-key'))\n    return await call_next(request)", "x-api-key", False),
        (
            (
                "if not request.headers.get('x-api-key'):\n        return Response(status_code=401)\n"
                "    return await call_next(request)"
            ),
            "x-api-key",
            True,
        ),
        (
            (
                "response = await call_next(request)\n"
                "    response.headers['x-request-id'] = request.headers.get('x-request-id', 'new')\n    return response"
            ),
            "x-request-id",
            True,
        ),
        ("log({'status_code': 200})\n    return await call_next(request)", "status_code", False),
    ],
)
def test_what_middleware_only_reads_is_no_effect(evaluated: Evaluated, body: str, sent: str, tested: bool) -> None:
    app = (
        "from fastapi import FastAPI, Request, Response\nfrom logs import log\n\napp = FastAPI()\n\n\n"
        f"@app.middleware('http')\nasync def watch(request: Request, call_next):\n    {body}\n\n\n"
        "@app.get('/')\ndef root() -> None: ...\n"
    )
    test = f"def test_it(client):\n    assert client.get('/', headers={{'{sent}': '1'}})\n"
    assert (not evaluated("ASY015", {"main.py": app, "tests/test_main.py": test}).findings) is tested


@pytest.mark.parametrize(
    ("sql", "reported"),
    [("select * from orders", True), ("select count(*) from orders", False), ("update orders set done = true", False)],
)
def test_rows_of_a_connection_whose_type_is_not_known(evaluated: Evaluated, sql: str, reported: bool) -> None:
    found = evaluated(
        "DAT005",
        {
            "main.py": f"""
            from fastapi import FastAPI
            from app.database import pool

            app = FastAPI()


            @app.get("/orders")
            async def orders() -> list[dict[str, str]]:
                async with pool().acquire() as connection:
                    records = await connection.fetch("{sql}")
                    return [dict(record) for record in records]
            """
        },
    )
    assert bool(found.findings) is reported


@pytest.mark.parametrize(("variable", "reported"), [("APP_CONFIG_PATH", False), ("ENV_FILE", False), ("APP_URL", True)])
def test_where_the_configuration_is_cannot_stand_in_it(evaluated: Evaluated, variable: str, reported: bool) -> None:
    found = evaluated(
        "ARC017",
        {
            "app/settings.py": """
            import os

            TOKEN = os.environ["TOKEN"]
            """,
            "app/main.py": f"""
            import os

            from fastapi import FastAPI

            from app import settings

            app = FastAPI()
            WHERE = os.environ["{variable}"]
            """,
        },
    )
    assert bool(found.findings) is reported


@pytest.mark.parametrize(("path", "confidence"), [("app/config.py", "possible"), ("app/notes.py", "likely")])
def test_a_configuration_that_a_route_shows_may_read_its_files(
    evaluated: Evaluated, path: str, confidence: str
) -> None:
    module = path.removesuffix(".py").replace("/", ".")
    found = evaluated(
        "COR013",
        {
            path: """
            from pydantic import BaseModel, field_validator


            class Prompts(BaseModel):
                system: str

                @field_validator("system")
                @classmethod
                def read(cls, value: str) -> str:
                    with open(value) as file:
                        return file.read()
            """,
            "app/main.py": f"""
            from fastapi import FastAPI

            from {module} import Prompts

            app = FastAPI()


            @app.get("/prompts")
            def prompts() -> Prompts:
                return Prompts(system="prompt.txt")
            """,
        },
    )
    assert [finding.confidence.value for finding in found.findings] == [confidence]


@pytest.mark.parametrize(("transport", "confidence"), [("transport=ASGITransport(app), ", "possible"), ("", "likely")])
def test_a_client_with_a_transport_of_its_own_may_stay_in_the_process(
    evaluated: Evaluated, transport: str, confidence: str
) -> None:
    found = evaluated(
        "ASY007",
        {
            "main.py": f"""
            import httpx
            from fastapi import FastAPI
            from httpx import ASGITransport

            app = FastAPI()


            @app.get("/")
            async def root() -> str:
                client = httpx.AsyncClient({transport}timeout=httpx.Timeout(None))
                return (await client.get("/orders")).text
            """
        },
    )
    assert [finding.confidence.value for finding in found.findings] == [confidence]


def test_the_end_of_a_long_type_is_shown(evaluated: Evaluated) -> None:
    found = evaluated(
        "TYP007",
        {
            "main.py": """
            from typing import Any

            def handle(event: OrderHasBeenUpdatedEvent | OrderHasBeenCancelledEvent | Any) -> None: ...
            """
        },
    )
    assert [finding.message.partition("`")[2].partition("`")[0] for finding in found.findings] == [
        "event: OrderHasBeenUpdated…CancelledEvent | Any"
    ]


@pytest.mark.parametrize(
    ("module", "name", "reported"),
    [
        ("app/partners.py", "announce", True),
        ("app/partners.py", "fetch_rates", False),
        ("app/partners.py", "send_splunk_event", False),
        ("app/observability/events.py", "announce", False),
    ],
)
def test_what_may_be_lost(evaluated: Evaluated, module: str, name: str, reported: bool) -> None:
    found = evaluated(
        "COR019",
        {
            module: f"""
            import httpx


            async def {name}(sku: str) -> None:
                async with httpx.AsyncClient() as client:
                    await client.post("https://partner.example.com", json=sku)
            """,
            "app/main.py": f"""
            from fastapi import BackgroundTasks, FastAPI

            from {module.removesuffix(".py").replace("/", ".")} import {name}

            app = FastAPI()


            @app.post("/orders/{{sku}}")
            async def order(sku: str, later: BackgroundTasks) -> None:
                later.add_task({name}, sku)
            """,
        },
    )
    assert bool(found.findings) is reported


@pytest.mark.parametrize(("options", "reported"), [("{**OPTIONS}", False), ("OPTIONS", True)])
def test_a_client_in_a_dictionary_of_its_function_does_not_outlive_it(
    evaluated: Evaluated, options: str, reported: bool
) -> None:
    found = evaluated(
        "ASY006",
        {
            "main.py": f"""
            import httpx
            from fastapi import FastAPI
            from library import Chat

            app = FastAPI()
            OPTIONS: dict[str, object] = {{}}


            def load(name: str) -> Chat:
                options = {options}
                options["client"] = httpx.AsyncClient()
                return Chat(**options)


            @app.get("/")
            async def root(name: str) -> str:
                return await load(name).ask()
            """
        },
    )
    assert any("for the life of the process" in finding.message for finding in found.findings) is reported


@pytest.mark.parametrize(
    ("service", "other", "reported"),
    [("shop-dev", "docker/Dockerfile", False), ("shop", "docker/Dockerfile", True), ("shop-dev", "notes.txt", True)],
)
def test_an_image_that_compose_builds_to_develop(
    evaluated: Evaluated, service: str, other: str, reported: bool
) -> None:
    image = 'FROM python:3.13-slim\nCOPY app app\nRUN pip install uv\nUSER app\nCMD ["uvicorn", "app.main:app"]\n'
    found = evaluated(
        "PRD009",
        {
            "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
            ".dockerignore": ".git\n",
            "Dockerfile": image.replace('"app.main:app"', '"app.main:app", "--reload"'),
            other: image,
            "docker-compose.yml": f"services:\n  {service}:\n    build: .\n",
        },
    )
    assert any(finding.place.path == "Dockerfile" for finding in found.findings) is reported


@pytest.mark.parametrize(("default", "once"), [("datetime.utcnow", False), ("datetime.utcnow()", True)])
def test_a_default_that_is_called_once_is_told(evaluated: Evaluated, default: str, once: bool) -> None:
    found = evaluated(
        "DAT011",
        {
            "models.py": f"""
            from datetime import datetime

            from sqlalchemy import Column, DateTime
            from sqlalchemy.orm import DeclarativeBase


            class Base(DeclarativeBase): ...


            class Order(Base):
                __tablename__ = "orders"
                placed_at = Column(DateTime, default={default})
            """
        },
    )
    assert ["called once" in finding.message for finding in found.findings] == [once]


def test_pages_of_the_documentation_are_not_json(evaluated: Evaluated) -> None:
    files = {
        "main.py": """
        from fastapi import FastAPI
        from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html

        app = FastAPI(docs_url=None)

        @app.get("/admin-docs")
        async def documentation():
            return get_swagger_ui_html(openapi_url="/openapi.json", title="Shop")

        @app.get("/admin-redoc")
        async def redoc():
            return get_redoc_html(openapi_url="/openapi.json", title="Shop")

        @app.get("/items")
        async def items():
            return []
        """
    }
    assert [f.subject for f in evaluated("COR002", files).findings] == ["GET /items"]

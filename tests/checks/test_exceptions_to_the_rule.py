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

"""What peers report and nobody should: one test for each of the ten."""

from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

from tests.checks.conftest import PACK, Evaluated

from fastreview import engine
from fastreview.gather.facts import gather_static
from fastreview.outcome import Finding
from fastreview.project import Project


def reviewed(root: Path, files: Mapping[str, str]) -> tuple[Project, tuple[Finding, ...]]:
    """The project of these files and what all checks find in it."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(text).lstrip(), "utf-8")
    project = Project(gather_static(root), PACK.limits)
    return project, engine.in_order(engine.evaluate(project, PACK.checks))


def test_1_an_async_endpoint_without_await(tmp_path: Path) -> None:
    main = """
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/orders/{number}")
    async def order(number: int) -> str:
        return str(number)
    """
    _, found = reviewed(tmp_path, {"main.py": main})
    line = main.strip().splitlines().index('    @app.get("/orders/{number}")') + 1
    assert [one.check for one in found if one.place.line >= line] == []


def test_2_a_precise_return_annotation_needs_no_response_model(evaluated: Evaluated) -> None:
    main = """
    from fastapi import FastAPI
    from pydantic import BaseModel

    class Order(BaseModel):
        number: int

    app = FastAPI()

    @app.get("/orders")
    def orders() -> list[Order]:
        return [Order(number=1)]
    """
    for code in ("COR002", "COR003"):
        assert not evaluated(code, {"main.py": main}).findings


def test_3_a_dict_is_validated_and_filtered_by_the_response_model(evaluated: Evaluated) -> None:
    main = """
    from fastapi import FastAPI
    from pydantic import BaseModel

    class User(BaseModel):
        name: str

    app = FastAPI()

    @app.get("/users/{name}", response_model=User)
    def user(name: str):
        return {"name": name, "hashed_password": "$2b$12$"}
    """
    for code in ("COR002", "COR007", "COR008"):
        assert not evaluated(code, {"main.py": main}).findings


def test_4_mutable_defaults_of_models_are_copied(tmp_path: Path) -> None:
    main = """
    from fastapi import FastAPI
    from pydantic import BaseModel

    class Order(BaseModel):
        lines: list[int] = []
        notes: dict[str, str] = {}

    app = FastAPI()

    @app.post("/orders", status_code=201)
    def place(order: Order) -> Order:
        order.lines.append(1)
        return order
    """
    _, found = reviewed(tmp_path, {"main.py": main})
    # That a client may send lists of any length is another matter.
    assert [one.check for one in found if one.place.line in (5, 6)] == ["COR011"]
    assert {"ARC008", "COR029"}.isdisjoint(one.check for one in found)


def test_5_a_204_needs_no_response_class(evaluated: Evaluated) -> None:
    main = """
    from fastapi import FastAPI

    app = FastAPI()

    @app.delete("/orders/{number}", status_code=204)
    def cancel(number: int) -> None: ...
    """
    for code in ("COR002", "COR021"):
        assert not evaluated(code, {"main.py": main}).findings


def test_6_prefixes_of_includes_and_routers_that_are_included_late(tmp_path: Path) -> None:
    main = """
    from fastapi import APIRouter, FastAPI

    app = FastAPI()
    orders = APIRouter()
    lines = APIRouter()
    app.include_router(orders, prefix="/v1/orders")
    orders.include_router(lines, prefix="/lines")

    @lines.get("/{number}")
    def line(number: int) -> int:
        return number
    """
    project, found = reviewed(tmp_path, {"main.py": main, "requirements.txt": "fastapi==0.165.0\n"})
    assert [route.key for route in project.routes] == ["GET /v1/orders/lines/{number}"]
    assert {"COR004", "COR005", "COR006", "ARC013"}.isdisjoint(one.check for one in found)


def test_7_pages_of_operators_are_no_api(tmp_path: Path) -> None:
    main = """
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/")
    def root():
        return {"service": "orders"}

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.get("/internal/state", include_in_schema=False)
    def state():
        return {"queue": 1}

    @app.get("/docs", include_in_schema=False)
    def documentation():
        return "see the handbook"
    """
    _, found = reviewed(tmp_path, {"main.py": main})
    assert {"COR002", "COR021", "COR022", "COR023", "ARC013", "SEC001", "SEC003", "DAT005"}.isdisjoint(
        one.check for one in found
    )


def test_8_the_installed_version_is_asked(tmp_path: Path, evaluated: Evaluated) -> None:
    main = """
    from fastapi import FastAPI
    from pydantic import BaseModel, validator

    class Order(BaseModel):
        number: int

        @validator("number")
        def positive(cls, value: int) -> int:
            assert value > 0
            return value

        class Config:
            orm_mode = True

    app = FastAPI()

    @app.post("/orders", status_code=201)
    def place(order: Order) -> Order:
        return order
    """
    pinned = evaluated("COR010", {"main.py": main, "requirements.txt": "fastapi==0.99.0\npydantic==1.10.13\n"})
    assert (pinned.run, pinned.findings) == ("not-applicable", ())
    assert evaluated("COR010", {"main.py": main, "requirements.txt": "fastapi==0.165.0\npydantic==2.14.0\n"}).findings


def test_9_only_the_service_is_judged(tmp_path: Path) -> None:
    bad = """
    import hashlib
    import os
    import subprocess

    import requests
    from sqlalchemy import Column, Integer, create_engine, text
    from sqlalchemy.orm import declarative_base, sessionmaker

    Base = declarative_base()
    session = sessionmaker(create_engine(os.environ["DATABASE_URL"]))()

    class Row(Base):
        __tablename__ = "rows"
        id = Column(Integer, primary_key=True)

    def add(name):
        print(hashlib.md5(name.encode()).hexdigest())
        subprocess.run("echo " + name, shell=True)
        requests.get("https://example.com", verify=False)
        session.execute(text(f"insert into rows values ('{name}')"))
        session.query(Row).all()
        session.commit()
    """
    revision = "    from alembic import op\n\n    revision = '1'\n    down_revision = None\n"
    main = """
    from fastapi import FastAPI

    app = FastAPI()

    @app.get("/orders/{number}")
    async def order(number: int) -> str:
        return str(number)
    """
    elsewhere = {
        "tests/conftest.py": bad,
        "tests/stub.py": bad,
        "alembic/versions/0001_rows.py": revision + bad,
        "scripts/load.py": bad,
        "vendor/library/api.py": bad,
        "app/client_pb2.py": "    # Generated by the protocol buffer compiler.  DO NOT EDIT!\n" + bad,
    }
    _, found = reviewed(
        tmp_path, {"main.py": main, "alembic.ini": "[alembic]\nscript_location = alembic\n", **elsewhere}
    )
    told = {(one.place.path, one.check) for one in found if one.place.path in elsewhere}
    assert {one for one in told if not one[1].startswith("TST") and one[1] != "DAT016"} == set()


def test_10_one_house_style_is_not_hundreds_of_findings(tmp_path: Path) -> None:
    routes = "".join(
        f"""
@router.get("/orders/{n}")
def order_{n}(session: Session = Depends(get_session), number: Optional[int] = Query(None)) -> Optional[int]:
    return session.query(Order).filter(Order.id == number).first()

"""
        for n in range(60)
    )
    head = """
from typing import Optional

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session

from app.database import Order, get_session

router = APIRouter()
"""
    database = """
    from sqlalchemy import Column, Integer, create_engine
    from sqlalchemy.orm import declarative_base, sessionmaker

    Base = declarative_base()
    sessions = sessionmaker(create_engine("sqlite://"))

    class Order(Base):
        __tablename__ = "orders"
        id = Column(Integer, primary_key=True)

    def get_session():
        with sessions() as session:
            yield session
    """
    main = """
    from fastapi import FastAPI

    from app import first, second

    app = FastAPI()
    app.include_router(first.router, prefix="/v1/first")
    app.include_router(second.router, prefix="/v1/second")
    """
    files = {
        "app/__init__.py": "",
        "app/main.py": main,
        "app/database.py": database,
        "app/first.py": head + routes,
        "app/second.py": head + routes,
    }
    project, found = reviewed(tmp_path, files)
    assert len(project.routes) == 120
    counted = {code: sum(one.check == code for one in found) for code in ("COR001", "TYP012", "DAT001")}
    assert all(0 < count <= 3 for count in counted.values()), counted

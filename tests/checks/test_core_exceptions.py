"""Core checks on idioms of real services that look like findings and are none."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from fastreview import engine, packs
from fastreview.gather.facts import gather_static
from fastreview.outcome import Finding
from fastreview.project import Project

Found = Callable[[str, str], tuple[Finding, ...]]

PACK = packs.load(("fastreview_checks",))


@pytest.fixture
def found(tmp_path: Path) -> Found:
    """What one check finds in a project of one module."""

    def run(code: str, text: str) -> tuple[Finding, ...]:
        (tmp_path / "main.py").write_text(dedent(text).lstrip(), "utf-8")
        project = Project(gather_static(tmp_path), PACK.limits)
        [evaluation] = engine.evaluate(project, packs.select(PACK.checks, [code], []))
        return evaluation.findings

    return run


@pytest.mark.parametrize(("used", "findings"), [("None", 0), ("user", 1)])
def test_a_marker_that_a_function_never_looks_at_does_no_harm(found: Found, used: str, findings: int) -> None:
    text = f"""
        from fastapi import Depends, FastAPI

        app = FastAPI()

        def current_user() -> str:
            return "ada"

        @app.get("/kinds")
        def kinds(user: str = Depends(current_user)) -> str | None:
            return {used}

        @app.post("/kinds")
        def reset() -> str | None:
            return kinds()
        """
    assert len(found("COR016", text)) == findings


def test_a_dependency_may_build_upon_another_and_settings_are_everybodys(found: Found) -> None:
    text = """
        from fastapi import Depends, FastAPI, HTTPException
        from fastapi.security import HTTPBearer

        app = FastAPI()

        def get_settings() -> dict[str, str]:
            return {}

        def current_user(token: str = Depends(HTTPBearer()), settings: dict[str, str] = Depends(get_settings)) -> str:
            if token not in settings:
                raise HTTPException(401)
            return token

        def perhaps_user(token: str = Depends(HTTPBearer(auto_error=False))) -> str | None:
            return current_user(token, get_settings()) if token else None

        @app.get("/me")
        def me(user: str = Depends(current_user), other: str | None = Depends(perhaps_user)) -> str:
            return get_settings()[user]
        """
    assert found("COR016", text) == ()


def test_the_settings_of_a_common_base_that_one_of_two_bases_overrides(found: Found) -> None:
    text = """
        from pydantic import BaseModel, ConfigDict

        class Record(BaseModel):
            model_config = ConfigDict(from_attributes=False)

        class Timed(Record):
            at: int

        class Stored(Record):
            model_config = ConfigDict(from_attributes=True)

        class Run(Timed, Stored):
            name: str
        """
    assert found("COR029", text) == ()


def test_a_page_that_shows_and_takes_a_form(found: Found) -> None:
    text = """
        from fastapi import FastAPI, Form

        app = FastAPI()

        @app.api_route("/confirm", methods=["GET", "POST"])
        def confirm(sure: bool = Form(False)) -> bool:
            return sure
        """
    assert found("COR030", text) == ()


@pytest.mark.parametrize(("name", "findings"), [("send_telemetry", 0), ("send_order", 1)])
def test_what_may_be_lost_needs_no_queue(found: Found, name: str, findings: int) -> None:
    text = f"""
        import httpx
        from fastapi import BackgroundTasks, FastAPI

        app = FastAPI()

        def {name}() -> None:
            httpx.post("https://partner.example.com", timeout=5)

        @app.post("/orders")
        def create(later: BackgroundTasks) -> str:
            later.add_task({name})
            return "done"
        """
    assert len(found("COR019", text)) == findings


@pytest.mark.parametrize(("version", "confidence"), [("0.116.1", "likely"), ("0.120.0", "possible")])
def test_the_version_of_fastapi_says_when_sessions_end(
    found: Found, tmp_path: Path, version: str, confidence: str
) -> None:
    (tmp_path / "requirements.txt").write_text(f"fastapi=={version}\n", "utf-8")
    text = """
        from collections.abc import Iterator

        from fastapi import BackgroundTasks, Depends, FastAPI
        from sqlalchemy import create_engine
        from sqlalchemy.orm import Session

        app = FastAPI()
        engine = create_engine("sqlite://")

        def get_session() -> Iterator[Session]:
            with Session(engine) as session:
                yield session

        def recount(session: Session) -> None:
            session.commit()

        @app.post("/orders")
        def create(later: BackgroundTasks, session: Session = Depends(get_session)) -> str:
            later.add_task(recount, session)
            return "done"
        """
    [finding] = found("COR020", text)
    assert finding.confidence == confidence


def test_a_cached_client_is_opened_once(found: Found) -> None:
    text = """
        from functools import lru_cache

        import httpx
        from fastapi import Depends, FastAPI

        app = FastAPI()

        @lru_cache
        def get_client() -> httpx.Client:
            return httpx.Client(timeout=5)

        @app.get("/rates")
        def rates(client: httpx.Client = Depends(get_client)) -> str:
            return client.get("https://rates.example.com").text
        """
    assert found("COR015", text) == ()


@pytest.mark.parametrize(("version", "findings"), [("0.65.2", 0), ("0.120.0", 1)])
@pytest.mark.parametrize("code", ["COR001", "COR003", "COR010"])
def test_what_the_pinned_fastapi_cannot_do_is_not_asked(
    found: Found, tmp_path: Path, code: str, version: str, findings: int
) -> None:
    (tmp_path / "requirements.txt").write_text(f"fastapi=={version}\npydantic\n", "utf-8")
    text = """
        from fastapi import Depends, FastAPI
        from pydantic import BaseModel

        app = FastAPI()

        class Order(BaseModel):
            id: int

            class Config:
                orm_mode = True

        def tenant() -> int:
            return 1

        @app.get("/orders", response_model=Order)
        def first(tenant: int = Depends(tenant)) -> Order:
            return Order(id=tenant)
        """
    assert len(found(code, text)) == findings


def test_models_of_v1_that_a_function_takes_too(found: Found) -> None:
    text = """
        from pydantic import BaseModel

        class Order(BaseModel):
            id: int

        def schema_of(name: str) -> dict[str, object]:
            import pydantic.v1 as pydantic_v1

            model: type[pydantic_v1.BaseModel] = pydantic_v1.create_model(name)
            return model.schema()
        """
    assert [finding.confidence for finding in found("COR010", text)] == ["possible"]


@pytest.mark.parametrize(("kind", "findings"), [("bool = False", 0), ("int = 0", 1)])
def test_a_flag_that_must_be_set_is_a_question(found: Found, kind: str, findings: int) -> None:
    text = f"""
        from fastapi import FastAPI, HTTPException

        app = FastAPI()

        @app.post("/reset")
        def reset(amount: {kind}) -> None:
            if not amount:
                raise HTTPException(400)
        """
    assert len(found("COR012", text)) == findings


@pytest.mark.parametrize(("decorator", "findings"), [("", 1), ("@field_serializer('total')", 0)])
def test_methods_that_pydantic_calls_may_branch(found: Found, decorator: str, findings: int) -> None:
    text = f"""
        from fastapi import FastAPI
        from pydantic import BaseModel, field_serializer, model_validator

        app = FastAPI()

        class Order(BaseModel):
            total: int

            @model_validator(mode="after")
            def check(self):
                self.checked()
                return self

            def checked(self) -> int:
                BRANCHES

            {decorator}
            def shown(self, value: int) -> int:
                BRANCHES

            def is_plain(self) -> bool:
                return {" and ".join(f"self.total != {n}" for n in range(12))}

        @app.post("/orders")
        def create(order: Order) -> int:
            return order.total
        """
    branches = [f"if self.total == {n}: return {n}" for n in range(12)]
    text = text.replace("BRANCHES", ("\n" + " " * 16).join([*branches, "return 0"]))
    assert len(found("COR014", text)) == findings


def test_get_openapi_under_another_name(found: Found) -> None:
    text = """
        from fastapi import FastAPI
        from fastapi.openapi.utils import get_openapi as make_document

        app = FastAPI(openapi_url=None)

        @app.get("/orders", tags=["orders"], summary="All orders")
        def orders() -> list[int]:
            return []

        def document() -> dict[str, object]:
            return make_document(title="Orders", version="2.1", description="All orders.", routes=app.routes)
        """
    assert found("COR023", text) == ()


def test_clients_may_make_their_own_uuids(found: Found) -> None:
    text = """
        from uuid import UUID

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()
        RUNS: list[dict[str, object]] = []

        class RunCreate(BaseModel):
            id: UUID | None = None
            name: str

        @app.post("/runs")
        def create_run(body: RunCreate) -> None:
            RUNS.append(body.model_dump())
        """
    assert [finding.confidence for finding in found("COR009", text)] == ["possible"]


@pytest.mark.parametrize(("first", "findings"), [("user, tenant = auth", 0), ("tenant = (user, auth)", 1)])
def test_a_marker_that_the_body_replaces_does_no_harm(found: Found, first: str, findings: int) -> None:
    text = f"""
        from fastapi import Depends, FastAPI

        app = FastAPI()

        def current_user() -> str:
            return "ada"

        @app.get("/orders")
        def orders(auth: tuple[str, str], user: str = Depends(current_user)) -> str:
            {first}
            return user

        @app.get("/old-orders")
        def old_orders() -> str:
            return orders(("ada", "acme"))
        """
    assert len(found("COR016", text)) == findings


@pytest.mark.parametrize(("key", "confidence"), [("UUID | None = None", "possible"), ("int | None = None", "likely")])
def test_keys_that_clients_may_make_are_only_possible(found: Found, key: str, confidence: str) -> None:
    text = f"""
        from uuid import UUID

        from fastapi import FastAPI
        from pydantic import BaseModel

        app = FastAPI()
        FOODS: list[dict[str, object]] = []

        class Base(BaseModel):
            id: {key}
            name: str

        class NewFood(Base):
            group: str

        class Food(Base):
            pass

        @app.post("/foods")
        async def create_food(body: NewFood) -> Food:
            FOODS.append(body.model_dump())
            return Food(name=body.name)
    """
    assert [finding.confidence for finding in found("COR009", text)] == [confidence]

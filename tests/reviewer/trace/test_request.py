"""The way of one request: order, threads, reuse, clean-up, and where each step stands."""

from collections.abc import Iterator

import pytest
from tests.conftest import ProjectOf

from fastreview.project import Project
from fastreview.review import Trace, TraceStep
from fastreview.trace import important, trace_of
from fastreview.trace.framework import Framework, installed_framework

FILES = {
    "app/main.py": """
        from fastapi import BackgroundTasks, Depends, FastAPI, Request
        from fastapi.middleware.cors import CORSMiddleware
        from app.deps import get_session, get_orders
        from app.orders import Orders

        app = FastAPI(dependencies=[Depends(get_session)])
        app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])


        @app.middleware("http")
        async def timed(request: Request, call_next):
            return await call_next(request)


        def receipt(number: int) -> None: ...


        @app.post("/orders/{number}")
        async def place(number: int, tasks: BackgroundTasks, orders: Orders = Depends(get_orders)) -> dict[str, int]:
            found = await orders.place(number)
            tasks.add_task(receipt, number)
            return found


        @app.get("/health")
        def health() -> str:
            return "ok"
    """,
    "app/deps.py": """
        from fastapi import Depends
        from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
        from app.orders import Orders

        maker = async_sessionmaker()


        async def get_session():
            async with maker() as session:
                yield session


        def get_orders(session: AsyncSession = Depends(get_session)) -> Orders:
            return Orders(session)
    """,
    "app/orders.py": """
        from sqlalchemy.ext.asyncio import AsyncSession


        class Orders:
            def __init__(self, session: AsyncSession) -> None:
                self.session = session

            async def place(self, number: int) -> dict[str, int]:
                await self.session.execute("select 1")
                return {"number": number}
    """,
}


@pytest.fixture
def project(project_of: ProjectOf) -> Project:
    return project_of(FILES)


def traced(project: Project, key: str) -> Trace:
    return trace_of(next(route for route in project.routes if route.key == key))


def every(steps: tuple[TraceStep, ...]) -> Iterator[TraceStep]:
    for step in steps:
        yield step
        yield from every(step.steps)


def named(trace: Trace, title: str) -> list[TraceStep]:
    return [step for step in every(trace.steps) if title in step.title]


def test_the_order_is_the_frameworks(project: Project) -> None:
    titles = [step.title for step in traced(project, "POST /orders/{number}").steps]
    assert titles == [
        "The server calls the application",
        "ServerErrorMiddleware",
        "timed",
        "CORSMiddleware",
        "ExceptionMiddleware",
        "The route POST /orders/{number} is found",
        "The body is read",
        "Dependencies are solved",
        "Parameters are validated",
        "`place` runs",
        "The answer is made",
        "The answer passes the middleware",
        "Background tasks run",
        "Dependencies that yield are ended",
    ]


def test_what_runs_on_the_loop_and_what_in_a_thread(project: Project) -> None:
    trace = traced(project, "POST /orders/{number}")
    assert named(trace, "`place` runs")[0].runs == "loop"
    assert named(trace, "`get_orders`")[0].runs == "thread"
    assert named(trace, "`get_session`")[0].runs == "loop"
    assert named(trace, "receipt")[0].runs == "thread"
    assert named(traced(project, "GET /health"), "`health` runs")[0].runs == "thread"


def test_a_dependency_is_solved_once(project: Project) -> None:
    first, second, ended = named(traced(project, "POST /orders/{number}"), "`get_session`")
    assert "declared on the app" in first.detail
    assert "reused" in second.detail
    assert (ended.path, ended.line) == ("app/deps.py", 11)


def test_calls_lead_to_the_storage(project: Project) -> None:
    trace = traced(project, "POST /orders/{number}")
    (service,) = named(trace, "`orders.place`")
    assert (service.path, service.line) == ("app/orders.py", 9)
    assert [(step.title, step.detail, step.line) for step in service.steps] == [
        ("`self.session.execute`", "storage", 10)
    ]


def test_framework_lines_are_those_of_the_installed_one(project: Project) -> None:
    framework = installed_framework(None)
    assert framework.folder is not None
    for step in every(traced(project, "POST /orders/{number}").steps):
        if step.source:
            where, _, qualname = step.source.partition(" ")
            file, _, line = where.partition(":")
            text = (framework.folder / file).read_text("utf-8").split("\n")[int(line) - 1]
            assert qualname.rpartition(".")[2] in text


def test_without_a_framework_there_are_no_lines() -> None:
    assert Framework(None, "", "").source("routing") == ""


@pytest.mark.parametrize(("version", "newer"), [("0.68.0", False), ("0.118.2", True), ("1.0", True), ("", True)])
def test_versions_are_numbers(version: str, *, newer: bool) -> None:
    assert Framework(None, version, "").at_least(0, 118) is newer


def test_the_report_shows_the_routes_for_which_most_happens(project: Project) -> None:
    assert [route.key for route in important(project, 1)] == ["POST /orders/{number}"]

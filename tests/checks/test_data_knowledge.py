"""What the checks of storage know: names of queries, money, engines, and how loops and transactions are read."""

import pytest
from tests.checks.conftest import Evaluated
from tests.conftest import ProjectOf

from fastreview.project import Project
from fastreview.project.code import Function
from fastreview_checks.knowledge.callers import callers
from fastreview_checks.knowledge.data.commits import changing
from fastreview_checks.knowledge.data.engines import ASYNC, SYNC, created
from fastreview_checks.knowledge.data.money import is_money
from fastreview_checks.knowledge.data.queries import NAMES, kind_of
from fastreview_checks.knowledge.data.revisions import stairway
from fastreview_checks.knowledge.data.rounds import is_small, rounds
from fastreview_checks.knowledge.data.sorting import is_sort
from fastreview_checks.knowledge.sensitive import masked_names


def function_of(project: Project, name: str) -> Function:
    return next(function for function in project.functions if function.name == name)


def test_tables_name_calls_by_their_full_names() -> None:
    assert SYNC.isdisjoint(ASYNC)
    assert all("." in name and name == name.strip() for name in SYNC | ASYNC)
    assert all(name.isidentifier() for name in NAMES)
    assert len(NAMES) == len(set(NAMES))


@pytest.mark.parametrize("name", ["price", "unitPrice", "total_amount", "salary", "subtotal", "shipping_cost"])
def test_money(name: str) -> None:
    assert is_money(name, "Order")


@pytest.mark.parametrize("name", ["exchange_rate", "price_per_token", "max_price", "score", "priced", "tax_rate"])
def test_not_money(name: str) -> None:
    assert not is_money(name, "Order")
    assert not is_money("amount", "RecipeIngredient")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("sort", True), ("orderBy", True), ("sort_order", True), ("order_id", False), ("border", False)],
)
def test_parameters_that_order(name: str, expected: bool) -> None:
    assert is_sort(name) is expected


LOOPS = """
    from enum import Enum
    from sqlalchemy import insert, select
    from sqlalchemy.ext.asyncio import AsyncSession

    KINDS = ("a", "b")


    class Kind(Enum):
        new = "new"


    async def fixed(session: AsyncSession):
        for kind in KINDS:
            await session.get(object, kind)
        for kind in Kind:
            await session.get(object, kind)
        for batch in batched(range(10), 3):
            await session.get(object, batch)
        for n in range(0, 100, 10):
            await session.get(object, n)


    class Store:
        @property
        def statements(self) -> list[str]:
            return ["create table a", "create table b"]

        @property
        def found(self) -> list[str]:
            return self.rows

        def set_up(self, cursor):
            for statement in self.statements:
                cursor.execute(statement)
            for one in self.found:
                cursor.execute(one)


    async def open_ended(session: AsyncSession, ids: list[int]):
        for one in ids:
            await session.get(object, one)
        rows = [await session.scalars(select(one)) for one in ids]
        await session.execute(insert(object))
        await session.commit()
        {}.get("session")
"""


def test_loops_with_few_rounds(project_of: ProjectOf) -> None:
    project = project_of({"app.py": LOOPS})
    fixed, open_ended = function_of(project, "fixed"), function_of(project, "open_ended")
    assert [is_small(one, fixed, project) for one in rounds(fixed)] == [True] * 4
    assert [is_small(one, open_ended, project) for one in rounds(open_ended)] == [False] * 2
    set_up = function_of(project, "set_up")
    assert [is_small(one, set_up, project) for one in rounds(set_up)] == [True, False]


def test_what_calls_do(project_of: ProjectOf) -> None:
    project = project_of({"app.py": LOOPS})
    kinds = [kind_of(site, project) for site in function_of(project, "open_ended").calls]
    assert [kind for kind in kinds if kind] == ["read", "read", "write", "commit"]


def test_a_wrapped_engine_is_async(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "app.py": """
                from sqlalchemy import create_engine
                from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine as _create

                engine = AsyncEngine(create_engine("postgresql+asyncpg://db"))
                other = _create("postgresql+asyncpg://db")
            """
        }
    )
    assert sorted(name in ASYNC for _, name in created(project)) == [True, True]


TRANSACTIONS = """
    from typing import Protocol
    from sqlalchemy.orm import Session


    class Store(Protocol):
        def save(self, row: object) -> None: ...


    class SqlStore:
        def __init__(self, session: Session) -> None:
            self._session = session

        def save(self, row: object) -> None:
            self._session.add(row)
            self._session.commit()


    def twice(store: Store) -> None:
        store.save(1)
        store.save(2)


    def either(session: Session, row: object) -> None:
        session.add(row)
        if row:
            session.commit()
            return
        session.commit()


    def reads(session: Session) -> None:
        session.commit()
        session.commit()
"""


def test_commits_on_one_way(project_of: ProjectOf) -> None:
    project = project_of({"app.py": TRANSACTIONS})
    assert len(changing(function_of(project, "twice"), project)) == 2
    assert len(changing(function_of(project, "either"), project)) == 1
    assert changing(function_of(project, "reads"), project) == ()


def test_callers_through_a_protocol(project_of: ProjectOf) -> None:
    project = project_of({"app.py": TRANSACTIONS})
    saves = [function for function in project.functions if function.name == "save" and "SqlStore" in function.key]
    assert [site.code.qualname for site in callers(saves[0], project)] == ["twice", "twice"]


def test_classes_called_models_hold_money() -> None:
    assert is_money("price", "InstanceModel")
    assert not is_money("cost", "LlmModelUsage")


def test_names_that_are_masked_before_they_are_sent(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            MASKED = "*****"

            def shown(row) -> dict:
                return {"password": MASKED if row.password else None, "name": row.name}

            def masked(row):
                return row.copy(token=MASKED)
            """
        }
    )

    assert masked_names(project) == {"password", "token"}


@pytest.mark.parametrize(
    ("text", "walks"),
    [
        ("from service.alembic_commands import upgrade\nsteps = [alembic_upgrade, alembic_downgrade]\n", True),
        ("from alembic.command import check\n\ndef test_tables():\n    check(config)\n", True),
        ("from service.migrations import upgrade\n\ndef test_up():\n    upgrade()\n", False),
    ],
)
def test_tests_that_walk_up_and_down(project_of: ProjectOf, text: str, walks: bool) -> None:
    assert stairway(project_of({"tests/test_migrations.py": text})) is walks


@pytest.mark.parametrize(("handed", "count"), [("later.add_task(book)", 0), ("await book()", 2)])
def test_a_background_task_opens_its_own_session(evaluated: Evaluated, handed: str, count: int) -> None:
    main = f"""
    from fastapi import BackgroundTasks, FastAPI
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

    sessions = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"))
    app = FastAPI()

    async def count() -> None:
        async with sessions() as session:
            await session.flush()

    async def book() -> None:
        async with sessions() as session:
            await session.flush()

    @app.post("/orders")
    async def order(later: BackgroundTasks) -> None:
        await count()
        {handed}
    """
    assert len(evaluated("DAT003", {"main.py": main}).findings) == count


def test_a_commit_now_and_then_is_a_question(evaluated: Evaluated) -> None:
    services = "".join(
        f"""
def add_{n}(session: Session) -> None:
    session.add(object())
    session.commit()
"""
        for n in range(12)
    )
    main = """
    from fastapi import Depends, FastAPI
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session, sessionmaker

    from services import CALLED

    sessions = sessionmaker(create_engine("sqlite://"))
    app = FastAPI()

    def get_session():
        with sessions() as session:
            yield session

    @app.post("/orders")
    def order(session: Session = Depends(get_session)) -> None:
        CALLS

    @app.delete("/orders")
    def delete(session: Session = Depends(get_session)) -> None:
        session.delete(object())
        session.commit()
    """
    names = ", ".join(f"add_{n}" for n in range(12))
    calls = "; ".join(f"add_{n}(session)" for n in range(12))
    files = {
        "main.py": main.replace("CALLED", names).replace("CALLS", calls),
        "services.py": "from sqlalchemy.orm import Session\n" + services,
    }
    [finding] = evaluated("DAT003", files).findings
    assert (finding.confidence, finding.place.path) == ("possible", "main.py")


@pytest.mark.parametrize(
    ("route", "confidence"),
    [
        ('@app.post("/products")\ndef add(product: Product) -> None: ...', "likely"),
        ('@app.get("/products")\ndef products() -> list[Product]: ...', "possible"),
        ('@app.post("/products/estimate")\ndef estimate(product: Product) -> int: ...', "possible"),
    ],
    ids=["taken in", "passed on", "asked about"],
)
def test_money_that_nobody_keeps_is_a_question(evaluated: Evaluated, route: str, confidence: str) -> None:
    head = "from fastapi import FastAPI\nfrom pydantic import BaseModel\n\napp = FastAPI()\n\n"
    text = f"{head}class Base(BaseModel):\n    price: float\n\nclass Product(Base):\n    name: str\n\n{route}\n"
    assert [finding.confidence for finding in evaluated("DAT015", {"main.py": text}).findings] == [confidence]


def test_tables_of_a_base_that_a_library_brings(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "models.py": """
            from library.orm import Base
            from sqlalchemy import Column, Integer

            class Order(Base):
                __tablename__ = "orders"
                id = Column(Integer, primary_key=True)

            class Named:
                __tablename__ = "named"
                id = Column(Integer, primary_key=True)

            class Report(Base):
                __tablename__ = "report"
            """
        }
    )
    assert [(table.name, table.orm) for table in project.tables] == [("Order", "sqlalchemy")]


def test_a_session_that_an_object_of_the_module_keeps(evaluated: Evaluated) -> None:
    found = evaluated(
        "DAT003",
        {
            "app/database.py": """
            from sqlalchemy.ext.asyncio import AsyncSession as Session, create_async_engine


            class Database:
                def __init__(self) -> None:
                    self.engine = create_async_engine("postgresql+asyncpg://")
                    self.session = Session(self.engine)


            class Job:
                def __init__(self) -> None:
                    self.session = Session(create_async_engine("postgresql+asyncpg://"))


            database = Database()
            """,
            "app/main.py": """
            from fastapi import FastAPI
            from sqlalchemy import text

            from app.database import database

            app = FastAPI()


            @app.get("/orders")
            async def orders() -> list[int]:
                return list(await database.session.scalars(text("select id from orders")))
            """,
        },
    )
    assert [(finding.place.path, finding.place.line) for finding in found.findings] == [("app/database.py", 7)]


def test_a_session_of_a_factory_that_a_function_gives(evaluated: Evaluated) -> None:
    files = {
        "main.py": """
        from typing import Annotated

        from fastapi import Depends, FastAPI
        from sqlalchemy import text
        from sqlalchemy.ext.asyncio import AsyncSession

        from database import get_factory

        app = FastAPI()

        async def get_session():
            async with get_factory()() as session:
                yield session

        @app.post("/orders")
        async def create(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
            await session.execute(text("insert into orders values (1)"))
            await session.commit()
        """,
        "database.py": """
        from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

        kept = {}

        def get_factory() -> async_sessionmaker[AsyncSession]:
            return kept.setdefault("factory", async_sessionmaker(create_async_engine("sqlite+aiosqlite://")))
        """,
    }
    evaluation = evaluated("DAT003", files)
    assert not evaluation.findings
    assert [strength.place.path for strength in evaluation.strengths] == ["main.py"]

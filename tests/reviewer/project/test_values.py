"""Names and receivers: what a call calls, through imports, annotations, attributes and factories."""

from typing import Self

import pytest
from tests.conftest import ProjectOf

from fastreview.project import Project, Subject
from fastreview.project.names import External

DATABASE = """
    from typing import Annotated
    from fastapi import Depends
    from sqlalchemy import create_engine
    from sqlalchemy.orm import Session, sessionmaker

    engine = create_engine("sqlite://")
    SessionLocal = sessionmaker(bind=engine)

    def get_db():
        db = SessionLocal()
        try:
            yield db
        finally:
            db.close()

    SessionDep = Annotated[Session, Depends(get_db)]

    class Repository:
        def __init__(self, session: Session) -> None:
            self.session = session

    class Users(Repository):
        def all(self):
            return self.session.execute("select 1")

        @property
        def query(self):
            return self.session.query(object)
"""


def called(project: Project, function: str) -> list[str]:
    """Everything the function calls, by full name."""
    (found,) = [f for f in project.functions if f.qualname == function]
    names = []
    for site in found.calls:
        names += [t.name if isinstance(t, External) else t.key for t in project.targets(site)]
    return names


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("def f(db: Session): db.commit()", "sqlalchemy.orm.Session.commit"),
        ("def f(db=Depends(get_db)): db.commit()", "sqlalchemy.orm.Session.commit"),
        ("def f(db: SessionDep): db.commit()", "sqlalchemy.orm.Session.commit"),
        ("def f():\n    with SessionLocal() as db:\n        db.commit()", "sqlalchemy.orm.Session.commit"),
        ("def f():\n    with SessionLocal.begin() as db:\n        db.execute('')", "sqlalchemy.orm.Session.execute"),
        ("def f(): return Users(SessionLocal()).session.execute('')", "sqlalchemy.orm.Session.execute"),
        ("def f(db: Session): return db.query(int).filter().order_by().all()", "sqlalchemy.orm.Query.all"),
        ("def f(db: 'Session | None'): db.flush()", "sqlalchemy.orm.Session.flush"),
        ("def f():\n    import time as t\n    t.sleep(1)", "time.sleep"),
        ("def f(): engine.connect()", "sqlalchemy.engine.Engine.connect"),
        ("def f(users: Users): users.query.first()", "sqlalchemy.orm.Query.first"),
        ("def f(users: Users): users.all()", "database.Users.all"),
        ("def f(db): db.commit()\ndef g(db: Session): f(db)", "sqlalchemy.orm.Session.commit"),
    ],
)
def test_receivers(project_of: ProjectOf, body: str, expected: str) -> None:
    source = "from fastapi import Depends\nfrom sqlalchemy.orm import Session\nfrom database import *\n\n" + body
    project = project_of({"database.py": DATABASE, "main.py": source})
    assert expected in called(project, "f")


def test_names_survive_reexports_cycles_and_star_imports(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "src/pkg/__init__.py": "from .inner import *\nfrom .b import late\n",
            "src/pkg/inner.py": "__all__ = ['shown']\ndef shown(): ...\ndef hidden(): ...\n",
            "src/pkg/b.py": "from pkg import shown as late\nfrom pkg.c import loop\n",
            "src/pkg/c.py": "from pkg.b import loop\n",
            "src/pkg/use.py": "from pkg import shown, late, hidden\nfrom pkg.b import loop\n\n"
            "def f():\n    shown(); late(); hidden(); loop()\n",
        }
    )
    assert called(project, "f") == ["pkg.inner.shown", "pkg.inner.shown"]


def test_an_abstract_method_means_its_implementations(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
                from typing import Protocol

                class Clock(Protocol):
                    def now(self) -> int: ...

                class Real(Clock):
                    def now(self) -> int:
                        return 1

                def f(clock: Clock) -> None:
                    clock.now()
            """
        }
    )
    assert called(project, "f") == ["main.Clock.now", "main.Real.now"]


def test_complexity_and_kinds_of_modules(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "app/main.py": "def f(x):\n    return 1 if x and x > 2 else 0\n",
            "tests/test_main.py": "def test_f(): ...\nclass TestX:\n    def test_y(self): ...\n    def helper(self): ...\n",
            "migrations/versions/1_init.py": "def upgrade(): ...\n",
            "scripts/seed.py": "def seed(): ...\n",
            ".github/actions/tag/main.py": "def tag(): ...\n",
        }
    )
    assert {m.path: m.kind for m in project.modules} == {
        "app/main.py": "service",
        "tests/test_main.py": "test",
        "migrations/versions/1_init.py": "migration",
        "scripts/seed.py": "script",
        ".github/actions/tag/main.py": "script",
    }
    assert [t.function.name for t in project.tests] == ["test_f", "test_y"]
    (function,) = project.functions
    assert function.facts.complexity == 3


def test_what_a_container_injects_is_what_its_type_says(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "app/main.py": """
                from dishka.integrations.fastapi import FromDishka

                class Orders:
                    def cancel(self) -> None: ...

                def cancel(orders: FromDishka[Orders]) -> None:
                    orders.cancel()
            """
        }
    )
    [module] = project.modules
    [site] = next(f for f in module.functions if f.qualname == "cancel").calls

    assert [target.key for target in project.targets(site) if not isinstance(target, External)] == [
        "app.main.Orders.cancel"
    ]


STALE = """
    from fastapi import Depends, FastAPI
    from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
    from sqlalchemy.orm import Session

    SessionLocal = async_sessionmaker(bind=create_async_engine("sqlite+aiosqlite://"))
    app = FastAPI()

    async def get_db():
        db = SessionLocal()
        try:
            yield db
        finally:
            await db.close()

    def remove(session: Session):
        session.flush()

    def unused(session: Session):
        session.refresh(1)

    @app.get("/")
    async def root(db: Session = Depends(get_db)):
        db.commit()
        remove(db)
"""


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("commit", ["sqlalchemy.ext.asyncio.AsyncSession.commit"]),
        ("flush", []),
        ("refresh", ["sqlalchemy.orm.Session.refresh"]),
    ],
)
def test_what_arrives_says_more_than_a_stale_annotation(
    project_of: ProjectOf, method: str, expected: list[str]
) -> None:
    project = project_of({"main.py": STALE})
    [site] = project.calls(method)
    assert [t.name for t in project.targets(site) if isinstance(t, External)] == expected


CRAWLERS = """
    from abc import ABC, abstractmethod

    class Base(ABC):
        @abstractmethod
        def files(self): ...

    class Cloud(Base):
        def files(self):
            return 1

    class Notes(Base):
        def files(self):
            return 2
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("        one = Cloud()\n        return one.files()", ["Cloud"]),
        ("        one = Cloud()\n    else:\n        one = Notes()\n    return one.files()", ["Base", "Cloud", "Notes"]),
        ("        one = Cloud()\n        if kind:\n            return one.files()", ["Cloud"]),
    ],
)
def test_an_overridden_method_is_that_of_the_class_that_the_branch_made(
    project_of: ProjectOf, body: str, expected: list[str]
) -> None:
    code = f"from crawlers import Base, Cloud, Notes\n\ndef f(kind):\n    one: Base\n    if kind:\n{body}\n"
    project = project_of({"crawlers.py": CRAWLERS, "main.py": code})
    files = [name.split(".")[-2] for name in called(project, "f") if name.endswith(".files")]
    assert files == expected


class Folder(Subject):
    """A kind of subject that a pack brings along."""

    unit = "folder"

    def __init__(self, path: str) -> None:
        self.path = path

    @property
    def key(self) -> str:
        return self.path

    @classmethod
    def all_of(cls, project: Project) -> list[Self]:
        return [cls(path) for path in sorted({m.path.rpartition("/")[0] for m in project.modules})]


def test_a_pack_lists_the_subjects_of_its_own(project_of: ProjectOf) -> None:
    project = project_of({"app/main.py": "", "app/orders/routes.py": "", "app/orders/models.py": ""})
    assert [folder.key for folder in project.subjects(Folder)] == ["app", "app/orders"]


@pytest.mark.parametrize(
    ("more", "schemas"),
    [("", ["Order"]), ("from sqlalchemy import *", []), ("from pydantic import *", ["Order"])],
)
def test_what_a_star_import_of_one_library_brings(project_of: ProjectOf, more: str, schemas: list[str]) -> None:
    project = project_of(
        {
            "shop/__init__.py": "",
            "shop/compat.py": f"from pydantic.v1 import *\n{more}\n",
            "shop/models.py": """
                from shop.compat import BaseModel

                class Order(BaseModel):
                    count: int

                def plain():
                    return str(len("x"))
            """,
        }
    )
    [plain] = [function for function in project.functions if function.name == "plain"]

    assert [schema.name for schema in project.schemas] == schemas
    assert {getattr(target, "name", "") for site in plain.calls for target in project.targets(site)} == {
        "builtins.len",
        "builtins.str",
    }


def test_folders_and_what_stands_in_them(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "shop/files.py": """
                from pathlib import Path

                FOLDER = Path(__file__).resolve().parent

                def prices():
                    return (FOLDER / "data" / "prices.json").with_suffix(".txt").read_text()

                def share(total, count):
                    return (total / count).read_text()
            """,
        }
    )
    names = {f.name: [getattr(t, "name", "") for c in f.calls for t in project.targets(c)] for f in project.functions}

    assert names == {"prices": ["pathlib.Path.read_text", "pathlib.Path.with_suffix"], "share": []}


@pytest.mark.parametrize(
    "setting",
    [
        "orders.service = Service()",
        "for module, service in zip((orders,), (Service(),)):\n    module.service = service",
        "for module in (orders,):\n    module.service = Service()",
    ],
)
def test_a_global_that_another_module_sets(project_of: ProjectOf, setting: str) -> None:
    project = project_of(
        {
            "shop/__init__.py": "",
            "shop/service.py": "class Service:\n    def take(self): ...\n",
            "shop/orders.py": "def place():\n    service.take()\n\ndef own(service):\n    service.take()\n",
            "shop/main.py": f"from shop import orders\nfrom shop.service import Service\n\n{setting}\n",
        }
    )

    assert called(project, "place") == ["shop.service.Service.take"]
    assert called(project, "own") == []


def test_an_annotation_that_tells_nothing_leaves_the_code_to_tell(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "shop/database.py": """
                from collections.abc import AsyncIterator
                from contextlib import asynccontextmanager
                from sqlalchemy.ext.asyncio import async_sessionmaker

                sessions = async_sessionmaker()

                @asynccontextmanager
                async def session() -> AsyncIterator:
                    async with sessions() as opened:
                        yield opened

                async def first():
                    async with session() as opened:
                        await opened.scalar("select 1")
            """,
        }
    )
    [first] = [f for f in project.functions if f.name == "first"]

    assert [getattr(t, "name", "") for c in first.calls for t in project.targets(c)][-1].endswith("AsyncSession.scalar")

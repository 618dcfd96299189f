"""What routes take and promise, and where values come from."""

from tests.conftest import ProjectOf

from fastreview.facts import syntax as s
from fastreview.project.contracts import classes_of, fields_of
from fastreview.project.flow import Flow
from fastreview.project.project import Project
from fastreview.project.routes import Route


def route(project: Project, key: str) -> Route:
    return next(r for r in project.routes if r.key == key)


def test_answers_by_model_annotation_and_alias(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from typing import Annotated
            from fastapi import FastAPI
            from pydantic import BaseModel

            class Line(BaseModel):
                id: int

            class Order(BaseModel):
                lines: list[Line]

            Orders = list[Order]
            app = FastAPI()

            @app.get("/a", response_model=Orders)
            async def a(): ...

            @app.get("/b")
            async def b() -> Annotated[Order | None, "doc"]: ...

            @app.get("/c", response_model=None)
            async def c() -> Order: ...
            """
        }
    )

    assert [c.name for c in route(project, "GET /a").answer_classes] == ["Order", "Line"]
    assert [c.name for c in route(project, "GET /b").answer_classes] == ["Order", "Line"]
    assert route(project, "GET /c").answers is None


def test_inputs_of_dependencies_models_and_views(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from typing import Annotated
            from fastapi import APIRouter, Depends, FastAPI, Query

            app = FastAPI()
            Size = Annotated[int, Query(le=100, alias="pageSize")]

            def paging(limit: Size = 10, offset: int = 0): ...

            def group(slug: str): ...

            class View:
                group: str = Depends(group)

            class Items(View):
                @app.get("/{slug}")
                def items(self, q: str, page: tuple = Depends(paging)): ...
            """
        }
    )
    found = route(project, "GET /{slug}")

    assert {i.name for i in found.inputs} == {"q", "slug", "limit", "offset"}
    limit = next(i for i in found.inputs if i.name == "limit")
    assert limit.alias == "pageSize"
    assert limit.declared.expr == s.Ref("int")


def test_an_ordinary_class_is_no_input(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from dataclasses import dataclass
            from typing import Annotated, Generic, TypeVar
            from fastapi import Depends, FastAPI
            from pydantic import BaseModel

            S = TypeVar("S")
            app = FastAPI()

            class User(BaseModel):
                name: str

            class Subject(Generic[S]):
                def __init__(self, user: S) -> None: ...

            class Money:
                @classmethod
                def __get_pydantic_core_schema__(cls, source, handler): ...

            @dataclass
            class Line:
                count: int

            class Authenticator:
                def __call__(self, subject: Subject[User]) -> Subject[User]: ...

            Caller = Annotated[Subject[User], Depends(Authenticator())]

            @app.post("/orders")
            def create(caller: Caller, line: Line, price: Money): ...
            """
        }
    )
    found = route(project, "POST /orders")

    assert [i.name for i in found.inputs] == ["line", "price"]
    assert {c.name for c in found.body_classes} == {"Line", "Money"}


def test_order_is_known_within_one_block_only(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import FastAPI

            app = FastAPI()
            DEMO = False

            if DEMO:
                @app.get("/a")
                def first(): ...
            else:
                @app.get("/b")
                def second(): ...

            @app.get("/c")
            def third(): ...
            """
        }
    )
    a, b, c = (route(project, f"GET /{name}") for name in "abc")

    assert c.follows(a)
    assert c.follows(b)
    assert not a.follows(c)
    assert not b.follows(a)


def test_a_router_that_a_function_hands_back_is_the_one_it_was_given(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import APIRouter, FastAPI

            users = APIRouter()

            @users.get("/users")
            def list_users(): ...

            def with_users(router: APIRouter) -> APIRouter:
                router.include_router(users)
                return router

            plain = with_users(APIRouter())
            tenant = with_users(APIRouter(prefix="/{tenant}"))
            app = FastAPI()
            app.include_router(plain)
            app.include_router(tenant)
            """
        }
    )

    assert [r.key for r in project.routes] == ["GET /users", "GET /{tenant}/users"]


def test_values_are_followed_through_helpers_and_loops(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import FastAPI

            app = FastAPI()

            def tidy(rows):
                return [dict(row) for row in rows]

            def load(session):
                found = []
                for row in session.scalars("x").all():
                    found.append(row)
                return {"items": found, "total": session.count()}

            @app.get("/a")
            def a(session):
                return tidy(session.query("a").all())

            @app.get("/b")
            def b(session):
                return load(session)
            """
        }
    )

    def origins(key: str) -> list[str]:
        endpoint = route(project, key).endpoint
        assert endpoint is not None
        return [s.written(o.expr) for o in Flow(project, lambda _, name: name == "items").returned(endpoint)]

    assert origins("GET /a") == ["session.query('a').all()"]
    assert origins("GET /b") == ["session.scalars('x').all()"]


def test_imports_under_the_main_guard_are_no_cycle(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "one.py": "import two\n",
            "two.py": 'if __name__ == "__main__":\n    import one\n',
            "three.py": "import four\n",
            "four.py": "import three\n",
        }
    )

    assert [[m.name for m, _ in cycle] for cycle in project.import_cycles] == [["four", "three"]]


def test_uses_of_pydantic(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            import httpx
            from pydantic import BaseModel, Field, TypeAdapter, validator

            class Order(BaseModel):
                id: int = Field(regex="x")

                class Config:
                    orm_mode = True

                @validator("id")
                def check(cls, value):
                    return value

            class Other:
                class Config:
                    pass

                def dict(self): ...

            def use(order: Order, other: Other):
                order.dict()
                other.dict()
                httpx.get("x").json()
                TypeAdapter(int)
                order.model_dump()
            """
        }
    )

    assert [u.old for u in project.pydantic_uses if u.old] == ["regex=", "class Config", "@validator", ".dict()"]
    assert sorted(u.new for u in project.pydantic_uses if not u.old) == [".model_dump()", "TypeAdapter()"]


def test_models_share_the_types_of_inherited_fields(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from pydantic import BaseModel, Field

            class Line(BaseModel):
                id: int

            class Base(BaseModel):
                __kept__: set[str] | None = None
                lines: list[Line] = Field(max_length=3)
                note: str

            class Order(Base):
                note: "Line | None" = None
            """
        }
    )
    line, base, order = (schema.cls for schema in project.schemas)

    inherited, replaced = fields_of(order)[1], fields_of(order)[0]
    assert [field.name for field in fields_of(order)] == ["note", "lines"]
    assert inherited.declared is fields_of(base)[0].declared
    assert [marker.method for marker in inherited.declared.markers] == ["Field"]
    assert classes_of(inherited.declared) == (line,)
    assert replaced.default is None
    assert classes_of(fields_of(base)[1].declared) == ()


def test_routes_with_parameters_are_known_by_the_segments_in_front(project_of: ProjectOf) -> None:
    project = project_of(
        {
            "main.py": """
            from fastapi import FastAPI

            app = FastAPI()

            @app.get("/users/me")
            async def me(): ...

            @app.get("/users/by-{name}")
            async def by_name(name: str): ...

            @app.get("/{anything:path}")
            async def rest(anything: str): ...
            """
        }
    )

    known = project.apps[0].by_beginning
    assert {key: [route.path for _, route in found] for key, found in known.items()} == {
        ("GET", "/users/"): ["/users/by-{name}"],
        ("GET", "/"): ["/{anything:path}"],
    }

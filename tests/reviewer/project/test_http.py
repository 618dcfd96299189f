"""The running app's side of the model: what its answers say of each route, and where it disagrees with the code."""

from msgspec.structs import replace
from tests.conftest import ProjectOf

from fastreview.facts.app import AppFacts, CodePlace, MiddlewareFacts, ParameterFacts, ProbeFacts, RouteFacts
from fastreview.facts.http import Exchange, HttpFacts
from fastreview.project import Project

CODE = """
from fastapi import Depends, FastAPI, HTTPException

def check() -> None:
    raise HTTPException(401)

app = FastAPI()

@app.post("/guarded", dependencies=[Depends(check)])
def guarded() -> None: ...

@app.post("/open")
def open_() -> None: ...

@app.post("/only-code")
def only_code() -> None: ...
"""
EMPTY = AppFacts(
    target="main:app",
    factory=False,
    title="",
    version="",
    description="",
    debug=False,
    docs_url="",
    openapi_url="",
    place=CodePlace(path="main.py", line=7),
)
LINES = {"guarded": 10, "open_": 13, "only_code": 16}


def served(path: str, name: str, *parameters: ParameterFacts) -> RouteFacts:
    place = CodePlace("main", name, "main.py", LINES[name]) if name in LINES else CodePlace("lib", name)
    return RouteFacts(path, ("POST",), "http", name, place, is_async=False, order=0, parameters=parameters)


def asked(path: str, status: int, reached: str = "") -> Exchange:
    return Exchange("without-credentials", "POST", path, with_lifespan=True, status=status, reached=reached)


def imported(project_of: ProjectOf, *routes: RouteFacts, exchanges: tuple[Exchange, ...] = ()) -> Project:
    static = project_of({"main.py": CODE})
    app = replace(
        EMPTY,
        routes=tuple(replace(route, order=number) for number, route in enumerate(routes)),
        http=HttpFacts(exchanges),
    )
    probe = ProbeFacts(interpreter="python", python="3.11.0", apps=(app,))
    return Project(replace(static.facts, probe=probe), {})


ALL = (served("/guarded", "guarded"), served("/open", "open_"), served("/only-app", "elsewhere"))


def test_which_side_knows_a_route(project_of: ProjectOf) -> None:
    project = imported(project_of, *ALL)

    assert {route.path: (route.seen, route.doubts) for route in project.routes} == {
        "/guarded": (("static", "runtime"), ()),
        "/open": (("static", "runtime"), ()),
        "/only-app": (("runtime",), ("the code does not show where it is registered",)),
        "/only-code": (("static",), ("the running app does not have it",)),
    }


def test_an_app_that_was_imported_by_two_names_is_one(project_of: ProjectOf) -> None:
    static = project_of({"src/main.py": CODE})
    place = CodePlace("src.main", "open_", "src/main.py", LINES["open_"])
    one = replace(EMPTY, target="src.main:app", routes=(replace(served("/open", "open_"), endpoint=place),))
    same = replace(EMPTY, target="main:app", routes=(replace(one.routes[0], endpoint=replace(place, module="main")),))
    other = replace(same, routes=(replace(one.routes[0], endpoint=replace(place, path="src/other.py")),))

    for second, count in ((same, 1), (other, 2)):
        probe = ProbeFacts(interpreter="python", python="3.11.0", apps=(one, second))
        assert len([app for app in Project(replace(static.facts, probe=probe), {}).apps if app.facts]) == count


def test_what_is_registered_when_the_app_starts_is_no_contradiction(project_of: ProjectOf) -> None:
    code = """
        from fastapi import APIRouter, FastAPI
        router = APIRouter()
        late = APIRouter()
        @router.get("/plain")
        def plain(): ...
        @late.get("/late")
        def later(): ...
        def add_routers(app):
            app.include_router(late)
        async def lifespan(app):
            add_routers(app)
            yield
        def create_app() -> FastAPI:
            app = FastAPI(lifespan=lifespan)
            app.include_router(router)
            return app
        """
    probe = ProbeFacts(interpreter="python", python="3.11.0", apps=(EMPTY,))
    project = Project(replace(project_of({"main.py": code}).facts, probe=probe), {})

    assert {route.path: route.doubts for route in project.routes} == {
        "/plain": ("the running app does not have it",),
        "/late": (),
    }


def test_without_an_import_there_are_no_doubts(project_of: ProjectOf) -> None:
    project = project_of({"main.py": CODE})

    assert [(route.seen, route.doubts, route.answers_without_credentials) for route in project.routes] == [
        (("static",), (), None)
    ] * 3
    assert not project.apps[0].http


def test_same_endpoint_at_another_path(project_of: ProjectOf) -> None:
    project = imported(project_of, served("/v1/open", "open_"))

    assert [r.doubts for r in project.routes if r.path == "/v1/open"] == [("the code shows it at /open",)]


def test_what_a_request_without_credentials_shows(project_of: ProjectOf) -> None:
    for exchange, expected in (
        (asked("/open", 401), False),
        (asked("/open", 403), False),
        (asked("/open", 307), False),
        (asked("/open", 204, "endpoint"), True),
        (asked("/open", 422), True),
        (asked("/open", 204, "wrapper"), None),
        (asked("/open", 204, "other"), None),
        (asked("/open", 500), None),
        (asked("/open", 200), None),
        (asked("/other", 401), None),
    ):
        (route, *_) = imported(project_of, served("/open", "open_"), exchanges=(exchange,)).routes
        assert route.answers_without_credentials is expected, exchange


def test_input_that_the_request_lacked(project_of: ProjectOf) -> None:
    for name, where, expected in (("token", "header", False), ("lang", "header", None), ("limit", "body", True)):
        parameter = ParameterFacts(name, name, where, required=True, type="str")
        project = imported(project_of, served("/open", "open_", parameter), exchanges=(asked("/open", 422),))
        assert project.routes[0].answers_without_credentials is expected, name


def test_doubts_on_guards(project_of: ProjectOf) -> None:
    exchanges = (asked("/guarded", 422), asked("/open", 401))
    project = imported(project_of, *ALL, exchanges=exchanges)

    assert {route.path: route.doubts for route in project.routes if route.path in ("/guarded", "/open")} == {
        "/guarded": ("the running app lets it through without credentials, though the code shows a guard",),
        "/open": ("the running app refuses it without credentials, and the code does not show why",),
    }


def error(kind: str, status: int, *shape: str, reached: str = "", lifespan: bool = True) -> Exchange:
    return Exchange(kind, "GET", "/x", with_lifespan=lifespan, status=status, shape=shape, reached=reached)


def test_shapes_of_errors(project_of: ProjectOf) -> None:
    ours = ("code: string", "error.message: string")
    alike = (
        error("unknown-path", 404, *ours),
        error("raised", 409, *ours, reached="endpoint"),
        error("unhandled", 500, "code: string", "error: null", reached="endpoint"),
    )
    lists = (error("raised", 409, "errors: array"), error("invalid-query", 422, "errors[].field: string"))
    own = imported(project_of, *ALL, exchanges=alike).apps[0].http
    mixed = (
        imported(project_of, *ALL, exchanges=(*alike, error("invalid-query", 422, "detail[].msg: string"))).apps[0].http
    )
    plain = imported(project_of, *ALL, exchanges=tuple(replace(e, shape=()) for e in alike)).apps[0].http
    few = imported(project_of, *ALL, exchanges=(*alike[:2], error("health", 503, "x: string"))).apps[0].http

    empty_or_not = imported(project_of, *ALL, exchanges=(*lists, replace(lists[0], kind="unknown-path"))).apps[0].http

    assert own.errors_have_one_shape is True
    assert empty_or_not.errors_have_one_shape is True
    assert set(own.error_shapes) == {("code", "error")}
    assert mixed.errors_have_one_shape is False
    assert set(mixed.error_shapes) == {("code", "error"), ("detail[]",)}
    assert plain.errors_have_one_shape is False
    assert few.errors_have_one_shape is None


def test_request_ids_and_leaks(project_of: ProjectOf) -> None:
    silent = error("unknown-path", 404)
    with_id = replace(silent, echoes=("x-request-id",))
    leaking = replace(error("unhandled", 500), leaks=("message",))

    assert imported(project_of, *ALL, exchanges=(silent,)).apps[0].http.returns_request_ids is False
    assert imported(project_of, *ALL, exchanges=(with_id,)).apps[0].http.returns_request_ids is True
    assert imported(project_of, *ALL).apps[0].http.returns_request_ids is None
    assert imported(project_of, *ALL, exchanges=(silent, leaking)).apps[0].http.leaks == (leaking,)


def test_health_with_the_lifespan_comes_first(project_of: ProjectOf) -> None:
    before = Exchange("health", "POST", "/open", with_lifespan=False, status=503)
    after = replace(before, with_lifespan=True, status=200)
    project = imported(project_of, *ALL, exchanges=(before, after))
    route = next(route for route in project.routes if route.path == "/open")

    assert route.app.http.health(route) == (after, before)


def test_an_app_that_a_factory_builds_again_is_one(project_of: ProjectOf) -> None:
    once = imported(project_of, *ALL).facts
    assert once.probe is not None
    (app,) = once.probe.apps
    again = replace(app, target="main:create()", factory=True)
    other = replace(again, routes=(served("/v2/open", "open_"), served("/new", "new")))

    apps = Project(replace(once, probe=replace(once.probe, apps=(app, again, other))), {}).apps

    assert [(one.key, len(one.routes)) for one in apps] == [("main:app", 4), ("main:create()", 2)]


def test_an_app_that_another_mounts_is_a_part_of_it(project_of: ProjectOf) -> None:
    once = imported(project_of, *ALL).facts
    assert once.probe is not None
    (inner,) = once.probe.apps
    below = tuple(replace(route, path=f"/admin/api{route.path}", mount="/admin/api") for route in inner.routes)
    outer = replace(inner, target="main:outer", place=CodePlace(path="main.py", line=1), routes=below)

    apps = Project(replace(once, probe=replace(once.probe, apps=(inner, outer))), {}).apps

    assert [one.key for one in apps if one.facts] == ["main:outer"]


def test_handlers_that_only_the_running_app_shows(project_of: ProjectOf) -> None:
    once = imported(project_of, *ALL).facts
    assert once.probe is not None
    (app,) = once.probe.apps
    ours, theirs = (
        CodePlace("main", "check", "main.py", 4),
        CodePlace("fastapi.exception_handlers", "http_exception_handler"),
    )
    app = replace(
        app,
        exception_handlers=(("HTTPException", theirs), ("RequestValidationError", ours)),
        handled=("starlette.exceptions.HTTPException", "fastapi.exceptions.RequestValidationError"),
    )

    (shown,) = Project(replace(once, probe=replace(once.probe, apps=(app,))), {}).apps

    assert [(h.handles, h.function and h.function.name) for h in shown.exception_handlers] == [
        ("fastapi.RequestValidationError", "check")
    ]


STACKED = """
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

class Timing: ...

app = FastAPI()
app.add_middleware(Timing)
app.add_middleware(CORSMiddleware)

@app.middleware("http")
async def ids(request, call_next): ...
"""


def test_middleware_in_the_order_of_the_running_app(project_of: ProjectOf) -> None:
    static = project_of({"main.py": STACKED})
    stack = (
        MiddlewareFacts("ServerErrorMiddleware", "starlette.middleware.errors", CodePlace()),
        MiddlewareFacts("BaseHTTPMiddleware", "starlette.middleware.base", CodePlace("main", "ids", "main.py", 12)),
        MiddlewareFacts("CORSMiddleware", "starlette.middleware.cors", CodePlace()),
        MiddlewareFacts("Timing", "main", CodePlace("main", "Timing", "main.py", 5)),
    )
    probe = ProbeFacts(interpreter="python", python="3.11.0", apps=(replace(EMPTY, middleware=stack),))

    (app,) = Project(replace(static.facts, probe=probe), {}).apps

    assert [(m.name, bool(m.functions), m.router is not None) for m in app.stack] == [
        ("ServerErrorMiddleware", False, False),
        ("ids", True, True),
        ("CORSMiddleware", False, True),
        ("Timing", False, True),
    ]
    assert static.apps[0].stack == ()


def test_a_guard_believed_by_its_name_does_not_hold_against_the_running_app(project_of: ProjectOf) -> None:
    static = project_of(
        {
            "main.py": """
            from fastapi import Depends, FastAPI
            from somewhere import AuthForm
            app = FastAPI()
            @app.post("/login")
            def login(form: AuthForm = Depends()) -> None: ...
            @app.post("/mine")
            def mine() -> None: ...
            """
        }
    )
    route = RouteFacts(
        "/login", ("POST",), "http", "login", CodePlace("main", "login", "main.py", 6), is_async=False, order=0
    )

    mine = replace(route, path="/mine", endpoint=CodePlace("main", "mine", "main.py", 8))

    def guards(status: int, other: int) -> tuple[str, ...]:
        http = HttpFacts((asked("/login", status), asked("/mine", other)))
        probe = ProbeFacts(
            interpreter="python", python="3.11.0", apps=(replace(EMPTY, routes=(route, mine), http=http),)
        )
        return Project(replace(static.facts, probe=probe), {}).routes[0].security

    assert static.routes[0].security == ("AuthForm",)
    assert guards(500, 401) == ("AuthForm",)
    assert guards(422, 401) == ()
    assert guards(422, 204) == ("AuthForm",)

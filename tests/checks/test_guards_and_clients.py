"""What looks like a fault and is none: guards of the project's own, clients, probes and callers that prove themselves."""

import pytest
from tests.checks.conftest import Evaluated

from fastreview.check import Confidence
from fastreview.outcome import Run

APP = """
from fastapi import APIRouter, FastAPI, Request

app = FastAPI()
"""


def test_a_client_that_reads_its_own_token_is_not_the_service(evaluated: Evaluated) -> None:
    client = """
    import jwt


    def expires(token: str) -> int:
        return jwt.decode(token, options={"verify_signature": False})["exp"]
    """
    files = {"service/main.py": APP, "client/session.py": client}
    [outside] = evaluated("SEC004", files).findings
    [inside] = evaluated("SEC004", {**files, "service/main.py": f"import client.session\n{APP}"}).findings
    assert (outside.confidence, inside.confidence) == (Confidence.POSSIBLE, Confidence.LIKELY)


@pytest.mark.parametrize(
    ("path", "answer", "found"),
    [
        ("/status", "dict[str, str]", 0),
        ("/status", "list[str]", 1),
        ("/health", "list[str]", 0),
    ],
)
def test_a_status_that_lists_is_no_probe(evaluated: Evaluated, path: str, answer: str, found: int) -> None:
    route = f'\n@app.get("{path}")\ndef state() -> {answer}: ...\n\n@app.get("/orders")\ndef orders() -> str: ...\n'
    assert len(evaluated("PRD007", {"main.py": APP + route}).findings) == found


@pytest.mark.parametrize(("path", "found"), [("/live", 0), ("/status", 1), ("/orders", 1)])
def test_a_probe_below_a_prefix_that_only_the_run_knows(evaluated: Evaluated, path: str, found: int) -> None:
    route = f'\nrouter = APIRouter()\n\n@router.get("{path}")\ndef state() -> str: ...\n'
    include = "\nfor prefix in prefixes():\n    app.include_router(router, prefix=prefix)\n"
    assert (
        len(evaluated("PRD007", {"main.py": f"from plugins import prefixes\n{APP}{route}{include}"}).findings) == found
    )


def test_a_library_that_another_module_made_verifies_the_caller(evaluated: Evaluated) -> None:
    bot = """
    from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
    from slack_bolt.async_app import AsyncApp

    handler = AsyncSlackRequestHandler(AsyncApp())
    """
    route = '\n@app.post("/slack/events")\nasync def events(req: Request):\n    return await {handler}.handle(req)\n'
    verified = {"bot.py": bot, "main.py": f"from bot import handler\n{APP}{route.format(handler='handler')}"}
    other = {"bot.py": "handler = object()", "main.py": verified["main.py"]}
    assert evaluated("SEC001", verified).findings == ()
    assert len(evaluated("SEC001", other).findings) == 1


@pytest.mark.parametrize(("value", "found"), [('"true"', 0), ("token", 1)])
def test_a_flag_is_no_credential(evaluated: Evaluated, value: str, found: int) -> None:
    route = f"""
@app.get("/")
def page(token: str, response: Response) -> None:
    response.set_cookie("is_access_token_expired", {value})
"""
    text = APP.replace("Request", "Request, Response") + route
    assert len(evaluated("SEC014", {"main.py": text}).findings) == found


@pytest.mark.parametrize(("decorator", "found"), [("@pytest.fixture(autouse=True)", 0), ("@pytest.fixture", 1)])
def test_what_a_fixture_of_every_test_sets_anew_is_not_left_behind(
    evaluated: Evaluated, decorator: str, found: int
) -> None:
    conftest = f"""
    import pytest

    from shop.settings import settings

    {decorator}
    def clean():
        _reset()
        yield
        _reset()


    def _reset():
        settings.open = True
    """
    test = """
    from shop.main import is_open
    from shop.settings import settings


    def test_closed():
        settings.open = False
        assert not is_open()
    """
    files = {
        "shop/settings.py": "class Settings:\n    open = True\n\n\nsettings = Settings()\n",
        "shop/main.py": f"{APP}\ndef is_open() -> bool: ...\n",
        "tests/conftest.py": conftest,
        "tests/test_shop.py": test,
    }
    said = evaluated("TST014", files)
    assert said.run is not Run.CRASHED
    assert len(said.findings) == found


@pytest.mark.parametrize(("name", "found"), [("JobAccessPolicy", 0), ("Jobs", 1)])
def test_an_access_policy_of_routes_may_refuse_by_http(evaluated: Evaluated, name: str, found: int) -> None:
    rules = f"""
    from fastapi import HTTPException


    class {name}:
        def may_read(self, owner: str, caller: str) -> None:
            if owner != caller:
                raise HTTPException(403)

        def may_write(self, owner: str, caller: str) -> None:
            self.may_read(owner, caller)

        def may_list(self, caller: str) -> bool:
            return bool(caller)
    """
    main = f"""
    from fastapi import FastAPI

    from rules import {name}

    app = FastAPI()


    @app.get("/jobs/{{number}}")
    def job(number: int, caller: str) -> int:
        {name}().may_read("ann", caller)
        return number
    """
    assert len(evaluated("ARC006", {"main.py": main, "rules.py": rules}).findings) == found


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        ("random.randint(1, number)", False),
        ("Repository().find(number)", True),
        ("lookup(number)", True),
        ("refused(number)", True),
    ],
)
def test_a_404_is_asked_of_what_may_be_absent(evaluated: Evaluated, answer: str, asked: bool) -> None:
    main = f"""
    import random

    from fastapi import FastAPI

    from store import lookup

    app = FastAPI()


    class Repository:
        def find(self, number: int) -> int: ...


    def refused(number: int) -> int:
        if number > 9:
            raise KeyError(number)
        return number


    @app.get("/orders/{{number}}")
    def order(number: int) -> int:
        return {answer}
    """
    test = "def test_sum() -> None:\n    assert 1 + 1 == 2\n"
    said = evaluated("TST011", {"main.py": main, "test_main.py": test})
    assert any("404" in one.message for one in said.findings) is asked


@pytest.mark.parametrize(
    ("stored", "found"), [("clients[loop] = client", 0), ("fresh = {}\n    fresh[loop] = client", 1)]
)
def test_a_client_that_a_global_keeps_for_each_loop_is_shared(evaluated: Evaluated, stored: str, found: int) -> None:
    route = f"""
import asyncio
from redis.asyncio import Redis

clients = {{}}


def connection() -> Redis:
    loop = asyncio.get_running_loop()
    client = Redis(host="redis")
    {stored}
    return client


@app.get("/hits")
async def hits() -> int:
    return await connection().incr("hits")


async def stop() -> None:
    for client in clients.values():
        await client.aclose()
"""
    findings = evaluated("ASY006", {"main.py": APP + route}).findings
    assert len([f for f in findings if "is made for" in f.message]) == found


@pytest.mark.parametrize(("answer", "found"), [("return None", 1), ("raise", 0)])
def test_a_guard_whose_denial_is_caught_lets_everybody_in(evaluated: Evaluated, answer: str, found: int) -> None:
    route = f"""
from fastapi import Depends, HTTPException


def verified(token: str) -> str:
    if token != "secret":
        raise HTTPException(401)
    return token


def caller(request: Request) -> str | None:
    try:
        return verified(request.headers["token"])
    except Exception:
        {answer}


@app.post("/orders", dependencies=[Depends(caller)])
def order(name: str) -> None: ...
"""
    assert len(evaluated("SEC001", {"main.py": APP + route}).findings) == found


@pytest.mark.parametrize(("kept", "found"), [("errors.append(error)", 0), ("print(error)", 1)])
def test_a_cancellation_that_is_kept_and_raised_later_is_not_swallowed(
    evaluated: Evaluated, kept: str, found: int
) -> None:
    route = f"""
import asyncio


@app.get("/all")
async def close_all() -> None:
    errors: list[BaseException] = []
    for _ in range(3):
        try:
            await asyncio.sleep(1)
        except BaseException as error:
            {kept}
    if errors:
        raise errors[0]
"""
    assert len(evaluated("ASY012", {"main.py": APP + route}).findings) == found


@pytest.mark.parametrize(("docstring", "found"), [("Decode the data.", 0), ("Store the data.", 1)])
def test_a_post_that_decodes_changes_nothing(evaluated: Evaluated, docstring: str, found: int) -> None:
    route = f'''
@app.post("/data")
def data(raw: str) -> str:
    """{docstring}"""
    return work(raw)
'''
    findings = evaluated("SEC001", {"main.py": APP + route}).findings
    assert len([f for f in findings if f.confidence is not Confidence.POSSIBLE]) == found


@pytest.mark.parametrize(("decorator", "found"), [("@pytest.mark.xfail(strict=True)", 0), ("@pytest.mark.slow", 1)])
def test_a_test_that_must_fail_needs_no_assertion(evaluated: Evaluated, decorator: str, found: int) -> None:
    test = f"import pytest\n\n{decorator}\ndef test_warning() -> None:\n    int('1')\n"
    assert len(evaluated("TST006", {"main.py": APP, "tests/test_main.py": test}).findings) == found


@pytest.mark.parametrize(
    ("made", "run"),
    [
        ("app = StacApi(app=FastAPI(title='Stac'), settings=None).app", Run.UNKNOWN),
        ("inner = FastAPI()\napp = StacApi(inner).app", Run.UNKNOWN),
        ("app = FastAPI()\nuvicorn.Config(app)", Run.NOT_APPLICABLE),
    ],
)
@pytest.mark.parametrize("code", ["SEC001", "SEC002"])
def test_routes_that_a_library_makes_are_unknown_and_not_absent(
    evaluated: Evaluated, code: str, made: str, run: Run
) -> None:
    text = f"import uvicorn\nfrom fastapi import FastAPI\nfrom stac_fastapi.api.app import StacApi\n\n{made}\n"
    assert evaluated(code, {"main.py": text}).run is run


def test_what_changes_permissions_is_business_and_what_no_route_calls_counts_for_nothing(evaluated: Evaluated) -> None:
    files = {
        "main.py": """
            from fastapi import FastAPI, Request
            from sqlalchemy.orm import Session

            import users

            app = FastAPI()


            @app.put("/users/{number}")
            def update(number: int, request: Request) -> int:
                return users.update_permission(Session(), number, request)
        """,
        "users.py": """
            from fastapi import Request
            from sqlalchemy import text
            from sqlalchemy.orm import Session

            import rows


            def update_permission(session: Session, number: int, request: Request) -> int:
                if number == request.user.id:
                    return 0
                session.execute(text("UPDATE users SET admin = true WHERE id = :id"), {"id": number})
                return rows.count(number)


            def check_permission(session: Session, request: Request) -> bool:
                return session.execute(text("SELECT admin FROM users")).scalar()
        """,
        "rows.py": """
            def count(number: int) -> int:
                return number + 1 if number else 0
        """,
    }
    judged = evaluated("ARC006", files)

    [found] = judged.findings
    assert found.message.startswith("`update_permission`")
    assert len(judged.verdicts) == 1


def test_the_service_layer_is_what_routes_call(evaluated: Evaluated) -> None:
    def module(name: str, body: str, uses: str = "") -> str:
        return f"""
            {uses}


            class {name}:
                def count(self, size: int) -> int:
                    return {body} if size else 0

                def more(self, size: int) -> int:
                    return size + 1

                def less(self, size: int) -> int:
                    return size - 1
        """

    main = """
        from fastapi import FastAPI

        from invoices import Invoices
        from orders import Orders

        app = FastAPI()


        @app.post("/orders")
        def order(size: int) -> int:
            return Orders().count(size)


        @app.post("/invoices")
        def invoice(size: int) -> int:
            return Invoices().count(size)
    """
    storage = {f"rows{n}.py": module(f"Rows{n}", str(n)) for n in range(6)}
    web = "from fastapi import BackgroundTasks; " + "; ".join(f"from rows{n} import Rows{n}" for n in range(6))
    total = " + ".join(f"Rows{n}().count(size)" for n in range(6))
    services = {f"{name}.py": module(name.title(), total, web) for name in ("orders", "invoices")}
    [found] = evaluated("ARC004", {"main.py": main, **services, **storage}).findings
    assert found.message.startswith("2 of 2 modules with business that routes call")
    services["invoices.py"] = services["invoices.py"].replace("from fastapi import BackgroundTasks; ", "")

    assert not evaluated("ARC004", {"main.py": main, **services, **storage}).findings, "one of two is no layer"

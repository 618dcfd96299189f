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

"""Where routes of the service were not read, nothing is said of what none of the others does."""

import pytest
from tests.checks.conftest import Evaluated

from fastreview.outcome import SubjectState

MAIN = """
from fastapi import FastAPI, Response
from sqlalchemy import create_engine
from tiles.factory import TilerFactory

engine = create_engine("postgresql://localhost/tiles")
app = FastAPI()
app.include_router(TilerFactory(prefix="/cog").router)

@app.get("/about")
def about() -> str:
    return "tiles"
"""
ALL_READ = MAIN.replace('app.include_router(TilerFactory(prefix="/cog").router)\n', "")

WITHOUT_ONE = ["PRD007", "PRD008", "PRD015", "ARC013"]


@pytest.mark.parametrize("code", WITHOUT_ONE)
def test_what_no_route_does_is_unknown(code: str, evaluated: Evaluated) -> None:
    evaluation = evaluated(code, {"app/main.py": MAIN})
    assert not evaluation.findings
    assert [verdict.state for verdict in evaluation.verdicts] == [SubjectState.UNKNOWN]
    assert "tiles.factory.TilerFactory" in evaluation.verdicts[0].reason


@pytest.mark.parametrize("code", WITHOUT_ONE)
def test_what_no_route_does_is_found_where_all_were_read(code: str, evaluated: Evaluated) -> None:
    assert evaluated(code, {"app/main.py": ALL_READ}).findings


@pytest.mark.parametrize("code", ["PRD005", "PRD007", "SEC017", "DAT007", "SEC005", "COR023", "TYP009", "TST008"])
def test_a_service_made_of_such_routers_is_not_without_routes(code: str, evaluated: Evaluated) -> None:
    evaluation = evaluated(code, {"app/main.py": MAIN.partition("@app.get")[0]})
    assert not evaluation.findings
    assert [verdict.state for verdict in evaluation.verdicts] == [SubjectState.UNKNOWN]


def test_a_router_that_a_call_of_a_library_makes_is_not_read(evaluated: Evaluated) -> None:
    main = MAIN.replace('TilerFactory(prefix="/cog").router', 'make_tiler(prefix="/cog")')
    [verdict] = evaluated("PRD007", {"app/main.py": main.replace("TilerFactory", "make_tiler")}).verdicts
    assert verdict.state is SubjectState.UNKNOWN


def test_routers_of_which_the_routes_are_known_hide_none(evaluated: Evaluated) -> None:
    main = """
    from fastapi import FastAPI
    from fastapi_users.router import get_verify_router

    app = FastAPI()
    app.include_router(get_verify_router(get_user_manager, UserRead), prefix="/auth")
    """
    assert evaluated("PRD007", {"app/main.py": main}).findings


USERS = """
from fastapi import FastAPI
from fastapi_users import FastAPIUsers

users = FastAPIUsers(get_manager, [backend])
app = FastAPI(title="Shop", version="1", description="A shop")
app.include_router(users.get_users_router(UserRead, UserUpdate), prefix="/users")

@app.get("/v1/about", tags=["about"], summary="What this is")
def about() -> str:
    return "shop"
"""


@pytest.mark.parametrize("code", ["SEC001", "SEC002", "SEC003", "TST011", "ARC001", "COR023"])
def test_routes_that_a_library_brings_are_its_own_matter(code: str, evaluated: Evaluated) -> None:
    assert not evaluated(code, {"app/main.py": USERS}).findings


@pytest.mark.parametrize("code", ["COR002", "COR025", "COR030", "COR021"])
def test_endpoints_of_a_library_are_not_unknown(code: str, evaluated: Evaluated) -> None:
    states = {verdict.state for verdict in evaluated(code, {"app/main.py": USERS}).verdicts}
    assert SubjectState.UNKNOWN not in states

"""A service without accounts has one caller; what shows others is told apart."""

import pytest
from tests.checks.conftest import Evaluated

OWNER = """
import secrets
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer, OAuth2PasswordBearer, OAuth2PasswordRequestForm

from app.config import settings
from app.store import decode, make_token, strategies

app = FastAPI()
scheme = OAuth2PasswordBearer(tokenUrl="login")


def get_user_from_token(token: str) -> str:
    name = decode(token)
    if name is None:
        raise HTTPException(401)
    return name


def caller(token: Annotated[str, Depends(scheme)]) -> str:
    return get_user_from_token(token)


@app.post("/login")
def login(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> str:
    if not secrets.compare_digest(form.password, settings.password):
        raise HTTPException(401)
    return make_token(form.username)


@app.delete("/strategies/{name}", dependencies=[Depends(caller)])
def delete_strategy(name: str) -> None:
    strategies.delete(name)
"""
TABLE = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class {name}(Base):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    {column}: Mapped[str]
"""


def test_tokens_for_the_password_in_the_settings_are_the_owners(evaluated: Evaluated) -> None:
    files = {"app/main.py": OWNER, "app/tables.py": TABLE.format(name="Trade", column="pair")}
    assert not evaluated("SEC002", files).findings


@pytest.mark.parametrize(("name", "column"), [("User", "name"), ("ApiKey", "value"), ("Profile", "hashed_password")])
def test_tables_of_people_make_many_accounts(name: str, column: str, evaluated: Evaluated) -> None:
    files = {"app/main.py": OWNER, "app/tables.py": TABLE.format(name=name, column=column)}
    assert evaluated("SEC002", files).findings


def test_a_login_that_looks_accounts_up_has_many(evaluated: Evaluated) -> None:
    found = (
        "account = accounts.find_one(form.username)\n    if not secrets.compare_digest(form.password, account.word):"
    )
    main = OWNER.replace("if not secrets.compare_digest(form.password, settings.password):", found)
    assert evaluated("SEC002", {"app/main.py": main}).findings


def test_tokens_of_somebody_else_may_be_of_many(evaluated: Evaluated) -> None:
    main = OWNER.partition('@app.post("/login")')[0] + "@app.delete" + OWNER.partition("@app.delete")[2]
    assert evaluated("SEC002", {"app/main.py": main}).findings


def test_a_webhook_with_the_same_secret_is_a_second_caller(evaluated: Evaluated) -> None:
    main = OWNER + (
        '\n\n@app.post("/webhook", dependencies=[Depends(caller)])\ndef received(name: str) -> None:\n    strategies.add(name)\n'
    )
    assert evaluated("SEC002", {"app/main.py": main}).findings

"""Rows that are returned as they are: which columns they have, the query says."""

import pytest
from tests.checks.conftest import Evaluated

MAIN = """
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, defer, joinedload, load_only, mapped_column

app = FastAPI()


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str] = {column}


def read(session: Session) -> User:
    {body}


@app.get("/me")
def me(session: Session):
    return read(session)
"""


def files(body: str, column: str = "mapped_column()") -> dict[str, str]:
    return {"main.py": MAIN.format(body=body, column=column)}


@pytest.mark.parametrize(
    "body",
    [
        "return session.query(User.id).first()",
        "return session.query(User).with_entities(User.id).first()",
        "return session.query(User).options(load_only(User.id)).first()",
        "return session.query(User).options(defer(User.password_hash)).first()",
        "return session.execute(select(User.id, User.id.label('number'))).one()",
        "found = select(User)\n    found = found.options(load_only(User.id))\n    return session.scalars(found).one()",
        "return session.get(User, 1, options=[load_only(User.id)])",
        "return User.filter(id=1).values('id')",
    ],
)
def test_columns_that_are_named(body: str, evaluated: Evaluated) -> None:
    assert not evaluated("COR008", files(body)).findings


@pytest.mark.parametrize(
    "body",
    [
        "return session.query(User).first()",
        "return session.scalars(select(User)).one()",
        "return session.query(User).options(load_only(User.password_hash)).first()",
        "return session.query(User).options(joinedload(User.team).load_only(User.id)).first()",
        "if session.info:\n        return session.query(User.id).first()\n    return session.query(User).first()",
        "return session.get(User, 1)",
        "if session.info:\n        return session.query(User.id).first()\n    return session.get(User, 1)",
        "return cached(session)",
    ],
)
def test_columns_that_are_not(body: str, evaluated: Evaluated) -> None:
    assert evaluated("COR008", files(body)).findings


def test_a_column_that_is_deferred_is_not_in_the_row(evaluated: Evaluated) -> None:
    body = "return session.query(User).first()"
    assert not evaluated("COR008", files(body, "mapped_column(deferred=True)")).findings

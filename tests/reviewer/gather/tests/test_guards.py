"""Guards are found where the model has routes and schemas, taken out of a copy, and tests notice or do not."""

import ast
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.reviewer.gather.tests.test_suite import scene

from fastreview.facts.app import CodePlace
from fastreview.facts.tests import RequestSeen, TestResult
from fastreview.gather.facts import gather_static
from fastreview.gather.tests.guards import Guard, guards, without
from fastreview.gather.tests.suite import Scene
from fastreview.gather.tests.trials import try_guards
from fastreview.project import Project

APP = """
    from fastapi import Depends, FastAPI, Header, HTTPException
    from pydantic import BaseModel, field_validator

    app = FastAPI()


    class Order(BaseModel):
        amount: int

        @field_validator("amount")
        @classmethod
        def positive(cls, value: int) -> int:
            if value < 0:
                raise ValueError("negative")
            return value


    def user(authorization: str = Header("")) -> str:
        if authorization not in ("me", "admin"):
            raise HTTPException(status_code=401)
        return authorization


    @app.post("/orders", dependencies=[Depends(user)], response_model=Order)
    def create(order: Order) -> dict:
        return {"amount": order.amount}


    @app.delete("/orders/{number}", status_code=204)
    def delete(number: int, name: str = Depends(user)) -> None:
        if name != "admin":
            raise HTTPException(403)
"""
TESTS = """
    from fastapi.testclient import TestClient
    from app import app

    client = TestClient(app)


    def test_create():
        assert client.post("/orders", json={"amount": 1}, headers={"authorization": "me"}).status_code == 200
        assert client.post("/orders", json={"amount": -1}, headers={"authorization": "me"}).status_code == 422


    def test_delete():
        assert client.delete("/orders/1", headers={"authorization": "admin"}).status_code == 204
        assert client.delete("/orders/1").status_code == 401
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[tuple[Guard, ...], bytes]:
    root = tmp_path_factory.mktemp("guards")
    (root / "app.py").write_text(textwrap.dedent(APP), "utf-8")
    return guards(Project(gather_static(root), {}), root), (root / "app.py").read_bytes()


def test_each_kind_is_found_and_kinds_come_in_turn(found: tuple[tuple[Guard, ...], bytes]) -> None:
    shown = [(guard.kind, guard.removed) for guard in found[0]]

    assert shown == [
        ("permission-check", 'authorization not in ("me", "admin")'),
        ("auth-dependency", "Depends(user)"),
        ("validator", 'field_validator("amount")'),
        ("response-model", "Order"),
        ("permission-check", 'name != "admin"'),
    ]


def test_without_a_guard_the_file_is_still_python(found: tuple[tuple[Guard, ...], bytes]) -> None:
    for guard in found[0]:
        changed = without(found[1], guard)

        assert changed is not None
        assert ast.dump(ast.parse(changed)) != ast.dump(ast.parse(found[1]))


def test_a_place_that_is_not_there_any_more_is_left_alone() -> None:
    guard = Guard("permission-check", "app.py", 1, "x", "y", (1, 3, 1, 4), "((", 1, 2)

    assert without(b"if x: pass\n", guard) is None


@pytest.mark.skipif(sys.platform != "linux", reason="the sandbox of tests is the Linux kernel's")
def test_what_tests_notice_is_caught_and_what_they_do_not_survives(
    found: tuple[tuple[Guard, ...], bytes], tmp_path: Path
) -> None:
    number = iter(range(100))

    @contextmanager
    def fresh() -> Iterator[Scene]:
        with scene(tmp_path / str(next(number)), {"app.py": APP, "test_app.py": TESTS}) as made:
            yield made

    create = next(guard.endpoint for guard in found[0] if guard.kind == "auth-dependency")
    place = CodePlace("app", "create", "app.py", create)
    tests = (
        TestResult("test_app.py::test_create", "passed", requests=(RequestSeen("POST", "/orders", 200, place),)),
        TestResult("test_app.py::test_delete", "passed"),
    )
    touched = {"app.py": [(1, 100, frozenset(test.id for test in tests))]}
    trials = try_guards(found[0], tests, touched, fresh)

    assert trials.possible == len(found[0])
    assert [(trial.removed, trial.outcome, trial.caught_by) for trial in trials.done] == [
        ('authorization not in ("me", "admin")', "caught", "test_app.py::test_delete"),
        ("Depends(user)", "survived", ""),
        ('field_validator("amount")', "caught", "test_app.py::test_create"),
        ('name != "admin"', "survived", ""),
    ]


def test_nothing_is_tried_that_no_passing_test_touches(found: tuple[tuple[Guard, ...], bytes]) -> None:
    @contextmanager
    def never() -> Iterator[Scene]:
        raise AssertionError("nothing is to be run")
        yield

    trials = try_guards(found[0], (TestResult("t", "failed"),), {"app.py": [(1, 100, frozenset({"t"}))]}, never)

    assert (trials.done, trials.reason) == ((), "no passing test touches anything that guards")

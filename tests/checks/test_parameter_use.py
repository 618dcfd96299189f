"""How surely a call of a function gets to where its body uses a parameter."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest
from tests.checks.conftest import PACK

from fastreview.gather.facts import gather_static
from fastreview.project import Project
from fastreview_checks.knowledge.core.parameter_use import Use, use_of

UseIn = Callable[..., Use]


@pytest.fixture
def use(tmp_path: Path) -> UseIn:
    """How ``read(<given>)`` uses ``db``, with this body of ``def read(token, check=False, db=None)``."""

    def run(body: str, given: str = "token") -> Use:
        inside = indent(dedent(body).strip(), "    ")
        source = f"def read(token, check=False, db=None):\n{inside}\n\n\ndef caller(token, check):\n    read({given})\n"
        (tmp_path / "code.py").write_text(source, "utf-8")
        project = Project(gather_static(tmp_path), PACK.limits)
        functions = {function.name: function for function in project.functions}
        [site] = functions["caller"].calls
        return use_of("db", functions["read"], site.call)

    return run


@pytest.mark.parametrize(
    "body",
    [
        "return db.get(token)",
        "with db.begin():\n    pass",
        "try:\n    db.get(token)\nexcept KeyError:\n    pass",
        "if token:\n    db.get(token)\nelse:\n    db.all()",
        "return db.get(token) and token",
        "for row in db:\n    print(row)",
    ],
)
def test_always(use: UseIn, body: str) -> None:
    assert use(body) is Use.ALWAYS


@pytest.mark.parametrize(
    "body",
    [
        "if token:\n    db.get(token)",
        "if not token:\n    raise ValueError\ndb.get(token)",
        "return token and db.get(token)",
        "return db.get(token) if token else None",
        "try:\n    print(token)\nexcept KeyError:\n    db.get(token)",
        "for row in token:\n    db.get(row)",
        "def inner():\n    return db\nreturn inner",
        "return lambda: db",
        "check = bool(token)\nif check:\n    db.get(token)",
    ],
)
def test_perhaps(use: UseIn, body: str) -> None:
    assert use(body) is Use.PERHAPS


@pytest.mark.parametrize(
    "body",
    [
        "if check:\n    db.get(token)",
        "if check and token:\n    db.get(token)",
        "return not check or db.get(token)",
        "return db.get(token) if check else None",
        "if not check:\n    return token\ndb.get(token)",
    ],
)
def test_never_where_the_call_decides_against_it(use: UseIn, body: str) -> None:
    assert use(body) is Use.NEVER


def test_the_call_decides_for_it(use: UseIn) -> None:
    body = "if check:\n    db.get(token)"
    assert use(body, "token, True") is Use.ALWAYS
    assert use(body, "token, check=check") is Use.PERHAPS
    assert use(body, "token, **check") is Use.PERHAPS

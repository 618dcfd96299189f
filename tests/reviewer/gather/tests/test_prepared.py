"""What is prepared for a run: pytest's arguments, packages, databases."""

import textwrap
from pathlib import Path

import pytest

from fastreview.errors import UsageError
from fastreview.facts.files import FileFacts, Requirement, Settings, Value
from fastreview.gather.facts import gather, gather_static
from fastreview.gather.options import Options
from fastreview.gather.tests.configured import arguments
from fastreview.gather.tests.needed import has_tests, learnt, needed, wants_async_fixtures
from fastreview.gather.tests.services import _Named


@pytest.mark.parametrize(
    ("addopts", "kept"),
    [
        ("-n auto --dist=loadfile", ()),
        ("-ra -q -x --strict-markers", ("--strict-markers",)),
        ("--cov fief/ --cov-report=term-missing --cov-fail-under=90 -m 'not slow'", ("-m", "not slow")),
        (("-p", "no:cacheprovider", "-p", "app.plugin", "--maxfail", "1"), ("-p", "app.plugin")),
        ("--ignore=tests/e2e -W error tests/unit", ("--ignore=tests/e2e", "-W", "error", "tests/unit")),
        ("--broken 'quote", ("--broken", "'quote")),
        ("", ()),
    ],
)
def test_arguments_that_choose_tests_stay_and_others_go(addopts: Value, kept: tuple[str, ...]) -> None:
    settings = (
        Settings("pytest", "../pyproject.toml", 1, {"addopts": "--ignored"}),
        Settings("pytest", "pyproject.toml", 1, {"addopts": addopts}),
    )

    assert arguments(FileFacts(settings=settings)) == kept


def test_runner_plugins_and_what_tests_import_are_needed(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text(
        "import factory\nfrom fastapi.testclient import TestClient\nimport app\n", "utf-8"
    )
    (tmp_path / "app.py").write_text("import fastapi\n", "utf-8")
    facts = gather_static(tmp_path)
    declared = (
        Requirement("pytest-mock", ">=3", "dev", "pyproject.toml", 1),
        Requirement("mkdocs", "", "dev", "pyproject.toml", 2),
    )
    found = needed(FileFacts(requirements=declared), facts.modules, ())

    assert has_tests(facts.modules)
    assert "greenlet" not in found
    assert {"pytest", "coverage", "httpx", "factory-boy"} <= found.keys()
    assert found["pytest-mock"] == "pytest-mock>=3"
    assert "mkdocs" not in found
    assert "app" not in found


def test_async_drivers_of_sqlalchemy_need_greenlet() -> None:
    declared = tuple(Requirement(name, "", "", "pyproject.toml", 1) for name in ("sqlalchemy", "asyncpg"))

    assert "greenlet" in needed(FileFacts(requirements=declared), (), ())


def test_failures_tell_what_else_is_needed() -> None:
    reasons = [
        "ModuleNotFoundError: No module named 'freezegun'",
        "fixture 'mocker' not found",
        "AttributeError: module 'anyio' has no attribute 'start_blocking_portal'",
    ]
    found = learnt(reasons, (), {"pytest": "pytest"})

    assert found == {"freezegun": "freezegun", "pytest-mock": "pytest-mock", "anyio": "anyio<4"}
    assert learnt(reasons, (), found) == {}
    assert wants_async_fixtures(["AttributeError: 'async_generator' object has no attribute 'get'"])


def test_databases_are_named_by_addresses_and_variables() -> None:
    text = """
        DATABASE_URL=postgresql+asyncpg://shop:secret@orders-db:5433/shop_test
        POSTGRES_USER: admin
        POSTGRES_DB: str = "orders"
        DB_NAME="x; DROP TABLE y"
        REDIS_URL=redis://cache.internal:6380/0
        OTHER=postgresql://u:p@prod.example.com/live
    """
    named = _Named([textwrap.dedent(text)])

    assert {"postgres", "shop", "admin"} <= set(named.users)
    assert {"shop_test", "orders", "orders_test", "admin"} <= set(named.databases)
    assert all(name.replace("_", "").replace("-", "").isalnum() for name in (*named.users, *named.databases))
    assert {"orders-db", "cache.internal"} <= set(named.hosts)
    assert "prod.example.com" not in named.hosts
    assert (named.port("postgres", 5432), named.port("redis", 6379)) == (5433, 6380)


def test_a_static_review_that_is_to_run_tests_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--static runs nothing"):
        gather(tmp_path, Options(static=True, run_tests=True))

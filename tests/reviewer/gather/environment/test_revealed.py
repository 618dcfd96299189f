"""What a failed import says about its environment."""

import pytest
from msgspec.structs import replace

from fastreview.gather.environment.plans import Changes
from fastreview.gather.environment.revealed import MAX_UNDECLARED, Revealed, Situation, explained, revealed, written_for

INSTALLED = {"fastapi": "0.110.0", "pydantic": "2.5.0", "starlette": "1.0.0", "xrpl-py": "4.1.0"}
OWNERS = {"fastapi": "fastapi", "pydantic": "pydantic", "starlette": "starlette", "xrpl": "xrpl-py"}


def situation(left_out: dict[str, str] | None = None, **optional: str) -> Situation:
    return Situation(optional, INSTALLED, lambda module: OWNERS.get(module.partition(".")[0], ""), left_out or {})


@pytest.mark.parametrize(
    ("error", "requirement", "module"),
    [
        ("Importing main raised ModuleNotFoundError: No module named 'jwt' (auth.py:1)", "pyjwt", "jwt"),
        ("ModuleNotFoundError: No module named 'google.cloud.storage'", "google-cloud-storage", "google.cloud.storage"),
        ("ModuleNotFoundError: No module named 'fastapi_pagination'", "fastapi-pagination", "fastapi_pagination"),
        ("ImportError: email-validator is not installed, run `pip install x`", "email-validator", "email-validator"),
        ("ValueError: requires that the Python 'greenlet' library is installed", "greenlet", "greenlet"),
        ("AssertionError: 'rio-cogeo' must be installed to use Cogs", "rio-cogeo", "rio-cogeo"),
        ("ImportError: Aerich missing, try `pip install aerich[toml]`.", "aerich", "aerich"),
        (
            'RuntimeError: Form data requires "python-multipart" to be installed.',
            "python-multipart",
            "python-multipart",
        ),
    ],
)
def test_undeclared_package(error: str, requirement: str, module: str) -> None:
    found = revealed(error, Revealed(), situation())

    assert found is not None
    assert found.changes == Changes(added=(requirement,))
    assert found.undeclared == ((module, requirement),)
    assert found.notes == (f"{requirement} was installed: the import needs it, and nothing declares it",)


def test_what_is_declared_for_other_occasions_is_no_finding() -> None:
    found = revealed("No module named 'asyncpg'", Revealed(), situation(asyncpg="asyncpg>=0.29"))

    assert found is not None
    assert found.changes.added == ("asyncpg>=0.29",)
    assert found.undeclared == ()


@pytest.mark.parametrize(
    ("error", "changes"),
    [
        ("PydanticImportError: `BaseSettings` has been moved to `pydantic-settings`", Changes(bounds=("pydantic<2",))),
        ("PydanticUserError: `regex` is removed. use `pattern` instead", Changes(bounds=("pydantic<2",))),
        ("AttributeError: 'FastAPI' object has no attribute 'on_event'", Changes(bounds=("starlette<1",))),
        ("AttributeError: module 'bcrypt' has no attribute '__about__'", Changes(added=("bcrypt<4.1",))),
        (
            "TypeError: FastAPI.__init__() got an unexpected keyword argument 'user_middleware'",
            Changes(bounds=("fastapi<0.155",)),
        ),
        ("TypeError: Query() got an unexpected keyword argument 'enum'", Changes(bounds=("fastapi<0.155",))),
        ("ModuleNotFoundError: No module named 'imghdr'", Changes(python="3.12")),
        (
            "ImportError: cannot import name 'x' from 'xrpl.models' (/e/lib/python3.12/site-packages/xrpl/models.py)",
            Changes(bounds=("xrpl-py<4",)),
        ),
        ("ModuleNotFoundError: No module named 'starlette.nothing'", Changes(bounds=("starlette<1",))),
        ("AssertionError: TypingOnly but has additional attributes {'__firstlineno__'}", Changes(python="3.12")),
        ("TypeError: ForwardRef._evaluate() missing 1 argument: 'recursive_guard'", Changes(python="3.11")),
    ],
)
def test_too_new(error: str, changes: Changes) -> None:
    found = revealed(error, Revealed(), situation())

    assert found is not None
    assert found.changes == changes
    assert found.undeclared == ()


def test_same_change_is_made_once() -> None:
    error = "PydanticUserError: `regex` is removed. use `pattern` instead"
    once = revealed(error, Revealed(), situation())

    assert once is not None
    assert revealed(error, once, situation()) is None


@pytest.mark.parametrize(
    "error",
    [
        "Importing main raised ValueError: no",
        "ImportError: cannot import name 'engine' from 'app.db' (app/db.py)",
        "ModuleNotFoundError: No module named 'fastapi'",
    ],
)
def test_nothing_to_change(error: str) -> None:
    assert revealed(error, Revealed(), situation()) is None


def test_number_of_undeclared_packages_is_bounded() -> None:
    known: Revealed | None = Revealed()
    for number in range(MAX_UNDECLARED):
        assert known is not None
        known = revealed(f"No module named 'missing{number}'", known, situation())

    assert known is not None
    assert len(known.undeclared) == MAX_UNDECLARED
    assert revealed("No module named 'another'", known, situation()) is None


def test_a_pinned_version_is_not_too_new() -> None:
    error = "ImportError: cannot import name 'x' from 'xrpl.models' (/e/lib/python3.12/site-packages/xrpl/models.py)"

    assert revealed(error, Revealed(), replace(situation(), pins={"xrpl-py": "4.1.0"})) is None


def test_imports_that_only_an_older_version_satisfies() -> None:
    imports = [("fastapi", "FastAPI"), ("pydantic", "BaseSettings")]

    assert written_for(imports, {}).changes.bounds == ("pydantic<2",)
    assert written_for(imports, {"pydantic": "2.5.0"}) == Revealed()


def test_package_that_was_left_out() -> None:
    left_out = {"mysqlclient": "it needs MySQL's headers"}
    error = "Importing main raised ModuleNotFoundError: No module named 'MySQLdb'"

    assert revealed(error, Revealed(), situation(left_out)) is None
    assert explained(error, left_out) == "; it was left out: it needs MySQL's headers"
    assert explained("Importing main raised ValueError", left_out) == ""

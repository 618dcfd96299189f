"""The shape of the tables that several checks share."""

import pytest

from fastreview_checks.knowledge.core.paths import CONVERTERS, is_known, parameters, pattern, swallows
from fastreview_checks.knowledge.paging import COUNTERS, POSITIONS, SIZES, carries, plain
from fastreview_checks.knowledge.sensitive import is_password, is_secret, snake


def test_a_sample_of_a_converter_fits_it_and_no_narrower_one() -> None:
    for name, converter in CONVERTERS.items():
        assert pattern(f"/{{x:{name}}}").fullmatch(f"/{converter.sample}"), name
    for narrow in ("int", "float", "uuid"):
        assert not pattern(f"/{{x:{narrow}}}").fullmatch(f"/{CONVERTERS['str'].sample}")


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("/users/{id}", "/users/me", True),
        ("/users/{id}", "/users/{name}", True),
        ("/{path:path}", "/users/{id}/orders", True),
        ("/users/{id:int}", "/users/me", False),
        ("/users/{id:int}", "/users/{name}", False),
        ("/users/{id}", "/users/{id}/orders", False),
        ("/a/{x}", "/{y}/b", False),
        ("/users/{id}", "/users/", False),
        ("/files/{name}", "/files/{path:path}", False),
        ("/a.b", "/axb", False),
    ],
)
def test_what_swallows_what(earlier: str, later: str, expected: bool) -> None:
    assert swallows(earlier, later) is expected


def test_parts_known_at_run_time_only_are_not_known() -> None:
    assert not is_known("/{?}/users")
    assert not is_known("/users/{id:own}")
    assert parameters("/{?}/{a}/{b:path}") == ("a", "b")


@pytest.mark.parametrize(
    "name", ["password", "hashed_password", "passwordHash", "pwd", "user_password", "password_salt"]
)
def test_passwords(name: str) -> None:
    assert is_password(name)


@pytest.mark.parametrize(
    "name",
    ["has_password", "password_changed_at", "must_change_password", "passport", "password_policy", "hash", "spread"],
)
def test_not_passwords(name: str) -> None:
    assert not is_password(name)


def test_secrets_are_those_of_users() -> None:
    assert is_secret("totp_secret")
    assert is_secret("resetToken")
    assert not is_secret("access_token")
    assert not is_secret("secret_name")
    assert snake("hashedPassword") == "hashed_password"


def test_names_of_paging_are_plain() -> None:
    for name in SIZES | POSITIONS | COUNTERS:
        assert plain(name) == name


def test_the_list_in_a_wrapper() -> None:
    assert carries(("items", "total"), "items")
    assert carries(("products", "total"), "products")
    assert not carries(("name", "lines"), "lines")
    assert not carries(("items", "total"), "total")

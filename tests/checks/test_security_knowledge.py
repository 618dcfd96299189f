"""What the tables about secrets, tokens and type checkers say of single values."""

import pytest

from fastreview.facts.files import Settings
from fastreview_checks.knowledge.drivers import ASYNC_DRIVERS, SYNC_DRIVERS
from fastreview_checks.knowledge.secrets import (
    Kind,
    credentials_in,
    is_identifier,
    is_placeholder,
    is_token,
    kind_of,
    looks_random,
)
from fastreview_checks.knowledge.security.passwords import FAST, PASSWORD, WEAK_SCHEMES
from fastreview_checks.knowledge.typing.type_checkers import INSTALL, RUN, strictness


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("SECRET_KEY", Kind.SIGNING),
        ("jwtSecret", Kind.SIGNING),
        ("STRIPE_SECRET_KEY", Kind.KEY),
        ("POSTGRES_PASSWORD", Kind.DATABASE),
        ("admin_password", Kind.PASSWORD),
        ("OPENAI_API_KEY", Kind.KEY),
        ("TOKEN_URL", None),
        ("COOKIE_KEY", None),
        ("password_hasher", None),
        ("PUBLIC_KEY", None),
        ("token_type", None),
    ],
)
def test_names_of_secrets(name: str, kind: Kind | None) -> None:
    assert kind_of(name) is kind


def test_a_password_is_that_of_a_database_by_the_class_it_stands_in() -> None:
    assert kind_of("password", "DatabaseSettings") is Kind.DATABASE


@pytest.mark.parametrize("value", ["changeme", "<your key>", "${DB_PASSWORD}", "your-api-key", "xxxxxxxx", "XXX", ""])
def test_placeholders(value: str) -> None:
    assert is_placeholder(value)


@pytest.mark.parametrize("value", ["Welcome123", "3488a63e1765035d386f05409663f55c", "postgres"])
def test_no_placeholders(value: str) -> None:
    assert not is_placeholder(value)


def test_random_values_and_names_apart() -> None:
    assert looks_random("3488a63e1765035d386f05409663f55c")
    assert not looks_random("refresh-token-cookie")
    assert not looks_random(r"[!#$%&'*+.^_`|~A-Za-z0-9-]+")
    assert not looks_random("phc_aK3mX9qLwT5vB7nR2dYc8sFgH4jE6uZp")
    assert not looks_random("123456789:AABBCCDDEEFF")
    assert is_identifier("STORE_SECRET_KEY", "ACME_TENANT_ID")
    assert not is_identifier("SECRET_KEY", "WELCOME2024")
    assert is_identifier("ACCESS_TOKEN", "access_token")
    assert is_identifier("RESET_PASSWORD", "user:reset")


def test_tokens_by_their_issuers_format() -> None:
    assert is_token("ghp_" + "a1B2" * 9)
    assert is_token("-----BEGIN RSA PRIVATE KEY-----")
    assert not is_token("sk-your-key")


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("postgresql://shop:s3cret@db.example.org/shop", ("s3cret", False)),
        ("postgresql://postgres:postgres@localhost/shop", ("postgres", True)),
        ("postgresql://shop:${PASSWORD}@db/shop", None),
        ("https://example.org/a", None),
    ],
)
def test_credentials_in_urls(url: str, found: tuple[str, bool] | None) -> None:
    assert credentials_in(url) == found


def test_password_words() -> None:
    assert PASSWORD.match("plain_password")
    assert not PASSWORD.match("password_reset_token")
    assert WEAK_SCHEMES.match("plaintext")
    assert not WEAK_SCHEMES.match("bcrypt")
    assert "hashlib.md5" in FAST


def test_drivers_are_either_synchronous_or_not() -> None:
    assert ASYNC_DRIVERS.isdisjoint(SYNC_DRIVERS)
    assert all(driver.family and driver.instead for driver in SYNC_DRIVERS.values())


@pytest.mark.parametrize(
    "line", ["uv run mypy src", "mypy .", "jakebailey/pyright-action@v2", "ty check", "$(VENV)/bin/mypy app"]
)
def test_commands_that_run_a_type_checker(line: str) -> None:
    assert RUN.search(line)


def test_installing_is_not_running() -> None:
    match = RUN.search("pip install mypy ruff")
    assert match
    assert INSTALL.search("pip install mypy ruff"[: match.start("tool")])


@pytest.mark.parametrize(
    ("tool", "values", "strict"),
    [
        ("mypy", {"strict": True}, True),
        ("mypy", {"strict": True, "allow_untyped_defs": True}, False),
        ("mypy", {"disallow_untyped_defs": True}, False),
        ("mypy", {"strict": True, "ignore_errors": True}, False),
        ("pyright", {"typeCheckingMode": "strict"}, True),
        ("pyright", {}, False),
        ("basedpyright", {}, True),
        ("ty", {"rules.all": "error"}, True),
        ("pyrefly", {}, False),
    ],
)
def test_strict_configurations(tool: str, values: dict[str, bool | str], strict: bool) -> None:
    assert (strictness(Settings(tool, "pyproject.toml", 1, {**values}), 3) == "") is strict

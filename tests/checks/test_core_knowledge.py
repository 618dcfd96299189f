"""The tables behind the core checks have the shape that the checks rely on."""

import re

import pytest

from fastreview_checks.knowledge.core.lasting_work import by_name
from fastreview_checks.knowledge.core.markers import MARKERS
from fastreview_checks.knowledge.core.opened import ENDS, OPENED
from fastreview_checks.knowledge.core.paths import swallows
from fastreview_checks.knowledge.core.pydantic_tools import IMPORTED, USED
from fastreview_checks.knowledge.core.versions import LEAST, parts
from fastreview_checks.knowledge.sensitive import is_sensitive

FULL_NAME = re.compile(r"[a-z]\w*(?:\.\w+)+")
WORDS = re.compile(r"an? [\w -]+")


def test_what_is_opened_has_full_names_and_words_that_follow_opens() -> None:
    assert all(FULL_NAME.fullmatch(name) for name in OPENED)
    assert all(WORDS.fullmatch(what) for what in OPENED.values())


def test_what_ends_a_resource_is_a_method() -> None:
    assert all(name.isidentifier() for name in ENDS)
    assert {"close", "aclose"} <= ENDS


def test_markers_are_of_fastapi() -> None:
    assert all(name.startswith("fastapi.") and name.count(".") == 1 for name in MARKERS)


def test_least_versions_compare_as_numbers() -> None:
    assert parts("0.109.1") > parts("0.99")
    assert parts("2.14.0rc1") == (2, 14, 0)
    for least in LEAST.values():
        assert len(parts(least.version)) >= 2
        assert least.why
        assert not least.why.endswith(".")


def test_tools_of_pydantic_are_named_by_what_they_are_for() -> None:
    assert all(name.isidentifier() for name in IMPORTED)
    assert all(use.lstrip("@").removesuffix("()").isidentifier() for use in USED)
    assert not [words for words in (*IMPORTED.values(), *USED.values()) if words != words.lower()]


def test_names_of_work_tell_what_it_does() -> None:
    assert getattr(by_name("mailer.send_welcome_email"), "does", "") == "sends e-mail"
    assert getattr(by_name("charge_card_payment"), "does", "") == "moves money"
    assert by_name("send_metrics") is None
    assert by_name("process_image") is None


@pytest.mark.parametrize(
    ("earlier", "later", "takes"),
    [
        ("/users/{id}", "/users/me", True),
        ("/users/{id}", "/users/{name}/", False),
        ("/users/{id}", "/users/", False),
        ("/users/{id}", "/users/{name}/orders", False),
        ("/users/{id:int}", "/users/me", False),
        ("/users/{id:int}", "/users/{id:int}", True),
        ("/users/by-{name}", "/users/by-me", True),
        ("/users/by-{name}", "/users/me", False),
        ("/users/{id}", "/users/{rest:path}", False),
        ("/{rest:path}", "/users/{id}/orders", True),
        ("/users/me", "/users/me", True),
        ("/users/me", "/users/{id}", False),
    ],
)
def test_a_path_takes_the_addresses_of_another(earlier: str, later: str, takes: bool) -> None:
    assert swallows(earlier, later) is takes


@pytest.mark.parametrize(
    "name",
    ["password", "passwordHash", "hash_pass", "pwd_salt", "pin_hash", "otp_seed", "resetToken", "backup_codes",
     "api_key_hash", "privateKey", "jwt_secret", "passphrase"],
)  # fmt: skip
def test_names_that_no_client_may_see(name: str) -> None:
    assert is_sensitive(name)


def test_other_names_are_shown() -> None:
    assert not [
        name for name in ("id", "created_at", "has_password", "token_count", "key", "hashtag") if is_sensitive(name)
    ]

"""What the tables about callers, their tokens and what they send say of single values."""

import re

import pytest

from fastreview_checks.knowledge.security.auth_libraries import IMPORTED_AS, MAINTAINED, OUTDATED
from fastreview_checks.knowledge.security.ownership import OWNER
from fastreview_checks.knowledge.security.rate_limits import LIMITS, LOCKS_OUT
from fastreview_checks.knowledge.security.sinks import ADDRESSES, INJECTIONS
from fastreview_checks.knowledge.security.supply_chain import AUDITS

DOTTED = re.compile(r"[a-z_][\w]*(?:\.\w+)+")


def test_no_library_is_both_kept_and_outdated() -> None:
    assert not MAINTAINED & OUTDATED.keys()
    assert all(name == name.lower() and "_" not in name for name in (*MAINTAINED, *OUTDATED)), "names are normalised"
    assert IMPORTED_AS.keys() <= OUTDATED.keys()


@pytest.mark.parametrize("name", [*INJECTIONS, *ADDRESSES])
def test_sinks_are_full_names(name: str) -> None:
    assert DOTTED.fullmatch(name)


def test_sinks_say_where_the_dangerous_argument_stands() -> None:
    sinks = [*(sink for some in INJECTIONS.values() for sink in some), *ADDRESSES.values()]

    assert {sink.kind for sink in sinks} <= {
        "shell",
        "code",
        "pickle",
        "template",
        "path",
        "module",
        "address",
        "redirect",
    }
    assert all(sink.position >= 0 for sink in sinks)


@pytest.mark.parametrize(
    "command",
    [
        "pip-audit -r requirements.txt",
        "uvx pip-audit",
        "pypa/gh-action-pip-audit@v1.1.0",
        "actions/dependency-review-action@v4",
        "uv audit",
        "safety scan",
        "trivy fs --exit-code 1 .",
        "aquasecurity/trivy-action@master",
        "osv-scanner scan -r .",
    ],
)
def test_audits(command: str) -> None:
    assert AUDITS.search(command)


@pytest.mark.parametrize(
    "command", ["npm audit", "yarn audit --level high", "zizmor audit-log", "bandit -r src", "pytest"]
)
def test_no_audits_of_python_packages(command: str) -> None:
    assert not AUDITS.search(command)


@pytest.mark.parametrize("name", ["RateLimiter", "rate_limit", "TooManyAttempts", "throttle_login", "limiter"])
def test_words_of_limits(name: str) -> None:
    assert LIMITS.search(name)


@pytest.mark.parametrize("name", ["login_attempts", "locked_until", "is_locked", "password_error_count"])
def test_words_of_lock_outs(name: str) -> None:
    assert LOCKS_OUT.search(name)


@pytest.mark.parametrize(
    ("name", "is_owner"), [("owner_id", True), ("created_by", True), ("username", False), ("id", False)]
)
def test_columns_of_owners(name: str, is_owner: bool) -> None:
    assert bool(OWNER.match(name)) is is_owner

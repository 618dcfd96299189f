"""A list of findings does not repeat itself."""

from msgspec.structs import replace
from tests.reports.example import example

from fastreview_reports.brief import brief, short_subject

ONE = replace(
    example().findings[0], path="app/auth.py", line=2, end_line=2, subject="", message="`key` is bad. Take it out."
)


def test_only_what_is_news_is_told_again() -> None:
    assert brief(replace(ONE), ONE) == ("", "")
    assert brief(replace(ONE, message="`salt` is bad. Take it out."), ONE) == ("", "`salt`")
    assert brief(replace(ONE, message="`key` is worse. Take it out."), ONE) == ("`key` is worse.", "")


def test_a_subject_does_not_repeat_the_place() -> None:
    assert short_subject("shop.auth.login", "src/shop/auth.py") == "login"
    assert short_subject("Dockerfile", "Dockerfile") == ""
    assert short_subject("GET /users", "shop/auth.py") == "GET /users"

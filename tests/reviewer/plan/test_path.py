"""The learning path is fitted to the code: what is proven falls away, the rest names its own places, and it moves on."""

from pathlib import Path

import pytest

from fastreview.gather.facts import gather_static
from fastreview.packs import load
from fastreview.pipeline import assess
from fastreview.plan.weeks import SUBJECTS
from fastreview.review import Review, Week
from fastreview.trace.framework import installed_framework

SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.fixture(scope="module")
def reviews() -> dict[str, Review]:
    names = ("junior", "intermediate", "senior")
    return {name: assess(gather_static(SAMPLES / name), SAMPLES / name).review for name in names}


def weeks(review: Review) -> list[Week]:
    return [week for week in review.plan.weeks if not week.done]


def test_every_check_of_the_pack_is_in_one_week() -> None:
    codes = [code for subject in SUBJECTS for code in subject.checks]
    assert len(set(codes)) == len(codes)
    assert {check.code for check in load().checks} <= set(codes)


def test_every_source_is_a_step_of_the_framework() -> None:
    framework = installed_framework(None)
    for subject in SUBJECTS:
        for step in subject.sources:
            assert framework.source(step), step


def test_the_path_of_a_junior_service_is_eight_to_ten_weeks_long(reviews: dict[str, Review]) -> None:
    found = weeks(reviews["junior"])
    assert 8 <= len(found) <= 10
    assert [week.number for week in found] == list(range(1, len(found) + 1))
    routes = {f"{route.method} {route.path}" for route in reviews["junior"].routes}
    for week in found:
        assert week.checks
        assert week.readings
        assert len(week.gaps) == len(week.checks)
        assert "{" not in week.exercise.replace("{product_id}", "").replace("{order_id}", "")
        if "`" in week.exercise:
            assert any(route in week.exercise for route in routes) or "fastreview" in week.exercise
    assert any(source.startswith("fastapi/") for week in found for source in week.sources)


def test_what_is_proven_falls_away(reviews: dict[str, Review]) -> None:
    gaps = {name: {code for week in weeks(review) for code in week.checks} for name, review in reviews.items()}
    assert len(gaps["junior"]) > len(gaps["intermediate"]) > len(gaps["senior"])
    for review in reviews.values():
        states = {outcome.check: outcome.state for outcome in review.outcomes}
        assert all(states[code] != "met" for week in weeks(review) for code in week.checks)
    done = [week for week in reviews["intermediate"].plan.weeks if week.done]
    assert all(week.number == 0 and not week.gaps and week.evidence for week in done)


def test_never_events_come_first(reviews: dict[str, Review]) -> None:
    never = {outcome.check for outcome in reviews["junior"].outcomes if outcome.kind == "never"}
    for week in weeks(reviews["junior"]):
        failed = [code in never for code in week.checks]
        assert failed == sorted(failed, reverse=True)

"""What a comparison says, on changes of one example."""

import msgspec
import pytest
from tests.reports.example import example

from fastreview.compare import compare, encode
from fastreview.compare.contract import route_changes
from fastreview.compare.document import Comparison
from fastreview.review import Review, RouteEntry

replace = msgspec.structs.replace


@pytest.fixture(scope="module")
def before() -> Review:
    return example()


def test_a_review_and_itself_differ_in_nothing(before: Review) -> None:
    found = compare(before, before)
    open_ones = [finding for finding in before.findings if finding.status == "open"]
    assert len(found.of("persisting")) == len(found.findings) == len(open_ones)
    assert [found.outcomes, found.strengths, found.routes, found.cautions] == [(), (), (), ()]
    assert found.level.steps == 0


def test_new_and_fixed_mirror_each_other(before: Review) -> None:
    decided = {o.check for o in before.outcomes if o.state in ("met", "not-met") and not o.subjects.unknown}
    gone = next(f for f in before.findings if f.check in decided and f.status == "open")
    after = replace(before, findings=tuple(f for f in before.findings if f is not gone))
    assert [f.fingerprint for f in compare(before, after).of("fixed")] == [gone.fingerprint]
    assert [f.fingerprint for f in compare(after, before).of("new")] == [gone.fingerprint]


def test_what_is_not_decided_any_more_is_not_fixed(before: Review) -> None:
    check = next(o.check for o in before.outcomes if any(f.check == o.check for f in before.findings))
    outcomes = tuple(replace(o, state="unknown") if o.check == check else o for o in before.outcomes)
    after = replace(before, outcomes=outcomes, findings=tuple(f for f in before.findings if f.check != check))
    assert {f.check for f in compare(before, after).of("undecided")} == {check}
    assert {f.check for f in compare(after, before).of("revealed")} == {check}
    assert not compare(before, after).of("fixed")
    assert not compare(after, before).of("new")


def test_waiving_is_told_as_waiving(before: Review) -> None:
    chosen = next(f for f in before.findings if f.status == "open")
    after = replace(before, findings=tuple(replace(f, status="waived") if f is chosen else f for f in before.findings))
    found = compare(before, after)
    assert [f.fingerprint for f in found.of("set-aside")] == [chosen.fingerprint]
    assert not found.of("fixed", "new")
    assert [f.fingerprint for f in compare(after, before).of("new", "revealed")] == [chosen.fingerprint]


def test_different_rulers_are_said(before: Review) -> None:
    other = replace(before, tool=replace(before.tool, ruleset="another"))
    assert "different rules" in compare(before, other).cautions[0]
    softer = replace(before, scope=replace(before.scope, configured=("ARC002: complexity 40",)))
    assert "ARC002: complexity 40" in compare(before, softer).cautions[0]
    blind = replace(before, gathered=tuple(replace(side, state="off") for side in before.gathered))
    assert any("Not seen any more" in text for text in compare(before, blind).cautions)


def test_levels_won_and_lost(before: Review) -> None:
    first, *others = before.dimensions
    after = replace(before, dimensions=(replace(first, proven="staff", possible="staff"), *others))
    changed = [d for d in compare(before, after).dimensions if d.steps]
    assert [(d.dimension, d.after) for d in changed] == [(first.name, "staff")]
    assert all(d.steps < 0 for d in compare(after, before).dimensions if d.steps)


def test_it_is_plain_json(before: Review) -> None:
    data = encode(compare(before, before))
    assert msgspec.json.decode(data, type=Comparison).schema == "fastreview-comparison/1"


def route(path: str, **given: object) -> RouteEntry:
    endpoint = f"app.web.{path.strip('/').partition('/')[0]}"
    entry = RouteEntry(
        method="GET",
        path=path,
        endpoint=endpoint,
        path_file="app/web.py",
        line=1,
        is_async=True,
        seen=("static",),
        security=(),
        dependencies=(),
        response_model="",
        tags=(),
    )
    return replace(entry, **given)


@pytest.mark.parametrize(
    ("old", "new", "kind", "breaking"),
    [
        (route("/a"), route("/a", response_model="schemas.Out"), "changed", True),
        (route("/a", response_model="old.Out"), route("/a", response_model="new.Out"), "", False),
        (route("/a/{id}"), route("/a/{item_id}"), "", False),
        (route("/a", security=("bearer",)), route("/a"), "changed", False),
        (route("/a"), route("/a", security=("bearer",)), "changed", True),
        (route("/a"), route("/v1/a", endpoint="app.web.a"), "moved", True),
        (route("/a"), route("/b"), "removed", True),
        (route("/a", in_schema=False), route("/b"), "removed", False),
        (route("/a", status_code=200), route("/a", status_code=201), "changed", True),
    ],
)
def test_contract(old: RouteEntry, new: RouteEntry, kind: str, breaking: bool) -> None:
    found = [change for change in route_changes((old,), (new,)) if change.kind != "added"]
    assert [(change.kind, change.breaking) for change in found] == ([(kind, breaking)] if kind else [])

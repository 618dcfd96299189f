"""A spec is another project with the weight on what the reviewed code does not prove, the same for the same seed."""

import re
import tomllib
from pathlib import Path

import msgspec
import pytest

from fastreview.errors import UsageError
from fastreview.gather.facts import gather_static
from fastreview.packs import load
from fastreview.pipeline import assess
from fastreview.review import Review
from fastreview.spec import encode, names, project_spec, skeleton
from fastreview.spec.domain import domain
from fastreview.spec.requirements import STAGES

SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.fixture(scope="module")
def junior() -> Review:
    return assess(gather_static(SAMPLES / "junior"), SAMPLES / "junior").review


def test_every_domain_has_substance() -> None:
    assert len(names()) >= 6
    for name in names():
        field = domain(name)
        assert re.fullmatch(r"[a-z]+", field.package)
        assert min(len(field.roles), len(field.rules), len(field.twists)) >= 3
        assert len(field.entities) >= 5
        assert len(field.endpoints) >= 8
        methods = {endpoint.call.split()[0] for endpoint in field.endpoints}
        assert {"GET", "POST"} <= methods
        assert all(endpoint.call.split()[1].startswith("/v1/") for endpoint in field.endpoints)


def test_every_check_is_asked_for_once() -> None:
    codes = [code for stage in STAGES for requirement in stage.requirements for code in requirement.checks]
    assert len(set(codes)) == len(codes)
    assert set(codes) == {check.code for check in load().checks}


def test_the_same_seed_gives_the_same_spec_and_another_one_another(junior: Review) -> None:
    assert encode(project_spec(junior, seed=7)) == encode(project_spec(junior, seed=7))
    chosen = {project_spec(junior, seed=seed).domain for seed in range(40)}
    assert chosen == set(names())
    twists = {project_spec(junior, "clinic", seed).twists for seed in range(20)}
    assert len(twists) > 3


def test_a_field_that_the_code_is_of_already_is_not_proposed(junior: Review) -> None:
    route = msgspec.structs.replace(junior.routes[0], path="/api/v1/appointments/{id}")
    review = msgspec.structs.replace(junior, routes=(route,))
    assert "clinic" not in {project_spec(review, seed=seed).domain for seed in range(40)}
    assert project_spec(review, "clinic").domain == "clinic"


def test_the_weight_is_on_what_is_not_proven(junior: Review) -> None:
    states = {outcome.check: outcome.state for outcome in junior.outcomes}
    found = project_spec(junior)
    assert found.aim == "senior"
    for milestone in found.milestones:
        assert milestone.checks
        assert all(states[code] != "met" for code in milestone.checks)
        assert f"--select {','.join(milestone.checks)} --fail-on unmet" in milestone.command
        assert "{" not in milestone.also
        for subject in milestone.subjects:
            assert subject.met + len(subject.gaps) == subject.asked
    places = [gap for m in found.milestones for s in m.subjects for gap in s.gaps if gap.path]
    assert len(places) > 10
    assert found.constraints[0] == "No global state. Everything injected."


def test_where_all_is_proven_the_next_level_is_asked_for(junior: Review) -> None:
    outcomes = tuple(msgspec.structs.replace(outcome, state="met") for outcome in junior.outcomes)
    level = msgspec.structs.replace(junior.level, proven="senior")
    found = project_spec(msgspec.structs.replace(junior, outcomes=outcomes, level=level))
    assert found.aim == "staff"
    assert all(milestone.command for milestone in found.milestones)
    assert "another field and the same standard" in found.why[1]


def test_what_does_not_apply_is_not_proven(junior: Review) -> None:
    states = {"DAT011": "met", "DAT015": "met", "COR015": "met", "COR016": "met", "COR017": "met"}
    outcomes = tuple(
        msgspec.structs.replace(outcome, state=states.get(outcome.check, "not-applicable"))
        for outcome in junior.outcomes
    )
    found = project_spec(msgspec.structs.replace(junior, outcomes=outcomes))
    data = next(s for m in found.milestones for s in m.subjects if s.title == "Async SQLAlchemy 2.0")
    assert any("DAT001" in gap.message and "nothing there shows it" in gap.message for gap in data.gaps)
    assert not any("Proven already" in sentence for sentence in found.why)


def test_an_unknown_domain_is_refused(junior: Review) -> None:
    with pytest.raises(UsageError, match="clinic"):
        project_spec(junior, "hospital")


@pytest.mark.parametrize("name", names())
def test_the_skeleton_is_proven_intermediate_gates(name: str, junior: Review, tmp_path: Path) -> None:
    files = skeleton(project_spec(junior, name))
    for path, text in files.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        assert "$package" not in text
        assert not path.endswith(".py") or max(map(len, text.splitlines())) <= 110
    assert tomllib.loads(files["pyproject.toml"])["tool"]["fastreview"] == {"fail-on": ["never-event"]}
    (tmp_path / "uv.lock").write_text('version = 1\n\n[[package]]\nname = "fastapi"\nversion = "0.165.0"\n')
    review = assess(gather_static(tmp_path), tmp_path).review
    gates = [o for o in review.outcomes if o.level == "intermediate" and o.kind != "credit"]
    assert [o.check for o in gates if o.state in ("not-met", "crashed")] == []
    assert {route.path for route in review.routes} == {"/health/live"}

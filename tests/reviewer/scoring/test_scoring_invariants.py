"""What holds for the scoring of every project, by the numbers of the model's list of invariants."""

import hashlib
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.reviewer.scoring.projects import (
    DIMENSIONS,
    a_check,
    changes,
    credit,
    judged,
    never,
    projects,
    swapped,
)

from fastreview.check import Kind
from fastreview.outcome import Evaluation, Run
from fastreview.project import Place
from fastreview.review import LEVELS, DimensionEntry, Headline
from fastreview.scoring import Reading, Scorecard, band, score
from fastreview.scoring.dimension import entry, profile
from fastreview.scoring.overall import evidence, headline
from fastreview.scoring.standing import standing

often = settings(max_examples=200, deadline=None)
Project = tuple[Evaluation, ...]
Change = tuple[Project, Project]


class Rating(NamedTuple):
    """The compared part of a scorecard; without the arithmetic and its text, so that many projects can be tried."""

    headline: Headline
    dimensions: tuple[DimensionEntry, ...]
    evidence: Fraction


def rated(project: Project) -> Rating:
    dimensions = profile([standing(evaluation) for evaluation in project])
    return Rating(headline(dimensions), tuple(map(entry, dimensions)), evidence(dimensions))


def proven(card: Rating) -> list[float]:
    """Everything that is proven and can be compared: levels and indexes, the dimensions' and the project's."""
    dimensions = [(LEVELS.index(shown.proven), shown.index) for shown in card.dimensions]
    return [LEVELS.index(card.headline.proven), card.headline.index, *(n for pair in dimensions for n in pair)]


def possible(card: Rating) -> list[float]:
    return [LEVELS.index(name) for name in (card.headline.possible, *(shown.possible for shown in card.dimensions))]


def no_higher(lower: list[float], higher: list[float]) -> bool:
    return all(a <= b for a, b in zip(lower, higher, strict=False))


def assert_no_better(worse: Rating, better: Rating) -> None:
    known = {shown.name for shown in worse.dimensions}
    assert known == {shown.name for shown in better.dimensions}
    assert no_higher(proven(worse), proven(better))
    assert no_higher(possible(worse), possible(better))


@often
@given(changes("FUWAdcx", "P"))
def test_1_fixing_a_subject_lowers_nothing(change: Change) -> None:
    before, after = map(rated, change)
    assert_no_better(before, after)
    assert after.headline.assessed >= before.headline.assessed


@often
@given(changes("PUWAdcxe", "F"))
def test_1_breaking_a_subject_raises_nothing(change: Change) -> None:
    before, after = map(rated, change)
    assert_no_better(after, before)


@often
@given(projects(), st.data(), st.sampled_from((Run.OFF, Run.CRASHED, Run.UNKNOWN)))
def test_2_disabling_a_check_proves_nothing_more(project: Project, data: st.DataObject, run: Run) -> None:
    """Also of a check that did not apply: from then on it does."""
    place = data.draw(st.integers(0, len(project) - 1))
    before = rated(project)
    after = rated(swapped(project, place, Evaluation(project[place].check, run)))
    assert no_higher(proven(after), proven(before))
    assert after.evidence <= before.evidence
    assert after.headline.assessed <= before.headline.assessed


@often
@given(projects(), st.sets(st.integers(0, 7)))
def test_2_disabling_many_checks_proves_nothing_more(project: Project, off: set[int]) -> None:
    after = tuple(Evaluation(e.check, Run.OFF) if index in off else e for index, e in enumerate(project))
    assert no_higher(proven(rated(after)), proven(rated(project)))


@often
@given(changes("PFUAdcxe", "W"))
def test_2_a_waiver_never_helps(change: Change) -> None:
    before, after = map(rated, change)
    assert_no_better(after, before)


@often
@given(changes("FW", "Udc"))
def test_2_a_failure_that_becomes_unknown_proves_nothing_more(change: Change) -> None:
    """A pass on too low a rung is unknown too, where the level wants more; the levels above Intermediate do."""
    before, after = (rated(tuple(e for e in project if e.check.level > 1)) for project in change)
    assert no_higher(proven(after), proven(before))
    assert after.evidence <= before.evidence


@often
@given(projects(), projects(("core",), prefix="X"))
def test_3_a_dimension_is_moved_by_its_own_checks_only(project: Project, others: Project) -> None:
    rest = tuple(evaluation for evaluation in project if evaluation.check.dimension != "core")
    before, after = rated(project), rated((*rest, *others))
    for old, new in zip(before.dimensions, after.dimensions, strict=True):
        assert old == new or old.name == "core"


@often
@given(projects(), projects(DIMENSIONS[-2:], prefix="X"))
def test_3_what_is_only_shown_decides_nothing(project: Project, others: Project) -> None:
    rest = tuple(evaluation for evaluation in project if evaluation.check.dimension not in DIMENSIONS[-2:])
    assert rated(project).headline == rated((*rest, *others)).headline


@often
@given(projects())
def test_4_index_and_level_agree_and_proven_stays_below_possible(project: Project) -> None:
    card = score(project)
    assert rated(project)[:2] == (card.headline, card.dimensions)
    assert LEVELS[band(card.headline.index)] == card.headline.proven
    assert all(LEVELS[band(shown.index)] == shown.proven for shown in card.dimensions)
    assert no_higher([LEVELS.index(card.headline.proven)], [LEVELS.index(card.headline.possible)])
    for shown, dimension in zip(card.dimensions, card.profile, strict=True):
        assert LEVELS.index(shown.proven) <= LEVELS.index(shown.possible)
        assert dimension.position(Reading.PROVEN) <= dimension.position(Reading.POSSIBLE)
        assert 0 <= shown.banked <= 1
        assert 0 <= shown.index <= 100
    assert all(result.proven <= result.possible <= 1 for result in card.results)
    assert 0 <= card.headline.evidence <= 1


@often
@given(
    st.text("FWU", min_size=1, max_size=8),
    st.integers(0, 8),
    st.floats(0, 0.99),
    st.integers(0, 500),
    st.sampled_from((Kind.GATE, Kind.NEVER)),
)
def test_5_trivial_subjects_cannot_open_a_gate(bad: str, cap: int, tolerance: float, trivial: int, kind: Kind) -> None:
    cap = min(cap, len(bad) - 1)
    check = a_check("R001", kind=kind, tolerance=tolerance, cap=cap)
    card = score([judged(check, bad + "P" * (trivial + 500))])
    assert card.results[0].state in ("not-met", "unknown")
    assert card.headline.proven == "junior"
    if bad.count("U") == 0:
        assert card.results[0].state == "not-met"
        assert card.headline.possible == "junior"


@often
@given(projects(), st.randoms(use_true_random=False), st.sampled_from(("app/api/v2/orders.py", "a.py")))
def test_6_where_and_in_which_order_the_code_stands_changes_nothing(project: Project, random: Random, to: str) -> None:
    """Files split, merged, renamed and reordered: other places and names, another order of everything."""
    moved = []
    for evaluation in project:
        verdicts = [replace(v, subject=f"{to} {number}") for number, v in enumerate(evaluation.verdicts)]
        findings = [
            replace(f, place=Place(random.choice((to, f.place.path)), random.randint(0, 99)))
            for f in evaluation.findings
        ]
        random.shuffle(verdicts)
        random.shuffle(findings)
        moved.append(replace(evaluation, verdicts=tuple(verdicts), findings=tuple(findings)))
    random.shuffle(moved)
    assert score(moved) == score(project)


def as_bytes(card: Scorecard) -> bytes:
    results = [
        (r.check.code, r.state, r.subjects, str(r.proven), str(r.possible), r.rung, r.reason) for r in card.results
    ]
    return msgspec.json.encode((card.headline, card.dimensions, results, card.arithmetic, card.more_proof))


@often
@given(projects())
def test_7_the_same_input_gives_the_same_bytes(project: Project) -> None:
    assert as_bytes(score(project)) == as_bytes(score(tuple(replace(evaluation) for evaluation in project)))


def digest_of_an_example() -> str:
    example = (
        judged(a_check("R001", "core", tolerance=0.1, cap=2), "PPPPPPPPPFU"),
        judged(credit("R002", "core", weight=3), "PPFcd"),
        judged(never("R003", "security"), "off"),
        judged(a_check("R004", "testing", 2), "crashed"),
        judged(a_check("R005", "payments", 2), "xd"),
        judged(a_check("R006", "ledger", 2), "xd"),
    )
    return hashlib.sha256(as_bytes(score(example))).hexdigest()


@pytest.mark.parametrize("seed", ["1", "2"])
def test_7_another_process_gives_the_same_bytes(seed: str) -> None:
    """String hashes differ between processes, and with them the order of sets."""
    root = Path(__file__).parents[3]
    paths = os.pathsep.join((str(root), *sys.path))
    script = f"from {__name__.rpartition('.')[2]} import digest_of_an_example as d; print(d())"
    answer = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join((str(Path(__file__).parent), paths))},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert answer.stdout.strip() == digest_of_an_example()

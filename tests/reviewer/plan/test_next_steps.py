"""What to repair first, and that it is enough and no more."""

from collections.abc import Collection
from itertools import combinations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.reviewer.scoring.projects import credit, finding, gate, judged, never, projects

from fastreview.check import Confidence
from fastreview.outcome import Evaluation, Level, Run, SubjectState, Verdict
from fastreview.packs import load
from fastreview.plan import next_steps
from fastreview.plan.exercises import EXERCISES
from fastreview.project import Place
from fastreview.review import LEVELS
from fastreview.scoring import Reading, rules, score
from fastreview.scoring.dimension import profile
from fastreview.scoring.overall import demand, overall
from fastreview.scoring.standing import standing

Project = tuple[Evaluation, ...]
decided = projects(outcomes=st.one_of(st.text("PF", max_size=6), st.sampled_from(("P", "P", "PPPPPPPPPF", "na"))))


def repaired(project: Project, codes: Collection[str]) -> Project:
    """Everything that fails, is waived or accepted under these checks passes."""
    bad = (SubjectState.FAIL, SubjectState.WAIVED, SubjectState.ACCEPTED)

    def mend(verdict: Verdict) -> Verdict:
        return replace(verdict, state=SubjectState.PASS) if verdict.state in bad else verdict

    return tuple(
        replace(evaluation, verdicts=tuple(map(mend, evaluation.verdicts)))
        if evaluation.check.code in codes
        else evaluation
        for evaluation in project
    )


def codes(project: Project) -> tuple[str, ...]:
    """The smallest set alone, without what fills up three."""
    return tuple(step.check for step in next_steps(project, score(project), {}) if step.kind == "lift")


def possible(project: Project) -> Level:
    return overall(profile([standing(evaluation) for evaluation in project]), Reading.POSSIBLE)


def lifts(project: Project, chosen: Collection[str]) -> bool:
    return possible(repaired(project, chosen)) > possible(project)


def made_up(project: Project, chosen: Collection[str]) -> bool:
    """Whether these repairs lift the level only by the share of the rubric that is then shown, and was not before. For the
    sake of that share nothing is proposed: it is work above the level that lacks."""
    before, after = (
        demand(profile([standing(e) for e in p]), Level.INTERMEDIATE, Reading.POSSIBLE)
        for p in (project, repaired(project, chosen))
    )
    return before.needed(before.shown) > after.needed(after.shown) and len(after.holding) < after.wanted


@settings(max_examples=200, deadline=None)
@given(projects())
def test_the_steps_are_failing_checks_and_are_enough(project: Project) -> None:
    card = score(project)
    chosen = codes(project)
    assert len(set(chosen)) == len(chosen)
    states = {evaluation.check.code: evaluation for evaluation in project}
    for code in chosen:
        assert any(v.state is not SubjectState.PASS for v in states[code].verdicts)
        assert states[code].run is Run.DONE
    after = score(repaired(project, chosen))
    before_levels = [LEVELS.index(entry.possible) for entry in card.dimensions]
    after_levels = [LEVELS.index(entry.possible) for entry in after.dimensions]
    if chosen:
        assert lifts(project, chosen) or sum(after_levels) > sum(before_levels)


@settings(max_examples=200, deadline=None)
@given(decided)
def test_no_smaller_set_lifts_the_level(project: Project) -> None:
    chosen = codes(project)
    failing = sorted({e.check.code for e in project if any(v.state is SubjectState.FAIL for v in e.verdicts)})
    if lifts(project, failing):
        assert lifts(project, chosen)
        fewer = min(len(chosen) - 1, 3)  # all sets up to three, the rest is left to the argument in `goal`
        smaller = (subset for size in range(fewer + 1) for subset in combinations(failing, size))
        assert not any(lifts(project, subset) and not made_up(project, subset) for subset in smaller)
    else:
        assert set(chosen) <= set(failing)


@settings(max_examples=100, deadline=None)
@given(projects(), st.randoms(use_true_random=False))
def test_the_order_of_the_evaluations_does_not_matter(project: Project, random: Random) -> None:
    shuffled = list(project)
    random.shuffle(shuffled)
    assert next_steps(shuffled, score(shuffled), {}) == next_steps(project, score(project), {})


def test_a_never_event_comes_first_then_leverage_over_effort() -> None:
    project = (
        judged(gate("COR001", effort="days"), "F"),
        judged(gate("ASY001", "async", effort="minutes"), "F"),
        judged(gate("ASY002", "async", effort="minutes"), "F"),
        judged(gate("TYP001", "typing", effort="hours"), "F"),
        judged(never("SEC007", "security", effort="days"), "F"),
    )
    # security must; then three of four, or four of five, dimensions are wanted, and async lacks two checks
    assert codes(project) == ("SEC007", "TYP001", "COR001")
    assert codes((*project, judged(gate("DAT001", "data"), "FF"))) == ("SEC007", "TYP001", "DAT001", "COR001")
    assert codes(project[1:]) == ("SEC007", "ASY001", "ASY002", "TYP001")


def test_three_quarters_are_enough() -> None:
    """Six of eight must hold Senior and four do: the two that lack least are named, not the two that lack more."""
    lacking = {"data": 1, "security": 3, "testing": 2, "production": 1}
    project = tuple(
        judged(
            gate(f"{name[:3].upper()}{level}{number}", name, level),
            "F" if level == 2 and number < lacking.get(name, 0) else "P",
        )
        for name in rules.CORE
        for level in (1, 2)
        for number in range(3)
    )
    assert codes(project) == ("DAT20", "PRO20")


def test_a_dimension_too_far_below_is_named_even_when_three_quarters_hold_the_level() -> None:
    project = tuple(
        judged(gate(f"{name[:3].upper()}{level}", name, level), "F" if name == "data" else "P")
        for name in rules.CORE
        for level in (1, 2)
    )
    assert score(project).headline.proven == "intermediate"
    assert codes(project) == ("DAT1",)


def test_the_fewest_credits() -> None:
    """3 of 10 is earned, 8 is wanted: the credit of weight 5 is enough, where three of the small ones were not."""
    small = tuple(judged(credit(f"COR00{number}", weight=weight), "F") for number, weight in ((2, 1), (3, 1)))
    project = (*small, judged(credit("COR001", weight=5), "F"), judged(credit("COR004", weight=3), "P"))
    assert codes(project) == ("COR001",)


def test_what_a_step_says() -> None:
    failing = gate("ASY001", "async", effort="minutes")
    project = (
        Evaluation(
            failing,
            Run.DONE,
            (Verdict("a", SubjectState.FAIL), Verdict("b", SubjectState.FAIL)),
            findings=(
                replace(finding("ASY001", "a", "app/a.py", 1), confidence=Confidence.POSSIBLE),
                finding("ASY001", "b", "app/z.py", 9),
                finding("ASY001", "b", "app/orders.py", 12),
            ),
        ),
        judged(gate("ASY002", "async"), "P"),
    )
    (step,) = next_steps(project, score(project), {"ASY001": "A blocked loop serves nobody."})
    assert (step.path, step.line, step.effort) == ("app/orders.py", 12, "minutes")
    assert step.why == "This is wrong."
    assert step.unlocks == "Async and ASGI reaches Intermediate; and with it the project Intermediate"
    assert step.proof == "`fastreview . --select ASY001` reports nothing in app/orders.py and 1 other file"


def test_steps_that_belong_together_and_unknowns() -> None:
    project = (
        judged(gate("TST001", "testing"), "F"),
        judged(gate("TST002", "testing"), "F"),
        judged(gate("TST003", "testing"), "unknown"),
        judged(never("SEC007", "security"), "F"),
    )
    steps = next_steps(project, score(project), {})
    unlocks = {step.check: step.unlocks for step in steps}
    assert unlocks["TST001"] == "Testing can reach Intermediate, once TST002 is mended too"
    assert unlocks["SEC007"] == "the overall level is no longer capped; Security reaches Intermediate"


def test_without_a_finding_or_with_a_waiver() -> None:
    project = (Evaluation(gate("TST001", "testing"), Run.DONE, (Verdict("project", SubjectState.FAIL),)),)
    (step,) = next_steps(project, score(project), {})
    assert (step.path, step.line, step.why) == ("", 0, "")
    assert step.proof == "`fastreview . --select TST001` reports nothing"
    waived = replace(finding("TST001", "project"), status="waived", place=Place("tests/a\n.py"))
    project = (replace(project[0], verdicts=(Verdict("project", SubjectState.WAIVED),), findings=(waived,)),)
    (step,) = next_steps(project, score(project), {})
    assert step.proof == "`fastreview . --select TST001` reports nothing in tests/a .py and nothing is waived"


def test_nothing_to_repair() -> None:
    assert codes(()) == ()
    assert codes((judged(gate("TST001", "testing", 3), "e"),)) == ()


def test_at_staff_the_remaining_dimensions_are_lifted() -> None:
    project = tuple(
        judged(gate(f"{name[:3].upper()}{level}", name, level), "F" if (name, level) == ("data", 3) else "P")
        for name in rules.CORE
        for level in (1, 2, 3)
    )
    assert score(project).headline.proven == "staff"
    (step,) = next_steps(project, score(project), {})
    assert (step.check, step.unlocks) == ("DAT3", "Data reaches Staff")


@settings(max_examples=50, deadline=None)
@given(projects())
def test_three_steps_or_everything_that_is_left(project: Project) -> None:
    steps = next_steps(project, score(project), {})
    assert all(step.exercise and step.proof for step in steps)
    assert len({(step.kind, step.check, step.why) for step in steps}) == len(steps)
    failing = {e.check.code for e in project if any(v.state is SubjectState.FAIL for v in e.verdicts)}
    if len(steps) < 3:
        lacking = {o.check for o in score(project).results if o.state == "not-met"}
        assert lacking & failing <= {step.check for step in steps}


def test_what_is_undecided_comes_before_repairs_where_it_could_lift_the_level() -> None:
    project = (
        judged(never("SEC007", "security"), "F"),
        judged(gate("TST001", "testing"), "U"),
        judged(gate("DAT002", "data", 2), "F"),
    )
    kinds = [(step.kind, step.check) for step in next_steps(project, score(project), {})]
    assert kinds[0] == ("lift", "SEC007")
    (proof, *_) = next_steps(project[1:2], score(project[1:2]), {})
    assert (proof.kind, proof.check, proof.title) == ("prove", "TST001", "Let the app be imported")
    assert proof.unlocks == "up to 100 % more evidence; if all of it is well, the project is proven Intermediate"
    assert proof.proof == "`fastreview .` no longer asks for it"


def test_an_exercise_speaks_of_the_example_and_keeps_its_names_in_code_spans() -> None:
    found = replace(finding("COR008", "POST /`users`"), place=Place("app/us`ers.py", 7))
    project = (Evaluation(never("COR008"), Run.DONE, (Verdict("s", SubjectState.FAIL),), findings=(found,)),)
    (step,) = next_steps(project, score(project), {})
    assert step.exercise.endswith("is in the answer of `POST /'users'`, nested ones too.")
    unknown = (Evaluation(gate("XYZ001"), Run.DONE, (Verdict("s", SubjectState.FAIL),)),)
    (other,) = next_steps(unknown, score(unknown), {})
    assert other.exercise.startswith("Mend this code, then find the next place")


def test_every_check_of_the_pack_has_an_exercise() -> None:
    assert {check.code for check in load().checks} == set(EXERCISES)

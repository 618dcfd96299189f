"""The scoring worked out by hand."""

from fractions import Fraction

import pytest
from hypothesis import find
from tests.reviewer.scoring.projects import a_check, credit, gate, judged, never, projects

from fastreview.check import Kind
from fastreview.outcome import Evaluation
from fastreview.review import LEVELS, DimensionEntry, SubjectCounts
from fastreview.scoring import Scorecard, rules, score
from fastreview.scoring.edge import index_of, listed, one_line, rounded_down


def dimension(card: Scorecard, name: str = "core") -> DimensionEntry:
    return next(entry for entry in card.dimensions if entry.name == name)


def everywhere(outcomes: dict[int, str], names: tuple[str, ...] = rules.CORE) -> list[Evaluation]:
    """A gate for each dimension and level."""
    return [
        judged(gate(f"{name[:3].upper()}{level}", name, level), outcome)
        for name in names
        for level, outcome in outcomes.items()
    ]


@pytest.mark.parametrize(
    ("tolerance", "cap", "subjects", "state"),
    [
        (0.0, 0, "P", "met"),
        (0.0, 0, "PF", "not-met"),
        (0.0, 0, "PU", "unknown"),
        (0.0, 0, "PW", "not-met"),
        (0.0, 0, "PFU", "not-met"),
        (0.1, 5, "PPPPPPPPPF", "met"),  # floor(0.1 x 10) = 1
        (0.1, 5, "PPPPPPPPF", "not-met"),  # floor(0.1 x 9) = 0
        (1 - 0.9, 5, "PPPPPPPPPF", "met"),  # 0.09999999999999998 as a float
        (0.29, 50, "P" * 71 + "F" * 29, "met"),  # 0.29 x 100 = 28.999999999999996 as floats
        (0.5, 1, "PPPPFF", "not-met"),  # floor(0.5 x 6) = 3, cap 1
        (0.5, 0, "PF", "not-met"),  # a tolerance without a cap tolerates nothing
        (1.0, 9, "FFF", "not-met"),  # P >= 1
        (0.1, 5, "PPPPPPPPPA", "met"),  # one of ten may be accepted
        (0.0, 0, "PPPPPPPPA", "not-met"),  # but not one of nine
        (0.0, 0, "PPPPPPPPAA", "not-met"),  # nor two of ten
        (0.0, 0, "", "not-applicable"),
        (0.0, 0, "na", "not-applicable"),
        (0.0, 0, "off", "off"),
        (0.0, 0, "crashed", "crashed"),
        (0.0, 0, "unknown", "unknown"),
    ],
)
def test_a_gate(tolerance: float, cap: int, subjects: str, state: str) -> None:
    card = score([judged(gate("COR001", tolerance=tolerance, cap=cap), subjects)])
    assert card.results[0].state == state


def test_five_hundred_trivial_subjects_cannot_open_a_gate() -> None:
    check = gate("COR001", tolerance=0.1, cap=3)
    assert score([judged(check, "P" * 36 + "F" * 4)]).results[0].state == "not-met"
    assert score([judged(check, "P" * 536 + "F" * 4)]).results[0].state == "not-met"
    assert score([judged(check, "P" * 536 + "F" * 3)]).results[0].state == "met"


def test_nothing_of_a_never_event_can_be_tolerated_or_accepted() -> None:
    lenient = a_check("SEC007", "security", kind=Kind.NEVER, tolerance=0.5, cap=9)
    assert score([judged(lenient, "P" * 99 + "F")]).results[0].state == "not-met"
    accepted = score([judged(lenient, "P" * 99 + "A")])
    assert accepted.results[0].state == "not-met"
    assert accepted.results[0].subjects == SubjectCounts(passed=99, waived=1)


@pytest.mark.parametrize(
    ("level", "letter", "state"),
    [
        (1, "d", "unknown"),
        (1, "c", "met"),
        (2, "c", "unknown"),
        (2, "x", "met"),
        (3, "x", "unknown"),
        (3, "e", "met"),
        (3, "P", "met"),  # without a rung the code itself is the proof
    ],
)
def test_the_evidence_ladder(level: int, letter: str, state: str) -> None:
    result = score([judged(gate("PRD013", "production", level), letter)]).results[0]
    assert result.state == state
    assert bool(result.reason) == (state == "unknown")


def test_credits_are_weighed() -> None:
    """(5 x 8/10 + 2 x 1/2 + 1 x 1) / 8 = 0.75: short; with the unknown as pass (4 + 2 + 1) / 8 = 0.875."""
    card = score(
        [
            judged(credit("COR001", level=2, weight=5), "PPPPPPPPFF"),
            judged(credit("COR002", level=2, weight=2), "PU"),
            judged(credit("COR003", level=2, weight=1), "P"),
        ]
    )
    step = dimension(card).levels[1]
    assert (step.share, step.held, step.blocking) == (0.75, False, ("COR001", "COR002"))
    assert (dimension(card).proven, dimension(card).possible) == ("junior", "senior")
    assert [result.state for result in card.results] == ["met", "unknown", "met"]
    # the weights decide the level; in the index every check counts once: (0.8 + 0.5 + 1) / 3 = 0.7667, a third of it 25.6
    assert dimension(card).index == 25.6


@pytest.mark.parametrize(("level", "subjects", "held"), [(1, "PF", True), (1, "PFF", False), (2, "PF", False)])
def test_half_of_the_credits_is_enough_for_intermediate(level: int, subjects: str, held: bool) -> None:
    card = score([judged(credit("COR001", level=level), subjects)])
    assert dimension(card).levels[level - 1].held == held
    assert card.results[0].state == "not-met"


def test_the_index_is_the_share_of_all_checks_inside_the_band() -> None:
    card = score(
        [
            judged(gate("COR001"), "P"),
            judged(gate("COR002", level=2), "P"),
            judged(gate("COR003", level=2), "F"),
            judged(credit("COR004", level=2, weight=2), "PPFFF"),
            judged(gate("COR005", level=3), "P"),
            judged(credit("COR006", level=3, weight=5), "PF"),
        ]
    )
    # (1 + 1 + 0 + 0.4 + 1 + 0.5) / 6 = 0.65; (1 + 0.65) / 3 = 0.55
    assert (dimension(card).proven, dimension(card).index) == ("intermediate", 55.0)
    assert dimension(card).banked == 0.75  # (5 + 2.5) / 10
    assert (dimension(card).levels[1].gates_met, dimension(card).levels[1].gates) == (1, 2)
    assert dimension(card).levels[1].blocking == ("COR003", "COR004")


def test_a_level_where_nothing_applies_is_passed_through_but_not_reached() -> None:
    card = score(
        [judged(gate("COR001"), "P"), judged(gate("COR002", level=2), "na"), judged(gate("COR003", level=3), "e")]
    )
    assert dimension(card).proven == "staff"
    assert [step.held for step in dimension(card).levels] == [True, True, True]
    card = score([judged(gate("COR001"), "P")])
    assert dimension(card).proven == "intermediate"
    assert [step.held for step in dimension(card).levels] == [True, False, False]
    assert card.headline.proven == "intermediate"


def test_switching_off_a_check_that_did_not_apply_does_not_help() -> None:
    """Two of three dimensions are not enough. The fourth would make it three of four if an empty level were reached."""
    lacking = [judged(gate(f"TST{number}", "testing"), "F") for number in (1, 2)]
    project = [*everywhere({1: "P"}, ("core", "async")), *lacking]
    assert score([*project, judged(gate("DAT2", "data", 2), "na")]).headline.proven == "junior"
    assert score([*project, judged(gate("DAT2", "data", 2), "off")]).headline.proven == "junior"


def test_levels_above_one_that_is_not_held_are_banked() -> None:
    card = score(everywhere({1: "F", 2: "P", 3: "e"}))
    assert {entry.proven for entry in card.dimensions if entry.core} == {"junior"}
    assert {entry.banked for entry in card.dimensions if entry.core} == {1.0}
    assert card.headline.index == 22.3  # two thirds of the checks pass, in the lowest band


def test_a_lone_failed_never_event_caps_the_level() -> None:
    project = everywhere({1: "P", 2: "P", 3: "P"})
    whole = score([*project, judged(never("SEC007", "security"), "P" * 99)])
    assert (whole.headline.proven, whole.headline.index, whole.headline.capped_by) == ("staff", 100.0, ())
    capped = score([*project, judged(never("SEC007", "security"), "P" * 99 + "F")])
    assert (capped.headline.proven, capped.headline.possible) == ("junior", "junior")
    assert capped.headline.capped_by == ("SEC007",)
    assert capped.headline.index == 33.0  # 24.99 of 25 checks, but never more than 0.99 of the band
    unknown = score([*project, judged(never("SEC007", "security"), "P" * 99 + "U")])
    assert (unknown.headline.proven, unknown.headline.possible) == ("junior", "staff")
    assert score([*project, judged(never("SEC007", "security"), "off")]).headline.proven == "junior"


@pytest.mark.parametrize(
    ("senior", "intermediate", "junior", "level"),
    [
        (8, 0, 0, "senior"),
        (6, 2, 0, "senior"),
        (5, 3, 0, "intermediate"),
        (6, 1, 1, "intermediate"),
        (6, 0, 2, "intermediate"),
        (5, 0, 3, "junior"),
        (3, 0, 1, "intermediate"),
        (3, 1, 0, "senior"),
        (2, 1, 0, "intermediate"),
    ],
)
def test_the_overall_rule(senior: int, intermediate: int, junior: int, level: str) -> None:
    """Three quarters hold it and the others lie one below at most; dimensions where nothing applies do not count."""
    held = ("PPF",) * senior + ("PFF",) * intermediate + ("FFF",) * junior
    project = [
        judged(gate(f"{name}{step}", name, step), outcome[step - 1])
        for name, outcome in zip(rules.CORE, held, strict=False)
        for step in (1, 2, 3)
    ]
    assert score(project).headline.proven == level


@pytest.mark.parametrize(
    ("holding", "beyond", "level"),
    [
        (3, 9, "intermediate"),  # 3 of 8, and 3 + 9 of 20 checks: 60 %
        (3, 8, "junior"),  # 11 of 20 checks
        (2, 12, "junior"),  # 2 of 8
        (6, 0, "intermediate"),  # three quarters, whatever is shown beyond
    ],
)
def test_practice_beyond_intermediate_makes_up_for_open_gates(holding: int, beyond: int, level: str) -> None:
    """Eight dimensions with a gate each, and twelve gates of Senior."""
    project = [*everywhere({1: "P"}, rules.CORE[:holding]), *everywhere({1: "F"}, rules.CORE[holding:])]
    project += [judged(gate(f"TST{n + 2}", "testing", 2), "P" if n < beyond else "F") for n in range(12)]
    card = score(project)
    assert card.headline.proven == level
    assert card.headline.made_up_by == (0.6 if (holding, level) == (3, "intermediate") else 0.0)
    demanded = next(line for line in card.arithmetic if line.startswith("    Intermediate: held by"))
    assert "6 wanted, or 3 where 60 % of the rubric is shown" in demanded
    never_event = judged(never("SEC007", "security"), "F")
    assert score([*project, never_event]).headline.proven == "junior"


def test_a_dimension_cannot_be_asked_for_more_than_applies_to_it() -> None:
    """Nothing of ``data`` applies above Intermediate, so it does not keep the others from Staff."""
    seven = everywhere({1: "P", 2: "P", 3: "P"}, tuple(name for name in rules.CORE if name != "data"))
    data = gate("DAT001", "data")
    assert score([*seven, judged(data, "P")]).headline.proven == "staff"
    assert score([*seven, judged(data, "F")]).headline.proven == "intermediate"


def test_extension_and_foreign_dimensions_decide_nothing() -> None:
    project = everywhere({1: "P"})
    others = [judged(gate("EXT001", "extension"), "F"), judged(never("PAY001", "payments"), "F")]
    assert score([*project, *others]).headline == score(project).headline
    assert [entry.name for entry in score(others).dimensions] == [*rules.CORE, "extension", "payments"]
    assert not score(others).headline.assessed


def test_evidence_is_the_weight_of_what_was_decided() -> None:
    """5 + 8 + 2 x 1/2 of 5 + 8 + 2 + 5 = 14 / 20; a waived failure is decided."""
    project = [
        judged(gate("COR001"), "PW"),
        judged(never("COR002"), "F"),
        judged(credit("COR003", weight=2), "PU"),
        judged(gate("COR004"), "unknown"),
    ]
    card = score(project)
    assert (card.headline.evidence, card.headline.assessed) == (0.7, True)
    card = score([*project, judged(gate("COR005"), "off")])  # 14 / 25
    assert (card.headline.evidence, card.headline.assessed) == (0.56, False)


def test_what_would_prove_more() -> None:
    card = score(
        [
            judged(gate("COR001"), "PU"),
            judged(gate("COR002", level=2), "cx"),
            judged(gate("COR003"), "unknown"),
            judged(credit("COR004", weight=5), "UUUUP"),
            judged(gate("EXT001", "extension"), "unknown"),
        ]
    )
    assert card.more_proof == (
        "let it import the app (COR001 and COR004: +32.5 % evidence)",
        "reason of unknown (COR003: +25 % evidence)",
        "let fastreview import the app: so far only the code says so (COR002: +12.5 % evidence)",
    )


def test_nothing_at_all() -> None:
    card = score([])
    assert (card.headline.proven, card.headline.index, card.headline.assessed) == ("junior", 0.0, False)
    assert card.headline.evidence == 0
    assert card.arithmetic


def test_the_arithmetic_can_be_followed() -> None:
    card = score(
        [
            judged(gate("COR002", tolerance=0.1, cap=2), "PPPPPPPPPF"),
            judged(never("COR008"), "PU"),
            judged(credit("COR001", weight=2), "PPPPF"),
            judged(gate("COR010"), "na"),
            judged(gate("COR011", level=2), "crashed"),
        ]
    )
    start = card.arithmetic.index("core")
    unknown = "n 2 = P 1 + F 0 + U 1 + W 0; allowed 0; F + W + U = 1"
    tolerated = "n 10 = P 9 + F 1 + U 0 + W 0; tolerance 0.1 x 10, cap 2, allowed 1"
    assert card.arithmetic[start : start + 15] == (
        "core",
        "  Intermediate",
        f"    never  COR008 slug-cor008: {unknown}: not met; possible F + W = 0: met",
        f"    gate   COR002 slug-cor002: {tolerated}; F + W + U = 1: met",
        "    gate   COR010 slug-cor010: not applicable, reason of na",
        "    credit COR001 slug-cor001: n 5 = P 4 + F 1 + U 0 + W 0; earns 2 x 4/5 = 1.6",
        "    gates met: 1 of 2, possible 2",
        "    credits: s = 1.6 / 2 = 0.8",
        "    held: no (COR008); possible yes",
        "  Senior",
        "    gate   COR011 slug-cor011: crashed (reason of crashed): not met, possible met",
        "    gates met: 0 of 1, possible 1",
        "    held: no (COR011); possible yes",
        "  level: Junior (proven), Senior (possible)",
        "  index: P/n over 4 checks add up to 2.2, a share of 0.55; 100 x (0 + 0.55) / 3 = 18.4",
    )
    assert "    never-events not ruled out: COR008; at most Junior" in card.arithmetic
    assert card.arithmetic[-1].endswith("100 x (0 + 0.55) / 3 = 18.4, in the band of Junior")


def test_hostile_text_stays_on_its_line() -> None:
    evaluation = judged(gate("COR001"), "crashed")
    hostile = Evaluation(evaluation.check, evaluation.run, reason="boom\n\x1b[2J\u202e" + "x" * 5000)
    card = score([hostile])
    shown = (*card.arithmetic, *card.more_proof, card.results[0].reason)
    assert all(line.isprintable() and len(line) < 500 for line in shown)


def test_rounding_never_crosses_a_line() -> None:
    assert rounded_down(Fraction(79999, 100000)) == 0.7999
    assert index_of(Fraction(1, 3)) == 33.4
    assert index_of(Fraction(99, 300)) == 33.0
    assert one_line("a\n b") == "a b"
    assert listed(("a", "b", "c", "d"), limit=3) == "a, b and 2 more"
    assert (listed(("a",)), listed(())) == ("a", "")


@pytest.mark.parametrize("level", LEVELS)
def test_random_projects_reach_every_level(level: str) -> None:
    """Or the invariants would hold for want of examples."""
    assert find(projects(), lambda project: score(project).headline.proven == level)

"""The engine: states of subjects, fingerprints, order, and what a broken check costs."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import pytest
from msgspec import structs

from fastreview.check import (
    Check,
    Confidence,
    Found,
    Hit,
    Kind,
    Met,
    NotApplicable,
    Related,
    Rung,
    Severity,
    Unknown,
)
from fastreview.engine import MESSAGE_LIMIT, RELATED_LIMIT, YIELD_LIMIT, evaluate, fingerprint, in_order
from fastreview.facts import Facts, Gathered, Scope, Side
from fastreview.facts.files import FileFacts
from fastreview.outcome import Evaluation, Run, SubjectState
from fastreview.project import Place, Project, Subject

S = TypeVar("S", bound=Subject)


class Thing(Subject):
    unit = "thing"

    def __init__(self, name: str, line: int = 1) -> None:
        self.name = name
        self.line = line

    @property
    def key(self) -> str:
        return self.name

    @property
    def place(self) -> Place:
        return Place("app/things.py", self.line, self.line)


class ProjectOfThings(Project):
    def __init__(self, things: Sequence[Thing], *gathered: Gathered) -> None:
        super().__init__(Facts(Scope("fake", (".",), "."), gathered, (), FileFacts()), {})
        self.things = things

    def subjects(self, kind: type[S]) -> Sequence[S]:
        return [thing for thing in self.things if isinstance(thing, kind)]


Judge = Callable[[Thing], Found]


def gate(judge: Judge, code: str = "FAK001", needs: tuple[Side, ...] = ()) -> Check:
    def of_thing(subject: Subject, _: Project) -> Found:
        assert isinstance(subject, Thing)
        return judge(subject)

    return Check(code, "fake", "core", 1, Kind.GATE, 0, Thing, needs, "hours", Severity.MAJOR, of_thing, "fake")


def run(judge: Judge, *names: str) -> Evaluation:
    [evaluation] = evaluate(ProjectOfThings([Thing(name) for name in names]), [gate(judge)])
    return evaluation


def silent(_: Thing) -> Found:
    yield from ()


def hits(thing: Thing) -> Found:
    yield Hit(thing.place, f"{thing.name} is wrong")


def states(evaluation: Evaluation) -> list[SubjectState]:
    return [verdict.state for verdict in evaluation.verdicts]


def test_a_subject_fails_on_a_hit_and_passes_without() -> None:
    def judge(thing: Thing) -> Found:
        return hits(thing) if thing.name == "b" else silent(thing)

    evaluation = run(judge, "a", "b")

    assert evaluation.run is Run.DONE
    assert states(evaluation) == [SubjectState.PASS, SubjectState.FAIL]
    [finding] = evaluation.findings
    assert (finding.subject, finding.severity, finding.status) == ("b", Severity.MAJOR, "open")


def test_possible_hits_are_shown_and_fail_nothing() -> None:
    def judge(thing: Thing) -> Found:
        yield Hit(thing.place, "maybe", confidence=Confidence.POSSIBLE, severity=Severity.INFO)

    evaluation = run(judge, "a")

    assert states(evaluation) == [SubjectState.PASS]
    assert [finding.severity for finding in evaluation.findings] == [Severity.INFO]


def test_the_highest_rung_shown_counts_and_mets_of_failed_subjects_do_not() -> None:
    def judge(thing: Thing) -> Found:
        yield Met(thing.place, "declared", Rung.DECLARED)
        yield Met(thing.place, "exercised", Rung.EXERCISED)
        if thing.name == "b":
            yield Hit(thing.place, "wrong all the same")

    evaluation = run(judge, "a", "b")

    assert [verdict.rung for verdict in evaluation.verdicts] == [Rung.EXERCISED, None]
    assert {strength.subject for strength in evaluation.strengths} == {"a"}


def test_not_applicable_subjects_leave_and_their_predicate_is_told() -> None:
    def judge(thing: Thing) -> Found:
        if thing.name == "b":
            raise NotApplicable("streams its answer")
        yield from ()

    evaluation = run(judge, "a", "b")

    assert states(evaluation) == [SubjectState.PASS]
    assert evaluation.reason == "not applicable to 1 of 2: streams its answer"


def test_nothing_applicable_is_a_run_that_does_not_apply() -> None:
    def judge(thing: Thing) -> Found:
        raise NotApplicable("returns no JSON" if thing.name == "a" else "is a redirect")

    evaluation = run(judge, "b", "a", "c")

    assert (evaluation.run, evaluation.verdicts) == (Run.NOT_APPLICABLE, ())
    assert evaluation.reason == "is a redirect; returns no JSON"


def test_no_subjects_is_not_applicable() -> None:
    evaluation = run(hits)

    assert (evaluation.run, evaluation.reason) == (Run.NOT_APPLICABLE, "the project has no thing to judge")


def test_unknown_carries_what_is_missing() -> None:
    def judge(_: Thing) -> Found:
        raise Unknown("the app was not imported")

    [verdict] = run(judge, "a").verdicts

    assert (verdict.state, verdict.reason) == (SubjectState.UNKNOWN, "the app was not imported")


@pytest.mark.parametrize("doubt", [Unknown("later"), NotApplicable("later")])
def test_a_hit_before_the_doubt_stands(doubt: Exception) -> None:
    def judge(thing: Thing) -> Found:
        yield Hit(thing.place, "wrong")
        raise doubt

    evaluation = run(judge, "a")

    assert states(evaluation) == [SubjectState.FAIL]
    assert len(evaluation.findings) == 1


def test_a_possible_hit_does_not_settle_the_doubt() -> None:
    def judge(thing: Thing) -> Found:
        yield Hit(thing.place, "maybe", confidence=Confidence.POSSIBLE)
        raise Unknown("the base class is out of sight")

    assert states(run(judge, "a")) == [SubjectState.UNKNOWN]


def endless_recursion(thing: Thing) -> Found:
    return endless_recursion(thing)


def not_a_generator(_: Thing) -> Found:
    return None  # type: ignore[return-value]  # the mistake under test


def yields_text(_: Thing) -> Found:
    yield "text"  # type: ignore[misc]  # the mistake under test


def divides(_: Thing) -> Found:
    yield Hit(Place("a.py", 1 // 0), "never")


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (divides, "ZeroDivisionError: integer division or modulo by zero"),
        (endless_recursion, "RecursionError: maximum recursion depth exceeded"),
        (not_a_generator, "TypeError: 'NoneType' object is not iterable"),
        (yields_text, "TypeError: FAK001 yielded str, which is neither Hit nor Met"),
    ],
)
def test_a_broken_check_fails_alone(broken: Judge, reason: str) -> None:
    project = ProjectOfThings([Thing("a")])

    crashed, healthy = evaluate(project, [gate(broken), gate(hits, "FAK002")])

    assert (crashed.run, crashed.verdicts, crashed.findings) == (Run.CRASHED, (), ())
    assert crashed.reason.startswith(reason)
    assert healthy.run is Run.DONE


def test_a_model_that_breaks_over_a_kind_breaks_the_checks_of_that_kind() -> None:
    class Broken(ProjectOfThings):
        def subjects(self, kind: type[S]) -> Sequence[S]:
            raise LookupError(kind.__name__)

    [evaluation] = evaluate(Broken([]), [gate(hits)])

    assert (evaluation.run, evaluation.reason) == (Run.CRASHED, "LookupError: Thing")


def test_a_missing_side_makes_the_run_unknown() -> None:
    project = ProjectOfThings(
        [Thing("a")], Gathered(Side.APP, "unavailable", "No module named 'asyncpg'", "run uv sync")
    )

    [evaluation] = evaluate(project, [gate(hits, needs=(Side.APP, Side.GIT))])

    assert (evaluation.run, evaluation.verdicts) == (Run.UNKNOWN, ())
    assert evaluation.reason == "app: No module named 'asyncpg' (run uv sync); git: not gathered"


def test_checks_that_are_off_say_why() -> None:
    [evaluation] = evaluate(ProjectOfThings([Thing("a")]), [gate(hits)], off={"FAK001": "ignored in pyproject.toml"})

    assert (evaluation.run, evaluation.reason) == (Run.OFF, "ignored in pyproject.toml")


def test_a_check_of_the_project_is_evaluated_on_the_project() -> None:
    def judge(subject: Subject, project: Project) -> Found:
        assert subject is project
        yield Hit(Place("pyproject.toml"), "nothing here")

    check = Check("FAK001", "fake", "core", 1, Kind.GATE, 0, Project, (), "hours", Severity.MAJOR, judge, "fake")

    [evaluation] = evaluate(ProjectOfThings([]), [check])

    assert states(evaluation) == [SubjectState.FAIL]


def test_fingerprints_survive_moves_and_tell_repetitions_apart() -> None:
    def at(*lines: int) -> Evaluation:
        def judge(_: Thing) -> Found:
            for line in lines:
                yield Hit(Place("app/things.py", line), "wrong", symbol="requests.get")

        return run(judge, "GET /items/{id}")

    before, after = at(7, 5), at(105, 107)

    assert [finding.place.line for finding in before.findings] == [5, 7]
    assert [finding.fingerprint for finding in before.findings] == [finding.fingerprint for finding in after.findings]
    assert before.findings[0].fingerprint == fingerprint("FAK001", "GET /items/{id}", "requests.get", 0)
    assert len({finding.fingerprint for finding in before.findings}) == len(before.findings)


def test_fingerprints_are_pinned() -> None:
    """Baselines hold them: a change of this value is a change for every user."""
    assert fingerprint("ASY001", "GET /items/{id}", "requests.get", 0) == "76258e1042ba6b28"


def test_the_same_hit_twice_is_one_finding() -> None:
    def judge(thing: Thing) -> Found:
        yield from hits(thing)
        yield from hits(thing)

    assert len(run(judge, "a").findings) == 1


def test_findings_come_by_path_line_and_code() -> None:
    def judge(_: Thing) -> Found:
        yield Hit(Place("b.py", 1), "")
        yield Hit(Place("a.py", 10), "")
        yield Hit(Place("a.py", 9), "")

    project = ProjectOfThings([Thing("a")])
    forwards = in_order(evaluate(project, [gate(judge), gate(judge, "FAK002")]))
    backwards = in_order(evaluate(project, [gate(judge, "FAK002"), gate(judge)]))

    assert forwards == backwards
    assert [(finding.place.path, finding.place.line, finding.check) for finding in forwards] == [
        (path, line, code) for path, line in [("a.py", 9), ("a.py", 10), ("b.py", 1)] for code in ["FAK001", "FAK002"]
    ]


def test_text_from_the_project_is_one_bounded_printable_line() -> None:
    def judge(thing: Thing) -> Found:
        steps = tuple(Related(thing.place, "\x1b[2Jstep") for _ in range(1000))
        yield Hit(thing.place, "evil\x1b[31m\n\u202egnp.exe \ud800" + "x" * 10_000, related=steps)

    [finding] = run(judge, "GET /\x1b[0m").findings

    assert finding.message.isprintable()
    assert finding.message.startswith("evil [31m gnp.exe x")
    assert len(finding.message) == MESSAGE_LIMIT
    assert finding.subject == "GET / [0m"
    assert len(finding.related) == RELATED_LIMIT
    assert finding.related[0].message == "[2Jstep"


def test_an_endless_check_is_cut_off() -> None:
    def judge(_: Thing) -> Found:
        line = 0
        while True:
            yield Hit(Place("a.py", line := line + 1), "again")

    assert len(run(judge, "a").findings) == YIELD_LIMIT


def test_a_hit_without_place_stands_where_its_subject_stands() -> None:
    def judge(_: Thing) -> Iterator[Hit | Met]:
        yield Hit(Place(""), "wrong")

    [finding] = run(judge, "a").findings

    assert finding.place == Place("app/things.py", 1, 1)


def test_what_a_gentler_check_says_is_not_said_again() -> None:
    sharper = structs.replace(gate(hits, "FAK002"), sharpens="FAK001")
    things = ProjectOfThings([Thing("a"), Thing("b")])

    def only_a(thing: Thing) -> Found:
        if thing.key == "a":
            yield from hits(thing)

    gentle, sharp = evaluate(things, (gate(only_a), sharper))
    assert [f.subject for f in gentle.findings] == ["a"]
    assert [f.subject for f in sharp.findings] == ["b"]
    assert states(sharp) == [SubjectState.FAIL, SubjectState.FAIL]
    (alone,) = evaluate(things, (sharper,))
    assert [f.subject for f in alone.findings] == ["a", "b"]


def test_one_place_is_told_once_however_many_subjects_meet_it() -> None:
    shared = Place("app/paging.py", 4)

    def at_shared(thing: Thing) -> Found:
        yield Hit(shared, f"The page size of {thing.name} has no bound.")

    evaluation = run(at_shared, "a", "b", "c")
    assert states(evaluation) == [SubjectState.FAIL] * 3
    (finding,) = evaluation.findings
    assert finding.message == "The page size of a has no bound. 2 others meet it here."
    assert finding.related[-1].message == "also thing b, c"
    assert len(run(at_shared, "a", "b").findings) == 2


def test_a_matter_of_style_is_told_once_a_file() -> None:
    check = structs.replace(gate(hits), per_file=True)
    (evaluation,) = evaluate(ProjectOfThings([Thing("a", 1), Thing("b", 5), Thing("c", 9)]), [check])
    assert states(evaluation) == [SubjectState.FAIL] * 3
    (finding,) = evaluation.findings
    assert finding.message == "a is wrong The same holds for 2 more things in this file."
    assert [(r.place.line, r.message) for r in finding.related] == [(5, "also b"), (9, "also c")]

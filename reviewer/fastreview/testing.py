"""The harness for authors of check packs: every example of every page is a test.

    from fastreview.testing import ExampleCase, examples_of, run_example

    @pytest.mark.parametrize("case", examples_of("my_pack"), ids=str)
    def test_example(case: ExampleCase) -> None:
        run_example(case)

An example runs its own check only. Its files are written to an empty folder and read statically; nothing is added, so a
check of routes needs an example that creates its app.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fastreview.check import Check
from fastreview.engine import ALSO, evaluate
from fastreview.facts import Facts, Gathered, Side
from fastreview.facts.tests import TestRunFacts
from fastreview.facts.types import TypeCheckFacts
from fastreview.gather.facts import gather_static
from fastreview.outcome import Evaluation, Finding, Run, SubjectState
from fastreview.packs import load
from fastreview.pages import FACTS, Example, ExampleFile, Verdict, read
from fastreview.project import Project

Gather = Callable[[Path], Facts]


class ExampleCase(Struct, frozen=True):
    """One example of one check; ``number`` counts from 1 on its page. Shown as ``ASY001-bad-1`` in test runs."""

    check: Check
    limits: Mapping[str, float]
    example: Example
    number: int

    def __str__(self) -> str:
        return f"{self.check.code}-{self.example.verdict.value}-{self.number}"


def examples_of(package: str) -> list[ExampleCase]:
    """All examples of a pack, by check.

    Raises:
        BrokenPack: when the pack or one of its pages breaks the rules of `fastreview.packs` or `fastreview.pages`.
    """
    ruleset = load([package])
    return [
        ExampleCase(check, ruleset.limits, example, number)
        for check in ruleset.checks
        for number, example in enumerate(read(check).examples, 1)
    ]


def run_example(case: ExampleCase, gather: Gather = gather_static) -> None:
    """Checks that the example gives what its verdict promises.

    Raises:
        AssertionError: with the lines that differ, what was found on them, and where the example stands.
    """
    with TemporaryDirectory() as folder:
        root = Path(folder) / "example"
        files = [file for file in case.example.files if not file.path.startswith(FACTS)]
        for file in files:
            path = root / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(file.text, "utf-8")
        facts = _with_sides(gather(root), {file.path: file.text for file in case.example.files})
        [evaluation] = evaluate(Project(facts, case.limits), [case.check])
    complaints = _complaints(case.example, evaluation)
    if complaints:
        place = f"{case.check.module}, example on line {case.example.line} of the docstring"
        raise AssertionError("\n  ".join([f"{case} ({place}):", *complaints]))


def _with_sides(facts: Facts, files: Mapping[str, str]) -> Facts:
    """With what the example says of a run of the tests or of a type checker."""
    sides = []
    if text := files.get(f"{FACTS}tests.json"):
        facts = replace(facts, tests=msgspec.json.decode(text, type=TestRunFacts))
        sides.append(Side.TESTS)
    if text := files.get(f"{FACTS}types.json"):
        facts = replace(facts, types=msgspec.json.decode(text, type=TypeCheckFacts))
        sides.append(Side.TYPES)
    told = (Gathered(side.what, "ok") if side.what in sides else side for side in facts.gathered)
    return replace(facts, gathered=tuple(told))


def _complaints(example: Example, evaluation: Evaluation) -> list[str]:
    """How the evaluation differs from the verdict, one line each; empty when it does not."""
    if evaluation.run in {Run.CRASHED, Run.OFF}:
        return [f"the check {evaluation.run.value}: {evaluation.reason}"]
    match example.verdict:
        case Verdict.BAD:
            return _missed_or_stray(example, evaluation)
        case Verdict.GOOD | Verdict.FIXED:
            return _not_met(example, evaluation)
        case Verdict.NOT_APPLICABLE:
            return [] if evaluation.run is Run.NOT_APPLICABLE else [f"expected not-applicable, got {_said(evaluation)}"]
        case Verdict.UNKNOWN:
            return [] if _is_unknown(evaluation) else [f"expected unknown, got {_said(evaluation)}"]


def _missed_or_stray(example: Example, evaluation: Evaluation) -> list[str]:
    expected = {(file.path, line) for file in example.files for line in file.marked}
    if not expected:
        return [] if evaluation.findings else [f"expected a finding, got {_said(evaluation)}"]
    found = {(finding.place.path, max(finding.place.line, 1)) for finding in evaluation.findings}
    merged = (r.place for f in evaluation.findings for r in f.related if r.message.startswith(ALSO))
    found |= {(place.path, place.line) for place in merged}
    missed = [
        f"{path}:{line}: no finding here: {_line(example, path, line)}" for path, line in sorted(expected - found)
    ]
    stray = [
        f"{_where(finding)}: not marked: {finding.message}"
        for finding in evaluation.findings
        if (finding.place.path, max(finding.place.line, 1)) not in expected
    ]
    return [*missed, *stray] if found or not missed else [*missed, f"got {_said(evaluation)}"]


def _not_met(example: Example, evaluation: Evaluation) -> list[str]:
    stray = [
        f"{_where(finding)}: {finding.message}: {_line(example, finding.place.path, finding.place.line)}"
        for finding in evaluation.findings
    ]
    met = evaluation.run is Run.DONE and all(verdict.state is SubjectState.PASS for verdict in evaluation.verdicts)
    return stray if met or stray else [f"expected the check to be met, got {_said(evaluation)}"]


def _is_unknown(evaluation: Evaluation) -> bool:
    states = {verdict.state for verdict in evaluation.verdicts}
    return evaluation.run is Run.UNKNOWN or (SubjectState.UNKNOWN in states and SubjectState.FAIL not in states)


def _said(evaluation: Evaluation) -> str:
    """The evaluation in a few words: "not-applicable (the project has no route to judge)"."""
    if evaluation.run is not Run.DONE:
        return f"{evaluation.run.value} ({evaluation.reason})"
    verdicts = (
        f"{one.subject} {one.state.value}" + (f" ({one.reason})" if one.reason else "") for one in evaluation.verdicts
    )
    return ", ".join([*verdicts, *(f"a finding on {_where(finding)}" for finding in evaluation.findings)])


def _where(finding: Finding) -> str:
    return str(finding.place) or "the project"


def _line(example: Example, path: str, line: int) -> str:
    """The line of an example's file, "" for a file or line that it does not have."""
    return next((_nth(file, line) for file in example.files if file.path == path), "")


def _nth(file: ExampleFile, line: int) -> str:
    lines = file.text.splitlines()
    return lines[line - 1].strip() if 0 < line <= len(lines) else ""

"""A small task from the own code: one finding, three hints that lead to its repair, and a proof by review.

The first hint asks where to look and why, the second says what to aim at and where this code does it well already, the
third shows the repair on an example beside the own lines. The task is done when the check holds for its subject.
"""

import re
from collections.abc import Collection, Sequence

from msgspec import Struct

from fastreview.errors import UsageError
from fastreview.mentor.growth import PROJECT, Judged, flagged
from fastreview.mentor.records import Exercise
from fastreview.outcome import Run, SubjectState
from fastreview.review import LEVELS, Confidence, Effort, FindingEntry, LevelName, Page, Review, Severity

EXAMPLE_LINES = 40
_EFFORT: dict[Effort, int] = {"minutes": 0, "hours": 1, "days": 2}
_SEVERITY: dict[Severity, int] = {"blocker": 0, "major": 1, "minor": 2, "info": 3}
_CONFIDENCE: dict[Confidence, int] = {"certain": 0, "likely": 1, "possible": 2}


class Proof(Struct, frozen=True):
    """Whether the task is done, and a sentence that says why or why not."""

    done: bool
    told: str


def choose(review: Review, wanted: Collection[str] = (), check: str = "", aim: LevelName = "staff") -> FindingEntry:
    """The finding that makes the best exercise: of the ``wanted`` checks (those of the goals) first, none beyond the level
    ``aim`` before those up to it, small, telling, with lines to work on; only of ``check``, a code or slug, where one is given.

    Raises:
        UsageError: when the review has none.
    """
    effort = {outcome.check: outcome.effort for outcome in review.outcomes}
    above = {o.check for o in review.outcomes if LEVELS.index(o.level) > LEVELS.index(aim)}
    weight = {outcome.check: outcome.weight for outcome in review.outcomes}
    fitting = [f for f in review.findings if f.status == "open" and f.confidence != "possible" and f.path and f.line]
    if check:
        fitting = [f for f in fitting if check.strip().lower() in (f.check.lower(), f.slug)]
        if not fitting:
            raise UsageError(f'"{check}" has no finding at a line of this code. `fastreview mentor review` lists them.')
    if not fitting:
        raise UsageError("No finding of this review stands at a line of code, so there is nothing to practise on.")
    return min(
        fitting,
        key=lambda f: (
            f.check not in wanted,
            f.check in above,
            f.subject == PROJECT,
            _EFFORT[effort.get(f.check, "hours")],
            _SEVERITY[f.severity],
            _CONFIDENCE[f.confidence],
            -weight.get(f.check, 0),
            f.path,
            f.line,
            f.check,
        ),
    )


def aim(review: Review, goals: Collection[str], checks: Collection[str]) -> LevelName:
    """The level to practise for: the highest that a goal names, else the highest of the goals' ``checks``, else the one after
    what is proven."""
    named = {word.lower() for goal in goals for word in re.findall(r"[A-Za-z]+", goal)}
    levels: Collection[LevelName] = [level for level in LEVELS[1:] if level in named]
    levels = levels or [outcome.level for outcome in review.outcomes if outcome.check in checks]
    if levels:
        return max(levels, key=LEVELS.index)
    return LEVELS[min(LEVELS.index(review.level.proven) + 1, len(LEVELS) - 1)]


def exercise(finding: FindingEntry, review: Review, page: Page | None, judged: Judged, excerpt: str = "") -> Exercise:
    """The task that ``finding`` makes. ``excerpt`` is the digest of the function that it stands in."""
    title = page.title if page else finding.slug.replace("-", " ").capitalize()
    where = f"{finding.path}:{finding.line}"
    what = f"`{finding.subject}`" if finding.subject != PROJECT else "this project"
    return Exercise(
        title=title,
        check=finding.check,
        subject=finding.subject,
        fingerprint=finding.fingerprint,
        path=finding.path,
        excerpt=excerpt,
        task=(
            f"{finding.check} fails for {what}: *{title}*. Find out why, mend it so that everything else stays as it is, "
            f"and show it by a test where the behaviour changes. It is done when `fastreview mentor exercise --prove` says so."
        ),
        hints=(
            _where_to_look(where, page),
            _what_to_aim_at(finding, review, page, judged),
            _nearly_there(finding, page),
        ),
    )


def prove(task: Exercise, judged: Judged, review: Review) -> Proof:
    """What the review says of the task: only a subject that is there and passes is done."""
    run = judged.runs.get(task.check)
    if run is None:
        return Proof(False, f"{task.check} is not among the checks that are installed, so nothing is proven.")
    if run not in (Run.DONE, Run.NOT_APPLICABLE):
        return Proof(False, f"{task.check} could not be evaluated this time, so nothing is proven.")
    match judged.state(task.check, task.subject):
        case SubjectState.PASS:
            return Proof(True, f"{task.check} holds for {task.subject}.")
        case SubjectState.UNKNOWN:
            return Proof(False, f"{task.check} could not decide about {task.subject} this time, so nothing is proven.")
        case SubjectState.WAIVED | SubjectState.ACCEPTED:
            return Proof(False, f"{task.check} is set aside for {task.subject}. That mends nothing.")
        case SubjectState.FAIL:
            left = [f for f in review.findings if f.check == task.check and f.subject == task.subject]
            at = f" It is reported at {left[0].path}:{left[0].line}." if left else ""
            return Proof(False, f"{task.check} still fails for {task.subject}.{at}")
        case None if task.subject in judged.subjects:
            return Proof(True, f"{task.check} finds nothing left to judge in {task.subject}, which is still there.")
        case None:
            return Proof(
                False, f"{task.subject} is not there any more. Where the code moved to, {task.check} is to hold."
            )


def _where_to_look(where: str, page: Page | None) -> str:
    why = _first_paragraph(page.why) if page else ""
    return (
        f"Read `{where}` and say in one sentence what a client, a test or the next developer meets there. {why}".strip()
    )


def _what_to_aim_at(finding: FindingEntry, review: Review, page: Page | None, judged: Judged) -> str:
    aim = page.improve.strip() if page and page.improve.strip() else finding.message
    own = _own_example(finding, review, judged)
    return f"{aim}\n\nIn this code, {own} does it well already: compare the two." if own else aim


def _own_example(finding: FindingEntry, review: Review, judged: Judged) -> str:
    """A subject of the same check that passes, the nearest one: of the same file where there is one."""
    passing = set(judged.shown(finding.check))
    routes = [
        r for r in review.routes if f"{r.method} {r.path}" in passing and r.method == finding.subject.split(" ")[0]
    ]
    if routes:
        route = min(routes, key=lambda r: (r.path_file != finding.path, r.path_file, r.line))
        return f"`{route.method} {route.path}` ({route.path_file}:{route.line})"
    strengths = [s for s in review.strengths if s.check == finding.check and s.path and s.line]
    if strengths:
        return f"`{strengths[0].subject}` ({strengths[0].path}:{strengths[0].line})"
    near = next((subject for subject in sorted(passing) if subject not in (finding.subject, PROJECT)), "")
    return f"`{near}`" if near else ""


def _nearly_there(finding: FindingEntry, page: Page | None) -> str:
    parts = [finding.message]
    if lines := flagged(finding):
        parts += ["The lines are these:", _fenced(lines)]
    if page and page.good:
        parts += ["The check's own page mends its example like this; carry it over:", _example(page)]
    return "\n\n".join(parts)


def _example(page: Page) -> str:
    """What the good example has and the bad one has not, with the lines around it."""
    good = page.good.rstrip().split("\n")
    return _fenced(good[:EXAMPLE_LINES])


def _fenced(lines: Sequence[str]) -> str:
    text = "\n".join(lines)
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}python\n{text}\n{fence}"


def _first_paragraph(text: str) -> str:
    return text.strip().partition("\n\n")[0].replace("\n", " ")

"""A session's records and its snapshot, put together as the `Report` that both people read."""

from collections.abc import Iterator, Mapping, Sequence

from fastreview.mentor.anchors import Sources, standing
from fastreview.mentor.document import Agreement, GoalCheck, Report, Said, Stand
from fastreview.mentor.folder import SessionFolder
from fastreview.mentor.records import NOTE_TYPES, Anchor, Exercise, Goal, Note, Signed
from fastreview.mentor.snapshot import Snapshot
from fastreview.review import Excerpt, OutcomeEntry, Review

STEPS = 3
STRENGTHS = 8


def tell(
    session: SessionFolder, seen: Snapshot, sessions: Sequence[SessionFolder], sources: Sources, signed: Signed
) -> Report:
    """The report of ``session``, in which ``seen`` was seen."""
    review, about = seen.review, session.about
    outcomes = {outcome.check: outcome for outcome in review.outcomes}
    notes = tuple(_said(note, review, sources, outcomes) for note in session.notes().values())
    agreements = tuple(_agreements(session, sessions, outcomes))
    findings = [f for f in review.findings if f.status == "open" and f.confidence != "possible"]
    return Report(
        project=review.project.name,
        commit=review.project.commit,
        dirty=review.project.dirty,
        tool=review.tool,
        session=session.name,
        on=about.on,
        mentor=about.mentor,
        mentee=about.mentee,
        goals=about.goals,
        level=review.level,
        stands=_stands(session, review),
        growth=seen.growth,
        notes=tuple(sorted(notes, key=lambda note: (NOTE_TYPES.index(note.type), note.path, note.line, note.text))),
        agreements=agreements,
        exercises=tuple(_exercises(session, sessions)),
        accepted=signed.counting,
        lapsed=signed.lapsed,
        next_steps=review.next_steps[:STEPS],
        titles={code: outcome.title for code, outcome in outcomes.items()},
        strengths=review.strengths[:STRENGTHS],
        findings=len(findings),
        blockers=sum(finding.severity == "blocker" for finding in findings),
        pending=tuple(_pending(session, review, signed)),
    )


def _exercises(session: SessionFolder, sessions: Sequence[SessionFolder]) -> Iterator[Exercise]:
    """Those of this session, and of earlier ones what is open or was proven since the one before."""
    earlier = sessions[: [other.name for other in sessions].index(session.name)]
    since = earlier[-1].about.on if earlier else session.about.on
    for other in earlier:
        yield from (task for task in other.exercises().values() if task.proven is None or task.proven >= since)
    yield from session.exercises().values()


def _stands(session: SessionFolder, review: Review) -> tuple[Stand, ...]:
    estimates, overrides = session.estimates.levels, session.overrides()
    return tuple(
        Stand(
            dimension=entry.name,
            estimate=estimates.get(entry.name, ""),
            proven=entry.proven,
            possible=entry.possible,
            assessed=entry.assessed,
            core=entry.core,
            mentor=overrides[entry.name].level if entry.name in overrides else "",
            reason=overrides[entry.name].reason if entry.name in overrides else "",
        )
        for entry in review.dimensions
    )


def _said(note: Note, review: Review, sources: Sources, outcomes: Mapping[str, OutcomeEntry]) -> Said:
    now = standing(note.about, review, sources)
    outcome = outcomes.get(note.about.check)
    finding = next((f for f in review.findings if f.fingerprint == note.about.fingerprint), None)
    return Said(
        type=note.type,
        by=note.by,
        text=note.text,
        about=outcome.title if outcome and note.about.subject == "project" else name_of(note.about),
        path=now.path,
        line=now.line,
        state=now.state,
        check=note.about.check,
        title=outcome.title if outcome else "",
        message=now.title if note.about.kind in ("finding", "strength") else "",
        excerpt=finding.excerpt if finding else _excerpt(note.about, now.path, now.line, sources),
    )


def _excerpt(about: Anchor, path: str, line: int, sources: Sources) -> Excerpt | None:
    """Of a finding only the review's own lines are shown, which keep secrets veiled."""
    return sources.excerpt(path, line) if about.kind in ("route", "code") else None


def name_of(about: Anchor) -> str:
    """As a person calls it."""
    match about.kind:
        case "route":
            return about.route
        case "code":
            return about.name
        case "file":
            return about.path
        case _:
            return about.subject if about.subject != "project" else "the whole project"


def _agreements(
    session: SessionFolder, sessions: Sequence[SessionFolder], outcomes: Mapping[str, OutcomeEntry]
) -> Iterator[Agreement]:
    """Those of this session and of the ones before it, the oldest first."""
    for other in sessions:
        for goal in sorted(other.goals().values(), key=lambda goal: (goal.by, goal.goal)):
            yield agreement(goal, other.name, outcomes)
        if other.name == session.name:
            return


def agreement(goal: Goal, agreed: str, outcomes: Mapping[str, OutcomeEntry]) -> Agreement:
    checks = tuple(_goal_check(code, outcomes.get(code)) for code in goal.checks)
    return Agreement(goal.goal, goal.by, checks, all(check.state == "met" for check in checks), agreed)


def _goal_check(code: str, outcome: OutcomeEntry | None) -> GoalCheck:
    if outcome is None:
        return GoalCheck(code, code, "unknown", 0)
    return GoalCheck(code, outcome.title, outcome.state, outcome.subjects.failed + outcome.subjects.waived)


def _pending(session: SessionFolder, review: Review, signed: Signed) -> Iterator[str]:
    estimates = session.estimates.levels
    missing = [entry.name for entry in review.dimensions if entry.core and entry.name not in estimates]
    if missing:
        yield f"No estimate for {', '.join(missing)}."
    if not session.goals():
        yield "No goal is agreed on yet: fastreview mentor agree."
    reported = {finding.fingerprint for finding in review.findings}
    for one in signed.counting:
        if one.fingerprint not in reported and one.on < session.about.on:
            yield f"{one.check} at {one.subject} is accepted and no longer reported: remove its file in .fastreview/accepted."

"""The learning path, fitted to one codebase: subjects that it already proves fall away, the others name its own places.

A function of the review alone: after a week of work the next review moves it on.
"""

from collections.abc import Iterable, Mapping, Sequence

from fastreview.plan.weeks import SUBJECTS, Subject
from fastreview.review import (
    LEVELS,
    FindingEntry,
    LevelName,
    OutcomeEntry,
    Plan,
    RelatedPlace,
    RouteEntry,
    Trace,
    Week,
)

AIM: LevelName = "senior"
"""The path leads from intermediate to senior; where that is proven, to staff."""
GAPS = 6
"""Checks that one week takes up; the rest waits for its next review."""
CONFIDENCE = ("certain", "likely", "possible")

_WITH_BODY = frozenset(("POST", "PUT", "PATCH"))
_WRITING = _WITH_BODY | {"DELETE"}


def framework_steps() -> frozenset[str]:
    """The steps of the framework that some week reads."""
    return frozenset(step for subject in SUBJECTS for step in subject.sources)


def learning_path(
    proven: LevelName,
    outcomes: Sequence[OutcomeEntry],
    findings: Sequence[FindingEntry],
    routes: Sequence[RouteEntry],
    traces: Sequence[Trace],
    sources: Mapping[str, str],
) -> Plan:
    """Weeks in the order in which to take them, those that are proven last and without a number. ``sources`` maps steps of
    the framework to the installed functions that do them, "" where it does them elsewhere."""
    aim = "staff" if LEVELS.index(proven) >= LEVELS.index(AIM) else AIM
    by_code = {outcome.check: outcome for outcome in outcomes}
    places = _places(findings)
    show = {True: _telling(routes, (), _WITH_BODY), False: _telling(routes, traces, _WRITING)}
    open_weeks: list[Week] = []
    done: list[Week] = []
    for subject in SUBJECTS:
        asked = [by_code[code] for code in subject.checks if code in by_code and _asked(by_code[code], aim)]
        gaps = [outcome for outcome in asked if outcome.state != "met"]
        if not asked:
            continue
        if not gaps:
            done.append(_proven(subject, asked))
        else:
            open_weeks.append(_week(subject, len(open_weeks) + 1, asked, gaps, places, show[subject.body], sources))
    return Plan((*open_weeks, *done))


def _asked(outcome: OutcomeEntry, aim: LevelName) -> bool:
    return outcome.state != "not-applicable" and LEVELS.index(outcome.level) <= LEVELS.index(aim)


def _proven(subject: Subject, asked: Sequence[OutcomeEntry]) -> Week:
    told = f"{len(asked)} checks of it are met." if len(asked) > 1 else f"{asked[0].check} is met."
    return Week(title=subject.title, goal=subject.goal, checks=(), number=0, done=True, evidence=told)


def _week(
    subject: Subject,
    number: int,
    asked: Sequence[OutcomeEntry],
    gaps: Sequence[OutcomeEntry],
    places: Mapping[str, Sequence[FindingEntry]],
    show: str,
    sources: Mapping[str, str],
) -> Week:
    ordered = sorted(gaps, key=_urgency)[:GAPS]
    codes = tuple(outcome.check for outcome in ordered)
    met = len(asked) - len(gaps)
    left = len(gaps) - len(ordered)
    told = f"{met} of {len(asked)} checks are met."
    if left:
        told += f" {left} more wait{'s' if left == 1 else ''} for the next round."
    return Week(
        title=subject.title,
        goal=subject.goal,
        checks=codes,
        number=number,
        evidence=told,
        gaps=tuple(_gap(outcome, places.get(outcome.check, ())) for outcome in ordered),
        readings=subject.readings,
        sources=tuple(found for step in subject.sources if (found := sources.get(step))),
        exercise=_exercise(subject, show),
        proof=f"`fastreview . --select {','.join(codes)}` reports nothing",
    )


def _urgency(outcome: OutcomeEntry) -> tuple[int, int, int, int]:
    """Never-events, then what is known to fail before what is only unproven, lower levels and gates first."""
    kinds = {"never": 0, "gate": 1, "credit": 2}
    return (
        kinds[outcome.kind] != 0,
        outcome.state != "not-met",
        LEVELS.index(outcome.level) * 2 + (kinds[outcome.kind] == 2),
        -outcome.weight,
    )


def _gap(outcome: OutcomeEntry, found: Sequence[FindingEntry]) -> RelatedPlace:
    """What is missing, with the first place of it."""
    first = found[0] if found else None
    more = f" ({len(found)} places)" if len(found) > 1 else ""
    text = f"{outcome.check} {outcome.title}{more}"
    if outcome.state == "unknown":
        text += f": not proven yet, {outcome.reason}" if outcome.reason else ": not proven yet"
    return RelatedPlace(first.path if first else "", first.line if first else 0, text)


def _places(findings: Iterable[FindingEntry]) -> dict[str, list[FindingEntry]]:
    found: dict[str, list[FindingEntry]] = {}
    for finding in sorted(findings, key=lambda f: (CONFIDENCE.index(f.confidence), f.path, f.line)):
        if finding.status == "open" and finding.confidence != "possible":
            found.setdefault(finding.check, []).append(finding)
    return found


def _telling(routes: Sequence[RouteEntry], traces: Sequence[Trace], methods: frozenset[str]) -> str:
    """The route that most happens for, because it shows most; of ``methods`` where there is one."""
    if traces:
        return traces[0].route
    fitting = [route for route in routes if route.method in methods] or routes
    chosen = max(fitting, key=lambda route: len(route.dependencies), default=None)
    return f"{chosen.method} {chosen.path}" if chosen else ""


def _exercise(subject: Subject, route: str) -> str:
    return subject.exercise.replace("{route}", route.replace("`", "'") or "a route")

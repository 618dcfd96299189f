"""Runs checks on a project: loops the subjects, collects what is yielded, and lets a broken check hurt nobody else.

A subject fails on any hit that is more than ``possible``; otherwise it is unknown where the check says so, and passes.
A hit proves its failure: `Unknown` or `NotApplicable` raised after one no longer matters. Where comments of the project set
aside all hits that make a subject fail, it is waived or accepted instead; its findings stay and say so.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import islice

from msgspec import Struct, structs

from fastreview.check import Check, Confidence, Hit, Kind, Met, NotApplicable, Related, Rung, Unknown
from fastreview.facts import Gathered
from fastreview.forks import processors, shared
from fastreview.outcome import Evaluation, Finding, Run, Strength, SubjectState, Verdict
from fastreview.portions import portions
from fastreview.project import Endpoint, Place, Project, Subject
from fastreview.project.groups import RouteGroup
from fastreview.project.middleware import Middleware
from fastreview.project.routes import Route
from fastreview.suppress import NONE, Suppression, Suppressions
from fastreview.units import plural

MESSAGE_LIMIT = 600
"""Characters of a message or a reason; longer ones end in an ellipsis."""
NAME_LIMIT = 200
"""Characters of a subject's name."""
YIELD_LIMIT = 500
"""Hits and mets taken of one subject: the names and sizes in a reviewed project are not ours to trust."""
ALSO = "also "
"""Starts the message of a related place that is another place of the same finding."""
MERGED_FROM = 3
"""From so many subjects on, findings at one and the same place become one."""
RELATED_LIMIT = 30
REASONS_SHOWN = 3
_OF_ROUTES = (Route, Endpoint, RouteGroup)
"""What nobody can judge while the routes are not known."""
LINES_PER_PROCESS = 10_000
"""A second process pays from some 0.1 s of work on: forking, and deriving twice what both need."""


def evaluate(
    project: Project,
    checks: Iterable[Check],
    off: Mapping[str, str] | None = None,
    suppressions: Suppressions = NONE,
) -> tuple[Evaluation, ...]:
    """Evaluates every check, in the order given; never raises for what a check does.

    ``off`` maps codes of checks that are not to run to the reason ("ignored in pyproject.toml").
    """
    evaluations, _ = evaluate_and(project, checks, off or {}, suppressions, lambda: None)
    return evaluations


def evaluate_and(
    project: Project,
    checks: Iterable[Check],
    off: Mapping[str, str],
    suppressions: Suppressions,
    also: Callable[[], object],
) -> tuple[tuple[Evaluation, ...], object]:
    """What `evaluate` gives, and what ``also`` does: further work on the model, done by whichever process is free first.
    From another process it comes as what msgpack makes of it, for `msgspec.convert`."""
    chosen = tuple(checks)
    by_code = {check.code: check for check in chosen}

    def done(codes: _Portion) -> _Answer:
        if codes is None:
            return _Answer((), also())
        return _Answer(tuple(_result(_evaluate(project, by_code[code], off, suppressions)) for code in codes))

    answers = tuple(_shared(project, chosen, done))
    found = {r.code: r.of(by_code[r.code]) for answer in answers for r in answer.results}
    evaluations = tuple(_said_once(found[check.code], found.get(check.sharpens)) for check in chosen)
    return evaluations, next((answer.also for answer in answers if answer.also is not None), None)


def in_order(evaluations: Iterable[Evaluation]) -> tuple[Finding, ...]:
    """All findings by path, line and code: an order that does not depend on which check ran first."""
    return tuple(sorted((finding for one in evaluations for finding in one.findings), key=_finding_order))


def fingerprint(code: str, subject: str, symbol: str, occurrence: int) -> str:
    """Identifies a finding across reviews, 16 hexadecimal digits. ``occurrence`` counts equal ones from 0.

    No line number goes in: the fingerprint survives moves within the file.
    """
    text = "\0".join((code, subject, symbol, str(occurrence)))
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


class _Result(Struct, frozen=True, array_like=True):
    """An `Evaluation` as one process tells it to another."""

    code: str
    run: Run
    verdicts: tuple[Verdict, ...]
    reason: str
    findings: tuple[Finding, ...]
    strengths: tuple[Strength, ...]

    def of(self, check: Check) -> Evaluation:
        return Evaluation(check, self.run, self.verdicts, self.reason, self.findings, self.strengths)


class _Answer(Struct, frozen=True, array_like=True):
    """What one portion gives: the results of its checks, or what was to be done also."""

    results: tuple[_Result, ...]
    also: object = None


_Portion = tuple[str, ...] | None
"""Codes of checks, or None for what is done beside them."""


def _result(one: Evaluation) -> _Result:
    return _Result(one.check.code, one.run, one.verdicts, one.reason, one.findings, one.strengths)


def _shared(project: Project, checks: Sequence[Check], done: Callable[[_Portion], _Answer]) -> Iterator[_Answer]:
    """All answers, by several processes where the project is large."""
    lines = sum(module.lines for module in project.facts.modules)
    processes = min(processors(), 1 + lines // LINES_PER_PROCESS)
    if processes == 1:
        yield from (done(tuple(check.code for check in checks)), done(None))
        return
    # Before the process splits: nearly every check asks for them.
    _ = project.routes
    parts = portions(checks)
    # What is done beside the checks comes last: by then most of what it asks the model for is there.
    items = (*parts.near, *parts.others, None)
    yield from shared(items, done, _Answer, processes, alike=len(parts.near))


def _said_once(evaluation: Evaluation, gentler: Evaluation | None) -> Evaluation:
    """Without the findings on subjects that the gentler check finds fault with already: their verdicts stand, the reader
    is told once."""
    if gentler is None:
        return evaluation
    told = {verdict.subject for verdict in gentler.verdicts if verdict.state is SubjectState.FAIL}
    left = tuple(finding for finding in evaluation.findings if finding.subject not in told)
    return structs.replace(evaluation, findings=left)


def _evaluate(project: Project, check: Check, off: Mapping[str, str], suppressions: Suppressions) -> Evaluation:
    if check.code in off:
        return Evaluation(check, Run.OFF, reason=_shown(off[check.code]))
    missing = [side for side in map(project.facts.side, check.needs) if not side.ok]
    if missing:
        return Evaluation(check, Run.UNKNOWN, reason=_shown("; ".join(map(_why_missing, missing))))
    try:
        subjects, passes = _subjects(project, check.each)
        if not subjects and (unseen := _unseen(check.each, project)):
            return Evaluation(check, Run.UNKNOWN, reason=_shown(unseen))
        results = [_judge(check, subject, project) for subject in subjects]
        if suppressions.of(check.code):
            results = [one and _set_aside(check, one, suppressions) for one in results]
        return _join(check, passes, results)
    except Exception as error:  # noqa: BLE001 - whatever a check's bug raises, the other checks go on
        return Evaluation(check, Run.CRASHED, reason=_shown(f"{type(error).__name__}: {error}"))


def _unseen(kind: type[Subject], project: Project) -> str:
    """Why there may be subjects of this kind that nobody sees, or ""."""
    # A router has no middleware; a library that is given the app may add some.
    unseen = issubclass(kind, _OF_ROUTES) or (issubclass(kind, Middleware) and project.maker_of_routes)
    return project.unread_routes if unseen else ""


def _subjects(project: Project, kind: type[Subject]) -> tuple[Sequence[Subject], Sequence[Verdict]]:
    """All subjects of a kind, and the verdict on each where it passes: most do, under most checks."""
    known = _known_subjects(project)
    if kind not in known:
        subjects = project.subjects(kind)
        known[kind] = subjects, _passes(subjects)
    return known[kind]


@lru_cache(maxsize=1)
def _known_subjects(project: Project) -> dict[type[Subject], tuple[Sequence[Subject], Sequence[Verdict]]]:
    return {Project: ((project,), _passes((project,)))}


def _passes(subjects: Sequence[Subject]) -> Sequence[Verdict]:
    return [Verdict(_name(subject), SubjectState.PASS) for subject in subjects]


class _Judged(Struct, frozen=True):
    """One subject under one check; ``state`` None is not applicable."""

    subject: Subject
    state: SubjectState | None
    reason: str
    hits: tuple[Hit, ...]
    mets: tuple[Met, ...]
    by: tuple[tuple[Suppression, ...], ...] = ()
    """What sets each hit aside; empty where nothing does."""


def _set_aside(check: Check, judged: _Judged, suppressions: Suppressions) -> _Judged:
    """Waived or accepted where comments set aside every hit that makes it fail."""
    if not judged.hits:
        return judged
    by = tuple(_setting_aside(check, hit, judged.subject, suppressions) for hit in judged.hits)
    if not any(by):
        return judged
    counting = [one for one, hit in zip(by, judged.hits, strict=True) if hit.confidence is not Confidence.POSSIBLE]
    state, reason = judged.state, judged.reason
    if state is SubjectState.FAIL and all(counting):
        accepted = all(_status(check, one) == "accepted" for one in counting)
        state = SubjectState.ACCEPTED if accepted else SubjectState.WAIVED
        reason = counting[0][0].told
    return structs.replace(judged, state=state, reason=reason, by=by)


def _setting_aside(check: Check, hit: Hit, subject: Subject, suppressions: Suppressions) -> tuple[Suppression, ...]:
    """A comment for each place that the hit stands for, or none at all."""
    places = (_placed(hit.place, subject), *hit.others)
    found = [one for place in places if (one := suppressions.at(check.code, place)) is not None]
    return tuple(dict.fromkeys(found)) if len(found) == len(places) else ()


def _judge(check: Check, subject: Subject, project: Project) -> _Judged | None:
    """None where it passes and nothing is said about it."""
    hits: list[Hit] = []
    mets: list[Met] = []
    state: SubjectState | None = SubjectState.PASS
    reason = ""
    try:
        for item in islice(check.evaluate(subject, project), YIELD_LIMIT):
            match item:
                case Hit():
                    hits.append(item)
                case Met():
                    mets.append(item)
                case _:
                    raise TypeError(f"{check.code} yielded {type(item).__name__}, which is neither Hit nor Met")
    except NotApplicable as predicate:
        state, reason = None, str(predicate)
    except Unknown as missing:
        state, reason = SubjectState.UNKNOWN, str(missing)
    if not hits and not mets:
        return None if state is SubjectState.PASS else _Judged(subject, state, reason, (), ())
    if any(hit.confidence is not Confidence.POSSIBLE for hit in hits):
        state, reason = SubjectState.FAIL, ""
    if state is None:
        hits.clear()
    if state is not SubjectState.PASS:
        mets.clear()
    return _Judged(subject, state, reason, tuple(dict.fromkeys(hits)), tuple(mets))


def _join(check: Check, passes: Sequence[Verdict], results: Sequence[_Judged | None]) -> Evaluation:
    told = [result for result in results if result is not None]
    spared = Counter([result.reason for result in told if result.state is None])
    if not results:
        return Evaluation(check, Run.NOT_APPLICABLE, reason=f"the project has no {check.each.unit} to judge")
    if spared.total() == len(results):
        return Evaluation(check, Run.NOT_APPLICABLE, reason=_predicates(spared))
    return Evaluation(
        check,
        Run.DONE,
        tuple(
            [
                passed if result is None else _verdict(passed, result)
                for passed, result in zip(passes, results, strict=True)
                if result is None or result.state is not None
            ]
        ),
        f"not applicable to {spared.total()} of {len(results)}: {_predicates(spared)}" if spared else "",
        _findings(check, told),
        tuple(
            Strength(check.code, _name(result.subject), met.place, _shown(met.message), met.rung)
            for result in told
            for met in result.mets
        ),
    )


def _verdict(passed: Verdict, result: _Judged) -> Verdict:
    state = result.state or SubjectState.PASS
    return Verdict(passed.subject, state, result.reason and _shown(result.reason), _rung(result.mets))


def _findings(check: Check, results: Sequence[_Judged]) -> tuple[Finding, ...]:
    pairs = [
        (result.subject, hit, by)
        for result in results
        if result.hits
        for hit, by in zip(result.hits, result.by or ((),) * len(result.hits), strict=True)
    ]
    pairs.sort(key=lambda pair: (pair[1].place, pair[0].key, pair[1].symbol, pair[1].message))
    seen: Counter[tuple[str, str]] = Counter()
    findings = []
    for subject, hit, by in pairs:
        identity = (subject.key, hit.symbol)
        findings.append(
            Finding(
                check.code,
                _name(subject),
                hit.severity or check.severity,
                _believed(hit, subject),
                _placed(hit.place, subject),
                _shown(hit.message),
                fingerprint(check.code, *identity, seen[identity]),
                tuple(Related(step.place, _shown(step.message)) for step in hit.related[:RELATED_LIMIT]),
                hit.fix,
                _status(check, by),
                tuple(Place(one.path, one.line) for one in by),
            )
        )
        seen[identity] += 1
    findings.sort(key=_finding_order)
    return _one_per_file(findings, check.each.unit) if check.per_file else _one_per_place(findings, check.each.unit)


def _status(check: Check, by: Sequence[Suppression]) -> str:
    """A never-event is never accepted."""
    if not by:
        return "open"
    return "accepted" if check.kind is not Kind.NEVER and all(one.accepts for one in by) else "waived"


def _believed(hit: Hit, subject: Subject) -> Confidence:
    """Nothing is certain about what the code and the running app tell differently."""
    return Confidence.LIKELY if hit.confidence is Confidence.CERTAIN and subject.doubts else hit.confidence


def _one_per_file(findings: Sequence[Finding], unit: str) -> tuple[Finding, ...]:
    """A matter of style is told once a file, with its other places as related ones."""
    groups: dict[tuple[str, Confidence, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.place.path, finding.confidence, finding.status), []).append(finding)
    return tuple(_with_others(first, others, unit) if others else first for first, *others in groups.values())


def _with_others(first: Finding, others: Sequence[Finding], unit: str) -> Finding:
    """``unit`` is told where every finding has a subject of its own: then they count subjects, not places."""
    subjects = {first.subject, *(other.subject for other in others)}
    what = "more"
    if len(subjects) > len(others):
        what = f"more {unit if len(others) == 1 else plural(unit)}"
    places = (Related(other.place, _shown(f"{ALSO}{other.subject}")) for other in others)
    return structs.replace(
        first,
        message=_shown(f"{first.message} The same holds for {len(others)} {what} in this file."),
        related=(*first.related, *places)[:RELATED_LIMIT],
        set_aside_by=_joined((first, *others)),
    )


def _joined(group: Sequence[Finding]) -> tuple[Place, ...]:
    return tuple(dict.fromkeys(place for finding in group for place in finding.set_aside_by))


def _one_per_place(findings: Sequence[Finding], unit: str) -> tuple[Finding, ...]:
    """What is wrong at one place is said once, however many subjects meet it there (a parameter class of 23 routes): the
    verdicts stand, the finding names the first subject and counts the others."""
    groups: dict[tuple[str, int, Confidence, str], list[Finding]] = {}
    for finding in findings:
        key = (finding.place.path, finding.place.line, finding.confidence, finding.status)
        groups.setdefault(key, []).append(finding)
    merged = []
    for (_, line, _, _), group in groups.items():
        subjects = list(dict.fromkeys(finding.subject for finding in group))
        if not line or len(subjects) < MERGED_FROM or len(subjects) < len(group):
            merged += group
            continue
        also = Related(group[0].place, _shown(f"{ALSO}{unit} {', '.join(subjects[1:])}"))
        merged.append(
            structs.replace(
                group[0],
                message=_shown(f"{group[0].message} {len(subjects) - 1} others meet it here."),
                related=(*group[0].related, also)[:RELATED_LIMIT],
                set_aside_by=_joined(group),
            )
        )
    return tuple(sorted(merged, key=_finding_order))


def _finding_order(finding: Finding) -> tuple[Place, str, str, str]:
    return (finding.place, finding.check, finding.subject, finding.fingerprint)


def _placed(place: Place, subject: Subject) -> Place:
    """Where the hit names no file, it stands where its subject stands."""
    chosen = place if place.path else subject.place
    return chosen if chosen.end_line >= chosen.line else structs.replace(chosen, end_line=chosen.line)


def _why_missing(side: Gathered) -> str:
    """What is missing and what would provide it: "app: the import failed (install the project into .venv)"."""
    return f"{side.what.value}: {side.reason or side.state}" + (f" ({side.how})" if side.how else "")


def _rung(mets: Sequence[Met]) -> Rung | None:
    """The highest that was shown."""
    return max((met.rung for met in mets if met.rung is not None), default=None) if mets else None


def _predicates(spared: Counter[str]) -> str:
    """The reasons by frequency, then by name."""
    ordered = sorted(spared, key=lambda reason: (-spared[reason], reason))
    more = f"; {len(ordered) - REASONS_SHOWN} more reasons" if len(ordered) > REASONS_SHOWN else ""
    return _shown("; ".join(ordered[:REASONS_SHOWN])) + more


def _name(subject: Subject) -> str:
    key = subject.key
    return key if len(key) <= NAME_LIMIT and key.isprintable() else _shown(key, NAME_LIMIT)


def _shown(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """One bounded line without control characters: it may quote the reviewed project."""
    if len(text) <= limit and text.isprintable():
        return text
    text = text[: 4 * limit]
    if not text.isprintable():
        text = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"

"""From a review to a spec: the field is chosen away from the reviewed one, the weight lies on what the code does not prove."""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256

from fastreview.errors import UsageError
from fastreview.review import LEVELS, FindingEntry, LevelName, OutcomeEntry, RelatedPlace, Review
from fastreview.spec.document import SCHEMA, Milestone, Spec, Subject
from fastreview.spec.domain import Domain, domain, names
from fastreview.spec.requirements import CONSTRAINTS, STAGES, Requirement, Stage

TWISTS = 2
NAMED = 3
"""Parts of the scope that the introduction names."""

Known = Mapping[str, OutcomeEntry]


def project_spec(review: Review, wanted: str = "", seed: int = 1) -> Spec:
    """The spec for the developer of ``review``; the same review, domain and seed give the same one.

    Raises:
        UsageError: when there is no domain ``wanted``.
    """
    if wanted and wanted not in names():
        raise UsageError(f'There is no domain "{wanted}": {", ".join(names())}.')
    name = wanted or _chosen(review, seed)
    field = domain(name)
    aim: LevelName = "staff" if review.level.proven in ("senior", "staff") else "senior"
    asked = {outcome.check: outcome for outcome in review.outcomes if _asked(outcome, aim)}
    places = _places(review.findings)
    milestones = tuple(_milestone(n, stage, field, asked, places) for n, stage in enumerate(STAGES, 1))
    return Spec(
        schema=SCHEMA,
        project=review.project.name,
        proven=review.level.proven,
        aim=aim,
        seed=seed,
        domain=name,
        title=field.title,
        package=field.package,
        why=tuple(_why(review, milestones)),
        story=field.story.replace("\n", " ").strip(),
        roles=field.roles,
        entities=field.entities,
        endpoints=field.endpoints,
        rules=field.rules,
        constraints=CONSTRAINTS,
        milestones=milestones,
        twists=tuple(_drawn(field.twists, seed, name)[:TWISTS]),
        acceptance=(
            *(milestone.command for milestone in milestones if milestone.command),
            f"fastreview . --run-tests --type-check --fail-on never-event --fail-on below-{aim}",
        ),
    )


def _asked(outcome: OutcomeEntry, aim: LevelName) -> bool:
    """A project of its own is to prove also what does not apply to the reviewed one."""
    return LEVELS.index(outcome.level) <= LEVELS.index(aim)


def _chosen(review: Review, seed: int) -> str:
    """A field that the code is not of already, or the one that it is least of: something new shows more."""
    parts = {part for route in review.routes for part in re.findall(r"[a-z]+", route.path.lower())}
    known = parts | {part.removesuffix("s") for part in parts}
    overlap = {name: len(known.intersection(domain(name).words)) for name in names()}
    fitting = [name for name in names() if overlap[name] == min(overlap.values())]
    return _drawn(fitting, seed, "domain")[0]


def _drawn(choices: Sequence[str], seed: int, about: str) -> list[str]:
    """In an order that depends on the seed and on nothing else, the version of Python included."""
    return sorted(choices, key=lambda choice: sha256(f"{seed}/{about}/{choice}".encode()).digest())


def _milestone(number: int, stage: Stage, field: Domain, asked: Known, places: Mapping[str, FindingEntry]) -> Milestone:
    subjects = tuple(_subject(requirement, field, asked, places) for requirement in stage.requirements)
    all_asked = [outcome.check for part in stage.requirements for outcome in _telling(part, asked)]
    lacking = tuple(code for code in all_asked if asked[code].state != "met")
    # Where everything is proven already, what must hold is asked again: a new service begins with nothing.
    codes = lacking or tuple(code for code in all_asked if asked[code].kind != "credit") or tuple(all_asked)
    command = " ".join(("fastreview .", *stage.asks, f"--select {','.join(codes)}", "--fail-on unmet")) if codes else ""
    return Milestone(number, stage.title, stage.weeks, subjects, codes, command, _filled(stage.also, field))


def _subject(requirement: Requirement, field: Domain, asked: Known, places: Mapping[str, FindingEntry]) -> Subject:
    checks = _telling(requirement, asked)
    lacking = [outcome for outcome in checks if outcome.state != "met"]
    return Subject(
        requirement.title,
        _filled(requirement.text, field),
        len(checks),
        len(checks) - len(lacking),
        tuple(_gap(outcome, places.get(outcome.check)) for outcome in sorted(lacking, key=_urgency)),
    )


def _telling(requirement: Requirement, asked: Known) -> list[OutcomeEntry]:
    """The checks that tell how the code stands: those that apply where most do, else all. A service without a database
    shows nothing of SQLAlchemy, whatever it does with time zones."""
    checks = [asked[code] for code in requirement.checks if code in asked]
    applying = [outcome for outcome in checks if outcome.state != "not-applicable"]
    return applying if 2 * len(applying) > len(checks) else checks


def _gap(outcome: OutcomeEntry, found: FindingEntry | None) -> RelatedPlace:
    told = {"unknown": " (not proven)", "not-applicable": " (nothing there shows it)"}.get(outcome.state, "")
    text = f"{outcome.check} {outcome.title}{told}"
    return RelatedPlace(found.path, found.line, text) if found else RelatedPlace("", 0, text)


def _urgency(outcome: OutcomeEntry) -> tuple[bool, bool, int, str]:
    return outcome.state == "not-applicable", outcome.state != "not-met", LEVELS.index(outcome.level), outcome.check


def _places(findings: Sequence[FindingEntry]) -> dict[str, FindingEntry]:
    """The first of the findings of each check that is not merely possible."""
    sure = sorted(
        (f for f in findings if f.status == "open" and f.confidence != "possible"), key=lambda f: (f.path, f.line)
    )
    return {finding.check: finding for finding in reversed(sure)}


def _filled(text: str, field: Domain) -> str:
    values = {
        "race": field.race,
        "invariant": field.invariant,
        "own": field.own,
        "outside": field.outside,
        "outside_does": field.outside_does,
        "failure": field.failure,
        "heavy": field.heavy,
        "durable": field.durable,
        "search": field.search,
        "metric": field.metric,
        "plugin": field.plugin,
        "roles": ", ".join(field.roles),
    }
    filled = text.format(**values)
    return filled[:1].upper() + filled[1:]


def _why(review: Review, milestones: Sequence[Milestone]) -> Iterator[str]:
    subjects = [subject for milestone in milestones for subject in milestone.subjects if subject.asked]
    weak = sorted((s for s in subjects if s.gaps), key=lambda s: (-len(s.gaps), s.title))[:NAMED]
    strong = [subject.title for subject in subjects if not subject.gaps]
    yield f"This code is proven {review.level.proven.capitalize()}."
    if weak:
        told = "; ".join(f"{subject.title} ({subject.met} of {subject.asked} checks)" for subject in weak)
        yield f"It shows least of: {told}. That is where this project has its weight."
    else:
        yield "It proves all that this project asks for, so the measure here is another field and the same standard."
    if strong:
        yield f"Proven already, and asked for again only as a habit: {', '.join(strong)}."

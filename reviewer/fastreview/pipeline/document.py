"""The review document, put together from the facts, the model, the evaluations and the scorecard."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, cast

from msgspec import Struct, structs

from fastreview import __version__, pages, review
from fastreview.check import Check, Rung
from fastreview.engine import NAME_LIMIT, in_order
from fastreview.facts import Facts, Side
from fastreview.facts.app import CodePlace
from fastreview.facts.syntax import Ref
from fastreview.outcome import Evaluation, Level, Run
from fastreview.packs import Ruleset, ruleset_digest
from fastreview.pipeline.architecture import architecture
from fastreview.pipeline.excerpts import Excerpts
from fastreview.pipeline.injection import Injection, injection
from fastreview.pipeline.route_tests import route_tests
from fastreview.plan import framework_steps, learning_path, next_steps
from fastreview.project import Project
from fastreview.project.routes import Route
from fastreview.scoring import CheckResult, Scorecard
from fastreview.scoring.rules import MODEL
from fastreview.trace import important, installed_framework, trace_of

_STATUS = re.compile(r"HTTP_([1-5][0-9]{2})_")  # status.HTTP_201_CREATED

# The words of the facts and the engine are those of the document; `review.decode` would refuse others.
State = Literal["ok", "unavailable", "off"]
Fix = Literal["safe", "unsafe"] | None
Seen = tuple[Literal["static", "runtime"], ...]


class Described(Struct, frozen=True):
    """The parts of the document that no evaluation changes; ``texts`` are the pages of all checks."""

    routes: tuple[review.RouteEntry, ...]
    architecture: review.Architecture
    traces: tuple[review.Trace, ...]
    texts: tuple[review.Page, ...]
    sources: dict[str, str]
    """Step of the framework to the function that does it: ``fastapi/routing.py:372 run_endpoint_function``."""
    injection: tuple[review.Injectable, ...]


def described(project: Project, ruleset: Ruleset) -> Described:
    framework = installed_framework(project.facts.probe)
    injected = injection(project)
    return Described(
        tuple(_routes(project, injected)),
        architecture(project),
        tuple(trace_of(route) for route in important(project)),
        tuple(pages.as_review_page(check, pages.read(check)) for check in ruleset.checks),
        {step: framework.source(step) for step in framework_steps()},
        injected.nodes,
    )


def assemble(
    project: Project,
    root: Path | None,
    ruleset: Ruleset,
    evaluations: Sequence[Evaluation],
    scorecard: Scorecard,
    parts: Described,
    configured: tuple[str, ...] = (),
) -> review.Review:
    """The document. ``root`` is None where the files are not at hand: findings then come without excerpts. ``configured``
    says what the project's configuration changes about the measure."""
    facts = project.facts
    checks = {check.code: check for check in ruleset.checks}
    evaluated = {check.code for check in _evaluated(evaluations)}
    texts = {page.code: page for page in parts.texts if page.code in evaluated}
    outcomes = tuple(_outcome(result, texts) for result in scorecard.results)
    findings = tuple(_findings(facts, root, evaluations, checks))
    return review.Review(
        schema=review.SCHEMA,
        tool=review.Tool(__version__, ruleset_digest(ruleset.checks, ruleset.limits), MODEL),
        project=_project(project),
        scope=structs.replace(_scope(facts, len(project.routes)), configured=configured),
        gathered=_gathered(facts),
        level=scorecard.headline,
        levels=review.LEVELS,
        dimensions=scorecard.dimensions,
        outcomes=outcomes,
        findings=findings,
        strengths=tuple(_strengths(evaluations)),
        routes=parts.routes,
        next_steps=next_steps(
            evaluations, scorecard, {code: _first_paragraph(page.why) for code, page in texts.items()}
        ),
        plan=learning_path(scorecard.headline.proven, outcomes, findings, parts.routes, parts.traces, parts.sources),
        notices=tuple(_unread(project)),
        more_proof=scorecard.more_proof,
        arithmetic=scorecard.arithmetic,
        pages=texts,
        architecture=parts.architecture,
        traces=parts.traces,
        injection=parts.injection,
    )


def _evaluated(evaluations: Sequence[Evaluation]) -> Iterator[Check]:
    return (evaluation.check for evaluation in evaluations if evaluation.run is not Run.OFF)


def _first_paragraph(text: str) -> str:
    return text.strip().partition("\n\n")[0].replace("\n", " ")


def _project(project: Project) -> review.ProjectEntry:
    facts = project.facts
    apps = (review.AppEntry(app.key, app.place.path, app.place.line, cast("Seen", app.seen)) for app in project.apps)
    commit, dirty = (facts.git.commit, facts.git.dirty) if facts.git else ("", False)
    return review.ProjectEntry(facts.scope.name, commit, dirty, tuple(apps))


def _unread(project: Project) -> Iterator[str]:
    """What the review does not see of the service, where that is known."""
    routers = project.unread_routers
    if routers:
        count = "a router" if len(routers) == 1 else f"{len(routers)} routers"
        yield (
            f"No code was read for {count} that the app includes (`{routers[0][:NAME_LIMIT]}`), so these routes are missing "
            "here. Let fastreview import the app to see them."
        )


def _scope(facts: Facts, routes: int) -> review.ScopeEntry:
    unparsed = [review.Unparsed(module.path, module.error) for module in facts.modules if module.parser == "none"]
    unparsed += [review.Unparsed(path, reason) for path, reason in facts.files.unreadable]
    return review.ScopeEntry(
        files=sum(module.parser != "none" for module in facts.modules),
        lines=sum(module.lines for module in facts.modules),
        routes=routes,
        unparsed=tuple(unparsed),
        left_out=tuple(review.Unparsed(left.path, left.why) for left in facts.scope.left_out),
        folder=facts.scope.folder,
    )


def _gathered(facts: Facts) -> tuple[review.GatheredEntry, ...]:
    """How each side went, with the seconds that it took."""
    probe = facts.probe
    assumed = {
        Side.APP: (*(probe.environment.assumptions if probe.environment else ()), *probe.assumptions) if probe else (),
        Side.TYPES: facts.types.assumptions if facts.types else (),
    }
    return tuple(
        review.GatheredEntry(
            side.what.value,
            cast("State", side.state),
            side.reason,
            side.how,
            side.seconds,
            assumed.get(side.what, ()),
        )
        for side in facts.gathered
    )


def _outcome(result: CheckResult, texts: dict[str, review.Page]) -> review.OutcomeEntry:
    check = result.check
    page = texts.get(check.code)
    return review.OutcomeEntry(
        check=check.code,
        slug=check.slug,
        title=page.title if page else check.slug.replace("-", " ").capitalize(),
        dimension=check.dimension,
        level=review.LEVELS[Level(check.level)],
        kind=check.kind.value,
        weight=check.weight,
        tolerance=check.tolerance,
        state=result.state,
        subjects=result.subjects,
        rung=result.rung,
        reason=result.reason,
        unit=check.each.unit,
        effort=check.effort,
    )


def _findings(
    facts: Facts, root: Path | None, evaluations: Sequence[Evaluation], checks: dict[str, Check]
) -> Iterator[review.FindingEntry]:
    ordered = in_order(evaluations)
    excerpts = Excerpts(facts, root, (finding.place for finding in ordered if checks[finding.check].veiled))
    for finding in ordered:
        place = finding.place
        yield review.FindingEntry(
            check=finding.check,
            slug=checks[finding.check].slug,
            severity=finding.severity.value,
            confidence=finding.confidence.value,
            subject=finding.subject,
            path=place.path,
            line=place.line,
            end_line=place.end_line,
            message=finding.message,
            fingerprint=finding.fingerprint,
            related=tuple(review.RelatedPlace(r.place.path, r.place.line, r.message) for r in finding.related),
            fix=cast("Fix", finding.fix or None),
            status=cast("review.Status", finding.status),
            excerpt=excerpts.around(place),
        )


def _strengths(evaluations: Sequence[Evaluation]) -> Iterator[review.StrengthEntry]:
    for evaluation in evaluations:
        for strength in evaluation.strengths:
            place = strength.place
            yield review.StrengthEntry(
                evaluation.check.code,
                evaluation.check.slug,
                strength.subject,
                place.path,
                place.line,
                strength.message,
                _rung(strength.rung),
            )


def _rung(rung: Rung | None) -> review.RungName | Literal[""]:
    return "" if rung is None else cast("review.RungName", rung.word)


def _guards(route: Route) -> tuple[str, ...]:
    """What stands before the endpoint. A login that turns bad credentials away is not guarded by itself."""
    return tuple(name for name in route.security if route.endpoint is None or name != route.endpoint.name)


def _routes(project: Project, injected: Injection) -> Iterator[review.RouteEntry]:
    for route in project.routes:
        place = route.place
        yield review.RouteEntry(
            method=route.method,
            path=route.path,
            endpoint=route.endpoint.key if route.endpoint else _imported_endpoint(route),
            path_file=place.path,
            line=place.line,
            is_async=route.is_async,
            seen=cast("Seen", route.seen),
            security=_guards(route),
            dependencies=tuple(dict.fromkeys(one.name for one in route.dependencies)),
            response_model=route.response_model,
            tags=route.tags,
            status_code=_status_code(route),
            in_schema=route.is_api,
            doubts=route.doubts,
            without_credentials=_without_credentials(route),
            tests=route_tests(route, project),
            injected=injected.roots[id(route)],
        )


def _without_credentials(route: Route) -> Literal["refused", "passed", ""]:
    match route.answers_without_credentials:
        case None:
            return ""
        case passed:
            return "passed" if passed else "refused"


def _imported_endpoint(route: Route) -> str:
    """An endpoint outside the project, known from the import only."""
    place = route.facts.endpoint if route.facts else CodePlace()
    return ".".join(part for part in (place.module, place.qualname) if part)


def _status_code(route: Route) -> int:
    if route.facts and route.facts.status_code:
        return route.facts.status_code
    given = route.option("status_code")
    match given:
        case bool():
            return 0
        case int():
            return given
        case Ref(name=name) if digits := _STATUS.search(name):
            return int(digits[1])
    return 0

"""What tells a pipeline that the API's contract changed, and routes that are on their way out.

Sources: documentation of oasdiff, openapi-diff, Optic, Schemathesis, Dredd, Pact, Spectral, Bump.sh, and of the snapshot plugins
of pytest.
"""

import re
from collections.abc import Iterator

from fastreview.api import App, Place, Project, Route
from fastreview_checks.knowledge.pipelines import NOT_RUN, test_runs

_COMPARES = re.compile(
    r"\b(?:oasdiff|openapi-diff|openapi-changes|optic\s+(?:diff|run|lint)|oas-diff|swagger-diff|bump\s+diff|bump-sh|dredd|pact-verifier|pact_verifier"
    r"|schemathesis\s+run|\bst\s+run|vacuum\s+report)\b|schemathesis/action|oasdiff-action|opticdev/action|bump-sh/github-action|openapi-diff-action"
)
_REGENERATES = re.compile(r"openapi|api[-_]?(?:schema|spec|client)|sdk|swagger", re.IGNORECASE)
_UNCHANGED = re.compile(
    r"\bgit\s+(?:\S+\s+)*diff\b[^|;&]*(?:--exit-code|--quiet)|\bgit\s+status\s+--porcelain|verify-changed-files|tj-actions/verify|(?:^|\s)diff\s+(?!--cached)\S"
    r"|\bcmp\s"
)
_SNAPSHOTS = frozenset({"syrupy", "snapshottest", "inline_snapshot", "pytest_regressions", "schemathesis"})
_NAMED_OUT = re.compile(r"\bdeprecated\b", re.IGNORECASE)


def contract_runs(project: Project) -> Iterator[Place]:
    """Steps of pipelines, started by changes, that fail when the contract changes."""
    for command in project.pipeline_commands:
        match = _COMPARES.search(command.text)
        if match and command.on_changes and not NOT_RUN.search(command.text[: match.start()]):
            yield command.place
        elif _UNCHANGED.search(command.text) and command.on_changes:
            # A step that writes the document or the clients again, and one that asks whether anything is different.
            steps = command.job.steps
            if _REGENERATES.search(command.text) or any(
                _REGENERATES.search(f"{step.name} {step.run}")
                and ("generat" in f"{step.name} {step.run}".lower() or "openapi" in step.run)
                for step in steps
            ):
                yield command.place
    tests = next((run.place for run in test_runs(project) if run.on_changes), None)
    if tests is not None and next(contract_tests(project), None) is not None:
        yield tests


def contract_tests(project: Project) -> Iterator[Place]:
    """Tests that compare the OpenAPI document with a kept one, or send what the document allows."""
    for test in project.tests:
        module = test.function.module
        imported = {i.module.partition(".")[0] for i in module.facts.imports}
        named = {name.lower() for name in (*test.function.mentioned, test.function.name)}
        about = any("openapi" in name for name in named) or "openapi" in module.path
        if "schemathesis" in imported or (
            about and (imported & _SNAPSHOTS or any("snapshot" in n or n in _READING for n in named))
        ):
            yield test.place


_READING = frozenset({"read_text", "read_bytes", "open", "snapshot", "data_regression", "file_regression"})


def unmarked(app: App) -> Iterator[Route]:
    """Routes that say in their docstring or name that they are deprecated, and are not marked so."""
    for route in app.routes:
        if route.endpoint is None or not route.is_api or is_marked(route):
            continue
        first = route.endpoint.facts.docstring.strip().partition("\n")[0]
        if _NAMED_OUT.search(first) or route.endpoint.name.endswith("_deprecated"):
            yield route


def is_marked(route: Route) -> bool:
    if route.facts is not None and route.facts.deprecated:
        return True
    if route.option("deprecated") is True:
        return True
    chain = route.listed.chain if route.listed is not None else ()
    return any(
        call.keyword("deprecated") is True
        for router, included in chain
        for call in (router.call, *((included.call,) if included is not None else ()))
    )

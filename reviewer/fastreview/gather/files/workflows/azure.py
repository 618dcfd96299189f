"""Azure Pipelines: stages, jobs and steps, each of which may be left out."""

from collections.abc import Iterator

from fastreview.facts.files import Job, Step, WorkflowFacts
from fastreview.gather.files.workflows.shell import MAX_JOBS, MAX_RUN, MAX_STEPS, cannot_fail, images
from fastreview.gather.files.yaml_tree import Tree

_SCRIPTS = ("script", "bash", "pwsh", "powershell")


def azure(path: str, documents: tuple[Tree, ...]) -> WorkflowFacts | None:
    document = documents[0]
    jobs = tuple(_jobs(document))[:MAX_JOBS]
    if not jobs:
        return None
    off = document.get("trigger").string() == "none"
    no_requests = document.get("pr").string() == "none"
    return WorkflowFacts(path, "azure", document.get("name").string(), not (off and no_requests), jobs)


def _jobs(document: Tree, depth: int = 0) -> Iterator[Job]:
    if depth > 5:
        return
    for stage in document.get("stages").each():
        yield from _jobs(stage, depth + 1)
    for job in document.get("jobs").each():
        name = job.get("job").string() or job.get("deployment").string() or job.get("template").string()
        yield _job(name, job)
    if document.get("steps"):
        yield _job(document.get("stage").string(), document)


def _job(name: str, job: Tree) -> Job:
    steps: list[Step] = []
    if job.get("template"):
        steps.append(Step("", job.get("template").string(), "", job.line))
    _collect(job.get("steps"), steps)
    for strategy in job.get("strategy").items.values():
        for phase in strategy.items.values():
            _collect(phase.get("steps"), steps)
    return Job(
        name,
        job.line or 1,
        tuple(steps[:MAX_STEPS]),
        images(job.get("services")),
        job.get("continueOnError").is_true(),
        job.get("condition").string()[:500],
    )


def _collect(tree: Tree, steps: list[Step], depth: int = 0) -> None:
    for step in tree.values:
        if len(steps) >= MAX_STEPS:
            return
        run = next((step.get(key).string() for key in _SCRIPTS if step.get(key)), "")
        run = run or step.get("inputs", "script").string() or step.get("inputs", "inlineScript").string()
        uses = step.get("task").string() or step.get("template").string()
        if run or uses:
            allowed = step.get("continueOnError").is_true() or cannot_fail(run)
            steps.append(
                Step(
                    step.get("displayName").string(),
                    uses,
                    run[:MAX_RUN],
                    step.line,
                    allowed,
                    step.get("workingDirectory").string(),
                    step.get("condition").string()[:500],
                )
            )
        elif depth < 3:
            # ${{ if }} blocks hold a list of steps under an expression.
            for inner in step.items.values():
                _collect(inner, steps, depth + 1)

"""CircleCI: jobs with run steps, the file's own commands put in where they are used."""

from collections.abc import Iterator

from fastreview.facts.files import Job, Step, WorkflowFacts
from fastreview.gather.files.workflows.shell import MAX_JOBS, MAX_RUN, MAX_STEPS, cannot_fail
from fastreview.gather.files.yaml_tree import Tree

MAX_COMMAND_DEPTH = 2
MAX_COMMAND_STEPS = 100


def circleci(path: str, documents: tuple[Tree, ...]) -> WorkflowFacts | None:
    document = documents[0]
    jobs = [_job(name, job, document) for name, job in list(document.get("jobs").items.items())[:MAX_JOBS]]
    known = {job.name for job in jobs}
    changes = "workflows" not in document.items
    for workflow in document.get("workflows").items.values():
        if workflow.kind != "map":
            continue
        changes = changes or not workflow.get("triggers")
        for entry in workflow.get("jobs").each():
            # A job of an orb has no table of its own.
            name = entry.string() or next(iter(entry.items), "")
            if "/" in name and name not in known:
                known.add(name)
                jobs.append(Job(name, entry.line, (Step("", name, "", entry.line),)))
    return WorkflowFacts(path, "circleci", "", changes, tuple(jobs)) if jobs else None


def _job(name: str, job: Tree, document: Tree) -> Job:
    executor = job.get("executor").string() or job.get("executor", "name").string()
    containers = (job.get("docker") or document.get("executors", executor, "docker")).values
    services = tuple(image for tree in containers[1:] if (image := tree.get("image").string()))
    steps: list[Step] = []
    for step in _steps(job.get("steps"), document):
        steps.append(step)
        if len(steps) >= MAX_STEPS:
            break
    return Job(name, job.line, tuple(steps), services)


def _steps(tree: Tree, document: Tree, depth: int = 0) -> Iterator[Step]:
    # Commands use commands: the limits bound what one list of steps can grow to.
    if depth > MAX_COMMAND_DEPTH:
        return
    for entry in tree.values[:MAX_COMMAND_STEPS]:
        name, body = (entry.string(), entry) if entry.kind == "scalar" else next(iter(entry.items.items()), ("", entry))
        if name == "run":
            run = (body.string() or body.get("command").string())[:MAX_RUN]
            directory = body.get("working_directory").string()
            yield Step(body.get("name").string(), "", run, body.line, cannot_fail(run), directory)
        elif name in ("when", "unless"):
            yield from _steps(body.get("steps"), document, depth + 1)
        elif document.get("commands", name):
            yield from _steps(document.get("commands", name, "steps"), document, depth + 1)
        elif name:
            yield Step("", name, "", entry.line)

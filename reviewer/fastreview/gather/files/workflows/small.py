"""Travis, Bitbucket, Drone and Woodpecker: one function each."""

from fastreview.facts.files import Job, Step, WorkflowFacts
from fastreview.gather.files.workflows.shell import MAX_JOBS, excused, images, run_steps
from fastreview.gather.files.yaml_tree import EMPTY, Tree

_TRAVIS_PHASES = ("before_install", "install", "before_script", "script")
_CHANGES = ("push", "pull_request", "pull-request")


def travis(path: str, documents: tuple[Tree, ...]) -> WorkflowFacts | None:
    """Each phase of the file, and each included job with its own phases."""
    document = documents[0]
    services = images(document.get("services"))
    jobs: list[Job] = []
    common = _travis_steps(document, EMPTY)
    if common:
        jobs.append(Job("", document.line, tuple(common), services))
    for section in ("jobs", "matrix"):
        for job in document.get(section, "include").values[:MAX_JOBS]:
            name = job.get("name").string() or job.get("stage").string()
            steps = _travis_steps(job, document)
            jobs.append(Job(name, job.line, tuple(steps), services + images(job.get("services"))))
    return WorkflowFacts(path, "travis", "", True, tuple(jobs)) if jobs else None


def _travis_steps(job: Tree, document: Tree) -> list[Step]:
    return [step for phase in _TRAVIS_PHASES for step in run_steps(job.get(phase) or document.get(phase), phase)]


def bitbucket(path: str, documents: tuple[Tree, ...]) -> WorkflowFacts | None:
    """Pipelines by trigger; those in ``custom`` are started by hand, ``tags`` by releases."""
    document = documents[0]
    pipelines = document.get("pipelines")
    definitions = document.get("definitions", "services")
    jobs: list[Job] = []
    changes = False
    for trigger, tree in pipelines.items.items():
        by_pattern = tree.kind == "map" and trigger != "default"
        for pattern, members in tree.items.items() if by_pattern else [("", tree)]:
            found = _bitbucket_jobs(members, f"{trigger} {pattern}".strip(), definitions, 0)
            if trigger == "custom":
                found = [Job(j.name, j.line, j.steps, j.services, j.allowed_to_fail, "manual") for j in found]
            jobs += found
        changes = changes or trigger in ("default", "branches", "pull-requests")
    return WorkflowFacts(path, "bitbucket", "", changes, tuple(jobs[:MAX_JOBS])) if jobs else None


def _bitbucket_jobs(tree: Tree, name: str, definitions: Tree, depth: int) -> list[Job]:
    jobs: list[Job] = []
    for entry in tree.each() if depth < 5 else ():
        step = entry.get("step")
        if step:
            steps = [
                Step("", member.get("pipe").string(), "", member.line)
                for member in step.get("script").values
                if member.get("pipe")
            ]
            services = tuple(
                definitions.get(service, "image").string() or service for service in step.get("services").strings()
            )
            steps = run_steps(step.get("script")) + steps
            manual = "manual" if step.get("trigger").string() == "manual" else ""
            jobs.append(Job(step.get("name").string() or name, step.line, tuple(steps), services, False, manual))
        for key in ("parallel", "stage"):
            inner = entry.get(key)
            jobs += _bitbucket_jobs(inner.get("steps") or inner, name, definitions, depth + 1) if inner else []
    return jobs


def drone(path: str, documents: tuple[Tree, ...]) -> WorkflowFacts | None:
    """Each document is a pipeline, and one job here."""
    jobs: list[Job] = []
    changes = False
    for document in documents:
        if document.get("kind").string() not in ("pipeline", "") or not document.get("steps"):
            continue
        jobs.append(_containers(document.get("name").string(), document, "commands"))
        changes = changes or _on_changes(document.get("trigger", "event"))
    return WorkflowFacts(path, "drone", "", changes, tuple(jobs[:MAX_JOBS])) if jobs else None


def woodpecker(path: str, documents: tuple[Tree, ...]) -> WorkflowFacts | None:
    """Steps are a list or, older, a table (``pipeline``)."""
    document = documents[0]
    if not document.get("steps") and not document.get("pipeline"):
        return None
    when = document.get("when")
    conditions = [condition.get("event") for condition in when.each()] or [EMPTY]
    changes = any(_on_changes(condition) for condition in conditions)
    return WorkflowFacts(path, "woodpecker", "", changes, (_containers("", document, "commands"),))


def _containers(name: str, document: Tree, key: str) -> Job:
    tree = document.get("steps") or document.get("pipeline")
    members = tree.items.items() if tree.kind == "map" else [(s.get("name").string(), s) for s in tree.values]
    steps: list[Step] = []
    for step_name, step in members:
        commands = run_steps(step.get(key), step_name)
        commands = commands or [Step(step_name, step.get("image").string(), "", step.line)]
        steps += excused(commands) if step.get("failure").string() == "ignore" else commands
    return Job(name, document.line, tuple(steps), images(document.get("services")))


def _on_changes(events: Tree) -> bool:
    words = events.get("include").strings() or events.strings()
    return not words or any(word in _CHANGES for word in words)

"""GitHub Actions: workflows, and the composite actions of the repository that they use."""

import re
from collections.abc import Mapping, Sequence

import msgspec

from fastreview.facts.files import Job, Step, WorkflowFacts
from fastreview.gather.files.places import Place
from fastreview.gather.files.reading import Reader
from fastreview.gather.files.workflows.shell import MAX_JOBS, MAX_RUN, MAX_STEPS, cannot_fail, excused, images
from fastreview.gather.files.yaml_tree import Tree

_CHANGES = ("push", "pull_request", "pull_request_target", "merge_group")

MAX_INPUTS = 50
_INPUT = re.compile(r"\$\{\{\s*inputs\.([\w-]+)\s*\}\}")

Actions = dict[str, tuple[Step, ...]]


def composite_actions(reader: Reader, candidates: Sequence[Place]) -> Actions:
    """The steps of local composite actions, by the path that ``uses: ./path`` names."""
    found: Actions = {}
    for place in candidates:
        if place.lower in ("action.yml", "action.yaml") and ".github" in place.folders and len(found) < 100:
            for document in reader.yaml(place.path)[:1]:
                steps = document.get("runs", "steps")
                found["/".join(place.folders)] = tuple(_step(step, "") for step in steps.values[:MAX_STEPS])
    return found


def github(path: str, documents: tuple[Tree, ...], actions: Actions) -> WorkflowFacts | None:
    document = documents[0]
    jobs = document.get("jobs")
    if jobs.kind != "map" or not jobs:
        return None
    changes, paths = _triggers(document.get("on"))
    directory = document.get("defaults", "run", "working-directory").string()
    return WorkflowFacts(
        path,
        "github",
        document.get("name").string(),
        changes,
        tuple(_job(name, job, directory, actions) for name, job in list(jobs.items.items())[:MAX_JOBS]),
        paths,
    )


def _triggers(tree: Tree) -> tuple[bool, tuple[str, ...]]:
    """Whether changes start it, and the paths that every such trigger is limited to."""
    if tree.kind != "map":
        return any(event in _CHANGES for event in tree.strings()), ()
    filters: list[tuple[str, ...]] = []
    for event in _CHANGES:
        if event not in tree.items:
            continue
        settings = tree.get(event)
        only_tags = settings.get("tags") and not settings.get("branches") and not settings.get("branches-ignore")
        if not only_tags:
            filters.append(settings.get("paths").strings())
    unlimited = any(not paths for paths in filters)
    return bool(filters), () if unlimited else tuple(dict.fromkeys(path for paths in filters for path in paths))


def _job(name: str, job: Tree, directory: str, actions: Actions) -> Job:
    steps: list[Step] = []
    directory = job.get("defaults", "run", "working-directory").string() or directory
    if job.get("uses"):
        given = tuple((name, value.string()) for name, value in list(job.get("with").items.items())[:MAX_INPUTS])
        steps.append(Step("", job.get("uses").string(), "", job.get("uses").line, given=given))
    for tree in job.get("steps").values:
        if len(steps) >= MAX_STEPS:
            break
        step = _step(tree, directory)
        steps.append(step)
        if step.uses.startswith("./"):
            inner = actions.get(step.uses.removeprefix("./").rstrip("/"), ())[: MAX_STEPS - len(steps)]
            # The lines are the action file's: the position shown is that of the step which uses it.
            placed = [msgspec.structs.replace(one, line=step.line) for one in inner]
            steps += excused(placed) if step.allowed_to_fail else placed
    return Job(
        job.get("name").string() or name,
        job.line,
        tuple(steps[:MAX_STEPS]),
        images(job.get("services")),
        job.get("continue-on-error").is_true(),
        job.get("if").string()[:500],
    )


def _step(step: Tree, directory: str) -> Step:
    run = step.get("run").string()[:MAX_RUN]
    return Step(
        step.get("name").string(),
        step.get("uses").string(),
        run,
        (step.get("run") or step.get("uses") or step).line,
        step.get("continue-on-error").is_true() or cannot_fail(run),
        step.get("working-directory").string() or (directory if run else ""),
        step.get("if").string()[:500],
    )


def with_called(found: list[WorkflowFacts]) -> list[WorkflowFacts]:
    """Reusable workflows run on changes when a workflow that does calls them, with the inputs that their callers give."""
    by_name = {workflow.path.rpartition("/")[2]: index for index, workflow in enumerate(found)}
    waiting = [index for index, workflow in enumerate(found) if workflow.on_changes]
    inputs: dict[int, list[Mapping[str, str]]] = {}
    while waiting:
        for job in found[waiting.pop()].jobs:
            for step in job.steps:
                called = by_name.get(_called(step))
                if called is None:
                    continue
                inputs.setdefault(called, []).append(dict(step.given))
                if not found[called].on_changes:
                    found[called] = msgspec.structs.replace(found[called], on_changes=True)
                    waiting.append(called)
    for index, given in inputs.items():
        jobs = tuple(
            msgspec.structs.replace(job, steps=tuple(_filled_in(step, given) for step in job.steps))
            for job in found[index].jobs
        )
        found[index] = msgspec.structs.replace(found[index], jobs=jobs)
    return found


def _called(step: Step) -> str:
    """The file of the workflow of this repository that a job is, or ""."""
    if not step.uses.startswith("./") or ".github/workflows/" not in step.uses:
        return ""
    return step.uses.partition("@")[0].rpartition("/")[2]


def _filled_in(step: Step, given: Sequence[Mapping[str, str]]) -> Step:
    """The step with what it runs for each caller, one below the other: ``make ${{ inputs.target }}``. An input that the
    caller does not give stays as it is written."""
    if not _INPUT.search(step.run):
        return step
    runs = (_given(step.run, one) for one in given)
    return msgspec.structs.replace(step, run="\n".join(dict.fromkeys(runs))[:MAX_RUN])


def _given(run: str, inputs: Mapping[str, str]) -> str:
    return _INPUT.sub(lambda match: inputs.get(match[1], match[0]), run)

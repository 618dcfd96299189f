"""What pipelines run: the commands of their steps, followed through task runners and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fastreview.facts.files import FileFacts, Job, Step, Target, WorkflowFacts
from fastreview.project.subject import Place

MAX_DEPTH = 5
MAX_COMMANDS = 4_000
"""Commands of one project: large repositories have makefiles whose targets call each other by the hundred."""

_SPLIT = re.compile(r"&&|\|\||;|\n|(?<!\|)\|(?!\|)")
_SHRUGGED = re.compile(r"\|\|\s*(?:true|:|exit 0|echo\b.*)|^\s*set \+e")
_RUNNER = re.compile(
    r"(?:^|[\s\"'(])(?P<runner>make|just|task|tox|nox|poe|pdm|hatch|rye|pipenv)(?=\s|$)(?P<rest>[^\"')]*)"
)
_MAKE = re.compile(r"\$(?:\(MAKE\)|\{MAKE\})")
"""How a makefile starts itself."""
_OPTION_VALUE = frozenset({"-C", "-f", "-e", "-s", "--file", "--directory", "--session", "--sessions", "-p", "-j"})
_SCRIPT = re.compile(r"(?:^|[\s\"'=(])(?:\.{0,2}/)*(?P<path>[\w.-]+(?:/[\w.-]+)*)(?=[\s\"');&|]|$)")
_IMAGE_BUILD = re.compile(r"docker(?:[ -]compose)?(?: [\w.=/-]+)*? (?:build|up|bake)\b|build-push-action|bake-action")
_COMPOSE_START = re.compile(r"(?:docker[ -]compose|podman-compose)\b.*?\s(?:run|up)\s(?P<rest>.*)")
_TARGET_STAGE = re.compile(r"--target[= ]([\w-]+)")


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command, or what a step ``uses``. ``place`` is the step in the pipeline, ``at`` where the command is
    written (a makefile, a script). ``may_fail``: nobody hears of its failure. ``on_changes``: pushes or pull requests
    start it, without a person."""

    text: str
    place: Place
    at: Place
    workflow: WorkflowFacts
    job: Job
    step: Step
    on_changes: bool
    may_fail: bool


@dataclass(frozen=True, slots=True)
class _Files:
    """What a command may start. ``scripts`` are the lines of command files: by the file's name, then by its path."""

    facts: FileFacts
    scripts: Mapping[str, Mapping[str, Sequence[tuple[int, str]]]]


def _indexed(facts: FileFacts) -> _Files:
    scripts: dict[str, dict[str, list[tuple[int, str]]]] = {}
    for path, line, text in facts.commands:
        scripts.setdefault(path.rpartition("/")[2], {}).setdefault(path, []).append((line, text))
    return _Files(facts, scripts)


def commands_of(facts: FileFacts, folder: str) -> tuple[Command, ...]:
    """The commands of all pipelines that are about the service, which stands in ``folder`` of the repository ("" for its
    top)."""
    found: list[Command] = []
    files = _indexed(facts)
    for workflow in facts.workflows:
        if _about(workflow.paths, folder):
            for job in workflow.jobs:
                for step in job.steps:
                    if _beside(step.directory, folder):
                        found += _of_step(files, workflow, job, step)
    return tuple(found[:MAX_COMMANDS])


def _of_step(files: _Files, workflow: WorkflowFacts, job: Job, step: Step) -> Iterator[Command]:
    place = Place(workflow.path, step.line or job.line)
    conditions = (job.condition, step.condition)
    started = workflow.on_changes and not any(_never(c) for c in conditions)
    may_fail = (step.allowed_to_fail and not _told_later(job)) or job.allowed_to_fail
    if step.uses:
        yield Command(step.uses, place, place, workflow, job, step, started, may_fail)
    shrugging = False
    for text, at, shrugged in _expanded(files, f"{step.uses}\n{step.run}" if step.uses else step.run, place):
        shrugging = shrugging or text.startswith("set +e")
        if text != step.uses:
            yield Command(text, place, at, workflow, job, step, started, may_fail or shrugged or shrugging)


def _told_later(job: Job) -> bool:
    """Whether a later step fails where a tolerated one did: ``if: steps.lint.outcome == 'failure'``, ``run: exit 1``."""
    return any(
        re.search(r"\.outcome\s*(?:==\s*'failure'|!=\s*'success')", step.condition)
        and re.search(r"(?m)^\s*exit [1-9]", step.run)
        for step in job.steps
    )


def _never(condition: str) -> bool:
    """Conditions that changes of the code do not meet by themselves."""
    plain = condition.replace(" ", "").removeprefix("${{").removesuffix("}}").lower()
    return plain in ("manual", "false") or ("refs/tags/" in plain and "||" not in plain and "!" not in plain)


def _expanded(
    files: _Files, text: str, at: Place, depth: int = 0, seen: set[str] | None = None
) -> Iterator[tuple[str, Place, bool]]:
    """Simple commands of a shell text and of the targets and scripts that they start, each of those once; with their
    place and whether a failure is ignored. Where a large makefile starts itself, its set-up would else be followed for
    every target again, and nothing of the bound on commands would be left for later workflows."""
    seen = set() if seen is None else seen
    for line in re.sub(r"\\\n\s*", " ", text).split("\n"):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        shrugged = bool(_SHRUGGED.search(stripped))
        for part in _SPLIT.split(stripped):
            command = _MAKE.sub("make", part.strip()).lstrip("@-({ ").strip()
            if not command:
                continue
            yield command, at, shrugged
            if depth < MAX_DEPTH:
                for name, inner, place in _started(files, command):
                    if name not in seen:
                        seen.add(name)
                        for one, where, ignored in _expanded(files, inner, place, depth + 1, seen):
                            yield one, where, ignored or shrugged


def _started(files: _Files, command: str) -> Iterator[tuple[str, str, Place]]:
    for match in _RUNNER.finditer(command):
        for target in _targets(files.facts.targets, match["runner"], match["rest"]):
            yield f"{target.path} {target.name}", target.run, Place(target.path, target.line)
    for match in _SCRIPT.finditer(command):
        path = match["path"]
        if "." in path or "/" in path:
            yield from _script(files, path)
    composed = _COMPOSE_START.search(command)
    if composed:
        yield from _composed(files.facts, composed["rest"].split())
    if _IMAGE_BUILD.search(command):
        wanted = _TARGET_STAGE.search(command)
        for container in files.facts.containers:
            for stage in container.stages:
                # What an action builds stands in its options: a stage for tests is built to run them.
                if stage.name == wanted[1] if wanted else "test" in stage.name.lower():
                    lines = "\n".join(i.value for i in stage.instructions if i.keyword == "RUN")
                    yield f"{container.path} {stage.name}", lines, Place(container.path, stage.line)


def _composed(facts: FileFacts, words: Sequence[str]) -> Iterator[tuple[str, str, Place]]:
    """The commands of the Compose services that are named; what stands behind one's name is run in its place."""
    for manifest in facts.manifests if words else ():
        for container in manifest.containers if manifest.kind == "Compose" else ():
            if container.command and container.name in words:
                yield f"{manifest.path} {container.name}", container.command, Place(manifest.path, container.line)


def _script(files: _Files, path: str) -> Iterator[tuple[str, str, Place]]:
    """The script that a command names; the folder may be another one in the pipeline or in a container."""
    known = files.scripts.get(path.rpartition("/")[2], {})
    exact = [one for one in known if one.endswith(path)] or (list(known) if len(known) == 1 else [])
    for one in sorted(exact)[:1]:
        yield one, "\n".join(text for _, text in known[one]), Place(one, known[one][0][0])


def _targets(targets: Sequence[Target], runner: str, rest: str) -> Iterator[Target]:
    """The named targets and what they need; all environments where tox or nox are given none."""
    own = [t for t in targets if t.runner == runner]
    words = rest.replace(",", " ").split()
    if runner in ("tox", "nox"):
        named = {w.split("=", 1)[-1] for w in words}
        chosen = [t for t in own if t.name in named or any(w.startswith(f"{t.name}-") for w in named if t.name)]
        yield from chosen or own
        return
    if runner in ("hatch", "pdm", "rye", "pipenv") and words[:1] == ["run"]:
        words = words[1:]
    names: list[str] = []
    for position, word in enumerate(words):
        if not word.startswith("-") and "=" not in word and (not position or words[position - 1] not in _OPTION_VALUE):
            names.append(word.rpartition(":")[2] if runner == "hatch" else word)
    if runner == "make" and not names:
        names = [own[0].name] if own else []
    wanted, queue = set[str](), names[:20] if runner in ("make", "just") else names[:1]
    while queue:
        name = queue.pop(0)
        for target in own:
            if target.name == name and f"{target.path} {name}" not in wanted:
                wanted.add(f"{target.path} {name}")
                queue += target.needs
                yield target


def _about(paths: Sequence[str], folder: str) -> bool:
    """Whether path filters let changes of the service through."""
    wanted = [p for p in paths if not p.startswith("!")]
    return not wanted or any(_beside(re.split(r"[*?\[]", p, maxsplit=1)[0].rstrip("/"), folder) for p in wanted)


def _beside(place: str, folder: str) -> bool:
    """Whether a folder named in a pipeline holds the service or stands in it."""
    plain = place.strip("/").removeprefix("./")
    if not plain or not folder or plain == "." or "$" in plain:
        return True
    return plain == folder or plain.startswith(f"{folder}/") or folder.startswith(f"{plain}/")

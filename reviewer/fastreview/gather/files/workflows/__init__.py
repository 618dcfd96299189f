"""CI pipelines of every system in one form."""

import posixpath
import re
from collections.abc import Callable, Sequence

from fastreview.facts.files import WorkflowFacts
from fastreview.gather.files.places import Place
from fastreview.gather.files.reading import Reader
from fastreview.gather.files.workflows.azure import azure
from fastreview.gather.files.workflows.circleci import circleci
from fastreview.gather.files.workflows.github import composite_actions, github, with_called
from fastreview.gather.files.workflows.gitlab import gitlab
from fastreview.gather.files.workflows.jenkins import jenkins
from fastreview.gather.files.workflows.small import bitbucket, drone, travis, woodpecker
from fastreview.gather.files.yaml_tree import Tree

MAX_WORKFLOWS = 300

UNREAD = {
    ".tekton": "Tekton", ".buildkite": "Buildkite", ".semaphore": "Semaphore", ".cirrus.yml": "Cirrus CI",
    ".prow.yaml": "Prow", "appveyor.yml": "AppVeyor", ".appveyor.yml": "AppVeyor", "buildspec.yml": "AWS CodeBuild",
    "cloudbuild.yaml": "Google Cloud Build", "cloudbuild.yml": "Google Cloud Build",
}  # fmt: skip
"""Systems whose pipelines are known to be there and not read: by a folder of theirs, or the name of the file."""

_Parser = Callable[[str, tuple[Tree, ...]], WorkflowFacts | None]


def workflows(reader: Reader, candidates: Sequence[Place]) -> tuple[WorkflowFacts, ...]:
    """All pipelines, GitHub's first."""
    chosen = candidates[:]
    actions = composite_actions(reader, chosen)
    found: list[WorkflowFacts] = []
    for place in chosen:
        if len(found) >= MAX_WORKFLOWS:
            break
        if _in(place, ".github/workflows"):
            documents = reader.yaml(place.path)
            one = github(place.path, documents, actions) if documents else None
        elif re.fullmatch(r"jenkinsfile(?:[._-].*)?|.*\.jenkinsfile", place.lower):
            one = jenkins(place.path, reader.text(place.path) or "")
        elif (parser := _parser(place)) is not None:
            documents = reader.yaml(place.path)
            one = parser(place.path, documents) if documents else None
        elif system := UNREAD.get(place.lower) or (UNREAD.get(place.folders[-1]) if place.folders else None):
            one = WorkflowFacts(place.path, system, "", on_changes=True)
        else:
            continue
        if one is not None:
            found.append(one)
    return tuple(with_called(found))


def _in(place: Place, folder: str) -> bool:
    here = "/".join(place.folders)
    at_top = here == folder if place.above else here == folder or (here.endswith(f"/{folder}") and place.depth <= 3)
    return at_top and place.lower.endswith((".yml", ".yaml"))


def _parser(place: Place) -> _Parser | None:
    name = place.lower
    if not name.endswith((".yml", ".yaml")):
        return None
    if name == ".gitlab-ci.yml" or name.endswith(".gitlab-ci.yml") or ".gitlab" in place.folders or _gitlab_part(place):
        return gitlab
    if re.fullmatch(r"\.?azure-pipelines?(?:[._-].*)?\.ya?ml", name) or {".azure-pipelines", "azure-pipelines"} & set(
        place.folders
    ):
        return azure
    if posixpath.basename(place.folder) == ".circleci" and name.startswith("config"):
        return circleci
    if place.folders and place.folders[-1] == ".woodpecker":
        return woodpecker
    return {
        ".travis.yml": travis,
        "bitbucket-pipelines.yml": bitbucket,
        ".drone.yml": drone,
        ".drone.yaml": drone,
        ".woodpecker.yml": woodpecker,
        ".woodpecker.yaml": woodpecker,
    }.get(name)


def _gitlab_part(place: Place) -> bool:
    return bool(place.folders) and place.folders[-1] in (".gitlab-ci", "gitlab-ci")

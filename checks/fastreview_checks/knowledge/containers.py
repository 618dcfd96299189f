"""Container files: which of them ship the service, and what a good one does.

Sources: Docker's build best practices and Dockerfile reference, documentation of uv, Poetry, PDM, Pipenv and pip.
"""

import posixpath
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

from fastreview.api import ContainerFile, NotApplicable, Project, file_facts

# Folders and name parts of images that nobody ships: development, tests, documentation.
ASIDE_FOLDERS = frozenset(
    {".devcontainer", "devcontainer", "test", "tests", "e2e", "docs", "examples", "example", "benchmarks", "scripts", "hack",
     "local", "dev", "development", "demo", "samples", "ci", ".ci", "playground", "tools", "images", "sandbox", "templates"}
)  # fmt: skip
ASIDE_NAME = re.compile(
    r"(?:^|[._-])(?:dev|development|devel|local|debug|test|tests|testing|ci|docs|e2e|lint)(?:[._-]|$)", re.IGNORECASE
)

SMALL = re.compile(
    r"slim|alpine|distroless|minimal|micro|scratch|wolfi|chainguard|cgr\.dev|busybox|debian:\S*slim|ubi\d*-m",
    re.IGNORECASE,
)
FULL = re.compile(
    r"(?:^|/)(?:python|continuumio/\w+|condaforge/\w+|circleci/\w+|tiangolo/[\w-]+|ubuntu|debian|centos|fedora|node)(?::|@|$)",
    re.IGNORECASE,
)
FRONTEND = re.compile(r"node|(?:^|/)bun|deno|yarn|pnpm", re.IGNORECASE)
SERVER = re.compile(r"uvicorn|gunicorn|hypercorn|granian|daphne|fastapi\W+run|entrypoint|\bpython")
EXACT_PYTHON = re.compile(r"^\d+\.\d+")

LOCKED_INSTALL = re.compile(
    r"\buv\s+(?:sync|export|run)\b[^&|;]*--(?:frozen|locked)|--require-hashes|\bpoetry\s+(?:install|sync|export)\b|\buv\s+sync\b"
    r"|\bpipenv\s+(?:sync|install\b[^&|;]*--(?:deploy|ignore-pipfile|system))|\bpdm\s+(?:sync|install)\b|\bconda-lock\s+install"
    r"|\brye\s+sync\b|\buv\s+pip\s+sync\b|\bpixi\s+install\b|pip\s+install\b[^&|;]*\S*\.lock\b"
)
REQUIREMENTS = re.compile(r"(?:-r|--requirement|--requirements)[ =]*(?P<path>\S+\.(?:txt|lock|in))")
# Tools that an entry point hands the process over with, to a user who is not root.
DROPS_ROOT = re.compile(r"\b(?:gosu|su-exec|setpriv|runuser|chpst|s6-setuidgid)\b[\s\"',]+\S")
RELOAD = re.compile(r"--reload\b(?![-\w])|\bfastapi\s+dev\b|\bflask\s+run\b.*--debug")
SECRET_NAME = re.compile(r"(?:SECRET|PASSWORD|PASSWD|TOKEN|API_?KEY|PRIVATE_KEY|ACCESS_KEY|CREDENTIALS)(?:_KEY|_ID)?$")
PLACEHOLDER = re.compile(
    r"^(?:|\"\"|''|\$.*|<.*>|change-?me\w*|dummy\w*|placeholder|xxx+|none|null|false|true|build\w*|fake\w*|test\w*|\d+)$",
    re.IGNORECASE,
)
ENVIRONMENT_FILE = re.compile(r"(?:^|/)\.env(?:\.(?:prod|production|local|master))?$")
COPIES_ALL = re.compile(r"^(?:--\S+\s+)*(?:(?:\./?|/)\s+\S+|\[\s*\"(?:\./?|/)\"\s*,\s*\"[^\"]+\"\s*\])$")


def shipped(container: ContainerFile, project: Project) -> file_facts.ContainerFacts:
    """The facts of a container file that ships the service.

    Raises:
        NotApplicable: when it ships something else.
    """
    facts = _with_python(container)
    if posixpath.normpath(facts.path) in _built_to_develop(project):
        raise NotApplicable("the image is for development, tests or documentation")
    return facts


def _with_python(container: ContainerFile) -> file_facts.ContainerFacts:
    facts = container.facts
    if not facts.python:
        raise NotApplicable("the image has no Python")
    folders = {part.lower() for part in facts.path.split("/")[:-1]}
    name = facts.path.rpartition("/")[2].lower().removesuffix("dockerfile").removeprefix("dockerfile")
    if folders & ASIDE_FOLDERS or ASIDE_NAME.search(name):
        raise NotApplicable("the image is for development, tests or documentation")
    if not facts.stages:
        raise NotApplicable("the file has no stage")
    return facts


def shipping(project: Project) -> Iterator[file_facts.ContainerFacts]:
    """The container files that ship the service."""
    for container in project.container_files:
        with suppress(NotApplicable):
            yield shipped(container, project)


@lru_cache(maxsize=1)
def _built_to_develop(project: Project) -> frozenset[str]:
    """Container files that Compose builds for services like ``shop-dev`` only, where others are left to ship."""
    services: dict[str, list[str]] = {}
    for manifest in project.facts.files.manifests:
        for one in manifest.containers if manifest.kind == "Compose" else ():
            if one.build:
                file = posixpath.join(posixpath.dirname(manifest.path), one.build, one.container_file or "Dockerfile")
                services.setdefault(posixpath.normpath(file), []).append(one.name)
    left: set[str] = set()
    for container in project.container_files:
        with suppress(NotApplicable):
            facts = _with_python(container)
            left.add(posixpath.normpath(facts.path))
            if len(facts.stages) > 1:
                # One of its stages may be what ships.
                services.pop(posixpath.normpath(facts.path), None)
    aside = {path for path, names in services.items() if all(ASIDE_NAME.search(name) for name in names)}
    return frozenset(aside) if left - aside else frozenset()


def lineage(facts: file_facts.ContainerFacts, stage: file_facts.Stage | None = None) -> tuple[file_facts.Stage, ...]:
    """The stage that ships and those that it is built on, the last one first."""
    by_name = {s.name: s for s in facts.stages if s.name}
    serving = [
        s
        for s in facts.stages
        if any(i.keyword in ("CMD", "ENTRYPOINT") and SERVER.search(i.value) for i in s.instructions)
    ]
    final = facts.stages[-1]
    # A file with several targets: the one that starts a server is the service.
    current = stage or (serving[-1] if serving and "lambda" in final.image else final)
    found = [current]
    while current.image in by_name and by_name[current.image] not in found:
        current = by_name[current.image]
        found.append(current)
    return tuple(found)


def instructions(stages: tuple[file_facts.Stage, ...], *keywords: str) -> Iterator[file_facts.Instruction]:
    """Those of the closest stage first; within it the last one first: it wins."""
    return (i for stage in stages for i in reversed(stage.instructions) if i.keyword in keywords)


def folder_copied(stages: tuple[file_facts.Stage, ...], project: Project) -> tuple[file_facts.Instruction, str] | None:
    """A folder with code that is copied from where the image is built."""
    for copy in instructions(stages, "COPY", "ADD"):
        if "--from=" not in copy.value:
            for word in copy.value.split()[:-1]:
                folder = word.strip("[]\"',").removeprefix("./").strip("/")
                if folder and any(f"/{folder}/" in f"/{module.path}" for module in project.modules):
                    return copy, folder
    return None


def bases(facts: file_facts.ContainerFacts) -> Iterator[file_facts.Stage]:
    """Stages that start from an image of somebody else."""
    names = {s.name for s in facts.stages if s.name}
    return (s for s in facts.stages if s.image not in names and s.image != "scratch")


def is_full(image: str) -> bool:
    return "{" not in image and bool(FULL.search(image)) and not SMALL.search(image)


def floating(image: str) -> bool:
    """Whether an image's version is left to the day of the build."""
    if "@sha256:" in image or "$" in image or "{" in image:
        return False
    name, _, tag = image.rpartition("/")[2].partition(":")
    if not tag and re.search(r"\d", name) and name != "miniconda3":
        # ubi10/python-312: the version stands in the name.
        return False
    if not tag or tag == "latest":
        return True
    return name == "python" and not EXACT_PYTHON.match(tag)


def drops_root(stages: tuple[file_facts.Stage, ...], project: Project) -> bool:
    """Whether the entry point begins as root, prepares folders and goes on as another user."""
    started = " ".join(i.value for i in instructions(stages, "ENTRYPOINT", "CMD"))
    copied = [i.value.split() for i in instructions(stages, "COPY", "ADD")]
    # COPY docker/entry.sh /run.sh: the script is known under the name that it has in the repository.
    sources = [words[-2] for words in copied if len(words) > 1 and words[-1].rpartition("/")[2] in _last_parts(started)]
    scripts = started_scripts(project, " ".join((started, *sources)))
    return bool(DROPS_ROOT.search(started)) or any(DROPS_ROOT.search(text) for _, _, text in scripts)


def _last_parts(command: str) -> set[str]:
    return {word.rpartition("/")[2] for word in re.findall(r"[\w./-]+", command)}


def started_scripts(project: Project, command: str) -> Iterator[tuple[str, int, str]]:
    """Lines of the scripts that a command starts."""
    names = {word.rpartition("/")[2] for word in re.findall(r"[\w./-]+", command) if "." in word or "/" in word}
    return (
        one
        for one in project.facts.files.commands
        if one[0].rpartition("/")[2] in names and one[0].endswith((".sh", ".bash"))
    )


def locked(facts: file_facts.ContainerFacts, project: Project) -> bool:
    """Whether the image installs exactly what a lock file names."""
    files = project.facts.files
    lock_names = {lock.path.rpartition("/")[2] for lock in files.locks}
    for stage in facts.stages:
        for run in stage.instructions:
            if run.keyword != "RUN":
                continue
            if LOCKED_INSTALL.search(run.value) and (lock_names or "--require-hashes" in run.value):
                return True
            for match in REQUIREMENTS.finditer(run.value):
                if match["path"].rpartition("/")[2] in lock_names:
                    return True
    return False

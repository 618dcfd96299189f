"""What the project's files other than Python say: packaging, containers, workflows, manifests, tool configuration."""

from msgspec import Struct

Scalar = None | bool | int | float | str
Value = Scalar | tuple[Scalar, ...]


class Settings(Struct, frozen=True):
    """One tool's configuration, tables flattened to dotted keys: ``{"strict": True, "overrides.0.module": "x"}``."""

    tool: str
    path: str
    line: int
    values: dict[str, Value] = {}


class Requirement(Struct, frozen=True):
    """A declared dependency. ``group`` is "" for what the service needs to run, else dev, test or the extra's name.

    ``specifier`` is as written (``>=2.0,<3``), "" when unbounded. ``name`` is normalised (PEP 503).
    """

    name: str
    specifier: str
    group: str
    path: str
    line: int
    pinned: bool = False
    """Exactly one version fits: ``==1.2.3``, a commit, a file with its hash."""
    hashed: bool = False
    extras: tuple[str, ...] = ()
    marker: str = ""
    """When it applies, as PEP 508 says it: ``sys_platform == "win32"``."""


class LockFile(Struct, frozen=True):
    """A file that fixes every version, transitive ones too.

    ``kind`` is uv, poetry, pdm, pipfile, pylock, conda, requirements (hashed), or compiled (written by a
    resolver such as pip-compile or rye, without hashes).
    """

    path: str
    kind: str
    packages: dict[str, str] = {}


class Instruction(Struct, frozen=True):
    """One Dockerfile instruction, continuation lines joined. ``exec_form`` is true for a JSON array."""

    keyword: str
    value: str
    line: int
    exec_form: bool = False


class Stage(Struct, frozen=True):
    image: str
    name: str
    line: int
    instructions: tuple[Instruction, ...] = ()


class ContainerFacts(Struct, frozen=True):
    """A Dockerfile or Containerfile, its stages in order; the last one is what ships."""

    path: str
    stages: tuple[Stage, ...]
    ignore_file: str = ""
    """Path of the .dockerignore that applies, or ""."""
    python: bool = True
    """Some stage is built on Python or installs or runs Python software; a web frontend's image is not."""


class Step(Struct, frozen=True):
    """One command of a pipeline: what it ``uses`` (an action, an orb) or what it runs (``run``, maybe several lines).

    The steps of a local composite action follow the step that uses it. ``directory`` is the working directory as
    written, relative to the repository. ``condition`` is what the system asks before it runs the step.
    """

    name: str
    uses: str
    run: str
    line: int
    allowed_to_fail: bool = False
    directory: str = ""
    condition: str = ""
    given: tuple[tuple[str, str], ...] = ()
    """What a reusable workflow is given, by the names of its inputs."""


class Job(Struct, frozen=True):
    name: str
    line: int
    steps: tuple[Step, ...] = ()
    services: tuple[str, ...] = ()
    """Images of service containers."""
    allowed_to_fail: bool = False
    condition: str = ""
    """As written; "manual" where a person starts the job."""


class WorkflowFacts(Struct, frozen=True):
    """A CI pipeline. ``system`` is github, gitlab, azure, circleci, jenkins, travis, bitbucket, drone or woodpecker; the name
    of another one, in capitals, whose pipelines are not read.

    ``on_changes`` is true when pushes or pull/merge requests start it, directly or through a workflow that calls it.
    ``paths`` are the path filters of those triggers: a workflow about another folder of the repository shows there.
    """

    path: str
    system: str
    name: str
    on_changes: bool
    jobs: tuple[Job, ...] = ()
    paths: tuple[str, ...] = ()


class ProbeSetting(Struct, frozen=True):
    """A liveness, readiness or startup probe, or a health check. ``detail`` is the path, command or port."""

    kind: str
    detail: str
    line: int


class ManifestContainer(Struct, frozen=True):
    name: str
    image: str
    command: str
    line: int
    probes: tuple[ProbeSetting, ...] = ()
    has_resources: bool = False
    environment: tuple[tuple[str, str], ...] = ()
    build: str = ""
    """Compose: the build context, "" for a ready image."""
    container_file: str = ""
    """Compose: the container file that is built, relative to the context; "" where it has the usual name."""
    has_ports: bool = False
    """It says on which ports it can be reached."""


class ManifestFacts(Struct, frozen=True):
    """A Compose service set, a Kubernetes object or a Helm template.

    ``kind`` is Compose, Fly, Render, Nomad, or the object's own: Deployment, StatefulSet ... ``strategy`` is the roll-out's
    own word (RollingUpdate, canary, start-first), "rolling" where Compose only says that there is one, "" if nobody says.
    """

    path: str
    kind: str
    name: str
    line: int
    strategy: str = ""
    containers: tuple[ManifestContainer, ...] = ()


class EnvironmentFile(Struct, frozen=True):
    """``.env`` and its kin. ``example`` by name (.env.example, .env.sample, .env.template).

    ``committed``: git's index has it, or, where there is no index, .gitignore does not leave it out.
    """

    path: str
    example: bool
    committed: bool
    values: tuple[tuple[str, str, int], ...] = ()
    """name, value, line"""


class Revision(Struct, frozen=True):
    """A migration. ``down`` are its parents' ids; ``has_downgrade`` says that its downgrade does something."""

    path: str
    id: str
    down: tuple[str, ...]
    has_downgrade: bool
    line: int


class MigrationFacts(Struct, frozen=True):
    """One migration environment. ``tool`` is alembic, aerich, yoyo, piccolo ..."""

    tool: str
    path: str
    revisions: tuple[Revision, ...] = ()
    heads: tuple[str, ...] = ()


class TextFile(Struct, frozen=True):
    """A file whose presence or headings matter; ``headings`` in order, shortened.

    ``kind`` is readme, contributing, license, changelog, security, conduct, codeowners or docs. ``text`` is the
    beginning of readme, contributing (30 000 characters) and docs (8 000).
    """

    path: str
    kind: str
    headings: tuple[str, ...] = ()
    lines: int = 0
    text: str = ""


class Target(Struct, frozen=True):
    """A named entry of a task runner: Makefile, justfile, Taskfile, tox, nox, or scripts in pyproject.toml or Pipfile.

    ``run`` are its commands, one per line; ``needs`` the targets that run before it. ``runner`` is the word that starts
    it: make, just, task, tox, nox, poe, pdm, hatch, pipenv, task (taskipy), rye.
    """

    runner: str
    name: str
    path: str
    line: int
    run: str = ""
    needs: tuple[str, ...] = ()


class FileFacts(Struct, frozen=True):
    """All of the above.

    ``python_wanted`` is the word of requires-python, else Pipfile or conda, else .python-version, else the container
    image, as written; "" if nobody says.
    """

    settings: tuple[Settings, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    locks: tuple[LockFile, ...] = ()
    containers: tuple[ContainerFacts, ...] = ()
    workflows: tuple[WorkflowFacts, ...] = ()
    manifests: tuple[ManifestFacts, ...] = ()
    environments: tuple[EnvironmentFile, ...] = ()
    hooks: tuple[tuple[str, str], ...] = ()
    """pre-commit: repository or "local", and hook id"""
    migrations: tuple[MigrationFacts, ...] = ()
    texts: tuple[TextFile, ...] = ()
    commands: tuple[tuple[str, int, str], ...] = ()
    """path, line, text: how the service is started (Procfile, Makefile, scripts, gunicorn.conf.py settings)"""
    targets: tuple[Target, ...] = ()
    python_wanted: str = ""
    unreadable: tuple[tuple[str, str], ...] = ()
    """path, reason: broken TOML, YAML, JSON, encodings"""

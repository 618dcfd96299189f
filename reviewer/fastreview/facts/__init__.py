"""What was seen: frozen data without behaviour. Everything here can be saved, cached and read back."""

from enum import StrEnum

from msgspec import Struct

from fastreview.facts.app import ProbeFacts
from fastreview.facts.files import FileFacts
from fastreview.facts.source import ModuleFacts
from fastreview.facts.tests import TestRunFacts
from fastreview.facts.types import TypeCheckFacts


class Side(StrEnum):
    """The sides a project is seen from; the values are those of ``gathered[].what`` in the review document."""

    SOURCE = "source"
    APP = "app"
    FILES = "files"
    TESTS = "tests"
    TYPES = "types"
    GIT = "git"
    HTTP = "http"


class Gathered(Struct, frozen=True):
    """How one side went. ``state`` is ok, unavailable (``reason`` says why) or off (nobody asked for it).

    ``how`` says what would provide it, as an instruction: "install the project into .venv".
    """

    what: Side
    state: str
    reason: str = ""
    how: str = ""
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return self.state == "ok"


class LeftOut(Struct, frozen=True):
    """A folder or file that was not read. ``why`` is vendored, virtual environment, build output, over the limit ..."""

    path: str
    why: str


class Scope(Struct, frozen=True):
    """What was read, and what was left out and why. ``roots`` are the import roots, relative to the reviewed root.

    ``repository`` is the path from the reviewed root up to the repository's ("." or "../.."), where files about the
    service (workflows, compose) were read too.
    """

    name: str
    roots: tuple[str, ...]
    repository: str
    left_out: tuple[LeftOut, ...] = ()
    fastapi_files: tuple[str, ...] = ()
    """Files that import FastAPI."""
    folder: str = ""
    """The reviewed root as the repository names it ("backend/api"), "" for its top."""
    package: str = ""
    """The reviewed root's own name where it is a package itself: its modules are imported under it."""


class GitFacts(Struct, frozen=True):
    commit: str
    dirty: bool
    tracked_environment_files: tuple[str, ...] = ()


class Facts(Struct, frozen=True):
    """Everything gathered about one project. A side that is missing is None and ``gathered`` says why."""

    scope: Scope
    gathered: tuple[Gathered, ...]
    modules: tuple[ModuleFacts, ...]
    files: FileFacts
    probe: ProbeFacts | None = None
    git: GitFacts | None = None
    types: TypeCheckFacts | None = None
    tests: TestRunFacts | None = None

    def side(self, side: Side) -> Gathered:
        for gathered in self.gathered:
            if gathered.what is side:
                return gathered
        return Gathered(side, "off", "not gathered")

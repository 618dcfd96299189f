"""What the packaging files of one folder declare."""

from dataclasses import dataclass, field

from fastreview.facts.files import LockFile, Requirement

MAX_REQUIREMENTS = 5_000
# requires-python binds every installation, Pipfile and conda one tool, .python-version one checkout.
REQUIRED, MANAGED, CHOSEN = range(3)


@dataclass(slots=True)
class Declared:
    """What the packaging files of one folder say."""

    folder: str
    above: int
    depth: int
    listed: frozenset[str]
    """Requirements files that are found by their own names, and carry their own groups."""
    requirements: list[Requirement] = field(default_factory=list)
    locks: list[LockFile] = field(default_factory=list)
    wanted: dict[int, str] = field(default_factory=dict)
    """Python versions by how binding the place is that names them, 0 first."""
    a_project: bool = False
    paths: set[str] = field(default_factory=set)

    @property
    def python(self) -> str:
        return self.wanted[min(self.wanted)] if self.wanted else ""

    def wants(self, version: str, rank: int) -> None:
        if version.strip():
            self.wanted.setdefault(rank, version.strip())

    @property
    def names_fastapi(self) -> bool:
        return any(found.name in ("fastapi", "fastapi-slim", "starlette") for found in self.requirements)


def add(declared: Declared, found: Requirement | None) -> None:
    if found is not None and len(declared.requirements) < MAX_REQUIREMENTS:
        declared.requirements.append(found)

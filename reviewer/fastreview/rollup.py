"""Several services side by side. Each has its own review: nothing is averaged, because a mean would be the level of nothing."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from fastreview.review import LEVELS, LevelName, Review

SCHEMA = "fastreview-rollup/1"


class ServiceEntry(Struct, frozen=True):
    """One service. ``path`` is its folder, relative to what was asked for. ``error`` says why there is no review, or ""."""

    path: str
    name: str = ""
    proven: LevelName = "junior"
    possible: LevelName = "junior"
    assessed: bool = False
    evidence: float = 0.0
    index: float = 0.0
    routes: int = 0
    dimensions: dict[str, LevelName] = {}
    blockers: int = 0
    first_step: str = ""
    """Code of the check to mend first."""
    why: str = ""
    error: str = ""


class Rollup(Struct, frozen=True):
    """``lowest`` is the level that all assessed services prove, the only figure about all of them."""

    schema: str
    services: tuple[ServiceEntry, ...]
    lowest: LevelName | None = None


def rollup(reviews: Mapping[str, Review | str]) -> Rollup:
    """``reviews`` maps a folder to its review, or to the reason why there is none."""
    entries = tuple(_entry(path, found) for path, found in sorted(reviews.items()))
    proven = [LEVELS.index(entry.proven) for entry in entries if entry.assessed]
    return Rollup(SCHEMA, entries, LEVELS[min(proven)] if proven else None)


def _entry(path: str, found: Review | str) -> ServiceEntry:
    if isinstance(found, str):
        return ServiceEntry(path, error=found)
    level, step = found.level, found.next_steps[0] if found.next_steps else None
    return ServiceEntry(
        path=path,
        name=found.project.name,
        proven=level.proven,
        possible=level.possible,
        assessed=level.assessed,
        evidence=level.evidence,
        index=level.index,
        routes=len(found.routes),
        dimensions={dimension.name: dimension.proven for dimension in found.dimensions if dimension.assessed},
        blockers=sum(
            f.severity == "blocker" and f.status == "open" and f.confidence != "possible" for f in found.findings
        ),
        first_step=step.check if step else "",
        why=step.why if step else "",
    )


def encode(found: Rollup) -> bytes:
    """UTF-8 JSON, indented."""
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"

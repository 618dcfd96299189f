"""What is kept of a review: the facts, the document, and a summary from which trends are drawn."""

import hashlib
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, structs

from fastreview.facts import Facts
from fastreview.review import (
    DimensionEntry,
    Headline,
    Kind,
    LevelName,
    ProjectEntry,
    Review,
    State,
    SubjectCounts,
    Tool,
)

_encode = msgspec.msgpack.Encoder().encode


class Judged(Struct, frozen=True, array_like=True):
    """The outcome of a check, without words."""

    check: str
    dimension: str
    level: LevelName
    kind: Kind
    state: State
    subjects: SubjectCounts


class Summary(Struct, frozen=True):
    """What a trend needs to know of a review. ``sides`` maps what was gathered to its state; ``findings`` are checks and
    fingerprints of what is open and more than possible."""

    tool: Tool
    project: ProjectEntry
    level: Headline
    dimensions: tuple[DimensionEntry, ...]
    judged: tuple[Judged, ...]
    sides: dict[str, str]
    left_out: tuple[str, ...]
    findings: tuple[tuple[str, str], ...]
    files: int
    lines: int


class Record(Struct, frozen=True):
    """A review as it is kept. ``same`` is equal for the same facts measured by the same rules. ``keys`` name its project,
    the most telling first. ``made`` and ``committed`` are seconds since 1970, the latter 0 where nobody asked. ``rules`` is
    the `ruler` it was measured by."""

    id: str
    same: str
    keys: tuple[str, ...]
    made: float
    origin: Literal["review", "backfill"]
    rules: str
    review: Review
    facts: Facts
    committed: float = 0.0
    subject: str = ""
    """First line of the commit's message, for one that was replayed."""


def record(
    review: Review,
    facts: Facts,
    keys: Sequence[str],
    rules: str,
    *,
    origin: Literal["review", "backfill"] = "review",
    committed: float = 0.0,
    subject: str = "",
) -> Record:
    """``review`` ready to be kept."""
    timeless = structs.replace(
        facts, modules=(), gathered=tuple(structs.replace(side, seconds=0.0) for side in facts.gathered)
    )
    key = hashlib.blake2b(digest_size=16)
    key.update(_encode((tuple(keys[:1]), rules, timeless)))
    key.update(_encode([(module.path, module.digest, module.error) for module in facts.modules]))
    same, made = key.hexdigest(), round(time.time(), 3)
    own = hashlib.blake2b(f"{same} {time.time_ns()} {os.getpid()}".encode(), digest_size=16).hexdigest()
    return Record(own, same, tuple(keys), made, origin, rules, review, facts, committed, subject[:200])


def summary(review: Review) -> Summary:
    return Summary(
        review.tool,
        review.project,
        review.level,
        review.dimensions,
        tuple(Judged(o.check, o.dimension, o.level, o.kind, o.state, o.subjects) for o in review.outcomes),
        {side.what: side.state for side in review.gathered},
        tuple(left.path for left in review.scope.left_out),
        tuple((f.check, f.fingerprint) for f in review.findings if f.status == "open" and f.confidence != "possible"),
        review.scope.files,
        review.scope.lines,
    )


def ruler(
    tool: Tool,
    selected: Sequence[str] = (),
    ignored: Sequence[str] = (),
    layers: dict[str, tuple[str, ...]] | None = None,
) -> str:
    """Names everything that measures: reviews with different rulers are not joined in one trend.

    The digest of the ruleset covers declarations and thresholds, the version what the checks' code does.
    """
    parts = (tool.version, tool.ruleset, tool.model, sorted(selected), sorted(ignored), sorted((layers or {}).items()))
    text = json.dumps(parts, default=list)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def path_key(root: Path) -> str:
    """The name of a project that is in no repository: where it lies, on which machine."""
    import socket

    return f"path:{socket.gethostname()}:{os.fsencode(root.resolve()).decode('utf-8', 'replace')}"

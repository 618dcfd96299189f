"""What a session saw: enough of the review to tell the next session what became of it, and no more."""

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct, structs

from fastreview.errors import BadRecord
from fastreview.mentor.folder import MAX_SNAPSHOT, SessionFolder
from fastreview.mentor.growth import Growth, from_the_line
from fastreview.outcome import Evaluation
from fastreview.review import Excerpt, FindingEntry, Plan, Review

SUBJECTS = 50_000


class Snapshot(Struct, frozen=True):
    """``review`` comes without pages, plan and traces, which a later review has anew. ``subjects`` are the names of
    everything that was judged, so that new code is known as new."""

    schema: str
    review: Review
    subjects: tuple[str, ...]
    growth: Growth | None = None
    """Since the session before; None for the first."""


SCHEMA = "fastreview-session/1"


def snapshot(review: Review, evaluations: Iterable[Evaluation], growth: Growth | None) -> Snapshot:
    return Snapshot(SCHEMA, _kept(review), subjects_of(evaluations), growth)


def subjects_of(evaluations: Iterable[Evaluation]) -> tuple[str, ...]:
    names = {verdict.subject for one in evaluations for verdict in one.verdicts if one.check.each.unit != "project"}
    return tuple(sorted(names)[:SUBJECTS])


def encode(seen: Snapshot) -> bytes:
    """JSON, a field a line: what two sessions have in common is no difference in version control."""
    return msgspec.json.format(msgspec.json.encode(seen, order="deterministic"), indent=1) + b"\n"


def load(session: SessionFolder) -> Snapshot | None:
    """What the session saw; None before its review.

    Raises:
        BadRecord: when the file cannot be used.
    """
    file = session.snapshot_file
    shown = session.folder.shown(file)
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_SNAPSHOT + 1)
        if len(data) > MAX_SNAPSHOT or not file.resolve().is_relative_to(session.folder.root):
            raise BadRecord(f"{shown} is no snapshot of ours: too large, or it leads out of the project.")
        found = msgspec.json.decode(data, type=Snapshot)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadRecord(f"{shown} cannot be read: {error.strerror or error}.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRecord(f"{shown} cannot be used ({error}). Make it anew: fastreview mentor review.") from error
    if found.schema != SCHEMA:
        raise BadRecord(f"{shown} is of another version ({found.schema[:40]}). Make it anew: fastreview mentor review.")
    return found


def earlier(session: SessionFolder, sessions: Sequence[SessionFolder]) -> tuple[tuple[SessionFolder, Snapshot], ...]:
    """The sessions before one that have a review, the first one first."""
    before: list[tuple[SessionFolder, Snapshot]] = []
    for other in sessions:
        if other.name == session.name:
            break
        if (seen := load(other)) is not None:
            before.append((other, seen))
    return tuple(before)


def _kept(review: Review) -> Review:
    return structs.replace(
        review,
        gathered=tuple(structs.replace(side, seconds=0.0) for side in review.gathered),
        findings=tuple(structs.replace(finding, excerpt=_lines(finding)) for finding in review.findings),
        plan=Plan(),
        pages={},
        arithmetic=(),
        traces=(),
    )


def _lines(finding: FindingEntry) -> Excerpt | None:
    lines = from_the_line(finding)
    return Excerpt(finding.line, lines, finding.excerpt.language) if lines and finding.excerpt else None

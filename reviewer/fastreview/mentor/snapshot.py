"""What a session saw: enough of the review to tell the next session what became of it, and no more."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec import Struct, structs

from fastreview.engine import ALSO
from fastreview.errors import BadRecord
from fastreview.mentor.folder import MAX_SNAPSHOT, SessionFolder
from fastreview.mentor.growth import Growth, from_the_line
from fastreview.outcome import Evaluation
from fastreview.review import Architecture, Excerpt, FindingEntry, History, Plan, Review, RouteTests

SUBJECTS = 50_000
SHOWN = 4
"""Lines of a finding that are kept."""
EXPANDED = 3
"""Depth to which what is written has lines of its own: that of the findings."""


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
    """JSON with one finding, outcome, route or name a line: what two sessions have in common is no difference in version
    control."""
    return ("\n".join(_lines_of(msgspec.to_builtins(seen), 0)) + "\n").encode()


def _lines_of(value: object, depth: int) -> Iterator[str]:
    """Objects and lists down to ``EXPANDED``, what is in them on one line."""
    match value:
        case dict() if value and depth < EXPANDED:
            yield "{"
            yield from _joined(((f"{_json(key)}: ", part) for key, part in value.items()), depth)
            yield "}"
        case list() | tuple() if value and depth < EXPANDED:
            yield "["
            yield from _joined((("", part) for part in value), depth)
            yield "]"
        case _:
            yield _json(value)


def _joined(parts: Iterable[tuple[str, object]], depth: int) -> Iterator[str]:
    pending = ""
    for label, part in parts:
        if pending:
            yield f"{pending},"
        *lines, pending = _lines_of(part, depth + 1)
        if lines:
            yield f"{label}{lines[0]}"
            yield from lines[1:]
        else:
            pending = f"{label}{pending}"
    yield pending


def _json(value: object) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # a name that is not UTF-8
        return msgspec.json.encode(_written_out(value)).decode()


def _written_out(value: object) -> object:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {_written_out(key): _written_out(part) for key, part in value.items()}
        case list() | tuple():
            return [_written_out(part) for part in value]
        case _:
            return value


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
        raise BadRecord(f"{shown} cannot be used ({error}). Make it anew: fastreview mentor review --again.") from error
    if found.schema != SCHEMA:
        raise BadRecord(
            f"{shown} is of another version ({found.schema[:40]}). Make it anew: fastreview mentor review --again."
        )
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
        findings=tuple(map(_known_again, review.findings)),
        routes=tuple(structs.replace(r, dependencies=(), tests=RouteTests(), injected=()) for r in review.routes),
        plan=Plan(),
        pages={},
        arithmetic=(),
        traces=(),
        architecture=Architecture(),
        injection=(),
        history=History(),
    )


def _known_again(finding: FindingEntry) -> FindingEntry:
    """Without its chain, which the next review has anew; subjects that it also stands for are kept."""
    also = tuple(place for place in finding.related if place.message.startswith(ALSO))
    return structs.replace(finding, related=also, excerpt=_lines(finding))


def _lines(finding: FindingEntry) -> Excerpt | None:
    lines = from_the_line(finding)
    return Excerpt(finding.line, lines[:SHOWN], finding.excerpt.language) if lines and finding.excerpt else None

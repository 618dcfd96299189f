"""The store as those who read it see it: what waits is brought in first, then reviews come by project, in order of time."""

import hashlib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct, structs
from sqlalchemy import Connection, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from fastreview.facts import Facts
from fastreview.facts.source import ModuleFacts
from fastreview.review import Page, Review
from fastreview.store.database import Database, Say
from fastreview.store.place import Place
from fastreview.store.record import Record, Summary, summary
from fastreview.store.schema import KEYS, PARTS, PROJECTS, REVIEWS, SUMMARIES
from fastreview.store.waiting import taken, waiting

FORMAT = 1
"""Of documents and facts. Ones that cannot be read any more keep their summary."""
DIGEST_BYTES = 16
CHUNK = 400
"""Parts asked for, or inserted, at once."""
COMPRESSION = 6

P = TypeVar("P")

_encode = msgspec.msgpack.Encoder().encode


class Stored(Struct, frozen=True):
    """A kept review, without its weight. ``moment`` is when its commit was made, else when it was reviewed."""

    id: str
    moment: float
    made: float
    origin: str
    commit: str
    subject: str
    rules: str


class Store:
    """An open store; reviews that wait for it have been brought in.

    Raises:
        HistoryUnavailable: when it cannot be used, in words. What waits keeps waiting.
    """

    def __init__(self, place: Place, say: Say, *, create: bool = True) -> None:
        files = waiting(place.waiting)
        self.database = Database(place, say, create=create or bool(files))
        if files and not self.database.read_only:
            self._bring_in(files, say)

    def _bring_in(self, files: list[Path], say: Say) -> None:
        broken = 0
        for file, record in taken(files):
            if record is None:
                broken += 1
                file.rename(file.with_suffix(".unreadable"))
                continue
            self.keep(record)
            file.unlink(missing_ok=True)
        if broken:
            what = "A review that waited" if broken == 1 else f"{broken} reviews that waited"
            say(f"{what} could not be read: cut short, or of another version. It was set aside in {files[0].parent}.")

    def keep(self, record: Record) -> None:
        """In one transaction. A record that is there already, or says what the one before it said, is not kept again."""
        parts = _parts(record)
        document, facts = _document(record.review), _skeleton(record.facts)
        outline = _packed(_encode(summary(record.review)))

        def work(connection: Connection) -> None:
            if connection.execute(select(REVIEWS.c.id).where(REVIEWS.c.id == record.id)).first():
                return
            project = _project(connection, record)
            moment = record.committed or record.made
            before = (
                select(REVIEWS.c.same)
                .where(REVIEWS.c.project == project, REVIEWS.c.moment <= moment)
                .order_by(REVIEWS.c.moment.desc(), REVIEWS.c.made.desc())
                .limit(1)
            )
            if connection.execute(before).scalar() == record.same:
                return
            _insert_parts(connection, parts)
            row = {
                "id": record.id, "same": record.same, "project": project, "moment": moment, "made": record.made,
                "origin": record.origin, "commit": record.review.project.commit, "subject": _storable(record.subject),
                "rules": record.rules, "format": FORMAT, "document": document, "facts": facts,
            }  # fmt: skip
            connection.execute(_insert(connection, REVIEWS).values(row))
            connection.execute(
                _insert(connection, SUMMARIES).values(review=record.id, rules=record.rules, data=outline)
            )

        self.database.write(work)

    def reviews(self, keys: Sequence[str]) -> tuple[Stored, ...]:
        """All of one project, the oldest first."""
        columns = (
            REVIEWS.c.id, REVIEWS.c.moment, REVIEWS.c.made, REVIEWS.c.origin, REVIEWS.c.commit, REVIEWS.c.subject,
            REVIEWS.c.rules,
        )  # fmt: skip
        with self.database.reading() as connection:
            project = _known_project(connection, keys)
            if project is None:
                return ()
            query = select(*columns).where(REVIEWS.c.project == project).order_by(REVIEWS.c.moment, REVIEWS.c.made)
            return tuple(Stored(*row) for row in connection.execute(query))

    def summaries(self, ids: Sequence[str]) -> dict[tuple[str, str], Summary]:
        """By review and ruler; one that this version cannot read is not there."""
        found = {}
        with self.database.reading() as connection:
            for some in _chunks(ids):
                for review, rules, data in connection.execute(
                    select(SUMMARIES.c.review, SUMMARIES.c.rules, SUMMARIES.c.data).where(SUMMARIES.c.review.in_(some))
                ):
                    if (known := _unpacked(data, Summary)) is not None:
                        found[review, rules] = known
        return found

    def add_summary(self, review: str, rules: str, outline: Summary) -> None:
        """What ``review`` comes to by other rules."""
        if self.database.read_only:
            return
        data = _packed(_encode(outline))

        def work(connection: Connection) -> None:
            connection.execute(
                _insert(connection, SUMMARIES).values(review=review, rules=rules, data=data).on_conflict_do_nothing()
            )

        self.database.write(work)

    def review(self, id: str) -> Review | None:  # noqa: A002 - its name in the table
        """The document as it was; None where it is not there or cannot be read any more."""
        with self.database.reading() as connection:
            data = connection.execute(select(REVIEWS.c.document).where(REVIEWS.c.id == id)).scalar()
            kept = _unpacked(data, _Document) if data is not None else None
            if kept is None:
                return None
            pages = self._read(connection, [kept.pages], dict[str, Page])
        return structs.replace(kept.review, pages=pages[0]) if pages else kept.review

    def facts(self, id: str) -> Facts | None:  # noqa: A002 - its name in the table
        """What was gathered; None where it is not there, or what it holds is not what today's rules ask for."""
        with self.database.reading() as connection:
            data = connection.execute(select(REVIEWS.c.facts).where(REVIEWS.c.id == id)).scalar()
            kept = _unpacked(data, _Skeleton) if data is not None else None
            if kept is None:
                return None
            digests = [kept.modules[at : at + DIGEST_BYTES] for at in range(0, len(kept.modules), DIGEST_BYTES)]
            modules = self._read(connection, digests, ModuleFacts)
        return structs.replace(kept.facts, modules=tuple(modules)) if len(modules) == len(digests) else None

    def _read(self, connection: Connection, digests: Sequence[bytes], kind: type[P]) -> list[P]:
        """Parts in the order asked for; those that are missing or cannot be read are left out."""
        found: dict[bytes, P] = {}
        for some in _chunks(sorted(set(digests))):
            for digest, data in connection.execute(
                select(PARTS.c.digest, PARTS.c.data).where(PARTS.c.digest.in_(some))
            ):
                if (part := _unpacked(data, kind)) is not None:
                    found[bytes(digest)] = part
        return [found[digest] for digest in digests if digest in found]

    def close(self) -> None:
        self.database.close()


class _Document(Struct, frozen=True):
    """``pages`` is the digest of the part that holds the pages, which are the same in most reviews."""

    review: Review
    pages: bytes


class _Skeleton(Struct, frozen=True):
    """Facts without modules; ``modules`` are the digests of their parts, one after the other."""

    facts: Facts
    modules: bytes


def _parts(record: Record) -> dict[bytes, bytes]:
    """What reviews of one project have in common, by the digest of its plain bytes."""
    plain = [_encode(module) for module in record.facts.modules]
    plain.append(_encode(record.review.pages))
    return {_digest(data): data for data in plain}


def _document(review: Review) -> bytes:
    pages = _digest(_encode(review.pages))
    return _packed(_encode(_Document(structs.replace(review, pages={}), pages)))


def _skeleton(facts: Facts) -> bytes:
    digests = b"".join(_digest(_encode(module)) for module in facts.modules)
    return _packed(_encode(_Skeleton(structs.replace(facts, modules=()), digests)))


def _insert_parts(connection: Connection, parts: Mapping[bytes, bytes]) -> None:
    """Those that are missing, in the order of their digests: two that insert the same do not wait for each other."""
    known: set[bytes] = set()
    ordered = sorted(parts)
    for some in _chunks(ordered):
        known.update(bytes(d) for (d,) in connection.execute(select(PARTS.c.digest).where(PARTS.c.digest.in_(some))))
    for some in _chunks([digest for digest in ordered if digest not in known]):
        rows = [{"digest": digest, "data": _packed(parts[digest])} for digest in some]
        connection.execute(_insert(connection, PARTS).on_conflict_do_nothing(), rows)


def _project(connection: Connection, record: Record) -> int:
    """The project's number; it is entered, and every key that is new is noted for it."""
    number = _known_project(connection, record.keys)
    entered = 0
    if number is None:
        name = _storable(record.review.project.name)
        new = _insert(connection, PROJECTS).values(name=name).returning(PROJECTS.c.id)
        number = entered = connection.execute(new).scalar_one()
    for key in record.keys:
        noted = _insert(connection, KEYS).values(key=_storable(key), project=number)
        connection.execute(noted.on_conflict_do_nothing())
    if entered and (first := _known_project(connection, record.keys)) not in (None, entered):
        # Somebody else entered it at the same moment, and was waited for when the keys were noted.
        connection.execute(update(KEYS).where(KEYS.c.project == entered).values(project=first))
        connection.execute(delete(PROJECTS).where(PROJECTS.c.id == entered))
        return first
    return number


def _known_project(connection: Connection, keys: Sequence[str]) -> int | None:
    """A first commit tells a project only where no remote does: services that began as copies of a starter share it."""
    of_a_remote = select(KEYS.c.project).where(KEYS.c.key.like("remote:%"))
    for key in keys:
        query = select(KEYS.c.project).where(KEYS.c.key == _storable(key))
        if key.startswith("root:") and len(keys) > 1:
            query = query.where(KEYS.c.project.not_in(of_a_remote))
        if (number := connection.execute(query).scalar()) is not None:
            return int(number)
    return None


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _storable(text: str) -> str:
    """PostgreSQL takes neither a null character nor half a pair."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).digest()


def _packed(data: bytes) -> bytes:
    return zlib.compress(data, COMPRESSION)


def _unpacked(data: bytes, kind: type[P]) -> P | None:
    try:
        return msgspec.msgpack.decode(zlib.decompress(data), type=kind)
    except (zlib.error, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


C = TypeVar("C")


def _chunks(items: Sequence[C]) -> Iterator[Sequence[C]]:
    for at in range(0, len(items), CHUNK):
        yield items[at : at + CHUNK]

"""A connection to the store: opened, brought to today's schema, and its troubles told in words.

SQLite runs in WAL mode and every transaction that writes begins by taking the lock, so that nobody finds out halfway that
somebody else was first; whoever waits, waits long enough. A file that is no SQLite database or belongs to another program
is left alone. One of ours that is broken is set aside under another name, and a new one begun.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar, cast

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, inspect, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from fastreview.errors import HistoryUnavailable
from fastreview.store.place import Place
from fastreview.store.schema import APPLICATION_ID, REVISION, VERSION_TABLE

BUSY_SECONDS = 60
CONNECT_SECONDS = 10
ATTEMPTS = 6
"""Of a transaction that another one got in the way of; the pauses between them double from a tenth of a second."""

_SQLITE_MAGIC = b"SQLite format 3\0"
_MIGRATIONS_LOCK = 7_310_593_858_018
"""Key of the advisory lock under which a PostgreSQL store is migrated: any number that nobody else uses."""

T = TypeVar("T")
Say = Callable[[str], None]


class Database:
    """An open store of today's schema. ``read_only`` where its file or folder cannot be written to.

    Raises:
        HistoryUnavailable: when there is none that can be used; it is as it was.
    """

    def __init__(self, place: Place, say: Say, *, create: bool = True) -> None:
        self.place = place
        self._say = say
        if create and place.file is not None:
            with contextlib.suppress(OSError):
                place.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.read_only = place.file is not None and not _writable(place.file)
        if place.file is not None and not place.file.exists() and (self.read_only or not create):
            reason = "its folder cannot be written to" if self.read_only else "nothing was kept yet"
            raise HistoryUnavailable(f"There is no history in {place.shown}: {reason}.")
        for _ in range(2):
            try:
                if place.file:
                    _refuse_foreign(place, say)
                self._engine = _sqlite(place.file, read_only=self.read_only) if place.file else _postgres(place)
                self._migrate()
                break
            except DBAPIError as error:
                if place.file is None or not _is_broken(error):
                    raise HistoryUnavailable(_why(place, error)) from error
                _set_aside(place.file, say)
        else:
            raise HistoryUnavailable(f"{place.shown} was broken twice in a row.")

    def write(self, work: Callable[[Connection], T]) -> T:
        """Runs ``work`` in one transaction, again when another one got in the way.

        Raises:
            HistoryUnavailable: when it cannot be committed; nothing of it is there then.
        """
        for attempt in range(ATTEMPTS):
            try:
                with self._engine.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                if attempt < ATTEMPTS - 1 and self.place.file is not None and _is_broken(error):
                    _set_aside(self.place.file, self._say)
                    self._migrate()
                elif attempt == ATTEMPTS - 1 or not _passes(error):
                    raise HistoryUnavailable(_why(self.place, error)) from error
                else:
                    time.sleep(0.1 * 2**attempt)
        raise AssertionError("the last attempt returns or raises")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for reading, which waits for nobody."""
        try:
            with self._engine.connect().execution_options(fastreview_reading=True) as connection:
                yield connection
        except DBAPIError as error:
            raise HistoryUnavailable(_why(self.place, error)) from error

    def close(self) -> None:
        self._engine.dispose()

    def _migrate(self) -> None:
        with self._engine.connect().execution_options(fastreview_reading=True) as connection:
            if (found := self._revision(connection)) == REVISION:
                return
        if self.read_only:
            raise HistoryUnavailable(f"{self.place.shown} is of another version, and cannot be written to.")
        if found > REVISION:
            raise HistoryUnavailable(
                f"{self.place.shown} was written by a newer fastreview (schema {found[:20]}). Update fastreview to read it; "
                "until then reviews wait beside it."
            )
        with self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATIONS_LOCK})
            # Somebody else may have been first.
            if self._revision(connection) != REVISION:
                _upgrade(connection)

    def _revision(self, connection: Connection) -> str:
        """ "" for a database without our tables; one of another program is refused."""
        tables = inspect(connection).get_table_names()
        if VERSION_TABLE in tables:
            return str(connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar() or "")  # noqa: S608
        if tables and connection.dialect.name == "sqlite":
            raise HistoryUnavailable(f"{self.place.shown} is a database of another program. Name another file.")
        return ""


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, REVISION)


def _sqlite(file: Path, *, read_only: bool) -> Engine:
    # Without a folder to put its helper files into, a database in WAL mode opens only as one that nobody changes.
    name = f"file:{_quoted(file)}?mode={'ro&immutable=1' if read_only else 'rwc'}"

    def connected() -> sqlite3.Connection:
        connection = sqlite3.connect(name, uri=True, timeout=BUSY_SECONDS, isolation_level=None)
        if not read_only:
            _wal(connection)
            connection.execute("PRAGMA synchronous=NORMAL")
            if not connection.execute("PRAGMA application_id").fetchone()[0]:
                _mark(connection)
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    engine = create_engine("sqlite+pysqlite://", creator=connected, poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("fastreview_reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _wal(connection: sqlite3.Connection) -> None:
    """Changing the mode needs the whole file for a moment, and does not wait for it by itself."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _mark(connection: sqlite3.Connection) -> None:
    """Only an empty file becomes ours."""
    if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")


def _refuse_foreign(place: Place, say: Say) -> None:
    """Raises HistoryUnavailable for a file that the user named and nobody of ours wrote. In our own folder it is a broken
    one, and set aside."""
    file = cast("Path", place.file)
    try:
        with file.open("rb") as stream:
            head = stream.read(72)
    except FileNotFoundError:
        return
    except OSError as error:
        raise HistoryUnavailable(f"{file} cannot be read: {error.strerror or error}.") from error
    if head and not head.startswith(_SQLITE_MAGIC):
        if not place.named:
            _set_aside(file, say)
            return
        raise HistoryUnavailable(f"{file} is no history of fastreview. It was left as it is; name another file.")
    if head and len(head) >= 72 and int.from_bytes(head[68:72]) not in (0, APPLICATION_ID):
        raise HistoryUnavailable(f"{file} is a database of another program. It was left as it is; name another file.")


def _postgres(place: Place) -> Engine:
    try:
        return create_engine(
            place.url, poolclass=NullPool, connect_args={"connect_timeout": CONNECT_SECONDS}, hide_parameters=True
        )
    except (ImportError, NoSuchModuleError) as error:
        raise HistoryUnavailable(
            "Keeping reviews in PostgreSQL needs a driver: install fastreview[postgres], which brings psycopg."
        ) from error
    except (ArgumentError, ValueError) as error:
        raise HistoryUnavailable(f"{place.shown} is no address of a database: postgresql://user@host/name.") from error


def _writable(file: Path) -> bool:
    return os.access(file.parent, os.W_OK) and (not file.exists() or os.access(file, os.W_OK))


def _quoted(file: Path) -> str:
    from urllib.parse import quote

    return quote(file.as_posix())


def _is_broken(error: DBAPIError) -> bool:
    said = str(error.orig)
    return "malformed" in said or "not a database" in said


def _passes(error: DBAPIError) -> bool:
    """Whether it may go better in a moment: a lock, a deadlock, a connection that broke."""
    state = getattr(error.orig, "sqlstate", None) or ""
    said = str(error.orig)
    return (
        error.connection_invalidated
        or state[:2] in ("40", "08")
        or state in ("55P03", "57P01", "23505")
        or (isinstance(error, OperationalError) and ("locked" in said or "busy" in said))
    )


def _why(place: Place, error: DBAPIError) -> str:
    """One sentence, without a password or SQL."""
    said = str(error.orig).strip()
    if "locked" in said or "busy" in said:
        return f"{place.shown} was in use by others for more than {BUSY_SECONDS} s."
    first = said.splitlines()[0][:200] if said else type(error).__name__
    return f"{place.shown} cannot be used: {first.rstrip('.')}."


def _set_aside(file: Path, say: Say) -> None:
    """Under another name, with its helper files; another process may have done so already."""
    try:
        if _sound(file):
            return
        to = file.with_name(f"{file.name}.broken-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}")
        os.rename(file, to)
        for suffix in ("-wal", "-shm"):
            if (helper := file.with_name(file.name + suffix)).exists():
                os.rename(helper, to.with_name(to.name + suffix))
    except FileNotFoundError:
        return
    except OSError as error:
        raise HistoryUnavailable(f"{file} is broken, and cannot be set aside: {error.strerror or error}.") from error
    say(f"The history in {file} was broken. It was set aside as {to.name}, and a new one begun.")


def _sound(file: Path) -> bool:
    try:
        connection = sqlite3.connect(f"file:{_quoted(file)}?mode=rw", uri=True, timeout=BUSY_SECONDS)
    except sqlite3.Error:
        return False
    try:
        return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.Error:
        return False
    finally:
        connection.close()

"""What can be wrong with a store, and what is said: nothing is lost, and no foreign file is touched."""

import os
import sqlite3
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from tests.reviewer.store.conftest import KEYS, reviewed

from fastreview.errors import HistoryUnavailable, UsageError
from fastreview.store import Place, database, place, put
from fastreview.store.keeping import Store
from fastreview.store.schema import METADATA, REVISION, VERSION_TABLE
from fastreview.store.waiting import waiting


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The user's own store."""
    monkeypatch.setenv("FASTREVIEW_DATA_DIR", str(tmp_path / "data"))
    found = place()
    assert found is not None
    found.waiting.mkdir(parents=True)
    return found


def file_of(store: Place) -> Path:
    assert store.file is not None
    return store.file


def refused(store: Place) -> str:
    with pytest.raises(HistoryUnavailable) as told:
        Store(store, pytest.fail)
    return str(told.value)


def test_the_migrations_make_the_tables_of_the_schema(at: Place) -> None:
    store = Store(at, pytest.fail)
    with store.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == REVISION


def test_the_newest_migration_is_the_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


@pytest.mark.parametrize("damage", [b"not a database at all" * 9, None])
def test_a_broken_store_is_set_aside_and_said(own: Place, service: Path, damage: bytes | None) -> None:
    put(reviewed(service), own.waiting)
    Store(own, pytest.fail).close()
    file = file_of(own)
    if damage is None:
        whole = file.read_bytes()
        damage = whole[:100] + b"\xff" * (len(whole) - 100)
    file.write_bytes(damage)
    put(reviewed(service, 2), own.waiting)
    said: list[str] = []
    store = Store(own, said.append)
    assert len(store.reviews(KEYS)) == 1
    assert len(said) == 1
    assert "broken" in said[0]
    (aside,) = (found for found in file.parent.glob("*.broken-*") if not found.name.endswith(("-wal", "-shm")))
    assert aside.read_bytes() == damage


def test_a_foreign_file_is_left_alone(tmp_path: Path, service: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("my notes\n" * 20, "utf-8")
    named = place(str(file))
    assert named is not None
    put(reviewed(service), named.waiting)
    assert "no history of fastreview" in refused(named)
    assert file.read_text("utf-8") == "my notes\n" * 20
    assert len(waiting(named.waiting)) == 1


@pytest.mark.parametrize("marked", [True, False])
def test_a_database_of_another_program_is_left_alone(tmp_path: Path, marked: bool) -> None:
    file = tmp_path / "theirs.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE theirs (x)")
        if marked:
            connection.execute("PRAGMA application_id=77")
    connection.close()
    named = place(str(file))
    assert named is not None
    assert "another program" in refused(named)
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    connection.close()


def test_a_newer_schema_is_left_alone_and_reviews_wait(at: Place, service: Path) -> None:
    store = Store(at, pytest.fail)
    store.database.write(
        lambda connection: connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))  # noqa: S608
    )
    store.close()
    put(reviewed(service), at.waiting)
    assert "newer fastreview" in refused(at)
    assert len(waiting(at.waiting)) == 1


def test_a_review_that_waits_cut_short_is_set_aside(own: Place, service: Path) -> None:
    put(reviewed(service), own.waiting)
    put(reviewed(service, 2), own.waiting)
    first, _ = waiting(own.waiting)
    first.write_bytes(first.read_bytes()[:1000])
    said: list[str] = []
    assert len(Store(own, said.append).reviews(KEYS)) == 1
    assert "could not be read" in said[0]
    assert first.with_suffix(".unreadable").exists()


def test_what_died_while_it_was_written_is_swept_away_later(own: Place) -> None:
    left, fresh = own.waiting / ".writing-a", own.waiting / ".writing-b"
    for file in (left, fresh):
        file.write_bytes(b"x")
    os.utime(left, (time.time() - 100_000,) * 2)
    assert waiting(own.waiting) == []
    assert not left.exists()
    assert fresh.exists()


def test_a_folder_that_cannot_be_written_to_is_read(own: Place, service: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(reviewed(service), own.waiting)
    Store(own, pytest.fail).close()
    folder = file_of(own).parent
    folder.chmod(0o500)
    if os.access(folder, os.W_OK):  # root may write everywhere
        monkeypatch.setattr(database, "_writable", lambda _: False)
    try:
        assert len(Store(own, pytest.fail).reviews(KEYS)) == 1
    finally:
        folder.chmod(0o700)


def test_a_full_disk_is_told(own: Place, service: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    one = reviewed(service)
    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(HistoryUnavailable, match="No space left"):
        put(one, own.waiting)
    assert list(own.waiting.iterdir()) == []


def test_who_waits_for_the_lock_gets_it(own: Place, service: Path) -> None:
    put(reviewed(service), own.waiting)
    Store(own, pytest.fail).close()
    put(reviewed(service, 2), own.waiting)
    holder = sqlite3.connect(file_of(own), isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    from threading import Timer

    timer = Timer(0.5, lambda: holder.execute("COMMIT"))
    timer.start()
    assert len(Store(own, pytest.fail).reviews(KEYS)) == 2
    timer.join()
    holder.close()


@pytest.mark.parametrize("given", ["mysql://x/y", "http://example.org"])
def test_other_databases_are_refused(given: str) -> None:
    with pytest.raises(UsageError, match="postgresql://"):
        place(given)


def test_passwords_are_not_shown(own: Place) -> None:
    found = place("postgresql://me:s3cret@db.example.org/kept")
    assert found is not None
    assert found.shown == "postgresql+psycopg://me:***@db.example.org/kept"

"""What is put into a store comes out of it as it was, in SQLite and in PostgreSQL."""

from multiprocessing import get_context
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import func, select
from tests.reviewer.store.conftest import KEYS, reviewed

from fastreview.errors import HistoryUnavailable
from fastreview.store import Place, Record, put
from fastreview.store.keeping import Store
from fastreview.store.schema import PARTS, REVIEWS
from fastreview.store.waiting import Room, waiting


def opened(at: Place) -> Store:
    return Store(at, pytest.fail)


def count(store: Store, *, parts: bool = False) -> int:
    with store.database.reading() as connection:
        return connection.execute(select(func.count()).select_from(PARTS if parts else REVIEWS)).scalar_one()


def test_a_review_comes_back_as_it_was(at: Place, service: Path) -> None:
    one = reviewed(service)
    put(one, at.waiting)
    store = opened(at)
    (found,) = store.reviews(KEYS)
    assert (found.id, found.rules, found.made) == (one.id, one.rules, one.made)
    assert store.review(found.id) == one.review
    assert store.facts(found.id) == one.facts
    assert waiting(at.waiting) == []


def test_files_that_did_not_change_are_kept_once(at: Place, service: Path) -> None:
    for n in (1, 2, 3):
        put(reviewed(service, n), at.waiting)
    store = opened(at)
    assert count(store) == 3
    # three times main.py, once other.py, once the pages of the checks
    assert count(store, parts=True) == 5


def test_the_same_again_is_no_new_point_but_a_return_is(at: Place, service: Path) -> None:
    for n in (1, 1, 2, 1):
        put(reviewed(service, n), at.waiting)
    assert count(opened(at)) == 3


def test_what_died_after_it_was_committed_is_not_kept_twice(at: Place, service: Path) -> None:
    one = reviewed(service)
    put(one, at.waiting)
    opened(at).close()
    put(reviewed(service, 2), at.waiting)
    put(one, at.waiting)
    assert count(opened(at)) == 2


@pytest.mark.parametrize(
    ("keys", "known"),
    [
        (("remote:example.org/team/shop#",), True),
        (("remote:example.org/fork/shop#", "root:abc#"), False),
        (("remote:example.org/team/shop#api",), False),
    ],
)
def test_a_project_is_known_by_its_remote(at: Place, service: Path, keys: tuple[str, ...], known: bool) -> None:
    put(reviewed(service), at.waiting)
    assert bool(opened(at).reviews(keys)) is known


def test_a_repository_that_gets_a_remote_stays_the_same_project(at: Place, service: Path) -> None:
    put(reviewed(service, 1, ("root:abc#",)), at.waiting)
    put(reviewed(service, 2, KEYS), at.waiting)
    assert len(opened(at).reviews(KEYS)) == 2
    assert len(opened(at).reviews(KEYS[:1])) == 2


def test_hostile_texts_are_kept(at: Place, service: Path) -> None:
    one = reviewed(service, 1, ("path:a\0b",))
    project = msgspec.structs.replace(one.review.project, name="x\0y'); DROP TABLE fastreview_review; --")
    one = msgspec.structs.replace(one, review=msgspec.structs.replace(one.review, project=project), subject="\0")
    put(one, at.waiting)
    store = opened(at)
    (found,) = store.reviews(("path:ab",))
    kept = store.review(found.id)
    assert kept is not None
    assert kept.project.name == project.name


def test_other_rules_are_kept_beside(at: Place, service: Path) -> None:
    one = reviewed(service)
    put(one, at.waiting)
    store = opened(at)
    outline = store.summaries([one.id])[one.id, one.rules]
    for _ in range(2):
        store.add_summary(one.id, "others", outline)
    assert set(store.summaries([one.id])) == {(one.id, one.rules), (one.id, "others")}


def _bring_in(at: Place) -> None:
    Store(at, lambda _: None).close()


def test_many_at_once_into_a_store_that_is_not_there_yet(at: Place, service: Path) -> None:
    records: list[Record] = [reviewed(service, n) for n in range(12)]
    for one in records:
        put(one, at.waiting)
    context = get_context("spawn")
    processes = [context.Process(target=_bring_in, args=(at,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * 4
    store = opened(at)
    assert {found.id for found in store.reviews(KEYS)} == {one.id for one in records}
    assert all(store.facts(one.id) == one.facts for one in records)


def test_an_unreachable_server_loses_nothing(tmp_path: Path, service: Path) -> None:
    nowhere = Place(tmp_path / "waiting", url="postgresql+psycopg://me:secret@127.0.0.1:9/x", named=True)
    put(reviewed(service), nowhere.waiting)
    with pytest.raises(HistoryUnavailable) as told:
        Store(nowhere, pytest.fail)
    assert "secret" not in str(told.value)
    assert len(waiting(nowhere.waiting)) == 1


def test_the_oldest_make_room_for_the_newest(at: Place, service: Path) -> None:
    ids = []
    dropped = []
    for n in (1, 2, 3, 4):
        one = reviewed(service, n)
        ids.append(one.id[:16])
        dropped.append(put(one, at.waiting, Room(files=2)))
    assert dropped == [0, 0, 1, 1]
    assert [file.stem.rpartition("-")[2] for file in waiting(at.waiting)] == ids[2:]


def test_their_bytes_count_and_the_newest_stays(at: Place, service: Path) -> None:
    assert put(reviewed(service), at.waiting, Room(size=1)) == 0
    assert put(reviewed(service, 2), at.waiting, Room(size=1)) == 1
    assert len(waiting(at.waiting)) == 1
    assert put(reviewed(service, 3), at.waiting, room=None) == 0
    assert len(waiting(at.waiting)) == 2

"""Environments in the cache: found again, waited for, cleaned up."""

import os
import threading
import time
from pathlib import Path

import pytest

from fastreview.gather.environment.kept import (
    KEPT_SECONDS,
    Record,
    clean,
    complete,
    finish,
    give_up,
    key_of,
    locked,
    remember,
    remembered,
)


def made(prefix: Path, age: float = 0.0) -> Path:
    prefix.mkdir(parents=True)
    finish(prefix, Record("3.11.7", 3))
    os.utime(prefix / "fastreview.json", (time.time() - age,) * 2)
    return prefix


def test_equal_contents_have_equal_keys() -> None:
    assert key_of(["fastapi"], "3.11") == key_of(["fastapi"], "3.11") != key_of(["fastapi"], "3.12")


def test_incomplete_environment_is_none(tmp_path: Path) -> None:
    (tmp_path / "key").mkdir()
    assert complete(tmp_path / "key") is None
    (tmp_path / "key/fastreview.json").write_text("{", "utf-8")
    assert complete(tmp_path / "key") is None
    finish(tmp_path / "key", Record("3.11.7", 3))
    assert complete(tmp_path / "key") == Record("3.11.7", 3)


def test_failure_is_remembered_for_a_while(tmp_path: Path) -> None:
    (tmp_path / "key/lib").mkdir(parents=True)
    give_up(tmp_path / "key", Record(error="no"))

    assert not (tmp_path / "key").exists()
    assert complete(tmp_path / "key") == Record(error="no")
    os.utime(tmp_path / "key.failed", (time.time() - 7_200,) * 2)
    assert complete(tmp_path / "key") is None


def test_one_builds_and_the_other_waits(tmp_path: Path) -> None:
    order: list[str] = []

    def other() -> None:
        with locked(tmp_path / "key", 10) as held:
            order.append(f"second {held}")

    with locked(tmp_path / "key", 0) as held:
        thread = threading.Thread(target=other)
        thread.start()
        time.sleep(0.4)
        order.append(f"first {held}")
    thread.join()

    assert order == ["first True", "second True"]


def test_waiting_ends(tmp_path: Path) -> None:
    with locked(tmp_path / "key", 0), locked(tmp_path / "key", 0.1) as held:
        assert not held


def test_old_environments_are_removed(tmp_path: Path) -> None:
    fresh = made(tmp_path / "fresh")
    old = made(tmp_path / "old", KEPT_SECONDS + 60)
    building = made(tmp_path / "building", KEPT_SECONDS + 60)

    with locked(building, 0):
        clean(tmp_path)

    assert (fresh.exists(), old.exists(), building.exists()) == (True, False, True)


def test_too_many_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fastreview.gather.environment.kept.KEPT", 2)
    for number in range(4):
        made(tmp_path / f"e{number}", 86_400 * (5 - number))
    made(tmp_path / "lately", 60)

    clean(tmp_path)

    assert sorted(path.name for path in tmp_path.iterdir() if path.is_dir()) == ["e3", "lately"]


def test_what_was_learnt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTREVIEW_CACHE_DIR", str(tmp_path))

    assert remembered("key") == b""
    remember("key", b"bcrypt")
    assert remembered("key") == b"bcrypt"

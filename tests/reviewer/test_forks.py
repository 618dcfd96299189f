"""Shared work: every item once, whatever becomes of the children."""

import os
import time
from collections.abc import Callable

import pytest

from fastreview.forks import ahead, shared

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
ITEMS = tuple(range(40))
HERE = os.getpid()


def squared(number: int) -> int:
    return number * number


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parallel test run has threads of its own, which here do no harm."""
    monkeypatch.setattr("threading.active_count", lambda: 1)


def slowly(number: int) -> int:
    time.sleep(60)
    return number


def answers(work: Callable[[int], int], processes: int = 3) -> list[int]:
    return sorted(shared(ITEMS, work, int, processes))


def everything() -> list[int]:
    return sorted(map(squared, ITEMS))


def test_every_item_is_worked_on_once() -> None:
    assert answers(squared) == answers(squared, 1) == everything()


def test_children_do_a_part() -> None:
    where = set(shared(ITEMS, lambda _: os.getpid() + 0 * sum(range(100_000)), int, 2))
    assert HERE in where
    assert len(where) == 2


def test_a_child_that_dies_costs_nothing_but_time() -> None:
    def work(number: int) -> int:
        if os.getpid() != HERE:
            os._exit(3)
        return squared(number)

    assert answers(work) == everything()


def test_what_a_child_cannot_do_is_done_here() -> None:
    def work(number: int) -> int:
        if os.getpid() != HERE:
            raise ValueError("not here")
        return squared(number)

    assert answers(work) == everything()


def test_an_answer_of_another_type_is_not_believed() -> None:
    def work(number: int) -> int:
        return squared(number) if os.getpid() == HERE else "nonsense"  # type: ignore[return-value]

    assert answers(work) == everything()


def test_an_error_of_this_process_is_raised_and_no_child_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    fork = os.fork

    def recorded() -> int:
        started.append(fork())
        return started[-1]

    def fail() -> None:
        raise ValueError("here")

    monkeypatch.setattr("os.fork", recorded)
    with pytest.raises(ValueError, match="here"):
        list(shared(ITEMS, slowly, int, 3, fail))
    assert len(started) == 2
    for child in started:
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


@pytest.mark.parametrize("threads", [2, 5])
def test_beside_threads_nothing_is_forked(monkeypatch: pytest.MonkeyPatch, threads: int) -> None:
    monkeypatch.setattr("threading.active_count", lambda: threads)
    assert set(shared(ITEMS, lambda _: os.getpid(), int, 3)) == {HERE}


def test_without_forking_everything_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("os.fork")
    assert answers(squared) == everything()


def test_what_is_done_meanwhile_is_done_once_and_only_beside_children() -> None:
    done: list[int] = []
    list(shared(ITEMS, squared, int, 2, lambda: done.append(os.getpid())))
    list(shared(ITEMS, squared, int, 1, lambda: done.append(0)))
    assert done == [HERE]


def test_what_is_begun_ahead_is_done_by_a_child() -> None:
    with ahead(os.getpid, int) as result:
        assert result() != HERE
        assert result() == result()


def test_what_a_child_did_not_do_ahead_is_done_here() -> None:
    def work() -> int:
        if os.getpid() != HERE:
            raise ValueError("not here")
        return 7

    with ahead(work, int) as result:
        assert result() == 7


def test_beside_threads_nothing_is_begun_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.active_count", lambda: 2)
    with ahead(os.getpid, int) as result:
        assert result() == HERE


def test_nobody_waits_for_what_is_not_asked_for() -> None:
    begun = time.monotonic()
    with ahead(lambda: slowly(1), int):
        pass
    assert time.monotonic() - begun < 30

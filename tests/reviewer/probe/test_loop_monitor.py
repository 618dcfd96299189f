"""What the monitor tells of callbacks that hold a loop, and what it leaves out."""

import asyncio
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fastreview.probe.loop_monitor import Monitor
from fastreview.probe.places import Project

CODE = """
import time


def waits():
    time.sleep(0.2)


def is_quick():
    time.sleep(0.001)


def imports():
    import takes_long_to_import


def computes(seconds):
    until = time.process_time() + seconds
    total = 0
    while time.process_time() < until:
        for number in range(20):
            total += number * number
        for number in range(20):
            total -= number
    return total


def collects(monitor):
    monitor.collection("start", {})
    time.sleep(0.2)
    monitor.collection("stop", {})
"""


@pytest.fixture
def monitor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Monitor]:
    (tmp_path / "held_up.py").write_text(CODE, "utf-8")
    (tmp_path / "takes_long_to_import.py").write_text("import time\ntime.sleep(0.2)\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    made = Monitor(Project([str(tmp_path)]), 0.05, traced=False)
    made.install()
    yield made
    made.stop()
    for name in ("held_up", "takes_long_to_import"):
        sys.modules.pop(name, None)


def told(monitor: Monitor, name: str, *arguments: object) -> list[tuple[str, str, bool]]:
    """Function, call and steadiness of what is told while one callback runs."""
    function = getattr(importlib.import_module("held_up"), name)

    async def run() -> None:
        asyncio.get_running_loop().call_soon(function, *arguments)
        await asyncio.sleep(0)

    asyncio.run(run())
    return [(one["stack"][-1]["function"], one["call"], one["steady"]) for one in monitor.news()]


def test_a_call_that_waits_is_told(monitor: Monitor) -> None:
    assert told(monitor, "waits") == [("waits", "time.sleep", True)]


def test_a_quick_callback_is_not(monitor: Monitor) -> None:
    assert told(monitor, "is_quick") == []


def test_what_computes_is_told_as_such(monitor: Monitor) -> None:
    assert [(name, steady) for name, _, steady in told(monitor, "computes", 0.4)] == [("computes", False)]


def test_an_import_is_not_told(monitor: Monitor) -> None:
    assert told(monitor, "imports") == []


def test_the_time_of_the_garbage_collector_is_taken_off(monitor: Monitor) -> None:
    assert told(monitor, "collects", monitor) == []


def test_nothing_is_left_installed(monitor: Monitor) -> None:
    monitor.stop()

    assert told(monitor, "waits") == []

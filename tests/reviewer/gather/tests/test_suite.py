"""Suites of every kind of misbehaviour, really run: in the sandbox, by the interpreter that runs this test."""

import sys
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from fastreview.facts.tests import TestResult
from fastreview.gather.confined import CONTROL, WORK, Surroundings
from fastreview.gather.environment import Interpreter
from fastreview.gather.environment.tests import TestEnvironment
from fastreview.gather.scratch import copy_project, scratch_folder
from fastreview.gather.tests.suite import Collected, Scene, Spending, measure_all, run_suite, stalls_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the sandbox of tests is the Linux kernel's")

APP = """
    import time
    from fastapi import Depends, FastAPI, Header, HTTPException

    app = FastAPI()


    def user(authorization: str = Header("")) -> str:
        if authorization != "me":
            raise HTTPException(401)
        return authorization


    @app.get("/items/{number}")
    async def item(number: int, name: str = Depends(user)) -> dict[str, int]:
        if number > 100:
            raise HTTPException(404)
        return {"number": number}


    @app.get("/slow")
    async def slow() -> str:
        time.sleep(0.3)
        return "done"
"""

TESTS = """
    import os, socket, subprocess, sys, time, unittest
    import pytest
    from fastapi.testclient import TestClient
    from app import app

    client = TestClient(app)


    def test_passes():
        assert client.get("/items/1", headers={"authorization": "me"}).json() == {"number": 1}
        assert client.get("/items/200", headers={"authorization": "me"}).status_code == 404


    def test_refused():
        assert client.get("/items/1").status_code == 401


    def test_holds_the_loop():
        assert client.get("/slow").status_code == 200


    def test_under_load():
        for number in range(200):
            assert client.get(f"/items/{number % 100}", headers={"authorization": "me"}).status_code == 200


    def test_fails():
        assert 1 == 2, "one is not two"


    @pytest.mark.skip(reason="not today")
    def test_skipped():
        pass


    @pytest.mark.xfail(reason="known")
    def test_expected_to_fail():
        assert False


    class TestOldStyle(unittest.TestCase):
        def test_unit(self):
            self.assertEqual(2, 2)


    def test_prints_much():
        for _ in range(200):
            print("x" * 100_000)


    def test_hangs():
        while True:
            time.sleep(1)


    def test_needs_a_server():
        socket.create_connection(("db.internal", 27017), timeout=1)


    def test_needs_the_network():
        socket.create_connection(("192.0.2.1", 443), timeout=1)


    def test_needs_a_setting():
        os.environ["PAYMENT_API_KEY"]


    def test_needs_a_program():
        subprocess.run(["no-such-program", "--version"])


    def test_deletes_files():
        os.remove(os.environ["OUTSIDE"])


    def test_talks_to_itself():
        server = socket.create_server(("127.0.0.1", 0))
        socket.create_connection(server.getsockname()).close()
        assert subprocess.run([sys.executable, "-c", "pass"]).returncode == 0


    def test_leaves_a_process():
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)  # left behind"])


    def test_ends_the_process():
        os._exit(3)


    def test_comes_after():
        assert True


    def test_is_killed():
        os.kill(os.getpid(), 9)


    def test_comes_last():
        pass
"""


@contextmanager
def scene(folder: Path, files: Mapping[str, str], *words: str, **environ: str) -> Iterator[Scene]:
    root = folder / "project"
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), "utf-8")
    with scratch_folder() as scratch:
        (scratch / CONTROL).mkdir()
        copy = scratch / WORK / "project" / "project"
        copy_project(root, copy)
        environment = TestEnvironment(Interpreter(sys.executable, "given", "0"), (), frozenset())
        yield Scene(root, copy, scratch, (".",), environment, Surroundings(), dict(environ), words)


def ran(folder: Path, files: Mapping[str, str], *words: str) -> Collected:
    with scene(folder, files, *words) as made:
        return run_suite(made, Spending(2.0, 60.0), measure=False)


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> tuple[Collected, Scene, Path]:
    folder = tmp_path_factory.mktemp("suite")
    outside = folder / "precious"
    outside.write_text("precious", "utf-8")
    files = {"app.py": APP, "tests/test_all.py": TESTS}
    with scene(folder, files, OUTSIDE=str(outside)) as made:
        found = run_suite(made, Spending(2.0, 60.0))
        measured = measure_all(made)
    (folder / "measured").write_text("", "utf-8")
    found.stopped = found.stopped or measured.problem
    found.order["measured"] = (str([(f.path, f.missing) for f in measured.files]), len(measured.touched))
    return found, made, folder


def result(found: Collected, name: str) -> TestResult:
    return next(one for test, one in found.results.items() if test.endswith(f"::{name}"))


@pytest.mark.parametrize(
    ("name", "outcome", "reason"),
    [
        ("test_passes", "passed", ""),
        ("test_fails", "failed", "one is not two"),
        ("test_skipped", "skipped", "not today"),
        ("test_expected_to_fail", "xfailed", ""),
        ("test_unit", "passed", ""),
        ("test_prints_much", "passed", ""),
        ("test_hangs", "failed", "longer than 2 seconds"),
        ("test_needs_a_server", "unknown", "it needs a server at db.internal:27017"),
        ("test_needs_the_network", "unknown", "it needs a server at 192.0.2.1:443"),
        ("test_needs_a_setting", "unknown", "PAYMENT_API_KEY"),
        ("test_needs_a_program", "unknown", "it needs the program no-such-program"),
        ("test_deletes_files", "unknown", "precious, outside of the scratch copy"),
        ("test_talks_to_itself", "passed", ""),
        ("test_leaves_a_process", "passed", ""),
        ("test_ends_the_process", "failed", "it ended the process with os._exit(3)"),
        ("test_comes_after", "passed", ""),
        ("test_is_killed", "failed", "the process ended while it ran (signal SIGKILL)"),
        ("test_comes_last", "passed", ""),
    ],
)
def test_every_test_has_its_outcome(
    everything: tuple[Collected, Scene, Path], name: str, outcome: str, reason: str
) -> None:
    found = result(everything[0], name)

    assert found.outcome == outcome
    assert reason in found.reason


def test_nothing_outside_changes_and_nothing_is_left_running(everything: tuple[Collected, Scene, Path]) -> None:
    left = [p for p in Path("/proc").glob("[0-9]*/cmdline") if b"# left behind" in _read(p)]

    assert (everything[2] / "precious").read_text("utf-8") == "precious"
    assert left == []


def test_requests_are_told_with_route_status_and_endpoint(everything: tuple[Collected, Scene, Path]) -> None:
    seen = result(everything[0], "test_passes").requests

    assert [(r.method, r.route, r.status, r.endpoint.path) for r in seen] == [
        ("GET", "/items/{number}", 200, "app.py"),
        ("GET", "/items/{number}", 404, "app.py"),
    ]
    assert [r.status for r in result(everything[0], "test_refused").requests] == [401]


def test_what_holds_the_loop_is_told_with_its_stack(everything: tuple[Collected, Scene, Path]) -> None:
    [stall] = [stall for stall in stalls_of(everything[0]) if stall.route and stall.milliseconds >= 100]

    assert (stall.method, stall.call, stall.stack[-1].path, stall.stack[-1].function) == (
        "GET",
        "time.sleep",
        "app.py",
        "slow",
    )
    assert 250 < stall.milliseconds < 600
    assert stall.steady


def test_lines_and_who_executed_them_are_measured_over_all_processes(
    everything: tuple[Collected, Scene, Path],
) -> None:
    assert everything[0].stopped == ""
    assert everything[0].order["measured"] == ("[('app.py', ())]", 1)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"test_nothing.py": "x = 1"}, ""),
        (
            {"conftest.py": "import absent_package", "test_a.py": "def test_a(): pass"},
            "No module named 'absent_package'",
        ),
        ({"conftest.py": "import os; os._exit(0)", "test_a.py": "def test_a(): pass"}, "os._exit(0)"),
        ({"pytest.ini": "[pytest\nbroken", "test_a.py": "def test_a(): pass"}, "pytest.ini"),
    ],
    ids=["no tests", "conftest fails", "conftest exits", "broken settings"],
)
def test_suites_that_do_not_start_say_why(tmp_path: Path, files: dict[str, str], sentence: str) -> None:
    found = ran(tmp_path, files)

    assert found.results == {}
    assert sentence in found.broken


def test_a_file_that_cannot_be_collected_costs_no_other(tmp_path: Path) -> None:
    found = ran(tmp_path, {"test_bad.py": "import absent_package", "test_good.py": "def test_good(): pass"})

    assert [one.outcome for one in found.results.values()] == ["passed"]
    assert [(one.id, one.reason) for one in found.unreadable.values()] == [
        ("test_bad.py", "ModuleNotFoundError: No module named 'absent_package'")
    ]


def test_hostile_output_is_bounded_and_printable(tmp_path: Path) -> None:
    text = """
        import pytest

        @pytest.mark.parametrize("name", ["../../etc/passwd", "\\x1b[31mred", "n" * 5000])
        def test_named(name):
            raise ValueError("\\x1b[2J" + "<script>" + "y" * 100_000)
    """
    found = ran(tmp_path, {"test_hostile.py": text})

    assert len(found.results) == 3
    assert all(len(one.id) <= 400 and len(one.reason) <= 400 for one in found.results.values())
    assert all((one.id + one.reason).isprintable() for one in found.results.values())
    assert {one.path for one in found.results.values()} == {"test_hostile.py"}


def test_another_order_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    text = "import pytest\n@pytest.mark.parametrize('n', range(8))\ndef test_n(n): pass"
    with scene(tmp_path, {"test_n.py": text}) as made:
        orders = [list(run_suite(made, Spending(2.0, 30.0), measure=False, seed=s).results) for s in (None, 5, 5)]

    assert orders[1] == orders[2] != orders[0]
    assert sorted(orders[1]) == sorted(orders[0])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""

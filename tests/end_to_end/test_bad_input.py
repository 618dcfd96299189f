"""Whatever is reviewed: a clear message or an honest unknown, the exit code of the contract, the report still written,
and the reviewed folder as it was."""

import os
import subprocess
from functools import partial
from pathlib import Path

import pytest

from fastreview.facts import Side
from fastreview.gather import app
from fastreview.gather.facts import HOW_TO_IMPORT, HOW_TO_NAME, HOW_TO_REPAIR, gather
from fastreview.gather.options import Options

from .conftest import Fastreview, state_of

APP = """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/orders")
async def orders() -> list[str]:
    return []
"""


def project(root: Path, files: dict[str, str | bytes]) -> Path:
    root.mkdir(exist_ok=True)
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


@pytest.mark.parametrize("kind", ["missing", "file", "fifo", "link to nothing"])
def test_not_a_folder(tmp_path: Path, fastreview: Fastreview, kind: str) -> None:
    path = tmp_path / "service"
    match kind:
        case "file":
            path.write_text(APP, "utf-8")
        case "fifo":
            os.mkfifo(path)
        case "link to nothing":
            path.symlink_to("nowhere")
    ran = fastreview(path, "--static")
    assert ran.code == 2
    assert "folder" in ran.err
    assert len(ran.err.splitlines()) == 1
    assert ran.review is None


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no Python files"),
        ({"README.md": "# Shop\n", "Dockerfile": "FROM scratch\n"}, "no Python files"),
        ({"node_modules/a/b.py": "x = 1\n"}, "Left out were node_modules"),
        ({"main.py": "print('hello')\n"}, "imports FastAPI"),
        ({"main.py": "from fastapi import (\n", "b.py": b"\xff\xfe\x00"}, "None of the 2 Python files"),
    ],
)
def test_nothing_to_assess_is_never_green(
    tmp_path: Path, fastreview: Fastreview, files: dict[str, str | bytes], message: str
) -> None:
    ran = fastreview(project(tmp_path / "service", files), "--static")
    assert ran.code == 3
    assert message in ran.err
    assert len(ran.err.splitlines()) == 1
    assert ran.review is not None
    assert not ran.review.level.assessed
    assert ran.review.level.proven == "junior"


def test_two_apps(tmp_path: Path, fastreview: Fastreview) -> None:
    ran = fastreview(project(tmp_path / "service", {"shop.py": APP, "admin.py": APP}), "--static")
    assert ran.code == 0
    assert ran.review is not None
    assert {app.path for app in ran.review.project.apps} == {"shop.py", "admin.py"}


BROKEN: dict[str, str | bytes] = {
    "syntax.py": "def f(:\n",
    "conflict.py": "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> branch\n",
    "latin.py": "name = 'café'\n".encode("latin-1"),
    "utf16.py": "x = 1\n".encode("utf-16"),
    "nulls.py": b"x = 1\x00\n",
    "two.py": "print 'hello'\n",
    "deep.py": "(" * 5_000,
    "deeper.py": "x = " + "-" * 100_000 + "1\n",
    "nested.py": "".join(f"{'    ' * depth}if x:\n" for depth in range(120)),
}


def test_files_that_nobody_can_parse_are_counted(tmp_path: Path, fastreview: Fastreview) -> None:
    ran = fastreview(project(tmp_path / "service", {"main.py": APP, **BROKEN}), "--static")
    assert ran.code == 0
    assert ran.review is not None
    assert ran.review.scope.files == 1
    assert {one.path for one in ran.review.scope.unparsed} == set(BROKEN)
    assert all(one.reason for one in ran.review.scope.unparsed)
    assert [route.path for route in ran.review.routes] == ["/orders"]


def test_files_that_are_no_files(tmp_path: Path, fastreview: Fastreview) -> None:
    root = project(tmp_path / "service", {"main.py": APP, "app/x.py": "x = 1\n"})
    os.mkfifo(root / "x.py")
    os.mkfifo(root / "pyproject.toml")
    os.mkfifo(root / "Dockerfile")
    (root / "loop").symlink_to(".")
    (root / "app" / "up").symlink_to("..")
    (root / "self.py").symlink_to("self.py")
    (root / "passwd.py").symlink_to("/etc/passwd")
    ran = fastreview(root, "--static")
    assert ran.code == 0
    assert ran.review is not None
    assert ran.review.scope.files == 2
    assert {"x.py", "loop", "app/up", "passwd.py"} <= {one.path for one in ran.review.scope.left_out}


def test_a_file_of_fifty_megabytes(tmp_path: Path, fastreview: Fastreview) -> None:
    root = project(tmp_path / "service", {"main.py": APP})
    with (root / "data.py").open("wb") as file:
        for _ in range(50):
            file.write(b"x = 1  # data\n" * 75_000)
    ran = fastreview(root, "--static")
    assert ran.code == 0
    assert ran.review is not None
    assert [(one.path, one.reason) for one in ran.review.scope.unparsed] == [("data.py", "larger than 2 MB")]


@pytest.mark.skipif(os.name != "posix", reason="needs another user")
def test_files_and_folders_that_may_not_be_read(tmp_path: Path, fastreview: Fastreview) -> None:
    root = project(tmp_path / "service", {"main.py": APP, "secret.py": "x = 1\n", "private/y.py": "y = 1\n"})
    (root / "secret.py").chmod(0)
    (root / "private").chmod(0)
    # Root reads everything; for it the same is simulated in test_source and test_discovery.
    hidden = not os.access(root / "secret.py", os.R_OK)
    try:
        ran = fastreview(root, "--static")
    finally:
        (root / "private").chmod(0o755)
    assert ran.code == 0
    assert ran.review is not None
    assert [one.path for one in ran.review.scope.unparsed] == (["secret.py"] if hidden else [])
    assert [one.path for one in ran.review.scope.left_out] == (["private"] if hidden else [])


PROCESSES = ["ps", "-eo", "args"]

HOSTILE = "<script>alert(1)<\x1b[2J\x1b]0;owned\x07 \u202e & 'x' [bold]{{ 7*7 }}"


def test_hostile_names_steer_nothing(tmp_path: Path, fastreview: Fastreview) -> None:
    folder = HOSTILE.replace("/", "")
    route = APP.replace("/orders", "/<script>\\x1b[2J").replace("orders()", "orders_" + "x" * 300 + "()")
    root = project(
        tmp_path / folder,
        {
            f"{folder}.py": route + "import time\n\n@app.get('/slow')\nasync def slow() -> None:\n    time.sleep(1)\n",
            "pyproject.toml": f'[project]\nname = {ascii(HOSTILE).replace(chr(39), chr(34), 1)[:-1]}"\n',
            "Dockerfile": f"FROM {HOSTILE}\n",
        },
    )
    html, markdown = tmp_path / "r.html", tmp_path / "r.md"
    ran = fastreview(root, "--static", "-o", str(html), "-o", str(markdown), "--format", "terminal")
    assert ran.code == 0
    assert ran.review is not None
    for text in (ran.out, ran.err, html.read_text("utf-8"), markdown.read_text("utf-8")):
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "\u202e" not in text
    assert "<script>alert(1)" not in html.read_text("utf-8")


def test_a_name_that_is_not_utf8(tmp_path: Path, fastreview: Fastreview) -> None:
    root = project(tmp_path / "service", {"main.py": APP})
    try:
        (root / os.fsdecode(b"caf\xe9.py")).write_text("x = 1\n", "utf-8")
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    ran = fastreview(root, "--static")
    assert ran.code == 0
    assert ran.review is not None
    assert [one.path for one in ran.review.scope.left_out] == ["caf?.py"]


def test_a_root_whose_name_is_not_utf8(tmp_path: Path, fastreview: Fastreview) -> None:
    try:
        root = project(tmp_path / os.fsdecode(b"caf\xe9"), {"main.py": APP})
    except OSError:
        pytest.skip("this file system takes UTF-8 only")
    ran = fastreview(root, "--static")
    assert ran.code == 0
    assert ran.review is not None
    assert ran.review.project.name == "caf?"


# What an import does to the process that imports it. None of it may reach the reviewer, its files or its output.
IMPORTS = {
    "raises": ("raise RuntimeError('no database')\n", "RuntimeError", HOW_TO_REPAIR),
    "exits": ("import sys\nsys.exit(3)\n", "sys.exit", HOW_TO_REPAIR),
    "exits at once": ("import os\nos._exit(0)\n", "ended", HOW_TO_REPAIR),
    "raises beyond Exception": ("class Stop(BaseException): ...\nraise Stop('halt')\n", "Stop", HOW_TO_REPAIR),
    "is not installed": ("import surely_not_installed_anywhere\n", "surely_not_installed_anywhere", HOW_TO_IMPORT),
    "kills itself": ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n", "SIGKILL", HOW_TO_REPAIR),
}


@pytest.mark.parametrize("what", IMPORTS)
def test_an_import_that_fails_is_an_honest_unknown(tmp_path: Path, fastreview: Fastreview, what: str) -> None:
    code, reason, how = IMPORTS[what]
    ran = fastreview(project(tmp_path / "service", {"main.py": code + APP}))
    assert ran.code == 0
    assert ran.review is not None
    (side,) = [side for side in ran.review.gathered if side.what == "app"]
    assert side.state == "unavailable"
    assert reason in side.reason
    assert side.how == how
    assert [route.path for route in ran.review.routes] == ["/orders"]


def test_an_app_that_is_not_there_is_an_honest_unknown(tmp_path: Path, fastreview: Fastreview) -> None:
    ran = fastreview(project(tmp_path / "service", {"main.py": APP}), "--app", "main:application")
    assert ran.code == 0
    assert ran.review is not None
    (side,) = [side for side in ran.review.gathered if side.what == "app"]
    assert (side.reason, side.how) == ("main has no attribute application", HOW_TO_NAME)


@pytest.mark.parametrize("environment", ["/no/such/python", "projekt", "{}"])
def test_an_interpreter_that_is_not_there_is_a_usage_error(
    tmp_path: Path, fastreview: Fastreview, environment: str
) -> None:
    root = project(tmp_path / "service", {"main.py": APP})
    ran = fastreview(root, "--env", environment.format(root))
    assert ran.code == 2
    assert "interpreter" in ran.err
    assert len(ran.err.splitlines()) == 1
    assert ran.review is None


def test_an_import_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With short limits, in this process: the usual ones would cost every run of the tests half a minute."""
    root = project(tmp_path / "service", {"main.py": "import time\ntime.sleep(600)\n" + APP})
    before = state_of(root)
    short = partial(app.gather_app, limits=app.Limits(seconds=1.5, total_seconds=3))
    monkeypatch.setattr(app, "gather_app", short)
    facts = gather(root, Options(cache=False))
    side = facts.side(Side.APP)
    assert side.state == "unavailable"
    assert "1.5" in side.reason or "2 seconds" in side.reason or "in time" in side.reason
    assert state_of(root) == before


def test_an_import_that_prints_writes_and_forks_leaves_no_trace(tmp_path: Path, fastreview: Fastreview) -> None:
    mark = f"fastreview-test-{os.getpid()}"
    code = (
        "import os, subprocess, sys\n"
        "print('{\"done\": true}', flush=True)\n"
        "sys.stderr.write('garbage \\x1b[2J')\n"
        "os.write(1, b'\\xff\\xfe')\n"
        "open('written.txt', 'w').write('x')\n"
        "os.makedirs('uploads', exist_ok=True)\n"
        f"subprocess.Popen(['sleep', '300'], env={{'MARK': '{mark}'}}, start_new_session=True)\n"
        "if os.fork() == 0:\n    import time\n    time.sleep(300)\n"
    )
    root = project(tmp_path / "service", {"main.py": f"try:\n    exec({code!r})\nexcept Exception:\n    pass\n" + APP})
    ran = fastreview(root, "-q")
    assert ran.code == 0
    assert (ran.out, ran.err) == ("", "")
    assert ran.review is not None
    processes = subprocess.run(PROCESSES, capture_output=True, text=True, check=True).stdout
    assert mark not in processes
    assert str(root) not in processes

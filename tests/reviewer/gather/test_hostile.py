"""Projects that attack who reviews them: each review ends in time, changes nothing outside scratch, leaves nothing."""

import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from msgspec import Struct

from fastreview.facts.app import ProbeFacts
from fastreview.gather import confined, sandbox
from fastreview.gather.app import Candidate, Limits, gather_app
from fastreview.gather.environment import Interpreter

from .test_app import APP, digest, write

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what native code may do is the Linux kernel's to say")

OURS = Interpreter(sys.executable, "fastreview's own", "")
LIMITS = Limits(seconds=6.0, total_seconds=12.0, disk=50_000_000)
MOST_SECONDS = 20.0
WITHOUT_NAMESPACES = """
import os, sys
sys.path.append("{package}")
from fastreview.gather import kernel, sandbox
kernel.own_namespaces = lambda libc, also=None: []
os._exit(sandbox.main(sys.argv[1]))
"""
NATIVE = "import ctypes, os, time\nlibc = ctypes.CDLL(None, use_errno=True)\n"


class Attack(Struct, frozen=True):
    """``text`` is run before (or, with ``built``, after) the application is built; {outside} is a folder not its own.

    ``says`` is part of the error, or of a side effect as "event detail"; "" where the app is described as usual.
    """

    text: str
    says: str = ""
    built: bool = False


ATTACKS = {
    "fork bomb": Attack("import os\nwhile True:\n    os.fork()", "spawn os.fork"),
    "fork bomb past the audit hook": Attack(NATIVE + "for _ in range(100000): libc.fork()", ""),
    "clone past the audit hook": Attack(NATIVE + "for _ in range(1000): assert libc.syscall(56, 17, 0, 0, 0, 0) < 1"),
    "10 GB": Attack("data = bytearray(10 << 30)", "raised MemoryError"),
    "10 GB in pieces": Attack(
        "import mmap\ndata = [mmap.mmap(-1, 1 << 30) for _ in range(10)]", "Cannot allocate memory"
    ),
    "infinite output": Attack("while True: print('x' * 10000)", "did not finish within"),
    "infinite output past Python": Attack(
        NATIVE + "while True: libc.write(2, b'x' * 100000, 100000)", "did not finish within"
    ),
    "fills the disk": Attack(
        "n = 0\nwhile True:\n    n += 1\n    open(f'{n}.bin', 'wb').write(b'x' * 10_000_000)", "filled the disk"
    ),
    "os._exit": Attack("import os\nos._exit(0)", "ended the process with os._exit(0) (main.py:2)"),
    "_exit past Python": Attack(NATIVE + "libc._exit(7)", "ended the process (exit status 7"),
    "abort": Attack(NATIVE + "libc.abort()", "ended the process (signal SIGABRT"),
    "replaces itself": Attack(NATIVE + "libc.execl(b'/bin/sleep', b'sleep', b'99', None)", "did not finish in time"),
    "kills its parent": Attack("import os\nos.kill(os.getppid(), 9)", "spawn os.kill"),
    "kills its parent past the audit hook": Attack(NATIVE + "libc.kill(os.getppid(), 9)\nlibc.kill(0, 0)", ""),
    "writes outside": Attack("open('{outside}/written', 'w')", "write open {outside}/written"),
    "writes outside past the audit hook": Attack(
        NATIVE + "assert libc.open(b'{outside}/written', os.O_CREAT | os.O_WRONLY, 0o600) == -1", ""
    ),
    "writes to home past the audit hook": Attack(
        NATIVE + "import pwd\nhome = pwd.getpwuid(os.getuid()).pw_dir\n"
        "assert libc.mkdir((home + '/fastreview-was-here').encode(), 0o700) == -1",
        "",
    ),
    "connects": Attack(
        "import socket\nsocket.create_connection(('127.0.0.1', {port}))", "connect ('127.0.0.1', {port})"
    ),
    "connects by UDP": Attack(
        "import socket\nsocket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('8.8.8.8', 80))",
        "connect udp ('8.8.8.8', 80)",
    ),
    "connects past the audit hook": Attack(
        NATIVE + "import socket, struct\nfor port, family in (({port}, 2),):\n"
        "    s = socket.socket()\n"
        "    address = struct.pack('=H', 2) + struct.pack('!H', port) + bytes((127, 0, 0, 1)) + bytes(8)\n"
        "    assert libc.connect(s.fileno(), address, 16) == -1",
        "",
    ),
    "connects to a socket in the file system": Attack(
        NATIVE + "import socket, struct\ns = socket.socket(socket.AF_UNIX)\n"
        "path = b'{outside}/socket'\n"
        "assert libc.connect(s.fileno(), struct.pack('=H', 1) + path + bytes(1), len(path) + 3) == -1",
        "",
    ),
    "reads the environment": Attack(
        "import glob, os\nfound = str(dict(os.environ))\nfor path in glob.glob('/proc/*/environ'):\n"
        "    try: found += open(path, errors='replace').read()\n    except OSError: pass\n"
        "assert 'token-of-the-user' not in found",
        "",
    ),
    "double fork": Attack(
        NATIVE + "if libc.fork() == 0:\n    libc.setsid()\n    if libc.fork() == 0: time.sleep(99)\n    libc._exit(0)",
        "",
    ),
    "signal handlers": Attack(
        "import signal, time\nfor n in range(1, 64):\n    try: signal.signal(n, signal.SIG_IGN)\n"
        "    except (OSError, ValueError): pass\ntime.sleep(99)",
        "did not finish within",
    ),
    "monkeypatched json": Attack("import json\njson.dumps = json.loads = json.load = None", "", built=True),
    "threads that never end": Attack(
        "import threading, time\nfor _ in range(20): threading.Thread(target=time.sleep, args=(99,)).start()",
        "thread sleep",
        built=True,
    ),
    "pipe for an answer": Attack(
        NATIVE + "home = os.path.dirname(os.environ['HOME'])\nos.unlink(home + '/answer.json')\n"
        "libc.mkfifo((home + '/answer.json').encode(), 0o600)\nlibc._exit(0)",
        "was not readable",
    ),
    "link for an answer": Attack(
        NATIVE + "home = os.path.dirname(os.environ['HOME'])\nos.unlink(home + '/answer.json')\n"
        "os.symlink('{outside}/secret', home + '/answer.json')\nlibc._exit(0)",
        "was not readable",
    ),
    "links in the copy": Attack(
        "import os, pathlib\nhere = pathlib.Path(__file__).parent\nif not (here / 'x').is_symlink():\n"
        "    os.symlink('{outside}', here / 'x')\nopen('x/made.yaml')",
        "raised FileNotFoundError",
    ),
}


class Outcome(Struct, frozen=True):
    facts: ProbeFacts
    seconds: float
    unchanged: bool


class Host:
    """What an attack could reach: a folder, a server and a socket beside the project."""

    def __init__(self, folder: Path) -> None:
        self.outside = folder / "outside"
        self.outside.mkdir()
        (self.outside / "secret").write_text('"token-of-the-user"', "utf-8")
        self.accepted = 0
        self.listeners = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)]
        # A socket's path may have 107 characters, which a test's folder need not leave.
        here = os.getcwd()
        os.chdir(self.outside)
        self.listeners[1].bind("socket")
        os.chdir(here)
        self.listeners[1].listen()
        self.port = self.listeners[0].getsockname()[1]
        for listener in self.listeners:
            threading.Thread(target=self.count, args=(listener,), daemon=True).start()

    def count(self, listener: socket.socket) -> None:
        while True:
            try:
                listener.accept()
            except OSError:
                return
            self.accepted += 1

    def placed(self, text: str) -> str:
        return text.replace("{outside}", str(self.outside)).replace("{port}", str(self.port))


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    found = Host(tmp_path_factory.mktemp("host"))
    os.environ["FASTREVIEW_TEST_TOKEN"] = "token-of-the-user"  # noqa: S105 - to be looked for
    scratch, tempfile.tempdir = tempfile.tempdir, str(tmp_path_factory.mktemp("scratch"))
    yield found
    tempfile.tempdir = scratch
    del os.environ["FASTREVIEW_TEST_TOKEN"]
    for listener in found.listeners:
        listener.close()


@pytest.fixture(scope="module")
def outcomes(host: Host, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    return attacked(list(ATTACKS), host, tmp_path_factory)


@pytest.fixture(scope="module")
def outcomes_without_namespaces(host: Host, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """As where the kernel gives a user no namespaces: what is left are Landlock and seccomp."""
    script = tmp_path_factory.mktemp("sandbox") / "sandbox.py"
    script.write_text(WITHOUT_NAMESPACES.replace("{package}", str(Path(sandbox.__file__).parents[2])), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(confined, "SANDBOX", script)
        names = [name for name in ATTACKS if "past" in name or name in ("double fork", "reads the environment")]
        return attacked(names, host, tmp_path_factory)


def attacked(names: list[str], host: Host, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    def run(name: str) -> Outcome:
        attack = ATTACKS[name]
        text = host.placed(attack.text)
        parts = (APP, text) if attack.built else (text + "\n", APP)
        root = write(tmp_path_factory.mktemp("project"), {"main.py": "".join(parts)})
        before, start = digest(root), time.monotonic()
        facts = gather_app(root, (".",), (Candidate("main:app"),), OURS, LIMITS)
        assert isinstance(facts, ProbeFacts), facts
        return Outcome(facts, time.monotonic() - start, digest(root) == before)

    with ThreadPoolExecutor(3) as pool:
        return dict(zip(names, pool.map(run, names), strict=True))


@pytest.mark.parametrize("name", ATTACKS)
def test_attack(outcomes: dict[str, Outcome], host: Host, name: str) -> None:
    check(ATTACKS[name], outcomes[name], host)


def test_without_namespaces(outcomes_without_namespaces: dict[str, Outcome], host: Host) -> None:
    for name, outcome in outcomes_without_namespaces.items():
        assert "network namespace" not in outcome.facts.isolation
        check(ATTACKS[name], outcome, host)


def check(attack: Attack, outcome: Outcome, host: Host) -> None:
    facts = outcome.facts
    assert outcome.seconds < MOST_SECONDS
    assert outcome.unchanged
    said = [facts.error, *(f"{effect.event} {effect.detail}" for effect in facts.side_effects)]
    if attack.says:
        assert any(host.placed(attack.says) in text for text in said), said
    else:
        assert facts.error == ""
    assert bool(facts.apps) == (facts.error == "")


@pytest.mark.usefixtures("outcomes", "outcomes_without_namespaces")
def test_nothing_is_left(host: Host) -> None:
    assert sorted(os.listdir(host.outside)) == ["secret", "socket"]
    assert not (Path.home() / "fastreview-was-here").exists()
    assert host.accepted == 0
    scratch = tempfile.gettempdir()
    assert os.listdir(scratch) == []
    assert [pid for pid in os.listdir("/proc") if pid.isdigit() and scratch in _environment(pid)] == []


def _environment(pid: str) -> str:
    try:
        return Path("/proc", pid, "environ").read_text("utf-8", "replace")
    except OSError:
        return ""

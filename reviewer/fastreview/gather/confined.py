"""One run of the probe in the sandbox: bounded in time, with nothing of the user's environment, and nothing left after it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

SANDBOX = Path(__file__).with_name("sandbox.py")
CONTROL, WORK = "control", "work"
"""The scratch folder's two parts: what is written for and about a run, and all that the run itself may write."""
REPORT = "sandbox.json"
MAX_STDERR_BYTES = 20_000
MAX_TAIL = 4_000
SETTLE_SECONDS = 1.5
"""After its time the probe says where the import stood; when it cannot, the sandbox ends it."""
GRACE_SECONDS = 3.0
"""After the sandbox should have ended itself it is ended from outside."""
SIGNALLED = 128
"""Exit statuses above this one are 128 and the number of the signal that ended the process."""

_CREDENTIALS = (
    ".ssh",
    ".aws",
    ".azure",
    ".gnupg",
    ".kube",
    ".docker",
    ".config/gcloud",
    ".config/gh",
    ".git-credentials",
    ".netrc",
    ".npmrc",
    ".pypirc",
)
_SOCKETS = ("/run/secrets", "/run/docker.sock", "/run/podman")


class Limits(Struct, frozen=True):
    """``seconds`` bound one import's work, or waiting, ``total_seconds`` all attempts together; sizes are bytes.

    ``memory`` is address space, ``file_size`` that of one file and ``disk`` that of all files in the scratch folder.
    """

    seconds: float = 40.0
    total_seconds: float = 180.0
    memory: int = 4 << 30
    file_size: int = 256 << 20
    disk: int = 1 << 30
    attempts: int = 12


class Service(Struct, frozen=True):
    """A server that is started beside the run: by ``argv``, as ``user`` and ``group`` (0: as the run), answering ``port``."""

    argv: tuple[str, ...]
    port: int
    user: int = 0
    group: int = 0


class Surroundings(Struct, frozen=True):
    """What tests may have and imports may not: processes, a loopback network, and ``services`` on it. ``hosts`` is the file
    that names are looked up in."""

    services: tuple[Service, ...] = ()
    hosts: str = ""


class Ended(Struct, frozen=True):
    """How a run ended: exit status (None when its time was up), why the sandbox ended it, and the last line it wrote."""

    code: int | None
    stopped: str
    said: str
    isolation: tuple[str, ...]
    errors: str = ""
    """The end of what it wrote to standard error."""


def confined(
    argv: list[str],
    scratch: Path,
    environment: Mapping[str, str],
    seconds: tuple[float, float],
    limits: Limits,
    surroundings: Surroundings | None = None,
) -> Ended:
    """Run ``argv`` where it can change nothing but the work folder, and end it and what it starts in time.

    The first of ``seconds`` bounds its work, and its waiting; the second all of it, however slow the machine.
    ``surroundings`` are given to tests: where namespaces hold them, they may start processes and serve one another.
    """
    least, longest = seconds
    control, work = scratch / CONTROL, scratch / WORK
    report, ended, spec = control / REPORT, control / "ended.json", control / "spec.json"
    for path in (report, ended):
        path.unlink(missing_ok=True)
    for name in ("home", "tmp"):
        (work / name).mkdir(exist_ok=True)
    text = {
        "argv": argv,
        "work": str(work),
        "hidden": [os.path.join(os.path.expanduser("~"), name) for name in _CREDENTIALS] + list(_SOCKETS),
        "seconds": least + SETTLE_SECONDS,
        "longest": longest + SETTLE_SECONDS,
        "memory": limits.memory,
        "cpu_seconds": int(least) + 5,
        "file_size": limits.file_size,
        "disk": limits.disk,
        "report": str(report),
        "ended": str(ended),
        "tests": surroundings is not None,
        "hosts": surroundings.hosts if surroundings else "",
        "services": msgspec.to_builtins(surroundings.services if surroundings else ()),
    }
    spec.write_text(json.dumps(text), "utf-8")
    # Our own interpreter confines itself first: the project's is not trusted from its first instruction on.
    command = [sys.executable, "-I", "-S", "-B", str(SANDBOX), str(spec)]
    code: int | None = None
    with (control / "stderr").open("w+b") as errors:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and files of our own
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd=work,
            env=_scrubbed(work, os.path.dirname(argv[0]), environment),
            start_new_session=True,
        )
        try:
            code = process.wait(longest + SETTLE_SECONDS + GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        finally:
            _end(process, work)
        errors.seek(max(0, os.fstat(errors.fileno()).st_size - MAX_STDERR_BYTES))
        said = errors.read().decode("utf-8", "replace")
    held, stopped = _read(report), str(_read(ended))
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
    shown = "".join(char for char in last if char.isprintable())[:200]
    hook = () if surroundings else ("audit hook",)
    return Ended(None if stopped == "time" else code, stopped, shown, (*held, *hook), said[-MAX_TAIL:])


def how(ended: Ended) -> str:
    """How the process ended, as the end of a sentence: " (signal SIGSEGV)"."""
    if ended.stopped == "disk":
        return " and was stopped because it filled the disk"
    if ended.code is None:
        return " and was stopped when its time was up"
    number = -ended.code if ended.code < 0 else ended.code - SIGNALLED
    status = f"exit status {ended.code}"
    if ended.code < 0 or ended.code > SIGNALLED:
        with suppress(ValueError):
            status = f"signal {signal.Signals(number).name}"
    return f" ({status}: {ended.said})" if ended.said else f" ({status})"


def _scrubbed(work: Path, programs: str, supplied: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the user's environment but the search path, plus the settings that were supplied."""
    own = {
        "PATH": os.pathsep.join((programs, os.environ.get("PATH", os.defpath))),
        "HOME": str(work / "home"),
        "TMPDIR": str(work / "tmp"),
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONHASHSEED": "0",
        # Libraries that start a thread per core take address space for each.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        # GitPython asks for git at its import, and fails without; it is not started here.
        "GIT_PYTHON_REFRESH": "quiet",
    }
    return {**supplied, **own}


def _read(path: Path) -> str | list[str]:
    """What the sandbox wrote, where the project cannot write; "" where it did not get that far."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=str | list[str])
    except (OSError, msgspec.MsgspecError):
        return ""


def _end(process: subprocess.Popen[bytes], work: Path) -> None:
    """Kill the whole group, and whatever left it: stragglers still carry the work folder in their environment."""
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pid in _stragglers(f"HOME={work}/".encode()):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError:
            continue


def _stragglers(mark: bytes) -> Iterator[int]:
    try:
        names = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return
    for name in names:
        try:
            with open(f"/proc/{name}/environ", "rb") as file:
                if mark in file.read(200_000):
                    yield int(name)
        except OSError:
            continue

"""Run by path in our own interpreter: start the project's interpreter confined, and end it when it goes too far.

``python -I -S -B sandbox.py SPEC`` where SPEC is a JSON file with ``argv``, ``work`` (the only folder that may be
written), ``hidden`` (paths that are to look empty), limits (``seconds``, ``longest``, ``cpu_seconds``, ``memory``, ``file_size``,
``disk``), ``report`` (a file that is told which protections hold) and ``ended`` (a file that is told why the sandbox
ended the process: "time" or "disk"). With ``tests`` processes and a loopback network are allowed where both are namespaces
of their own; ``hosts`` is then the file that names are looked up in, and ``services`` are started beside the interpreter.
Whatever the kernel does not permit is left out of the report; the probe's audit hook is there in any case.
Standard library only. Linux has namespaces, Landlock and seccomp; elsewhere only the resource limits apply.
"""

import ctypes
import json
import os
import resource
import signal
import socket
import sys
import time
from pathlib import Path

# Run by path under -I, the module path has neither this file's folder nor the package.
sys.path.append(str(Path(__file__).parents[2]))

from fastreview.gather import kernel

POLL_SECONDS = 0.05
DISK_SECONDS = 0.5
IDLE_SECONDS = 2.0
MAX_PROCESSES = 256
MAX_SWEEPS = 100
SERVICE_SECONDS = 15.0


class Spec:
    """What to run and how far it may go."""

    def __init__(self, path: str) -> None:
        text = json.loads(Path(path).read_text("utf-8"))
        self.argv = [str(word) for word in text["argv"]]
        self.work = str(text["work"])
        self.hidden = [str(place) for place in text["hidden"]]
        self.seconds = float(text["seconds"])
        self.longest = float(text["longest"])
        self.memory = int(text["memory"])
        self.cpu_seconds = int(text["cpu_seconds"])
        self.file_size = int(text["file_size"])
        self.disk = int(text["disk"])
        self.report = Path(text["report"])
        self.ended = Path(text["ended"])
        self.tests = bool(text["tests"])
        self.hosts = str(text["hosts"])
        self.services = [Service(service) for service in text["services"]]


class Service:
    """A server to run beside the interpreter: how it is started, as whom, and the port that it answers on."""

    def __init__(self, text: dict[str, str | int | list[str]]) -> None:
        argv = text["argv"]
        self.argv = [str(word) for word in argv] if isinstance(argv, list) else []
        self.port, self.user, self.group = (int(str(text[name])) for name in ("port", "user", "group"))


def main(path: str) -> int:
    asker = os.getppid()
    spec = Spec(path)
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    held: list[str] = []
    if libc is not None:
        also = next(((s.user, s.group) for s in spec.services if s.user), None)
        held += kernel.own_namespaces(libc, also)
        if spec.tests and "network namespace" in held and kernel.raise_loopback():
            held.append("loopback only")
        if spec.hosts and "mount namespace" in held:
            kernel.show_instead(libc, "/etc/hosts", spec.hosts)
        if "mount namespace" in held and kernel.hide(libc, spec.hidden):
            held.append("credentials hidden")
        libc.prctl(kernel.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    (reading, writing), (waiting, going) = os.pipe(), os.pipe()
    first = os.fork()
    if first == 0:
        os.close(reading)
        os.close(going)
        _first(spec, libc, held, (writing, waiting))
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        held += json.loads(pipe.readline() or b"[]")
    spec.report.write_text(json.dumps(held), "utf-8")
    # The interpreter starts only now, when the report is there for it to read.
    os.close(going)
    code, stopped = _watched(first, spec, asker)
    spec.ended.write_text(json.dumps(stopped), "utf-8")
    if libc is not None:
        _sweep()
    return code


def _first(spec: Spec, libc: ctypes.CDLL | None, held: list[str], pipes: tuple[int, int]) -> None:
    """The first process of the namespace: when it ends, so does all that was started in it.

    The interpreter is not that first process itself, which signals do not end.
    """
    report, go = pipes
    _end_with_parent(libc)
    child = os.fork()
    if child == 0:
        _end_with_parent(libc)
        own = limit(spec, held)
        if libc is not None:
            libc.prctl(kernel.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            loopback = "loopback only" in held and "process namespace" in held
            own += kernel.landlock(libc, spec.work, loopback=loopback)
            if loopback:
                start(spec.services, libc)
                own += kernel.seccomp_for_tests(libc)
            else:
                own += kernel.seccomp(
                    libc, network="network namespace" not in held, pids="process namespace" not in held
                )
        os.write(report, json.dumps(own).encode() + b"\n")
        os.close(report)
        os.read(go, 1)
        _become(spec.argv)
    os.close(report)
    os._exit(_status_of(child))


def start(services: list[Service], libc: ctypes.CDLL) -> None:
    """Start each service and wait until it answers; one that does not is done without."""
    for service in services:
        if os.fork() == 0:
            _end_with_parent(libc)
            if service.user:
                os.setgid(service.group)
                os.setuid(service.user)
            kernel.seccomp_for_tests(libc)
            silence = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(silence, number)
            _become(service.argv)
    until = time.monotonic() + SERVICE_SECONDS
    for service in services:
        while time.monotonic() < until and not _answers(service.port):
            time.sleep(POLL_SECONDS)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), POLL_SECONDS):
            return True
    except OSError:
        return False


def limit(spec: Spec, held: list[str]) -> list[str]:
    wanted = [
        (resource.RLIMIT_AS, spec.memory),
        (resource.RLIMIT_CPU, spec.cpu_seconds),
        (resource.RLIMIT_FSIZE, spec.file_size),
        (resource.RLIMIT_CORE, 0),
    ]
    if "user namespace" in held:
        # Counted per user: only in a namespace of its own are the user's other processes not counted with it.
        wanted.append((resource.RLIMIT_NPROC, MAX_PROCESSES))
    for kind, value in wanted:
        try:
            resource.setrlimit(kind, (value, value))
        except (OSError, ValueError):
            continue
    return ["resource limits"]


def _watched(first: int, spec: Spec, asker: int) -> tuple[int, str]:
    """Exit status of ``first`` and why it was ended, if it was. ``asker`` is the process that started this one."""
    start = looked = time.monotonic()
    free, work, worked = _free(spec.work), 0.0, start
    while True:
        pid, status = os.waitpid(first, os.WNOHANG)
        if pid:
            return _code(status), ""
        now = time.monotonic()
        if now - start > spec.seconds and now - worked > IDLE_SECONDS / 4:
            before, work = work, _work(first)
            # Waiting, unlike work on a busy machine, is ended at once.
            worked = now if work > before or work == 0 else worked
        waits = now - start > spec.seconds + IDLE_SECONDS and now - worked > IDLE_SECONDS
        stopped = "time" if waits or now - start > spec.longest else ""
        # Whoever asked was killed outright: nobody else ends what runs here.
        stopped = "alone" if os.getppid() != asker else stopped
        if not stopped and now - looked > DISK_SECONDS:
            looked = now
            # What is free changes for others too: a look that costs little, before one that is certain.
            if free - _free(spec.work) > spec.disk and _size(spec.work) > spec.disk:
                stopped = "disk"
        if stopped:
            os.kill(first, signal.SIGKILL)
            return _code(os.waitpid(first, 0)[1]), stopped
        time.sleep(POLL_SECONDS)


def _work(first: int) -> float:
    """Seconds of processor time that the children of ``first`` have used; 0 where that cannot be known."""
    try:
        children = Path(f"/proc/{first}/task/{first}/children").read_text("ascii").split()
        texts = [Path(f"/proc/{child}/stat").read_text("utf-8", "replace") for child in children]
    except OSError:
        return 0.0
    # After the name, in parentheses, the twelfth and thirteenth fields are the times in user and kernel mode.
    fields = (text.rpartition(")")[2].split() for text in texts)
    return sum(int(times[11]) + int(times[12]) for times in fields) / os.sysconf("SC_CLK_TCK")


def _free(folder: str) -> int:
    state = os.statvfs(folder)
    return state.f_bavail * state.f_frsize


def _size(folder: str) -> int:
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(path, name)).st_blocks * 512
            except OSError:
                continue
    return total


def _sweep() -> None:
    """End what was started and left its parents: without a process namespace such orphans come to this process."""
    for _ in range(MAX_SWEEPS):
        try:
            children = Path(f"/proc/self/task/{os.getpid()}/children").read_text("ascii").split()
        except OSError:
            return
        for child in children:
            try:
                os.kill(int(child), signal.SIGKILL)
            except OSError:
                continue
        try:
            while os.waitpid(-1, 0)[0]:
                pass
        except ChildProcessError:
            return


def _end_with_parent(libc: ctypes.CDLL | None) -> None:
    if libc is not None:
        libc.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _become(argv: list[str]) -> None:
    try:
        os.execv(argv[0], argv)  # noqa: S606 - no shell wanted
    except OSError as error:
        os.write(2, f"{argv[0]} cannot be started: {error.strerror}\n".encode())
        os._exit(127)


def _status_of(child: int) -> int:
    """Exit status of ``child``; orphans that end before it are reaped."""
    while True:
        pid, status = os.wait()
        if pid == child:
            return _code(status)


def _code(status: int) -> int:
    """128 and the number of the signal that ended a process, else its exit status."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    os._exit(main(sys.argv[1]))

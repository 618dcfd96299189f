"""Run by path in our own interpreter: confine this process, then start the project's interpreter in it.

``python -I -S -B sandbox.py SPEC`` where SPEC is a JSON file with ``argv``, ``scratch`` (the only folder that may be
written), ``memory``, ``cpu_seconds`` and ``file_size`` limits, and ``report`` (a file that is told which protections
hold).
Whatever the kernel does not permit is left out of the report; the probe's audit hook is there in any case.
Standard library only. Linux has namespaces and Landlock; elsewhere only the resource limits apply.
"""

import ctypes
import json
import os
import resource
import signal
import struct
import sys
from pathlib import Path

CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC = 0x10000000, 0x20000000, 0x40000000, 0x08000000
PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
MAX_PROCESSES = 256

# Landlock system calls have the same number on every architecture; flags as in linux/landlock.h.
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
WRITE_FILE, TRUNCATE, REFER = 1 << 1, 1 << 14, 1 << 13
CHANGES = sum(1 << bit for bit in range(4, 13)) | WRITE_FILE
TCP_BIND_AND_CONNECT = 3
# Versions of Landlock's interface that brought these rights.
WITH_REFER, WITH_TRUNCATE, WITH_TCP = 2, 3, 4


class Spec:
    """What to run and how far it may go."""

    def __init__(self, path: str) -> None:
        text = json.loads(Path(path).read_text("utf-8"))
        self.argv = [str(word) for word in text["argv"]]
        self.scratch = str(text["scratch"])
        self.memory = int(text["memory"])
        self.cpu_seconds = int(text["cpu_seconds"])
        self.file_size = int(text["file_size"])
        self.report = str(text["report"])


def main(path: str) -> int:
    spec = Spec(path)
    held: list[str] = []
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if libc is not None:
        own_namespaces(libc, held)
    limit(spec, held)
    if libc is not None:
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        landlock(libc, spec.scratch, held)
    Path(spec.report).write_text(json.dumps(held), "utf-8")
    return run(spec, libc)


def own_namespaces(libc: ctypes.CDLL, held: list[str]) -> None:
    """No network and processes of its own, where the kernel lets this user have them."""
    user, group = os.getuid(), os.getgid()
    isolated = CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC
    if libc.unshare(CLONE_NEWUSER | isolated) == 0:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1")):
            try:
                Path(f"/proc/self/{name}").write_text(text, "ascii")
            except OSError:
                continue
        held.append("user namespace")
    elif libc.unshare(isolated) != 0:
        return
    held += ["network namespace", "process namespace"]


def limit(spec: Spec, held: list[str]) -> None:
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
    held.append("resource limits")


def landlock(libc: ctypes.CDLL, scratch: str, held: list[str]) -> None:
    """Allow changes below ``scratch`` and to the plain devices only; forbid TCP where the kernel can."""
    version = libc.syscall(ctypes.c_long(LANDLOCK_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return
    files = CHANGES | (REFER if version >= WITH_REFER else 0) | (TRUNCATE if version >= WITH_TRUNCATE else 0)
    tcp = TCP_BIND_AND_CONNECT if version >= WITH_TCP else 0
    attributes = struct.pack("=QQ", files, tcp) if version >= WITH_TCP else struct.pack("=Q", files)
    ruleset = libc.syscall(
        ctypes.c_long(LANDLOCK_CREATE), attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0)
    )
    if ruleset < 0:
        return
    devices = (WRITE_FILE | (TRUNCATE if version >= WITH_TRUNCATE else 0)) & files
    for path, allowed in ((scratch, files), ("/dev/null", devices), ("/dev/tty", devices), ("/dev/shm", files)):  # noqa: S108 - shared memory
        try:
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        rule = struct.pack("=Qi", allowed, folder)
        libc.syscall(ctypes.c_long(LANDLOCK_ADD), ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0))
        os.close(folder)
    if libc.syscall(ctypes.c_long(LANDLOCK_RESTRICT), ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0:
        held.append("Landlock for files and TCP" if tcp else "Landlock for files")
    os.close(ruleset)


def run(spec: Spec, libc: ctypes.CDLL | None) -> int:
    """Start the interpreter below the first process of the namespace: when that ends, so does all that was started.

    The interpreter is not that first process itself, which signals do not end.
    """
    first = os.fork()
    if first == 0:
        _end_with_parent(libc)
        child = os.fork()
        if child == 0:
            _end_with_parent(libc)
            _become(spec.argv)
        os._exit(_status_of(child))
    return _status_of(first)


def _end_with_parent(libc: ctypes.CDLL | None) -> None:
    if libc is not None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _become(argv: list[str]) -> None:
    try:
        os.execv(argv[0], argv)  # noqa: S606 - no shell wanted
    except OSError as error:
        os.write(2, f"{argv[0]} cannot be started: {error.strerror}\n".encode())
        os._exit(127)


def _status_of(child: int) -> int:
    """Exit status of ``child``, 128 and the number for a signal; orphans that end before it are reaped."""
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


if __name__ == "__main__":
    os._exit(main(sys.argv[1]))

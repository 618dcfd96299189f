"""What the Linux kernel lets a process take from itself: namespaces, Landlock, seccomp. Standard library only."""

import ctypes
import fcntl
import os
import platform
import socket
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET, CLONE_NEWIPC = (
    0x00020000,
    0x10000000,
    0x20000000,
    0x40000000,
    0x08000000,
)
CLONE_THREAD = 0x00010000
CLONE_NEW = CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | 0x06000000
"""All flags of clone that make a namespace, those of cgroups and host names too."""
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
PR_SET_PDEATHSIG, PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 22, 36, 38
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 1, 2, 4, 4096, 16384, 1 << 18

# Landlock system calls have the same number on every architecture; flags as in linux/landlock.h.
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
WRITE_FILE, TRUNCATE, REFER = 1 << 1, 1 << 14, 1 << 13
CHANGES = sum(1 << bit for bit in range(4, 13)) | WRITE_FILE
TCP_BIND_AND_CONNECT = 3
ABSTRACT_SOCKETS_AND_SIGNALS = 3
# Versions of Landlock's interface that brought these rights.
WITH_REFER, WITH_TRUNCATE, WITH_TCP, WITH_SCOPES = 2, 3, 4, 6

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
"""Classic BPF: load a word, three jumps that compare with a constant, return (linux/filter.h)."""
_ALLOW, _KILL, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
_EPERM, _EACCES, _ENOSYS, _ECONNREFUSED = 1, 13, 38, 111
_X32 = 0x40000000
_MSG_FASTOPEN = 0x20000000
_UNIX, _INET, _INET6, _PACKET, _STREAM = 1, 2, 10, 17, 1
_TYPE_BITS = 0xF


class _Calls(NamedTuple):
    """Numbers of system calls on one architecture, -1 where it does not have the call."""

    audit: int
    connect: int
    sendto: int
    sendmsg: int
    sendmmsg: int
    listen: int
    socket: int
    clone: int
    clone3: int
    fork: int
    vfork: int
    kill: int
    tkill: int
    tgkill: int
    other_signals: tuple[int, ...]
    """Further calls that send signals."""
    dangerous: tuple[int, ...]
    """ptrace, process_vm_writev, mount, umount2, pivot_root, unshare, setns, bpf, the three of keys, perf_event_open,
    userfaultfd, open_by_handle_at, io_uring_setup, open_tree, move_mount, fsopen and mount_setattr: of no use to an
    import, and ways around the rest."""


_ARCHITECTURES = {
    "x86_64": _Calls(
        0xC000003E, 42, 44, 46, 307, 50, 41, 56, 435, 57, 58, 62, 200, 234, (129, 297, 424),
        (101, 311, 165, 166, 155, 272, 308, 321, 248, 249, 250, 298, 323, 304, 425, 428, 429, 430, 442),
    ),
    "aarch64": _Calls(
        0xC00000B7, 203, 206, 211, 269, 201, 198, 220, 435, -1, -1, 129, 130, 131, (138, 240, 424),
        (117, 271, 40, 39, 41, 97, 268, 280, 217, 218, 219, 241, 282, 265, 425, 428, 429, 430, 442),
    ),
}  # fmt: skip


def own_namespaces(libc: ctypes.CDLL, also: tuple[int, int] | None = None) -> list[str]:
    """No network, processes and mounts of its own, where the kernel lets this user have them.

    ``also`` are a user and a group that are to exist beside the own ones; only root can have that.
    """
    user, group = os.getuid(), os.getgid()
    isolated = CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNS
    held = []
    mapped = _mapped_from_outside(user, group, *also) if also and user == 0 else None
    if libc.unshare(CLONE_NEWUSER | isolated) == 0:
        if mapped is None or not mapped():
            _map(
                os.getpid(), (("setgroups", "deny"), ("uid_map", f"{user} {user} 1"), ("gid_map", f"{group} {group} 1"))
            )
        held.append("user namespace")
    elif libc.unshare(isolated) != 0:
        return []
    held += ["network namespace", "process namespace"]
    # Mounts made here are not to reach the system's own.
    if libc.mount(None, b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None) == 0:
        held.append("mount namespace")
    return held


def _map(process: int, texts: tuple[tuple[str, str], ...]) -> bool:
    done = True
    for name, text in texts:
        try:
            Path(f"/proc/{process}/{name}").write_text(text, "ascii")
        except OSError:
            done = False
    return done


def _mapped_from_outside(user: int, group: int, second_user: int, second_group: int) -> Callable[[], bool]:
    """Two users can only be mapped by a process that stayed outside: it is started now, and does so when called."""
    (waiting, going), (answering, answer) = os.pipe(), os.pipe()
    process = os.getpid()
    if os.fork() == 0:
        os.close(going)
        os.read(waiting, 1)
        users, groups = (
            f"{user} {user} 1\n{second_user} {second_user} 1",
            f"{group} {group} 1\n{second_group} {second_group} 1",
        )
        os.write(answer, b"1" if _map(process, (("uid_map", users), ("gid_map", groups))) else b"0")
        os._exit(0)
    os.close(waiting)
    os.close(answer)

    def mapped() -> bool:
        os.close(going)
        done = os.read(answering, 1) == b"1"
        os.close(answering)
        os.wait()
        return done

    return mapped


def raise_loopback() -> bool:
    """Let a network namespace reach itself: nothing else is in it."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            fcntl.ioctl(asking, SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))
    except OSError:
        return False
    return True


def show_instead(libc: ctypes.CDLL, path: str, other: str) -> bool:
    """Whoever opens ``path`` in this mount namespace gets the file ``other``."""
    done: int = libc.mount(os.fsencode(other), os.fsencode(path), None, ctypes.c_ulong(MS_BIND), None)
    return done == 0


def hide(libc: ctypes.CDLL, places: list[str]) -> bool:
    """Make each of the places that is there look empty; False where that was not possible for all."""
    hidden = True
    for place in places:
        path = os.fsencode(os.path.realpath(place))
        flags = MS_RDONLY | MS_NOSUID | MS_NODEV
        if os.path.isdir(path):
            done = libc.mount(b"none", path, b"tmpfs", ctypes.c_ulong(flags), b"size=4k")
        elif os.path.exists(path):
            done = libc.mount(b"/dev/null", path, None, ctypes.c_ulong(MS_BIND), None)
        else:
            continue
        hidden = hidden and done == 0
    return hidden


def landlock(libc: ctypes.CDLL, work: str, *, loopback: bool = False) -> list[str]:
    """Allow changes below ``work`` and to the plain devices only; forbid TCP (but to a ``loopback`` of its own) and signals
    where the kernel can."""
    version = libc.syscall(ctypes.c_long(LANDLOCK_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < 1:
        return []
    files = CHANGES | (REFER if version >= WITH_REFER else 0) | (TRUNCATE if version >= WITH_TRUNCATE else 0)
    tcp = TCP_BIND_AND_CONNECT if version >= WITH_TCP and not loopback else 0
    attributes = struct.pack("=Q", files)
    if version >= WITH_SCOPES:
        attributes = struct.pack("=QQQ", files, tcp, ABSTRACT_SOCKETS_AND_SIGNALS)
    elif version >= WITH_TCP:
        attributes = struct.pack("=QQ", files, tcp)
    ruleset = libc.syscall(
        ctypes.c_long(LANDLOCK_CREATE), attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0)
    )
    if ruleset < 0:
        return []
    devices = (WRITE_FILE | (TRUNCATE if version >= WITH_TRUNCATE else 0)) & files
    for path, allowed in ((work, files), ("/dev/null", devices), ("/dev/tty", devices), ("/dev/shm", files)):  # noqa: S108 - shared memory
        try:
            folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except OSError:
            continue
        rule = struct.pack("=Qi", allowed, folder)
        libc.syscall(ctypes.c_long(LANDLOCK_ADD), ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0))
        os.close(folder)
    done = libc.syscall(ctypes.c_long(LANDLOCK_RESTRICT), ctypes.c_int(ruleset), ctypes.c_uint32(0)) == 0
    os.close(ruleset)
    if not done:
        return []
    return ["Landlock for files and TCP" if tcp else "Landlock for files"]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def seccomp_for_tests(libc: ctypes.CDLL) -> list[str]:
    """Refuse what would lead out of the namespaces: sockets of the file system (a service of the host may listen at one),
    namespaces inside of them, and what no test has a use for. Processes and a loopback network go on."""
    calls = _ARCHITECTURES.get(platform.machine()) if sys.maxsize > 1 << 32 else None
    if calls is None:
        return []
    code = _beginning(calls)
    for number in calls.dangerous:
        code += _when(number, _fail(_EPERM))
    code += _when(calls.clone3, _fail(_ENOSYS))
    code += _when(calls.clone, [_argument(0), _op(_ANY_BIT, CLONE_NEW, 0, 1), *_fail(_EPERM), _op(_RETURN, _ALLOW)])
    code += _when(calls.socket, [_argument(0), _op(_EQUAL, _UNIX, 0, 1), *_fail(_EACCES), _op(_RETURN, _ALLOW)])
    return ["seccomp for namespaces and sockets of the host"] if _install(libc, code) else []


def seccomp(libc: ctypes.CDLL, *, network: bool, pids: bool) -> list[str]:
    """Refuse to start processes, to connect and what else an import has no use for; threads go on.

    ``network`` also refuses what a network namespace would: listening, and sockets without a connection.
    ``pids`` also refuses signals to other processes. The calling process must be the one that is confined.
    """
    calls = _ARCHITECTURES.get(platform.machine()) if sys.maxsize > 1 << 32 else None
    if calls is None:
        return []
    held = _install(libc, _filter(calls, network=network, pids=pids))
    return ["seccomp for processes and the network"] if held else []


def _install(libc: ctypes.CDLL, code: list[bytes]) -> bool:
    joined = b"".join((*code, _op(_RETURN, _ALLOW)))
    program = _Program(len(joined) // 8, joined)
    done: int = libc.prctl(PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0)
    return done == 0


def _beginning(calls: _Calls) -> list[bytes]:
    """Load the number of the call, where it is one of the architecture at all."""
    code = [_op(_LOAD, 4), _op(_EQUAL, calls.audit, 1, 0), _op(_RETURN, _KILL), _op(_LOAD, 0)]
    return code + ([_op(_AT_LEAST, _X32, 0, 1), _op(_RETURN, _FAIL | _EPERM)] if calls.fork >= 0 else [])


def _filter(calls: _Calls, *, network: bool, pids: bool) -> list[bytes]:
    """The filter: each rule looks at the number and, for some calls, at arguments; what no rule refuses is allowed."""
    code = _beginning(calls)
    for number in (calls.fork, calls.vfork, *calls.dangerous):
        code += _when(number, _fail(_EPERM))
    # The C library then uses clone, whose flags a filter can see.
    code += _when(calls.clone3, _fail(_ENOSYS))
    code += _when(calls.clone, [_argument(0), _op(_ANY_BIT, CLONE_THREAD, 1, 0), *_fail(_EPERM), _op(_RETURN, _ALLOW)])
    code += _when(calls.connect, _fail(_ECONNREFUSED))
    addressed = [_argument(4), _op(_EQUAL, 0, 0, 3), _op(_LOAD, 16 + 8 * 4 + 4), _op(_EQUAL, 0, 0, 1)]
    code += _when(calls.sendto, [*addressed, _op(_RETURN, _ALLOW), *_fail(_EACCES)])
    for number, flags in ((calls.sendmsg, 2), (calls.sendmmsg, 3)):
        code += _when(
            number, [_argument(flags), _op(_ANY_BIT, _MSG_FASTOPEN, 0, 1), *_fail(_EACCES), _op(_RETURN, _ALLOW)]
        )
    if network:
        code += _when(calls.listen, _fail(_EACCES))
        code += _when(calls.socket, _without_connection())
    if pids:
        own = os.getpid()
        for number in (calls.kill, calls.tgkill):
            code += _when(number, [_argument(0), _op(_EQUAL, own, 1, 0), *_fail(_EPERM), _op(_RETURN, _ALLOW)])
        for number in (calls.tkill, *calls.other_signals):
            code += _when(number, _fail(_EPERM))
    return code


def _without_connection() -> list[bytes]:
    """Refuse packet sockets, and of the Internet's all but streams."""
    return [
        _argument(0),
        _op(_EQUAL, _PACKET, 5, 0),
        _op(_EQUAL, _INET, 1, 0),
        _op(_EQUAL, _INET6, 0, 4),
        _argument(1),
        struct.pack("=HBBI", 0x54, 0, 0, _TYPE_BITS),
        _op(_EQUAL, _STREAM, 1, 0),
        *_fail(_EACCES),
        _op(_RETURN, _ALLOW),
    ]


def _when(number: int, then: list[bytes]) -> list[bytes]:
    """The instructions for one system call; after them the accumulator no longer holds the number, so they return."""
    return [] if number < 0 else [_op(_EQUAL, number, 0, len(then)), *then]


def _fail(error: int) -> list[bytes]:
    return [_op(_RETURN, _FAIL | error)]


def _argument(index: int) -> bytes:
    """Load the lower half of an argument; both architectures are little-endian."""
    return _op(_LOAD, 16 + 8 * index)


def _op(code: int, constant: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, constant)

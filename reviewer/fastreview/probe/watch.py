"""What an import does besides defining things: recorded, and refused where it would leave the scratch folder.

An audit hook sees what goes through Python. Native code is not seen; the sandbox around the process is for that.
"""

from __future__ import annotations

import errno
import os
import sys
import threading

from . import drivers
from .places import clean

MAX_EFFECTS = 300

_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_SPAWN = {
    "subprocess.Popen": 0,
    "os.system": 0,
    "os.posix_spawn": 0,
    "os.spawn": 1,
    "os.exec": 0,
    "os.startfile": 0,
    "os.fork": None,
    "os.forkpty": None,
}
# Index of each path argument, and of the dir_fd that goes with it (None where there is none).
_CHANGES = {
    "os.mkdir": ((0, 2),),
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((1, 3),),
    "os.symlink": ((1, 2),),
    "os.truncate": ((0, None),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.utime": ((0, 3),),
    "os.setxattr": ((0, None),),
    "os.removexattr": ((0, None),),
}
_LISTING = ("os.listdir", "os.scandir", "os.chdir")
# The standard library asks the system about itself with these (ldconfig, uname); nothing of the project is in it.
_ASKING = ("ctypes/util.py", "platform.py", "uuid.py")


class Ended(SystemExit):
    """Raised in place of ``os._exit``, which would take the answer with it."""


class Watch:
    """Side effects in the order seen, each with the project's line that caused it."""

    def __init__(self, project, scratch):
        self.project = project
        self.scratch = os.path.realpath(scratch).rstrip(os.sep) + os.sep
        # Written and read back within the import: nothing that the project would miss.
        self.temporary = self.scratch + "tmp" + os.sep
        self.effects = []
        self.seen = set()
        self.on = False
        self.refuse = True
        self.busy = threading.local()
        self.own_names = ()
        self.listed = ""
        """The path of the last folder that was to be listed or entered."""

    def record(self, event, detail, frame=None):
        path, line = self.project.caller(frame or sys._getframe(1))
        effect = (event, clean(detail, 200), path, line)
        if effect not in self.seen and len(self.effects) < MAX_EFFECTS:
            self.seen.add(effect)
            self.effects.append({"event": event, "detail": effect[1], "path": path, "line": line})

    def install(self):
        sys.addaudithook(self._hook)
        self._watch_threads()
        self._watch_exit()
        self._answer_names()
        drivers.watch(self)
        sys.stdout = Output(self, "stdout")
        sys.stderr = Output(self, "stderr")

    def _watch_threads(self):
        start = threading.Thread.start
        watch = self

        def started(self):
            if watch.on:
                target = getattr(self, "_target", None)
                name = getattr(target, "__qualname__", None) or type(self).__name__
                watch.record("thread", name, sys._getframe(1))
            return start(self)

        threading.Thread.start = started

    def _answer_names(self):
        """Names lead to this machine, where nothing answers: libraries that only look one up go on."""
        import socket

        look, watch = socket.getaddrinfo, self
        self.own_names = ("localhost", socket.gethostname())

        def getaddrinfo(host, *args, **options):
            if watch.on and watch.asks_network(host):
                watch.record("connect", "look up %s" % shown_host(host), sys._getframe(1))
                host = "127.0.0.1"
            return look(host, *args, **options)

        def gethostbyname(host):
            return getaddrinfo(host, None, socket.AF_INET)[0][4][0]

        socket.getaddrinfo, socket.gethostbyname = getaddrinfo, gethostbyname

    def asks_network(self, host):
        """Whether a name would have to be looked up; addresses are not, nor the machine itself."""
        name = shown_host(host)
        return bool(name) and not name.replace(".", "").isdigit() and ":" not in name and name not in self.own_names

    def _watch_exit(self):
        leave = os._exit

        def ended(status=0):
            if not self.on:
                leave(status)
            self.record("exit", "os._exit(%s)" % (status,), sys._getframe(1))
            raise Ended(status)

        os._exit = ended
        os.abort = lambda: ended(134)

    def _hook(self, event, args):
        if not self.on or getattr(self.busy, "now", False):
            return
        if event in _LISTING:
            self.listed = args[0] if args and isinstance(args[0], str) else self.listed
        elif event == "open" or event in _CHANGES or event in _SPAWN or event[:6] in ("socket", "sqlite", "os.kil"):
            self.busy.now = True
            try:
                self._judge(event, args)
            finally:
                self.busy.now = False

    def _judge(self, event, args):
        if event == "open":
            path, mode, flags = args
            writes = any(c in mode for c in "wax+") if isinstance(mode, str) else False
            if writes or (isinstance(flags, int) and flags & _WRITE_FLAGS):
                self._write(path, None, "open")
        elif event in _CHANGES:
            for index, folder in _CHANGES[event]:
                at = args[folder] if folder is not None and len(args) > folder else None
                self._write(args[index], at, event[3:])
        elif event in _SPAWN:
            self._spawn(event, args)
        elif event.startswith("socket."):
            self._network(event, args)
        elif event == "sqlite3.connect":
            self._database(args[0])
        elif event in ("os.kill", "os.killpg") and (event == "os.killpg" or args[0] != os.getpid()):
            self.record("spawn", "%s(%s, %s)" % (event, args[0], args[1]), sys._getframe(2))
            raise PermissionError(errno.EPERM, "refused while the app is looked at")

    def _inside(self, path, folder):
        if isinstance(path, int):
            return True
        path = os.fsdecode(path)
        if not os.path.isabs(path) and isinstance(folder, int) and folder >= 0:
            try:
                path = os.path.join(os.readlink("/proc/self/fd/%d" % folder), path)
            except OSError:
                return False
        real = os.path.realpath(path)
        return real.startswith(self.scratch) or real in ("/dev/null", "/dev/tty", "/dev/stdout", "/dev/stderr")

    def _write(self, path, folder, how):
        try:
            inside = self._inside(path, folder)
        except (TypeError, ValueError):
            return
        shown = path if isinstance(path, (str, int)) else os.fsdecode(path)
        if isinstance(path, int) or shown == os.devnull:
            return
        if inside and os.path.realpath(shown).startswith(self.temporary):
            return
        self.record("write", self._shown(how, shown), sys._getframe(3))
        if not inside and self.refuse:
            raise PermissionError(errno.EACCES, "Permission denied (outside the scratch copy)", shown)

    def _shown(self, how, path):
        below = self.project.relative(path) or path
        return "%s %s" % (how, below)

    def _database(self, database):
        name = os.fsdecode(database) if isinstance(database, (str, bytes)) or hasattr(database, "__fspath__") else ""
        if name in ("", ":memory:") or "mode=memory" in name:
            return
        path = name[5:].split("?")[0] if name.startswith("file:") else name
        if path in ("", ":memory:"):
            return
        self.record("write", self._shown("sqlite", path), sys._getframe(3))
        if self.refuse and not self._inside(path, None):
            import sqlite3

            raise sqlite3.OperationalError("unable to open database file (outside the scratch copy)")

    def _spawn(self, event, args):
        frame = sys._getframe(3)
        while frame is not None and frame.f_code.co_filename.replace("\\", "/").endswith("/subprocess.py"):
            frame = frame.f_back
        caller = frame.f_code.co_filename.replace("\\", "/") if frame is not None else ""
        if caller.endswith(_ASKING) and not self.project.relative(caller):
            return
        index = _SPAWN[event]
        what = event if index is None else args[index]
        if event == "subprocess.Popen" and len(args) > 1:
            what = args[1] if isinstance(args[1], (str, bytes)) else " ".join(map(str, args[1] or [what]))
        self.record("spawn", what, sys._getframe(3))
        if self.refuse:
            raise PermissionError(errno.EACCES, "Permission denied (no processes are started)", str(what)[:100])

    def _network(self, event, args):
        import socket

        frame = sys._getframe(3)
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"):
            address = args[1] if len(args) > 1 else ""
            if event == "socket.bind":
                if isinstance(address, tuple) and len(address) > 1 and address[1] == 0:
                    return
                self.record("connect", "listen on %s" % (address,), frame)
            else:
                datagram = getattr(args[0], "type", None) == socket.SOCK_DGRAM
                self.record("connect", "%s%s" % ("udp " if datagram else "", address), frame)
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused (no network here)")
        if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
            own = shown_host(args[0]) in self.own_names
            if own or (event == "socket.getaddrinfo" and not self.asks_network(args[0])):
                return
            self.record("connect", "look up %s" % shown_host(args[0]), frame)
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution (no network here)")


def shown_host(host):
    return os.fsdecode(host) if isinstance(host, (str, bytes)) else ""


class Output:
    """Stands in for standard output and error: notes that something was printed, and drops it."""

    encoding = "utf-8"
    errors = "replace"
    newlines = None
    closed = False
    mode = "w"

    def __init__(self, watch, name):
        self.watch = watch
        self.name = "<%s>" % name
        self.buffer = RawOutput(self)

    def write(self, text):
        if self.watch.on and self.name == "<stdout>" and isinstance(text, str) and text.strip():
            self.watch.record("output", text[:80], sys._getframe(1))
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def close(self):
        pass

    def isatty(self):
        return False

    def readable(self):
        return False

    def writable(self):
        return True

    def seekable(self):
        return False

    def reconfigure(self, **options):
        pass

    def fileno(self):
        return 1 if self.name == "<stdout>" else 2


class RawOutput:
    """The binary side of `Output`."""

    closed = False

    def __init__(self, text):
        self.text = text
        self.name = text.name

    def write(self, data):
        self.text.write(bytes(data[:400]).decode("utf-8", "replace"))
        return len(data)

    def flush(self):
        pass

    def close(self):
        pass

    def isatty(self):
        return False

    def writable(self):
        return True

    def fileno(self):
        return self.text.fileno()

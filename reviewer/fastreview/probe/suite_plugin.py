"""The pytest plugin of a run: which tests there are, how each ended and why, and what it needed that is not there."""

from __future__ import annotations

import errno
import os
import random
import re
import signal
import sys
import threading
import time

import pytest

from .places import clean

SAVE_SECONDS = 15.0
PATIENCE = 15.0
"""Seconds after its time in which a test that was interrupted may end by itself."""
MAX_REASON = 300
MAX_COLLECTED = 20_000

_REFUSED = (errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.ENONET)
# How drivers whose native parts connect by themselves put it, with the address where they name it.
_UNREACHED = re.compile(
    r"connection to server at \"(?P<a>[^\"]+)\"[^,]*, port (?P<ap>\d+) failed(?!: FATAL)"
    r"|Can't connect to \S+ server on '(?P<b>[^']+)'"
    r"|could not translate host name \"(?P<d>[^\"]+)\""
    r"|(?P<c>[\w.-]+):(?P<cp>\d{2,5})[^\n]{0,60}(?:Connection refused|Name or service not known|Temporary failure|timed out)"
    r"|(?:Connection refused|Connect call failed|could not translate host name|Name or service not known"
    r"|nodename nor servname|Temporary failure in name resolution|Network is unreachable|All connection attempts failed"
    r"|ServerSelectionTimeoutError|NoBrokersAvailable|MaxRetryError|no pg_hba\.conf entry)"
)
_OWN_HOSTS = frozenset(("", b"", "localhost", "127.0.0.1", "::1", "0.0.0.0"))  # noqa: S104 - nothing is bound
_DOCKER = re.compile(
    r"DockerException|No such file or directory: 'docker\b|docker\.(?:errors|sock)|testcontainers"
    r"|Error while fetching server API version"
)
_PROGRAM = re.compile(r"^No ([\w.+-]{2,40}) was found: either install")
_SECRET = re.compile(
    r"(?i)(?:api[_ ]?key|token|credential|secret|environment variable)s? [^\n]{0,60}"
    r"(?:must be|not set|is not|required|missing)"
    r"|(?-i:\b[A-Z][A-Z0-9]+_[A-Z0-9_]+) must be set|NoCredentialsError|DefaultCredentialsError"
    r"|Unable to locate credentials"
)


class Overtime(BaseException):
    """Raised inside a test whose time is up; not an `Exception`, which tests catch."""


_wrapper = pytest.hookimpl(hookwrapper=True)
_first = pytest.hookimpl(tryfirst=True)
_last = pytest.hookimpl(trylast=True)


class Plugin:
    """The hooks in the order in which pytest calls them. ``seen`` and ``monitor`` are told which test runs."""

    def __init__(self, run, seen, monitor):
        self.run, self.request, self.stream = run, run.request, run.stream
        self.seen, self.monitor = seen, monitor
        self.limit = float(run.request["seconds_per_test"])
        self.number = 0
        self.phases = {}
        self.needs = ""
        self.began = 0.0
        self.saved = time.monotonic()
        self.connects = []
        self.collected = 0
        self.main = threading.main_thread()
        sys.addaudithook(self.audit)

    # Collection

    @_first
    def pytest_load_initial_conftests(self):
        # Not before: pytest complains of plugins that were imported before it could prepare them, and Starlette imports
        # one (anyio).
        self.seen.install()

    def pytest_collectreport(self, report):
        if report.failed:
            text, need = first_line(report.longrepr), needed(str(report.longrepr)[-4000:], self.connects)
            self.stream.tell("unreadable", id=clean(report.nodeid, 400), reason=text, need=need)
        self.connects = []

    @_last
    def pytest_collection_modifyitems(self, items):
        if self.request["seed"] is not None:
            # Files, then classes and functions in them: what is shared within a module is set up once all the same.
            random.Random(self.request["seed"]).shuffle(items)  # noqa: S311 - an order, no secret
            order = {}
            for item in items:
                order.setdefault(getattr(item, "fspath", None), len(order))
            items.sort(key=lambda item: order[getattr(item, "fspath", None)])
        self.collected = len(items)
        self.stream.tell("collected", count=len(items))
        for start in range(0, min(len(items), MAX_COLLECTED), 200):
            self.stream.tell("tests", tests=[self.place(item) for item in items[start : start + 200]])
        done, only = frozenset(self.request["done"]), frozenset(self.request["only"])
        named = [(clean(item.nodeid, 400), item) for item in items]
        items[:] = [item for name, item in named if name not in done and (not only or name in only)]

    def place(self, item):
        path, line = "", 0
        try:
            function = getattr(item, "function", None) or getattr(item, "obj", None)
            place = self.run.project.place(function) if function is not None else None
            if place and place["path"]:
                path, line = place["path"], place["line"]
            else:
                path, line = self.run.project.relative(str(item.location[0])), (item.location[1] or -1) + 1
        except Exception:
            path, line = "", 0
        return [clean(item.nodeid, 400), path, line]

    # Running

    @_wrapper
    def pytest_runtest_protocol(self, item, nextitem):
        if time.monotonic() > self.run.deadline:
            item.session.shouldstop = "the time is up"
            self.stream.tell("late", left=item.nodeid)
        self.number += 1
        self.phases, self.needs, self.connects = {}, "", []
        self.began = time.monotonic()
        self.run.test = item.nodeid
        self.seen.begin()
        self.monitor.test = clean(item.nodeid, 400)
        self.stream.tell("begin", id=clean(item.nodeid, 400), number=self.number)
        self.context("s")
        self.alarm(self.limit)
        try:
            yield
        finally:
            self.alarm(0)
            self.context("")
            self.tell(item)
            self.run.test, self.monitor.test = "", ""
            if time.monotonic() - self.saved > SAVE_SECONDS:
                self.run.keep()
                self.saved = time.monotonic()

    @_wrapper
    def pytest_runtest_call(self, item):
        self.context("c")
        yield
        self.context("s")

    def context(self, phase):
        if self.run.measuring is not None:
            self.run.measuring.context("%s:%d%s" % (self.request["round"], self.number, phase) if phase else "")

    def alarm(self, seconds):
        if hasattr(signal, "setitimer") and threading.current_thread() is self.main:
            signal.signal(signal.SIGALRM, self.interrupt)
            signal.setitimer(signal.ITIMER_REAL, seconds)

    def interrupt(self, number, frame):
        raise Overtime("it took longer than %d seconds" % self.limit)

    @_wrapper
    def pytest_runtest_makereport(self, item, call):
        if call.excinfo is not None and not self.needs:
            self.needs = needed_by(call.excinfo.value, self.connects, os.path.dirname(self.request["data"]))
        yield

    def pytest_runtest_logreport(self, report):
        self.phases[report.when] = (
            report.outcome,
            float(report.duration),
            hasattr(report, "wasxfail"),
            first_line(report.longrepr) if report.longrepr else str(getattr(report, "wasxfail", "")),
        )

    def tell(self, item):
        outcome, reason = ended(self.phases)
        self.stream.tell(
            "test",
            id=clean(item.nodeid, 400),
            number=self.number,
            outcome=outcome,
            reason=clean(reason, MAX_REASON),
            need=self.needs if outcome in ("failed", "error") else "",
            seconds=round(sum(phase[1] for phase in self.phases.values()), 4),
            requests=self.seen.end(),
        )

        stalls = self.monitor.news()
        if stalls:
            self.stream.tell("stalls", stalls=stalls)

    def pytest_internalerror(self, excrepr):
        self.stream.tell("internal", reason=clean(str(excrepr).strip().rpartition("\n")[2], MAX_REASON))

    # Beside the tests

    def audit(self, event, arguments):
        if event == "socket.connect" and len(self.connects) < 50:
            address = arguments[1]
            if isinstance(address, tuple) and len(address) > 1:
                self.connects.append("%s:%s" % (clean(address[0], 100), clean(address[1], 10)))
        elif event == "socket.getaddrinfo" and len(self.connects) < 50:
            host = arguments[0]
            if isinstance(host, (str, bytes)) and host not in _OWN_HOSTS:
                self.connects.append("%s:%s" % (clean(host, 100), clean(arguments[1], 10)))

    def watch(self):
        """End the process where a test does not listen to the alarm; the others get their turn in another one."""
        while True:
            time.sleep(1.0)
            if self.run.test and time.monotonic() - self.began > self.limit + PATIENCE:
                where = self.run.project.caller(sys._current_frames().get(self.main.ident))
                self.stream.tell("hung", id=clean(self.run.test, 400), number=self.number, path=where[0], line=where[1])
                self.run.end()
            if not self.run.test and time.monotonic() > self.run.deadline + PATIENCE:
                where = self.run.project.caller(sys._current_frames().get(self.main.ident))
                self.stream.tell("stuck", path=where[0], line=where[1], collected=self.collected)
                self.run.end()


def ended(phases):
    """Outcome of a test and the reason, from its set-up, call and tear-down."""
    setup, call, teardown = (phases.get(name) for name in ("setup", "call", "teardown"))
    for phase in (setup, teardown):
        if phase and phase[0] == "failed":
            return "error", phase[3]
    for phase in (setup, call):
        if phase and phase[0] == "skipped":
            return ("xfailed" if phase[2] else "skipped"), phase[3]
    if call is None:
        return "unknown", "it did not end"
    if call[0] == "passed" and call[2]:
        return "xpassed", call[3]
    return call[0], call[3] if call[0] == "failed" else ""


def first_line(longrepr):
    """What failed, in one line: "ConnectionRefusedError: [Errno 111] ..."."""
    crash = getattr(longrepr, "reprcrash", None)
    text = getattr(crash, "message", None)
    if text is None and isinstance(longrepr, tuple) and len(longrepr) == 3:
        text = longrepr[2]
    if text is None:
        lines = [line[1:].strip() for line in str(longrepr)[-20000:].splitlines() if line.startswith("E ")]
        if not lines:
            lines = [line.strip() for line in str(longrepr)[-20000:].splitlines() if line.strip()][-1:]
        text = lines[0] if lines else ""
    lines = [line.strip() for line in str(text)[:4000].splitlines() if line.strip()]
    return clean(lines[0] if lines else "", MAX_REASON)


def needed_by(error, connects, work):
    """What an exception says that the test needed and did not have, or ""."""
    one, seen = error, []
    while one is not None and len(seen) < 30 and not any(one is other for other in seen):
        seen.append(one)
        for inner in (one, *tuple(getattr(one, "exceptions", ()) or ())[:5]):
            name = "%s.%s" % (type(inner).__module__, type(inner).__name__)
            try:
                text = "%s: %s" % (name, str(inner)[:3000])
            except Exception:
                text = name
            if isinstance(inner, OSError) and inner.errno in (errno.EACCES, errno.EROFS) and inner.filename:
                # The sandbox says no; elsewhere the test may well pass.
                path = os.path.abspath(os.fsdecode(inner.filename))
                if not path.startswith(work + os.sep):
                    return "to change %s, outside of the scratch copy" % clean(path, 150)
            program = program_missed(inner)
            if program:
                return "the program %s" % program
            refused = isinstance(inner, OSError) and inner.errno in _REFUSED
            found = needed(text, connects, refused=refused and not isinstance(inner, PermissionError))
            if found:
                return found
        one = one.__cause__ or one.__context__
    return ""


def program_missed(error):
    """The name of a program that could not be started because it is not installed, or ""."""
    if isinstance(error, FileNotFoundError) and isinstance(error.filename, str) and os.sep not in error.filename:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is not None and trace.tb_frame.f_globals.get("__name__") in ("subprocess", "asyncio.unix_events"):
            return clean(error.filename, 60)
    found = _PROGRAM.search(str(error)[:400]) if isinstance(error, OSError) else None
    return found.group(1) if found else ""


def needed(text, connects, *, refused=False):
    if _DOCKER.search(text):
        return "Docker"
    found = _UNREACHED.search(text)
    if found:
        host = found.group("a") or found.group("b") or found.group("c") or found.group("d")
        port = found.group("ap") or found.group("cp")
        if host:
            return "a server at %s" % clean(":".join(filter(None, (host, port))), 120)
    if found or refused or "gaierror" in text:
        return "a server at %s" % connects[-1] if connects else "a server"
    if _SECRET.search(text) or (
        text.startswith("builtins.KeyError") and re.search(r"'[A-Z][A-Z0-9]+_[A-Z0-9_]+'", text)
    ):
        return "a secret or setting (%s)" % clean(text.partition(": ")[2], 100)
    return ""

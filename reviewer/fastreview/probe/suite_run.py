"""One run of the project's test suite: pytest under coverage.py, with what the plugin sees streamed to a file.

Every line of that file is a JSON object with a ``kind``; it is complete up to the moment in which the process ended,
however it did.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from importlib.util import find_spec

from .places import Project, clean
from .run import private_json

MAX_LINE = 200_000


class Stream:
    """The file that is told what happened, a line at a time; out of reach of a project that closes or replaces files."""

    def __init__(self, path, dumps):
        self.number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0), 0o600)
        self.dumps = dumps
        self.process = os.getpid()
        self.write, self.getpid = os.write, os.getpid

    def tell(self, kind, **what):
        # What a test forks has copies of everything here, and nothing to say.
        if self.getpid() != self.process:
            return
        line = self.dumps(dict(what, kind=kind))
        if len(line) < MAX_LINE:
            self.write(self.number, (line + "\n").encode("utf-8", "replace"))


class Measuring:
    """coverage.py around the run, or nothing where it is not installed. ``place`` is where its data goes."""

    def __init__(self, request):
        self.coverage = None
        self.reason = ""
        self.version = ""
        try:
            import coverage
        except Exception as error:
            self.reason = "coverage.py cannot be imported: %s" % clean(error, 200)
            return
        self.version = str(getattr(coverage, "__version__", ""))
        # The tracer written in C is the only one that tells apart tests and greenlets in every version.
        os.environ["COVERAGE_CORE"] = "ctrace"
        concurrency = ["thread"]
        if find_spec("greenlet"):
            concurrency.append("greenlet")
        root = request["project"]
        left_out = []
        for pattern in request["left_out"]:
            left_out += [os.path.join(root, pattern), os.path.join(root, "*", pattern)]
        try:
            self.coverage = coverage.Coverage(
                data_file=request["data"],
                branch=True,
                config_file=False,
                source=[root],
                omit=left_out,
                concurrency=concurrency,
                messages=False,
            )
            self.coverage.start()
        except Exception as error:
            self.coverage = None
            self.reason = "coverage.py %s cannot be started: %s" % (self.version, clean(error, 200))

    def context(self, name):
        if self.coverage is not None:
            try:
                self.coverage.switch_context(name)
            except Exception as error:
                self.lost(error)

    def keep(self):
        """Write what was measured so far."""
        if self.coverage is not None:
            try:
                self.coverage.save()
            except Exception as error:
                self.lost(error)

    def lost(self, error):
        self.reason = self.reason or "coverage.py stopped: %s" % clean(error, 200)


class Run:
    """What the parts of a run share."""

    def __init__(self, request, dumps):
        self.request = request
        self.project = Project([request["project"], *request.get("originals", ())])
        self.stream = Stream(request["results"], dumps)
        self.started = time.monotonic()
        self.deadline = self.started + float(request["seconds"])
        self.leave = os._exit
        self.measuring = None
        self.test = ""
        """Id of the test that is running."""

    def prepare(self):
        request = self.request
        roots = [request["cwd"], *request["import_roots"]]
        own = [entry for entry in sys.path if entry and entry not in roots]
        sys.path[:] = list(dict.fromkeys(roots)) + own + list(request["side"])
        os.chdir(request["cwd"])
        sys.argv[:] = ["pytest"]

    def keep(self):
        if self.measuring is not None:
            self.measuring.keep()

    def end(self):
        self.keep()
        self.leave(0)

    def guard_exit(self):
        """``os._exit`` would take along what was measured."""
        leave, process, getpid = os._exit, os.getpid(), os.getpid

        def _exit(status=0):
            if getpid() == process:
                self.stream.tell("exit", id=clean(self.test, 400), status=str(status)[:50])
                self.end()
            leave(status)

        os._exit = _exit


def main(path):
    load, dumps = private_json()
    with open(path, encoding="utf-8") as file:
        request = load(file)
    if request["task"] == "measure":
        from . import measured

        measured.main(request, dumps)
        return
    run = Run(request, dumps)
    run.prepare()
    run.guard_exit()
    if request["measure"]:
        run.measuring = Measuring(request)
    try:
        suite(run)
    except BaseException as error:
        run.stream.tell("broken", reason="%s: %s" % (type(error).__name__, clean(error, 400)))
    # Threads and exit handlers of the project have nothing more to say.
    run.end()


def suite(run):
    request, measuring = run.request, run.measuring
    try:
        import pytest
    except BaseException as error:
        run.stream.tell("broken", reason="pytest cannot be imported: %s" % clean(error, 300))
        return
    run.stream.tell(
        "versions",
        python="%d.%d.%d" % sys.version_info[:3],
        pytest=str(getattr(pytest, "__version__", "")),
        coverage=measuring.version if measuring else "",
        reason=measuring.reason if measuring else "",
    )
    from . import asgi_seen, loop_monitor
    from .suite_plugin import Plugin

    # Only a suite that installs its own event loop policy is not watched.
    monitor = loop_monitor.Monitor(run.project, float(request["floor"]) / 1000.0)
    monitor.install()
    seen = asgi_seen.Seen(run.project)
    plugin = Plugin(run, seen, monitor)
    threading.Thread(target=plugin.watch, daemon=True).start()
    status = pytest.main(list(request["arguments"]), plugins=[plugin])
    run.stream.tell("end", status=int(status), measuring=measuring.reason if measuring else "")
    monitor.stop()

"""Requests to an application without a network and without credentials, and what its answers show.

No endpoint function that FastAPI calls is run, but for those that tell the service's health: a stand-in takes its place
once its dependencies are solved, so no request, whatever it holds, gets to what the endpoint does. What FastAPI does not call
(plain routes, mounted foreign applications, streaming endpoints) is sent no more than a GET of a path that nobody knows.
"""

from __future__ import annotations

import contextlib
import time

from .answers import DECODE, single, told
from .asgi import Server
from .asking import Asking
from .loop_monitor import Monitor
from .places import clean
from .stand_ins import Endpoints, Scratch

MAX_APPS = 4
MAX_HUNG = 3
MAX_STALLS = 50
HELD = 0.05
"""Seconds from which on it is told that a request held the event loop."""
MAX_ATTEMPTS = 50
LIFESPAN_SECONDS = 4.0
TOTAL_SECONDS = 10.0
RESERVE = 2.0
"""Seconds before the end of the run at which requests stop, to write the answer in."""
_NOTHING = {"startup": {}, "shutdown": {}, "left_out": 0, "reason": "", "seconds": 0.0}


def ask_all(described, run):
    """Send requests to the applications that ``run`` described, `describe.Described` each, as far as its time goes."""
    reason = unprotected(run.request)
    described = distinct(described)
    for one in described[:MAX_APPS]:
        one.facts["http"] = {"reason": reason or "the process ended while requests were sent"}
    # What lifespan and requests do from here on is not the import's doing.
    effects = run.watch.effects
    run.facts["side_effects"] = list(effects)
    run.write(done=True)
    left = float(run.request["seconds"]) - (time.monotonic() - run.started) - RESERVE
    deadline = time.monotonic() + min(TOTAL_SECONDS, left)
    for one in [] if reason else described[:MAX_APPS]:
        before = len(effects)
        http = one.facts["http"] = dict(_NOTHING, exchanges=[])
        run.watch.on = True
        try:
            Exchanges(one, http, run.project, deadline).send()
        except BaseException as error:
            http["reason"] = http["reason"] or "requests could not be sent: %s" % told(error)
        finally:
            run.watch.on = False
        http["attempts"] = attempts(effects[before:])
        run.write(done=True)


def distinct(described):
    """Without applications that others mount, and without what a factory builds again of one that a module holds."""
    mounted = [app for one in described for app in one.mounted]
    found = {}
    for one in described:
        if any(one.app is app for app in mounted):
            continue
        place = one.facts["place"]
        table = tuple((route["path"], str(route["endpoint"])) for route in one.facts["routes"])
        found.setdefault((place["path"] or id(one), place["line"], table), one)
    return list(found.values())


def unprotected(request):
    """Why no requests may be sent, or "". Native database drivers are not seen by an audit hook."""
    try:
        with open(request["isolation"], encoding="utf-8") as file:
            held = DECODE(file.read(10000))
    except (KeyError, OSError, ValueError, TypeError):
        held = []
    if any("network" in protection for protection in held):
        return ""
    return "the system cannot take the network away from the process"


class Exchanges:
    """Asks one application."""

    def __init__(self, described, http, project, deadline):
        self.outer = described.outer
        self.app = described.app
        self.facts = described.facts
        self.calls = described.calls
        self.project = project
        self.deadline = deadline
        self.http = http
        self.scratch = Scratch(self.app)
        self.endpoints = Endpoints(self.scratch.endpoints.values())
        self.hung = 0
        self.monitor = Monitor(project, HELD, traced=False)

    def send(self):
        """Fill ``http`` as the answers come: what was learnt before the time was up is kept."""
        start = time.monotonic()
        if self.left() < 1:
            self.http["reason"] = "there was no time left to send requests"
            return
        with self.endpoints.held_back(), self.scratch.routes(), self.watched():
            server = Server(self.outer, self.host())
            if self.facts.get("lifespan") or self.facts.get("startup"):
                # First, while nothing that the lifespan leaves behind is there.
                self.without_lifespan(server)
            began = time.monotonic()
            state, error = server.start(min(LIFESPAN_SECONDS, self.left()))
            self.http["startup"] = self.phase(state, error, began)
            self.session(server, state == "ok")
            if state == "ok":
                began = time.monotonic()
                state, error = server.stop(max(0.1, min(LIFESPAN_SECONDS, self.left())))
                self.http["shutdown"] = self.phase(state, error, began)
            server.close()
        self.http["seconds"] = round(time.monotonic() - start, 3)

    @contextlib.contextmanager
    def watched(self):
        self.monitor.install()
        self.http["monitored"] = True
        try:
            yield
        finally:
            self.monitor.stop()
            self.http["stalls"] = [
                {
                    "milliseconds": one["milliseconds"],
                    "stack": [[frame["path"], frame["line"], frame["function"]] for frame in one["stack"]],
                    "call": one["call"],
                    "method": one["method"],
                    "route": one["route"],
                    "count": one["count"],
                    "steady": one["steady"],
                }
                for one in self.monitor.news()[:MAX_STALLS]
                if one["route"]
            ]

    def session(self, server, alive):
        ask = Asking(self, server, alive)
        ask.unknown_path()
        for kind in self.scratch.endpoints:
            ask.scratch(kind)
        ask.wrong_method()
        ask.invalid_bodies()
        ask.preflight()
        ask.health()
        ask.without_credentials()

    def without_lifespan(self, server):
        ask = Asking(self, server, False)
        ask.unknown_path()
        ask.health()

    def phase(self, state, error, began):
        place = self.raised(error)
        return {
            "state": state,
            "error": told(error),
            "path": place["path"],
            "line": place["line"],
            "milliseconds": round((time.monotonic() - began) * 1000, 1),
        }

    def raised(self, error):
        error = single(error)
        place = self.project.raised(error) if error is not None else None
        return place or {"path": "", "line": 0}

    def left(self):
        """Seconds; none where the application hung too often."""
        return 0.0 if self.hung >= MAX_HUNG else self.deadline - time.monotonic()

    def host(self):
        """One that a check of hosts lets pass."""
        for item in getattr(self.app, "user_middleware", ()):
            options = getattr(item, "kwargs", None) or getattr(item, "options", None) or {}
            for host in list(options.get("allowed_hosts") or ())[:1]:
                if isinstance(host, str) and host.isascii() and host.strip("*"):
                    return host.replace("*", "www")
        return "localhost"


def attempts(effects):
    tried = [item for item in effects if item["event"] in ("connect", "spawn", "exit")]
    return [clean("%s %s" % (item["event"], item["detail"]), 200) for item in tried[:MAX_ATTEMPTS]]

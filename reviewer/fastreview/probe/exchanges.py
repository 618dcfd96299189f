"""Requests to an application without a network and without credentials, and what its answers show.

No endpoint function that FastAPI calls is run, but for those that tell the service's health: a stand-in takes its place
once its dependencies are solved, so no request, whatever it holds, gets to what the endpoint does. What FastAPI does not call
(plain routes, mounted foreign applications, streaming endpoints) is sent no more than a GET of a path that nobody knows.
"""

from __future__ import annotations

import contextlib
import inspect
import json
import re
import time
import uuid

from fastapi import routing
from starlette.exceptions import HTTPException
from starlette.responses import Response

from .asgi import Server
from .loop_monitor import Monitor
from .places import clean, definition

MAX_APPS = 4
MAX_ROUTES = 300
MAX_INVALID_BODIES = 3
MAX_HEALTH = 6
MAX_HUNG = 3
MAX_FAILED = 25
"""Server errors in a row after which no more routes are asked: without its services the application has no answers."""
MAX_SHAPE = 40
MAX_STALLS = 50
HELD = 0.05
"""Seconds from which on it is told that a request held the event loop."""
MAX_ATTEMPTS = 50
SECONDS = 2.0
LIFESPAN_SECONDS = 4.0
TOTAL_SECONDS = 10.0
RESERVE = 2.0
"""Seconds before the end of the run at which requests stop, to write the answer in."""

MARK = "fastreview-7f3a"
"""In paths and ids of our own."""
MESSAGE = "cannot-be-divided-9c1e"
"""Of the error that a scratch route raises: found in the answer, it was handed to the client."""

_MUTATING = ("POST", "PUT", "PATCH", "DELETE")
_HEALTH = re.compile(
    r"(?i)(?:^|[/_-])(?:health\w*|live|livez|liveness|alive|ready|readyz|readiness|ping|status|heartbeat)/?$"
)
_PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")
_ID_HEADER = re.compile(r"(?:request|correlation|trace|operation)[-_]?id|^traceparent$")
_PATH = re.compile(r"/[\w.-]{1,60}/[\w./-]{0,200}\.py\b|File \"")
_HEADERS = re.compile(
    r"content-type|www-authenticate|access-control-[\w-]+|location|allow|retry-after|vary|server|cache-control"
    r"|strict-transport-security|x-content-type-options|x-frame-options|content-security-policy|referrer-policy"
    r"|x-powered-by|(?:x-)?(?:request|correlation|trace)-?id|traceparent|deprecation"
)
_VALUES = (
    ("uuid", "00000000-0000-4000-8000-000000000000"), ("datetime", "2020-01-01T00:00:00"), ("date", "2020-01-01"),
    ("int", "1"), ("float", "1.5"), ("decimal", "1.5"), ("bool", "true"), ("email", "nobody@example.invalid"),
)  # fmt: skip
_NOTHING = {"startup": {}, "shutdown": {}, "left_out": 0, "reason": "", "seconds": 0.0}
_DECODE = json.JSONDecoder().decode


class Scratch:
    """Routes of our own, ahead of the project's, for as long as requests are sent."""

    def __init__(self, app):
        self.app = app
        self.prefix = "/%s-%s" % (MARK, uuid.uuid4().hex[:8])

        async def unhandled():
            raise RuntimeError(MESSAGE)

        async def raised():
            raise HTTPException(status_code=409, detail="refused")

        async def query(number):
            return {"number": number}

        # No text annotation: this file's are not evaluated where the route looks for them.
        query.__annotations__ = {"number": int}
        self.endpoints = {"unhandled": unhandled, "raised": raised, "invalid-query": query}

    @contextlib.contextmanager
    def routes(self):
        held = self.app.router.routes
        own = [
            # Summary and tags: middleware that keeps a log reads them.
            routing.APIRoute(
                "%s/%s" % (self.prefix, kind),
                endpoint,
                methods=["GET"],
                include_in_schema=False,
                summary=kind,
                tags=[MARK],
            )
            for kind, endpoint in self.endpoints.items()
        ]
        held[:0] = own
        try:
            yield
        finally:
            held[:] = [route for route in held if not any(route is one for one in own)]


class Endpoints:
    """Stands in for FastAPI's call of the endpoint, under which name every version has looked it up since 0.68."""

    def __init__(self, own):
        self.call = routing.run_endpoint_function
        self.own = list(own)
        self.allowed = ()
        self.reached = None

    @contextlib.contextmanager
    def held_back(self):
        routing.run_endpoint_function = self.run
        try:
            yield
        finally:
            routing.run_endpoint_function = self.call

    async def run(self, **arguments):
        self.reached = arguments["dependant"].call
        if any(definition(self.reached) is definition(endpoint) for endpoint in (*self.own, *self.allowed)):
            return await self.call(**arguments)
        return Response(status_code=204)


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
            held = _DECODE(file.read(10000))
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


class Asking:
    """The kinds of requests, each a method."""

    def __init__(self, exchanges, server, alive):
        self.all = exchanges
        self.server = server
        self.alive = alive
        self.routes = [route for route in exchanges.facts["routes"] if route["kind"] == "http"]
        self.failed = 0
        """Server errors in a row."""

    def unknown_path(self):
        self.ask("unknown-path", "GET", "/%s" % MARK)

    def scratch(self, kind):
        path = "%s/%s" % (self.all.scratch.prefix, kind)
        self.ask(kind, "GET", path + ("?number=none" if kind == "invalid-query" else ""), shown="")

    def wrong_method(self):
        for route in [route for route in self.routes if "{" not in route["path"]][:20]:
            patterns = [other for other in self.all.facts["routes"] if matches(other, route["path"])]
            if any(not other["methods"] for other in patterns):
                # Mounted applications and plain routes may take any method.
                continue
            taken = {method for other in patterns for method in other["methods"]}
            free = [method for method in ("DELETE", "PATCH", "PUT", "POST") if method not in taken]
            if free:
                self.ask("wrong-method", free[0], route["path"])
                return

    def invalid_bodies(self):
        asked = 0
        for route in self.routes:
            if any(parameter["where"] == "body" for parameter in route["parameters"]) and asked < MAX_INVALID_BODIES:
                asked += 1
                body = b'{"%s": ' % MARK.encode()
                self.ask("invalid-body", method_of(route), filled(route), body, route)

    def preflight(self):
        for route in self.routes[:1]:
            asked = [
                ("origin", "https://%s.example" % MARK),
                ("access-control-request-method", method_of(route)),
                ("access-control-request-headers", "authorization"),
            ]
            self.ask("preflight", "OPTIONS", filled(route), route=route, headers=asked)

    def health(self):
        found = [
            route for route in self.routes
            if "GET" in route["methods"] and "{" not in route["path"] and _HEALTH.search(route["path"])
        ]  # fmt: skip
        for route in found[:MAX_HEALTH]:
            endpoint = self.all.calls.get(route["order"])
            self.all.endpoints.allowed = (endpoint,) if endpoint is not None else ()
            self.ask("health", "GET", route["path"], route=route)
        self.all.endpoints.allowed = ()

    def without_credentials(self):
        """Every route once, those that change something or that a security scheme guards first."""
        first = sorted(self.routes, key=lambda route: (not set(route["methods"]) & set(_MUTATING), not guarded(route)))
        for number, route in enumerate(first):
            endpoint = self.all.calls.get(route["order"])
            if streams(endpoint):
                continue
            if number >= MAX_ROUTES or self.all.left() <= 0 or self.failed >= MAX_FAILED:
                self.all.http["left_out"] = len(first) - number
                return
            method = method_of(route)
            body = b"{}" if method in _MUTATING else b""
            self.ask("without-credentials", method, filled(route), body, route)

    def ask(self, kind, method, path, body=b"", route=None, headers=(), shown=None):
        seconds = min(SECONDS, self.all.left())
        if seconds <= 0:
            return
        own = "%s-%s" % (MARK, uuid.uuid4().hex)
        sent = [("accept", "application/json"), ("x-request-id", own), ("x-correlation-id", own), *headers]
        if body:
            sent.append(("content-type", "application/json"))
        self.all.endpoints.reached = None
        self.all.monitor.asked = {"method": method, "route": clean(route["path"], 300)} if route else None
        answer = self.server.ask(method, path, sent, body, seconds)
        self.all.monitor.asked = None
        self.all.hung += answer.timed_out
        self.failed = self.failed + 1 if not answer.status or answer.status >= 500 else 0
        place = self.all.raised(answer.error)
        text = answer.body.decode("utf-8", "replace")
        self.all.http["exchanges"].append(
            {
                "kind": kind,
                "method": method,
                "path": route["path"] if route else path if shown is None else shown,
                "with_lifespan": self.alive,
                "status": answer.status,
                "media_type": clean(answer.header("content-type").partition(";")[0].strip().lower(), 100),
                "headers": {clean(k, 60): clean(v, 200) for k, v in answer.headers if _HEADERS.fullmatch(k)},
                "shape": shape_of(text),
                "reached": self.reached(kind, route),
                "echoes": ["body"] * (own in text) + sorted({clean(k, 60) for k, v in answer.headers if own in v}),
                "issues": sorted(
                    {clean(k, 60) for k, v in answer.headers if _ID_HEADER.search(k) and v and own not in v}
                ),
                "leaks": leaks(kind, text),
                "error": "it did not answer in time" if answer.timed_out else told(answer.error),
                "error_path": place["path"],
                "error_line": place["line"],
                "milliseconds": round(answer.seconds * 1000, 1),
            }
        )

    def reached(self, kind, route):
        call = self.all.endpoints.reached
        if call is None:
            return ""
        if route is None:
            return "endpoint"
        endpoint = self.all.calls.get(route["order"])
        if definition(call) is not definition(endpoint):
            return "other"
        return "wrapper" if hasattr(endpoint, "__wrapped__") and kind == "without-credentials" else "endpoint"


def streams(endpoint):
    """FastAPI calls generators itself, since 0.134: nothing stands in for them."""
    inner = definition(endpoint)
    return inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner)


def single(error):
    """What a group of exceptions holds, where that is one: older middleware wraps every error in such groups."""
    for _ in range(10):
        inner = getattr(error, "exceptions", None)
        if not isinstance(inner, (tuple, list)) or len(inner) != 1:
            break
        error = inner[0]
    return error


def told(error):
    error = single(error)
    return clean("%s: %s" % (type(error).__name__, clean(error, 300)), 300) if error is not None else ""


def matches(route, path):
    try:
        return re.match(route["mount"] + route["path_regex"].lstrip("^"), path) is not None
    except re.error:
        return True


def guarded(route):
    found = list(route["dependencies"])
    while found:
        part = found.pop()
        if part["security_scheme"]:
            return True
        found += part["dependencies"]
    return False


def method_of(route):
    """The one that changes something, of those that the route serves."""
    methods = [method for method in (*_MUTATING, "GET") if method in route["methods"]]
    return methods[0] if methods else (list(route["methods"]) or ["GET"])[0]


def filled(route):
    """The path with a value of the right type for each parameter."""
    known = {item["alias"]: item for item in route["parameters"] if item["where"] == "path"}

    def value(match):
        parameter = known.get(match.group(1)) or {"type": "", "constraints": {}}
        if "enum" in parameter["constraints"]:
            return parameter["constraints"]["enum"].split(", ")[0]
        kind = (match.group(2) or parameter["type"]).lower()
        return next((text for part, text in _VALUES if part in kind), "x")

    return _PARAMETER.sub(value, route["path"])


def shape_of(text):
    """Leaves of a JSON text with their types, of a list's first element."""
    found = []

    def walk(value, path, depth):
        if len(found) >= MAX_SHAPE:
            return
        if isinstance(value, dict) and value and depth < 4:
            for key in sorted(value, key=str)[:20]:
                walk(value[key], "%s.%s" % (path, clean(key, 60)) if path else clean(key, 60), depth + 1)
        elif isinstance(value, list) and value and depth < 4:
            walk(value[0], path + "[]", depth + 1)
        else:
            found.append("%s: %s" % (path or "$", json_type(value)))

    try:
        walk(_DECODE(text), "", 0)
    except (ValueError, RecursionError, TypeError):
        return []
    return found


def json_type(value):
    for kind, name in ((bool, "boolean"), ((int, float), "number"), (str, "string"), (list, "array"), (dict, "object")):
        if isinstance(value, kind):
            return name
    return "null"


def leaks(kind, text):
    found = []
    if MESSAGE in text and kind == "unhandled":
        found.append("message")
    if "Traceback (most recent call last)" in text:
        found.append("traceback")
    if _PATH.search(text):
        found.append("path")
    return found


def attempts(effects):
    tried = [item for item in effects if item["event"] in ("connect", "spawn", "exit")]
    return [clean("%s %s" % (item["event"], item["detail"]), 200) for item in tried[:MAX_ATTEMPTS]]

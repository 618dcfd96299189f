"""The kinds of requests that an application is sent, and the record of each answer."""

from __future__ import annotations

import inspect
import re
import uuid

from .answers import leaks, shape_of, told
from .places import clean, definition
from .stand_ins import MARK

MAX_ROUTES = 300
MAX_INVALID_BODIES = 3
MAX_HEALTH = 6
MAX_FAILED = 25
"""Server errors in a row after which no more routes are asked: without its services the application has no answers."""
SECONDS = 2.0

_MUTATING = ("POST", "PUT", "PATCH", "DELETE")
_HEALTH = re.compile(
    r"(?i)(?:^|[/_-])(?:health\w*|live|livez|liveness|alive|ready|readyz|readiness|ping|status|heartbeat)/?$"
)
_PARAMETER = re.compile(r"\{(\w+)(?::(\w+))?\}")
_ID_HEADER = re.compile(r"(?:request|correlation|trace|operation)[-_]?id|^traceparent$")
_HEADERS = re.compile(
    r"content-type|www-authenticate|access-control-[\w-]+|location|allow|retry-after|vary|server|cache-control"
    r"|strict-transport-security|x-content-type-options|x-frame-options|content-security-policy|referrer-policy"
    r"|x-powered-by|(?:x-)?(?:request|correlation|trace)-?id|traceparent|deprecation"
)
_VALUES = (
    ("uuid", "00000000-0000-4000-8000-000000000000"), ("datetime", "2020-01-01T00:00:00"), ("date", "2020-01-01"),
    ("int", "1"), ("float", "1.5"), ("decimal", "1.5"), ("bool", "true"), ("email", "nobody@example.invalid"),
)  # fmt: skip


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

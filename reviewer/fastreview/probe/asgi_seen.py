"""Requests that go through Starlette applications: method, declared path, endpoint and status, for the test that runs."""

from __future__ import annotations

import contextvars
import functools
from contextlib import suppress

from .places import NOWHERE, clean

MAX_PER_TEST = 200

REQUEST = contextvars.ContextVar("fastreview_request", default=None)
"""The request in whose handling code runs: a dict that is filled on the way."""
MARK = "_fastreview"


class Seen:
    """Notes requests of one test at a time."""

    def __init__(self, project):
        self.project = project
        self.requests = {}
        self.places = {}

    def begin(self):
        self.requests = {}

    def end(self):
        """(method, path, status, endpoint, count) of what was sent since `begin`."""
        found, self.requests = self.requests, {}
        return [
            {"method": method, "route": route, "status": status, "endpoint": dict(place), "count": count}
            for (method, route, status, place), count in found.items()
        ]

    def note(self, one):
        place = one.get("place") or tuple(sorted(NOWHERE.items()))
        key = (one["method"], one.get("route", ""), one["status"], place)
        if key in self.requests or len(self.requests) < MAX_PER_TEST:
            self.requests[key] = self.requests.get(key, 0) + 1

    def install(self):
        """Where Starlette is not installed there is nothing to see."""
        try:
            from starlette import routing
            from starlette.applications import Starlette
        except Exception:
            return False
        kinds = [routing.Route, routing.WebSocketRoute]
        try:
            from fastapi.routing import APIRoute, APIWebSocketRoute

            kinds += [APIRoute, APIWebSocketRoute]
        except Exception:
            kinds += []
        for kind in kinds:
            if "handle" in vars(kind):
                kind.handle = self.handling(kind.handle)
        Starlette.__call__ = self.calling(Starlette.__call__)
        return True

    def handling(self, handle):
        seen = self

        @functools.wraps(handle)
        async def fastreview_handle(self, scope, receive, send):
            one = scope.get(MARK)
            if one is not None:
                with suppress(Exception):
                    seen.matched(one, self, scope)
            return await handle(self, scope, receive, send)

        return fastreview_handle

    def matched(self, one, route, scope):
        inner = scope.get("fastapi")
        effective = inner.get("effective_route_context") if isinstance(inner, dict) else None
        declared = effective if effective is not None and hasattr(effective, "path") else route
        methods = getattr(declared, "methods", None)
        if scope["type"] == "http" and methods and scope.get("method") not in methods:
            return
        mounted = scope.get("root_path", "")
        beginning = scope.get("app_root_path", "")
        mounted = mounted[len(beginning) :] if mounted.startswith(beginning) else mounted
        one["route"] = clean(mounted + str(getattr(declared, "path", "")), 300)
        endpoint = getattr(route, "endpoint", None)
        known = self.places.get(id(endpoint))
        if known is None:
            known = self.places[id(endpoint)] = (tuple(sorted(self.project.place(endpoint).items())), endpoint)
        one["place"] = known[0]

    def calling(self, call):
        seen = self

        @functools.wraps(call)
        async def fastreview_request(self, scope, receive, send):
            kind = scope.get("type")
            # A mounted application answers within the request of the one that mounts it.
            if kind not in ("http", "websocket") or MARK in scope:
                return await call(self, scope, receive, send)
            method = clean(scope.get("method", ""), 20) if kind == "http" else "WS"
            one = {"method": method, "status": 0}
            scope[MARK] = one

            async def sending(message):
                if message.get("type") == "http.response.start":
                    one["status"] = int(message.get("status", 0))
                elif message.get("type") == "websocket.accept":
                    one["status"] = 101
                await send(message)

            token = REQUEST.set(one)
            try:
                return await call(self, scope, receive, sending)
            finally:
                # A request that is cancelled may end in another context.
                with suppress(ValueError):
                    REQUEST.reset(token)
                seen.note(one)

        return fastreview_request

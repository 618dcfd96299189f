"""What stands in the application while requests are sent: routes of our own, and a stand-in for every endpoint."""

from __future__ import annotations

import contextlib
import uuid

from fastapi import routing
from starlette.exceptions import HTTPException
from starlette.responses import Response

from .places import definition

MARK = "fastreview-7f3a"
"""In paths and ids of our own."""
MESSAGE = "cannot-be-divided-9c1e"
"""Of the error that a scratch route raises: found in the answer, it was handed to the client."""


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

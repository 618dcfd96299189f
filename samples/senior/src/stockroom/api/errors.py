"""Turns every failure into a problem response."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from stockroom.api.problems import FieldError, problem_response, title_of
from stockroom.domain.errors import (
    Conflict,
    DomainError,
    Forbidden,
    NotFound,
    TooManyAttempts,
    Unauthenticated,
)

logger = logging.getLogger(__name__)

STATUSES: Mapping[type[DomainError], HTTPStatus] = MappingProxyType(
    {
        NotFound: HTTPStatus.NOT_FOUND,
        Conflict: HTTPStatus.CONFLICT,
        Unauthenticated: HTTPStatus.UNAUTHORIZED,
        Forbidden: HTTPStatus.FORBIDDEN,
        TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
    }
)


def install_error_handlers(app: FastAPI) -> None:
    app.exception_handler(DomainError)(on_domain_error)
    app.exception_handler(HTTPException)(on_http_exception)  # Starlette's: the router's 404 and 405
    app.exception_handler(RequestValidationError)(on_invalid_request)
    app.exception_handler(Exception)(on_unexpected_error)


async def on_domain_error(request: Request, error: DomainError) -> Response:
    status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    headers: dict[str, str] = {}
    match error:
        case Unauthenticated():
            headers["WWW-Authenticate"] = "Bearer"
        case TooManyAttempts():
            headers["Retry-After"] = str(int(error.retry_after.total_seconds()) + 1)
    return problem_response(request, status, error.slug, error.detail, headers=headers)


async def on_http_exception(request: Request, error: HTTPException) -> Response:
    slug = title_of(error.status_code).lower().replace(" ", "-")
    return problem_response(request, error.status_code, slug, error.detail, headers=error.headers)


async def on_invalid_request(request: Request, error: RequestValidationError) -> Response:
    """Name the places and the rules, never the values: they may be passwords."""
    errors = [
        FieldError(location="/".join(map(str, each["loc"])), message=each["msg"]) for each in error.errors()
    ]
    return problem_response(
        request,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid-request",
        "The request does not meet the contract of this operation.",
        errors=errors,
    )


async def on_unexpected_error(request: Request, error: Exception) -> Response:
    logger.error("unexpected error", exc_info=error)
    return problem_response(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "internal",
        "Something went wrong on our side. The request id helps us find it.",
    )


class ErrorBoundary:
    """Answers unexpected errors inside the other middleware.

    Starlette runs the handler of `Exception` outside all middleware, where the response would
    carry neither CORS headers nor a request id. That handler remains for the middleware itself.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_noting_start(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_noting_start)
        except Exception as error:
            if started:  # too late for another answer
                raise
            response = await on_unexpected_error(Request(scope), error)
            await response(scope, receive, send)

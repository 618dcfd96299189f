"""Errors as clients see them: problem details after RFC 9457, one schema for all of them."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType

from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from stockroom.observability.correlation import current_request_id

MEDIA_TYPE = "application/problem+json"
# Named by RFC 9110; `http` has these names from Python 3.13 on, and clients should not notice.
RENAMED: Mapping[int, str] = MappingProxyType({413: "Content Too Large", 422: "Unprocessable Content"})


class FieldError(BaseModel):
    location: str = Field(examples=["body/lines/0/quantity"])
    message: str


class Problem(BaseModel):
    type: str = Field(description="Stable; branch on this.", examples=["urn:stockroom:not-found"])
    title: str
    status: int
    detail: str
    instance: str
    request_id: str | None = Field(description="Quote this when you report the problem.")
    errors: list[FieldError] = Field(default=[], description="What to correct in the request.")


def title_of(status: int) -> str:
    return RENAMED.get(status) or HTTPStatus(status).phrase


def problem_response(
    request: Request,
    status: int,
    slug: str,
    detail: str,
    *,
    errors: Sequence[FieldError] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    problem = Problem(
        type=f"urn:stockroom:{slug}",
        title=title_of(status),
        status=status,
        detail=detail,
        instance=request.url.path,
        request_id=current_request_id(),
        errors=list(errors),
    )
    return Response(problem.model_dump_json(), status, headers, MEDIA_TYPE)


def problems(*statuses: HTTPStatus) -> dict[int | str, dict[str, object]]:
    """The `responses` of a route that may answer with these problems."""
    return {int(status): {"model": Problem, "description": title_of(status)} for status in statuses}

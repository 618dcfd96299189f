"""The OpenAPI document, corrected where FastAPI cannot know better."""

from typing import Any

from fastapi import FastAPI

from stockroom.api.problems import MEDIA_TYPE


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document, with errors under the media type they are sent with."""
    if app.openapi_schema is None:
        for path in FastAPI.openapi(app)["paths"].values():
            for operation in path.values():
                name_problem_type(operation["responses"])
    return app.openapi_schema or {}


def name_problem_type(responses: dict[str, Any]) -> None:
    for status, response in responses.items():
        if status >= "400":
            response["content"] = {MEDIA_TYPE: response["content"]["application/json"]}

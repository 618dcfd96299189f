"""The published contract, `openapi.json`, changes only on purpose.

Write it anew with `make openapi`; CI then compares it with the last release for breaking changes.
"""

import json
from pathlib import Path

from stockroom.app import create_app
from stockroom.settings import Settings

PUBLISHED = Path(__file__).parents[2] / "openapi.json"


def test_the_contract_is_the_published_one(settings: Settings) -> None:
    assert create_app(settings).openapi() == json.loads(PUBLISHED.read_text())


def test_every_operation_is_named_tagged_and_documents_its_errors(settings: Settings) -> None:
    document = create_app(settings).openapi()
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert len({operation["operationId"] for operation in operations}) == len(operations) == 20
    for operation in operations:
        assert operation["tags"]
        assert operation["description"]
        errors = {status: body for status, body in operation["responses"].items() if status >= "400"}
        assert errors
        assert all(list(body["content"]) == ["application/problem+json"] for body in errors.values())

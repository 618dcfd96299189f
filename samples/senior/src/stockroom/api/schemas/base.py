"""The two kinds of schema, and the types they share."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints


class Input(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Output(BaseModel):
    model_config = ConfigDict(from_attributes=True, frozen=True)


Line = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00-\x1f\x7f-\x9f]+$"
    ),
]
"""Text without control characters: PostgreSQL refuses NUL, and logs are read in terminals."""

Price = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2, examples=["12.50"])]
Amount = Annotated[Decimal, PlainSerializer(lambda value: f"{value:.2f}", return_type=str, when_used="json")]
"""Money leaves as text with two decimals: a JSON number would be read as a float."""

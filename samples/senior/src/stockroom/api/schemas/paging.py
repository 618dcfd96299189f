"""One shape for all lists."""

from typing import Generic, TypeVar

from pydantic import BaseModel, Field

from stockroom.api.schemas.base import Input
from stockroom.domain.paging import Found, Window

ItemT = TypeVar("ItemT", bound=BaseModel)


class PageQuery(Input):
    """Which part of a list; routes add their own filters and orders."""

    limit: int = Field(default=20, ge=1, le=100)
    offset: int = Field(default=0, ge=0, le=10_000)


class Page(BaseModel, Generic[ItemT]):
    items: list[ItemT]
    total: int = Field(description="How many there are in all.")
    limit: int
    offset: int


def window_of(query: PageQuery) -> Window:
    return Window(query.limit, query.offset)


def page_of(item: type[ItemT], found: Found[object], window: Window) -> Page[ItemT]:
    return Page[ItemT](
        items=[item.model_validate(each) for each in found.items],
        total=found.total,
        limit=window.limit,
        offset=window.offset,
    )

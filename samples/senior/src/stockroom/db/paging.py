"""Windows on SELECT statements."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select, func
from sqlalchemy.ext.asyncio import AsyncSession

from stockroom.domain.paging import Window

RowT = TypeVar("RowT")


async def fetch_window(
    session: AsyncSession, query: Select[RowT], window: Window
) -> tuple[Sequence[RowT], int]:
    """The rows inside the window, and how many the query has in all."""
    counted = query.order_by(None).with_only_columns(func.count(), maintain_column_froms=True)
    total = await session.scalar(counted)
    rows = await session.scalars(query.limit(window.limit).offset(window.offset))
    return rows.all(), total or 0

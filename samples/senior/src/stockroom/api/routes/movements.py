"""The stock ledger of a product. Staff keep it for the whole warehouse, not for themselves."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Security

from stockroom.api.access import get_principal
from stockroom.api.dependencies import CatalogueDep
from stockroom.api.problems import problems
from stockroom.api.schemas.catalogue import MovementCreate, MovementRead
from stockroom.api.schemas.paging import Page, PageQuery, page_of, window_of
from stockroom.domain.catalogue import ProductId
from stockroom.domain.identity import Scope

router = APIRouter(
    prefix="/products/{product_id}/movements",
    tags=["stock"],
    dependencies=[Security(get_principal, scopes=[Scope.STOCK_WRITE])],
    responses=problems(
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
)


@router.get("")
async def list_movements(
    product_id: UUID, query: Annotated[PageQuery, Query()], catalogue: CatalogueDep
) -> Page[MovementRead]:
    """What came in and went out, newest first."""
    window = window_of(query)
    found = await catalogue.movements(ProductId(product_id), window)
    return page_of(MovementRead, found, window)


@router.post("", status_code=HTTPStatus.CREATED, responses=problems(HTTPStatus.CONFLICT))
async def record_movement(product_id: UUID, body: MovementCreate, catalogue: CatalogueDep) -> MovementRead:
    """Receive goods, or correct the stock after a count."""
    movement = await catalogue.move_stock(ProductId(product_id), body.kind, body.quantity, body.reference)
    return MovementRead.model_validate(movement)

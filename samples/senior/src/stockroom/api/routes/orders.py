"""Orders. Customers reach their own, staff everybody's; other orders do not exist for them."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from stockroom.api.access import OrderFulfiller, OrderReader, OrderWriter
from stockroom.api.dependencies import OrderingDep
from stockroom.api.problems import problems
from stockroom.api.schemas.orders import OrderCreate, OrderQuery, OrderRead
from stockroom.api.schemas.paging import Page, page_of, window_of
from stockroom.domain.catalogue import ProductId
from stockroom.domain.orders import OrderFilter, OrderId

router = APIRouter(
    prefix="/orders",
    tags=["orders"],
    responses=problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY),
)
of_an_order = problems(HTTPStatus.NOT_FOUND)
changing_an_order = problems(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT)


@router.post("", status_code=HTTPStatus.CREATED, responses=changing_an_order)
async def place_order(
    body: OrderCreate,
    caller: OrderWriter,
    ordering: OrderingDep,
    request: Request,
    response: Response,
) -> OrderRead:
    """Order at today's prices; the stock is reserved."""
    quantities = {ProductId(line.product_id): line.quantity for line in body.lines}
    order = await ordering.place(caller, quantities)
    response.headers["Location"] = request.url_for("read_order", order_id=order.id).path
    return OrderRead.model_validate(order)


@router.get("")
async def list_orders(
    query: Annotated[OrderQuery, Query()], caller: OrderReader, ordering: OrderingDep
) -> Page[OrderRead]:
    """Orders the caller may see."""
    window = window_of(query)
    where = OrderFilter(status=query.status, placed_from=query.placed_from, placed_before=query.placed_before)
    return page_of(OrderRead, await ordering.search(caller, where, query.sort, window), window)


@router.get("/{order_id}", responses=of_an_order)
async def read_order(order_id: UUID, caller: OrderReader, ordering: OrderingDep) -> OrderRead:
    """One order."""
    return OrderRead.model_validate(await ordering.get(caller, OrderId(order_id)))


@router.post("/{order_id}/pay", status_code=HTTPStatus.ACCEPTED, responses=changing_an_order)
async def pay_order(order_id: UUID, caller: OrderWriter, ordering: OrderingDep) -> OrderRead:
    """Ask for the order to be charged. Read it again to learn whether it is paid."""
    return OrderRead.model_validate(await ordering.request_payment(caller, OrderId(order_id)))


@router.post("/{order_id}/cancel", responses=changing_an_order)
async def cancel_order(order_id: UUID, caller: OrderWriter, ordering: OrderingDep) -> OrderRead:
    """Cancel an order that is not paid; the stock returns."""
    return OrderRead.model_validate(await ordering.cancel(caller, OrderId(order_id)))


@router.post("/{order_id}/ship", responses=changing_an_order)
async def ship_order(order_id: UUID, caller: OrderFulfiller, ordering: OrderingDep) -> OrderRead:
    """Hand a paid order to the carrier."""
    return OrderRead.model_validate(await ordering.ship(caller, OrderId(order_id)))

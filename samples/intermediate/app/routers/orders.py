from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Query, status

from app.dependencies import CurrentUser, SessionDep, require_staff
from app.mail import send_order_confirmation
from app.models import Order, User
from app.schemas import OrderCreate, OrderRead
from app.services import orders

router = APIRouter(prefix="/orders", tags=["orders"])


@router.post("", response_model=OrderRead, status_code=status.HTTP_201_CREATED)
def place_order(
    data: OrderCreate, db: SessionDep, user: CurrentUser, background_tasks: BackgroundTasks
) -> Order:
    order = orders.place_order(db, user, data)
    background_tasks.add_task(send_order_confirmation, order.id, user.email)
    return order


@router.get("", response_model=list[OrderRead])
def list_orders(
    db: SessionDep,
    user: CurrentUser,
    limit: Annotated[int, Query(ge=1)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> list[Order]:
    """Customers see their own orders, staff all."""
    return orders.list_orders(db, user, limit, offset)


@router.get("/{order_id}", response_model=OrderRead)
def read_order(order_id: int, db: SessionDep, user: CurrentUser) -> Order:
    return orders.get_order(db, order_id, user)


@router.post("/{order_id}/pay", response_model=OrderRead)
def pay_order(order_id: int, db: SessionDep, user: CurrentUser) -> Order:
    return orders.pay_order(db, order_id, user)


@router.post("/{order_id}/cancel", response_model=OrderRead)
def cancel_order(order_id: int, db: SessionDep, user: CurrentUser) -> Order:
    """Cancel an order that is not shipped. The stock goes back."""
    return orders.cancel_order(db, order_id, user)


@router.post("/{order_id}/ship", response_model=OrderRead)
def ship_order(
    order_id: int, db: SessionDep, user: Annotated[User, Depends(require_staff)]
) -> Order:
    return orders.ship_order(db, order_id, user)

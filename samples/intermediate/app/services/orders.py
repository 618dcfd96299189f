import logging

import httpx
from fastapi import HTTPException, status
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Order, OrderLine, OrderStatus, Role, User
from app.schemas import OrderCreate
from app.services.products import change_stock, get_product
from app.shipping import book_parcel

logger = logging.getLogger(__name__)


def place_order(db: Session, user: User, data: OrderCreate) -> Order:
    order = Order(customer_id=user.id)
    for line in data.lines:
        product = get_product(db, line.product_id)
        if product.stock < line.quantity:
            raise HTTPException(status.HTTP_409_CONFLICT, f"Not enough stock of {product.name}")
        order.lines.append(
            OrderLine(product_id=product.id, quantity=line.quantity, unit_price=product.price)
        )
    db.add(order)
    db.commit()

    for line in data.lines:
        change_stock(db, line.product_id, "order", -line.quantity)
    db.refresh(order)
    logger.info("Order %s placed", order.id)
    return order


def list_orders(db: Session, user: User, limit: int, offset: int) -> list[Order]:
    query = select(Order).order_by(Order.id.desc()).limit(limit).offset(offset)
    if user.role == Role.CUSTOMER:
        query = query.where(Order.customer_id == user.id)
    return list(db.scalars(query))


def get_order(db: Session, order_id: int, user: User) -> Order:
    order = db.get(Order, order_id)
    if order is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "Order not found")
    if order.customer_id != user.id and user.role == Role.CUSTOMER:
        raise HTTPException(status.HTTP_403_FORBIDDEN, "This is not your order")
    return order


def pay_order(db: Session, order_id: int, user: User) -> Order:
    order = get_order(db, order_id, user)
    if order.status != OrderStatus.PLACED:
        raise HTTPException(status.HTTP_409_CONFLICT, f"Order is {order.status}")
    order.status = OrderStatus.PAID
    db.commit()
    db.refresh(order)
    return order


def cancel_order(db: Session, order_id: int, user: User) -> Order:
    order = get_order(db, order_id, user)
    if order.status not in (OrderStatus.PLACED, OrderStatus.PAID):
        raise HTTPException(status.HTTP_409_CONFLICT, f"Order is {order.status}")
    order.status = OrderStatus.CANCELLED
    db.commit()
    for line in order.lines:
        change_stock(db, line.product_id, "cancel", line.quantity)
    db.refresh(order)
    logger.info("Order %s cancelled", order.id)
    return order


def ship_order(db: Session, order_id: int, user: User) -> Order:
    order = get_order(db, order_id, user)
    if order.status != OrderStatus.PAID:
        raise HTTPException(status.HTTP_409_CONFLICT, "Order is not paid")
    try:
        tracking_number = book_parcel(order)
    except httpx.HTTPError as e:
        logger.exception("Could not book a parcel for order %s", order_id)
        raise HTTPException(status.HTTP_502_BAD_GATEWAY, "Shipping is not available") from e
    order.tracking_number = tracking_number
    order.status = OrderStatus.SHIPPED
    db.commit()
    db.refresh(order)
    return order

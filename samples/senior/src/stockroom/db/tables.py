"""The schema. Alembic compares it with the database: `alembic check`."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    MetaData,
    Numeric,
    String,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

Key = Annotated[UUID, mapped_column(primary_key=True)]
Money = Annotated[Decimal, mapped_column(Numeric(12, 2))]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UserRow(Base):
    __tablename__ = "users"

    id: Mapped[Key]
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(256))
    role: Mapped[str] = mapped_column(String(16), index=True)
    created_at: Mapped[Instant]


class RefreshTokenRow(Base):
    __tablename__ = "refresh_tokens"

    id: Mapped[Key]
    family_id: Mapped[UUID] = mapped_column(index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[Instant] = mapped_column(index=True)
    used: Mapped[bool]
    revoked: Mapped[bool]


class ProductRow(Base):
    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("on_hand >= 0", name="on_hand_not_negative"),
        CheckConstraint("price > 0", name="price_positive"),
        # Without the operator class an index under a linguistic collation cannot serve LIKE 'x%'.
        Index("ix_products_sku_prefix", "sku", postgresql_ops={"sku": "varchar_pattern_ops"}),
    )

    id: Mapped[Key]
    sku: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    price: Mapped[Money] = mapped_column(index=True)
    on_hand: Mapped[int] = mapped_column(index=True)
    created_at: Mapped[Instant] = mapped_column(index=True)
    archived: Mapped[bool] = mapped_column(index=True)


class MovementRow(Base):
    __tablename__ = "stock_movements"
    __table_args__ = (Index("ix_stock_movements_ledger", "product_id", "recorded_at"),)

    id: Mapped[Key]
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"))
    kind: Mapped[str] = mapped_column(String(16))
    quantity: Mapped[int]
    reference: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[Instant]


class OrderRow(Base):
    __tablename__ = "orders"
    __table_args__ = (Index("ix_orders_of_customer", "customer_id", "placed_at"),)

    id: Mapped[Key]
    customer_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    status: Mapped[str] = mapped_column(String(16), index=True)
    placed_at: Mapped[Instant] = mapped_column(index=True)
    lines: Mapped[list["OrderLineRow"]] = relationship(lazy="raise", order_by="OrderLineRow.position")


class OrderLineRow(Base):
    __tablename__ = "order_lines"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[UUID] = mapped_column(ForeignKey("products.id"), index=True)
    quantity: Mapped[int]
    unit_price: Mapped[Money]


class OutboxRow(Base):
    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "due_at", "attempts"),)

    id: Mapped[Key]
    topic: Mapped[str] = mapped_column(String(64))
    payload: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int]
    due_at: Mapped[Instant]


class RateWindowRow(Base):
    __tablename__ = "rate_windows"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    started_at: Mapped[Instant] = mapped_column(primary_key=True)
    ends_at: Mapped[Instant] = mapped_column(index=True)
    hits: Mapped[int]

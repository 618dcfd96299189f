from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, status
from sqlalchemy import select

from app.dependencies import CurrentUser, SessionDep, require_staff
from app.models import Product, StockMovement
from app.schemas import MovementCreate, MovementRead, ProductCreate, ProductRead, ProductUpdate
from app.services import products

router = APIRouter(prefix="/products", tags=["products"])


@router.get("", response_model=list[ProductRead])
def list_products(
    db: SessionDep,
    q: str | None = None,
    limit: Annotated[int, Query(ge=1)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> list[Product]:
    query = select(Product).order_by(Product.name)
    if q:
        query = query.where(Product.name.icontains(q, autoescape=True))
    return list(db.scalars(query.limit(limit).offset(offset)))


@router.post(
    "",
    response_model=ProductRead,
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(require_staff)],
)
def create_product(data: ProductCreate, db: SessionDep) -> Product:
    return products.create_product(db, data)


@router.get("/{product_id}", response_model=ProductRead)
def read_product(product_id: int, db: SessionDep) -> Product:
    return products.get_product(db, product_id)


@router.patch("/{product_id}", response_model=ProductRead, dependencies=[Depends(require_staff)])
def update_product(product_id: int, data: ProductUpdate, db: SessionDep) -> Product:
    return products.update_product(db, product_id, data)


@router.delete(
    "/{product_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(require_staff)],
)
def delete_product(product_id: int, db: SessionDep) -> None:
    products.delete_product(db, product_id)


@router.post(
    "/{product_id}/movements",
    response_model=MovementRead,
    status_code=status.HTTP_201_CREATED,
    dependencies=[Depends(require_staff)],
)
def record_movement(product_id: int, data: MovementCreate, db: SessionDep) -> StockMovement:
    if data.kind == "receive" and data.quantity <= 0:
        raise HTTPException(status.HTTP_400_BAD_REQUEST, "Quantity must be positive")
    return products.change_stock(db, product_id, data.kind, data.quantity)


@router.get("/{product_id}/movements", response_model=list[MovementRead])
def list_movements(
    product_id: int,
    db: SessionDep,
    user: CurrentUser,
    limit: Annotated[int, Query(ge=1)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> list[StockMovement]:
    return products.list_movements(db, product_id, limit, offset)

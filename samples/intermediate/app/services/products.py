from fastapi import HTTPException, status
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.models import OrderLine, Product, StockMovement
from app.schemas import ProductCreate, ProductUpdate


def get_product(db: Session, product_id: int) -> Product:
    product = db.get(Product, product_id)
    if product is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"Product {product_id} not found")
    return product


def create_product(db: Session, data: ProductCreate) -> Product:
    if db.scalar(select(exists().where(Product.sku == data.sku))):
        raise HTTPException(status.HTTP_409_CONFLICT, "SKU already exists")
    product = Product(**data.model_dump())
    db.add(product)
    db.commit()
    db.refresh(product)
    return product


def update_product(db: Session, product_id: int, data: ProductUpdate) -> Product:
    product = get_product(db, product_id)
    for key, value in data.model_dump(exclude_unset=True).items():
        setattr(product, key, value)
    db.commit()
    db.refresh(product)
    return product


def delete_product(db: Session, product_id: int) -> None:
    product = get_product(db, product_id)
    if db.scalar(select(exists().where(OrderLine.product_id == product_id))):
        raise HTTPException(status.HTTP_409_CONFLICT, "Product has orders")
    db.delete(product)
    db.commit()


def change_stock(db: Session, product_id: int, kind: str, quantity: int) -> StockMovement:
    """Change the stock and remember why. The quantity is negative when something leaves."""
    product = get_product(db, product_id)
    if product.stock + quantity < 0:
        raise HTTPException(status.HTTP_409_CONFLICT, f"Not enough stock of {product.name}")
    product.stock += quantity
    movement = StockMovement(product_id=product_id, kind=kind, quantity=quantity)
    db.add(movement)
    db.commit()
    db.refresh(movement)
    return movement


def list_movements(db: Session, product_id: int, limit: int, offset: int) -> list[StockMovement]:
    get_product(db, product_id)
    query = select(StockMovement).where(StockMovement.product_id == product_id)
    query = query.order_by(StockMovement.id.desc()).limit(limit).offset(offset)
    return list(db.scalars(query))

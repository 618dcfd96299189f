from typing import List, Optional

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.orm import Session

from app import crud, models, schemas
from app.auth import check_staff, get_current_user
from app.database import get_db

router = APIRouter(prefix="/products", tags=["products"])


@router.get("", response_model=List[schemas.Product])
async def list_products(q: Optional[str] = None, db: Session = Depends(get_db)):
    query = db.query(models.Product)
    if q:
        query = query.filter(models.Product.name.contains(q))
    return query.all()


@router.post("", response_model=schemas.Product, status_code=201)
async def create_product(
    product: schemas.ProductCreate,
    db: Session = Depends(get_db),
    user: models.User = Depends(get_current_user),
):
    check_staff(user)
    existing = db.query(models.Product).filter(models.Product.sku == product.sku).first()
    if existing:
        raise HTTPException(status_code=400, detail="SKU already exists")
    db_product = models.Product(**product.dict(), stock=0)
    db.add(db_product)
    db.commit()
    db.refresh(db_product)
    return db_product


@router.get("/{product_id}", response_model=schemas.Product)
async def read_product(product_id: int, db: Session = Depends(get_db)):
    product = crud.get_product(db, product_id)
    if not product:
        raise HTTPException(status_code=404, detail="Product not found")
    return product


@router.patch("/{product_id}", response_model=schemas.Product)
async def update_product(
    product_id: int, data: schemas.ProductUpdate, db: Session = Depends(get_db)
):
    product = crud.get_product(db, product_id)
    if not product:
        raise HTTPException(status_code=404, detail="Product not found")
    for key, value in data.dict().items():
        setattr(product, key, value)
    db.commit()
    db.refresh(product)
    return product


@router.delete("/{product_id}")
async def delete_product(
    product_id: int, db: Session = Depends(get_db), user: models.User = Depends(get_current_user)
):
    check_staff(user)
    product = crud.get_product(db, product_id)
    if not product:
        raise HTTPException(status_code=404, detail="Product not found")
    used = db.query(models.OrderLine).filter(models.OrderLine.product_id == product_id).first()
    if used:
        raise HTTPException(status_code=400, detail="Product has orders")
    # the movements have to go first because they point to the product
    db.query(models.StockMovement).filter(models.StockMovement.product_id == product_id).delete()
    db.delete(product)
    db.commit()
    return {"message": "Product deleted"}


@router.post("/{product_id}/stock")
async def change_stock(
    product_id: int,
    change: schemas.StockChange,
    db: Session = Depends(get_db),
    user: models.User = Depends(get_current_user),
):
    product = crud.get_product(db, product_id)
    if not product:
        raise HTTPException(status_code=404, detail="Product not found")
    if change.kind not in ("receive", "adjust"):
        raise HTTPException(status_code=400, detail="kind must be receive or adjust")
    if change.kind == "receive" and change.quantity <= 0:
        raise HTTPException(status_code=400, detail="quantity must be positive")
    if product.stock + change.quantity < 0:
        raise HTTPException(status_code=400, detail="Stock can not be negative")
    product = crud.change_stock(db, product_id, change.kind, change.quantity)
    return {"id": product.id, "sku": product.sku, "stock": product.stock}


@router.get("/{product_id}/movements", response_model=List[schemas.StockMovement])
def list_movements(product_id: int, db: Session = Depends(get_db)):
    product = crud.get_product(db, product_id)
    if not product:
        raise HTTPException(status_code=404, detail="Product not found")
    return product.movements

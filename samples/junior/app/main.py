import csv
import io
from typing import List

from fastapi import BackgroundTasks, Depends, FastAPI, HTTPException, Response
from fastapi.middleware.cors import CORSMiddleware
from sqlalchemy.orm import Session

from app import crud, models, products, schemas, shipping
from app.auth import (
    check_admin,
    check_staff,
    create_access_token,
    get_current_user,
    verify_password,
)
from app.database import engine, get_db

# create the tables
models.Base.metadata.create_all(bind=engine)

app = FastAPI(title="Stockroom")

# allow the frontend to call the API
app.add_middleware(
    CORSMiddleware,
    allow_origins=["*"],
    allow_credentials=True,
    allow_methods=["*"],
    allow_headers=["*"],
)

app.include_router(products.router)

# simple numbers for the dashboard
stats = {"placed": 0, "cancelled": 0, "shipped": 0}


@app.on_event("startup")
async def create_first_admin():
    db = next(get_db())
    if not crud.get_user_by_email(db, "admin@stockroom.example"):
        crud.create_user(db, "admin@stockroom.example", "Stockroom!2024", "Admin", "admin")
        print("created the first admin")
    print("Stockroom is ready")


@app.get("/")
def root():
    return {"message": "Welcome to the Stockroom API, see /docs"}


@app.post("/register", response_model=schemas.User, tags=["users"])
async def register(user: schemas.UserCreate, db: Session = Depends(get_db)):
    if len(user.password) < 8:
        raise HTTPException(status_code=400, detail="Password is too short")
    if crud.get_user_by_email(db, user.email):
        raise HTTPException(status_code=400, detail="Email already registered")
    return crud.create_user(db, user.email, user.password, user.full_name, user.role)


@app.post("/login", tags=["users"])
async def login(data: schemas.UserLogin, db: Session = Depends(get_db)):
    user = crud.get_user_by_email(db, data.email.lower())
    if not user or not verify_password(data.password, user.hashed_password):
        print(f"failed login for {data.email}")
        raise HTTPException(status_code=401, detail="Wrong email or password")
    token = create_access_token({"sub": user.email, "role": user.role})
    return {"access_token": token, "token_type": "bearer"}


@app.get("/users/me", response_model=schemas.User, tags=["users"])
async def read_me(user: models.User = Depends(get_current_user)):
    return user


@app.get("/users", response_model=List[schemas.User], tags=["users"])
async def list_users(db: Session = Depends(get_db), user: models.User = Depends(get_current_user)):
    check_admin(user)
    return db.query(models.User).all()


@app.delete("/users/{user_id}", tags=["users"])
async def delete_user(user_id: int, db: Session = Depends(get_db)):
    user = db.query(models.User).filter(models.User.id == user_id).first()
    if not user:
        raise HTTPException(status_code=404, detail="User not found")
    if user.orders:
        raise HTTPException(status_code=400, detail="User has orders")
    db.delete(user)
    db.commit()
    return {"message": "User deleted"}


@app.post("/orders", response_model=schemas.Order, tags=["orders"])
async def place_order(
    order: schemas.OrderCreate,
    background_tasks: BackgroundTasks,
    db: Session = Depends(get_db),
    user: models.User = Depends(get_current_user),
):
    if len(order.lines) == 0:
        raise HTTPException(status_code=400, detail="Order has no lines")

    # first check that everything is there, so that no half orders are made
    wanted = {}
    for line in order.lines:
        if line.quantity <= 0:
            raise HTTPException(status_code=400, detail="Quantity must be positive")
        wanted[line.product_id] = wanted.get(line.product_id, 0) + line.quantity

    for product_id, quantity in wanted.items():
        product = crud.get_product(db, product_id)
        if not product:
            raise HTTPException(status_code=404, detail=f"Product {product_id} not found")
        if product.stock < quantity:
            raise HTTPException(status_code=400, detail=f"Not enough stock of {product.name}")

    db_order = models.Order(customer_id=user.id, status="placed")
    db.add(db_order)
    db.commit()
    db.refresh(db_order)

    for line in order.lines:
        product = crud.get_product(db, line.product_id)
        db_line = models.OrderLine(
            order_id=db_order.id,
            product_id=product.id,
            quantity=line.quantity,
            unit_price=product.price,
        )
        db.add(db_line)
        crud.change_stock(db, product.id, "order", -line.quantity)

    db.refresh(db_order)
    stats["placed"] += 1
    print(f"new order {db_order.id} from {user.email}")
    background_tasks.add_task(crud.send_confirmation, db, db_order.id)
    return db_order


@app.get("/orders", response_model=List[schemas.Order], tags=["orders"])
async def list_orders(db: Session = Depends(get_db), user: models.User = Depends(get_current_user)):
    if user.role in ("staff", "admin"):
        return db.query(models.Order).all()
    return db.query(models.Order).filter(models.Order.customer_id == user.id).all()


@app.get("/orders/{order_id}", response_model=schemas.Order, tags=["orders"])
async def read_order(
    order_id: int, db: Session = Depends(get_db), user: models.User = Depends(get_current_user)
):
    order = crud.get_order(db, order_id)
    if not order:
        raise HTTPException(status_code=404, detail="Order not found")
    return order


@app.put("/orders/{order_id}/pay", tags=["orders"])
async def pay_order(
    order_id: int, db: Session = Depends(get_db), user: models.User = Depends(get_current_user)
):
    order = crud.get_order(db, order_id)
    if not order:
        raise HTTPException(status_code=404, detail="Order not found")
    if order.status != "placed":
        raise HTTPException(status_code=400, detail=f"Order is {order.status}")
    # there is no payment provider yet
    order.status = "paid"
    db.commit()
    return {"id": order.id, "status": order.status, "total": order.total}


@app.put("/orders/{order_id}/cancel", response_model=schemas.Order, tags=["orders"])
async def cancel_order(
    order_id: int, db: Session = Depends(get_db), user: models.User = Depends(get_current_user)
):
    order = crud.get_order(db, order_id)
    if not order:
        raise HTTPException(status_code=404, detail="Order not found")
    if order.customer_id != user.id and user.role not in ("staff", "admin"):
        raise HTTPException(status_code=403, detail="This is not your order")
    if order.status not in ("placed", "paid"):
        raise HTTPException(status_code=400, detail=f"Order is {order.status}")

    # give the stock back
    for line in order.lines:
        crud.change_stock(db, line.product_id, "cancel", line.quantity)
    order.status = "cancelled"
    db.commit()
    db.refresh(order)
    stats["cancelled"] += 1
    return order


@app.post("/orders/{order_id}/ship", tags=["orders"])
async def ship_order(
    order_id: int, db: Session = Depends(get_db), user: models.User = Depends(get_current_user)
):
    check_staff(user)
    order = crud.get_order(db, order_id)
    if not order:
        raise HTTPException(status_code=404, detail="Order not found")
    if order.status != "paid":
        raise HTTPException(status_code=400, detail="Order is not paid")

    try:
        order.tracking_number = shipping.book_parcel(order)
    except Exception as e:
        print("shipping failed:", e)
        raise HTTPException(status_code=500, detail=str(e))
    order.status = "shipped"
    db.commit()
    stats["shipped"] += 1
    return {"id": order.id, "tracking_number": order.tracking_number}


@app.get("/orders/export", tags=["orders"])
def export_orders(db: Session = Depends(get_db), user: models.User = Depends(get_current_user)):
    check_staff(user)
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(["order", "customer", "status", "product", "quantity", "price"])
    for order in db.query(models.Order).all():
        for line in order.lines:
            writer.writerow(
                [
                    order.id,
                    order.customer.email,
                    order.status,
                    line.product.sku,
                    line.quantity,
                    line.unit_price,
                ]
            )
    return Response(content=output.getvalue(), media_type="text/csv")


@app.get("/dashboard", tags=["dashboard"])
async def dashboard(db: Session = Depends(get_db), user: models.User = Depends(get_current_user)):
    check_staff(user)
    sales = []
    for product in db.query(models.Product).all():
        lines = db.query(models.OrderLine).filter(models.OrderLine.product_id == product.id).all()
        sold = sum(line.quantity for line in lines)
        sales.append({"sku": product.sku, "stock": product.stock, "sold": sold})
    return {"orders": stats, "products": sales}

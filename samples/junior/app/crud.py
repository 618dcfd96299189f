# database functions that are used in more than one place
from app import auth, models


def get_user_by_email(db, email):
    return db.query(models.User).filter(models.User.email == email).first()


def create_user(db, email, password, full_name=None, role="customer"):
    user = models.User(
        email=email, full_name=full_name, hashed_password=auth.hash_password(password), role=role
    )
    db.add(user)
    db.commit()
    db.refresh(user)
    return user


def get_product(db, product_id):
    return db.query(models.Product).filter(models.Product.id == product_id).first()


def get_order(db, order_id):
    return db.query(models.Order).filter(models.Order.id == order_id).first()


def change_stock(db, product_id, kind, quantity):
    """Change the stock of a product and remember why. quantity can be negative."""
    product = get_product(db, product_id)
    product.stock = product.stock + quantity
    movement = models.StockMovement(product_id=product_id, kind=kind, quantity=quantity)
    db.add(movement)
    db.commit()
    print(f"stock of {product.sku} is now {product.stock}")
    return product


def send_confirmation(db, order_id):
    # we have no mail server yet, so the mail is only printed
    order = get_order(db, order_id)
    print(f"Mail to {order.customer.email}: thank you for order {order.id}!")

from datetime import datetime
from typing import List, Optional

from pydantic import BaseModel, validator


class UserBase(BaseModel):
    email: str
    full_name: Optional[str] = None
    role: str = "customer"

    @validator("email")
    def email_must_have_at(cls, v):
        if "@" not in v:
            raise ValueError("not a valid email address")
        return v.lower()


class UserCreate(UserBase):
    password: str


class UserLogin(BaseModel):
    email: str
    password: str


class User(UserBase):
    id: int
    hashed_password: str
    created_at: datetime

    class Config:
        from_attributes = True


class ProductBase(BaseModel):
    sku: str
    name: str
    description: Optional[str] = None
    price: float

    @validator("price")
    def price_not_negative(cls, v):
        if v < 0:
            raise ValueError("price must not be negative")
        return v


class ProductCreate(ProductBase):
    pass


class ProductUpdate(BaseModel):
    name: str
    description: Optional[str] = None
    price: float


class Product(ProductBase):
    id: int
    stock: int

    class Config:
        from_attributes = True


class StockChange(BaseModel):
    kind: str = "receive"
    quantity: int


class StockMovement(BaseModel):
    id: int
    kind: str
    quantity: int
    created_at: datetime

    class Config:
        orm_mode = True


class OrderLineCreate(BaseModel):
    product_id: int
    quantity: int


class OrderCreate(BaseModel):
    lines: List[OrderLineCreate]


class OrderLine(BaseModel):
    product_id: int
    quantity: int
    unit_price: float

    class Config:
        from_attributes = True


class Order(BaseModel):
    id: int
    customer_id: int
    status: str
    tracking_number: Optional[str] = None
    created_at: datetime
    lines: List[OrderLine] = []
    total: float

    class Config:
        from_attributes = True

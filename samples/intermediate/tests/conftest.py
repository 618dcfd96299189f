import pytest
from fastapi.testclient import TestClient
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
from sqlalchemy.pool import StaticPool

from app.database import Base, get_db
from app.main import app
from app.models import Product, Role, User
from app.security import create_access_token, hash_password


@pytest.fixture
def db():
    engine = create_engine(
        "sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool
    )
    Base.metadata.create_all(engine)
    with sessionmaker(bind=engine)() as session:
        yield session
    engine.dispose()


@pytest.fixture
def client(db):
    app.dependency_overrides[get_db] = lambda: db
    with TestClient(app) as client:
        yield client
    app.dependency_overrides.clear()


@pytest.fixture(scope="session")
def password_hash():
    return hash_password("secret-password")


@pytest.fixture
def make_user(db, password_hash):
    def make(role):
        user = User(email=f"{role}@example.com", hashed_password=password_hash, role=role)
        db.add(user)
        db.commit()
        return user

    return make


@pytest.fixture
def headers_of(make_user):
    def headers(role):
        return {"Authorization": f"Bearer {create_access_token(make_user(role).id)}"}

    return headers


@pytest.fixture
def customer(headers_of):
    return headers_of(Role.CUSTOMER)


@pytest.fixture
def staff(headers_of):
    return headers_of(Role.STAFF)


@pytest.fixture
def admin(headers_of):
    return headers_of(Role.ADMIN)


@pytest.fixture
def product(db):
    product = Product(sku="LAMP-1", name="Desk lamp", price="19.99", stock=5)
    db.add(product)
    db.commit()
    return product

from typing import Annotated

from fastapi import APIRouter, Depends, status
from fastapi.security import OAuth2PasswordRequestForm

from app.dependencies import SessionDep
from app.models import User
from app.schemas import Token, UserCreate, UserRead
from app.services import users

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/register", response_model=UserRead, status_code=status.HTTP_201_CREATED)
def register(data: UserCreate, db: SessionDep) -> User:
    return users.register(db, data)


@router.post("/login")
def login(form: Annotated[OAuth2PasswordRequestForm, Depends()], db: SessionDep) -> Token:
    return Token(access_token=users.login(db, form.username, form.password))

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select

from app.dependencies import CurrentUser, SessionDep, require_admin
from app.models import User
from app.schemas import RoleUpdate, UserRead
from app.services import users

router = APIRouter(prefix="/users", tags=["users"])


@router.get("/me", response_model=UserRead)
def read_me(user: CurrentUser) -> User:
    """The logged-in user."""
    return user


@router.get("", response_model=list[UserRead], dependencies=[Depends(require_admin)])
def list_users(
    db: SessionDep,
    limit: Annotated[int, Query(ge=1)] = 50,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> list[User]:
    query = select(User).order_by(User.id).limit(limit).offset(offset)
    return list(db.scalars(query))


@router.put("/{user_id}/role", response_model=UserRead, dependencies=[Depends(require_admin)])
def change_role(user_id: int, data: RoleUpdate, db: SessionDep) -> User:
    return users.change_role(db, user_id, data.role)

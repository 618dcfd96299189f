"""Accounts and their roles."""

from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Security

from stockroom.api.access import Caller, RateLimit, get_principal
from stockroom.api.dependencies import AccountsDep
from stockroom.api.problems import problems
from stockroom.api.schemas.identity import Registration, UserQuery, UserRead
from stockroom.api.schemas.paging import Page, page_of, window_of
from stockroom.domain.identity import Role, Scope, UserId

router = APIRouter(prefix="/users", tags=["users"], responses=problems(HTTPStatus.UNPROCESSABLE_ENTITY))
administration = Security(get_principal, scopes=[Scope.USERS_ADMIN])


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    dependencies=[Depends(RateLimit("register"))],
    responses=problems(HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS),
)
async def register(body: Registration, accounts: AccountsDep) -> UserRead:
    """Open a customer account."""
    user = await accounts.register(body.email, body.password.get_secret_value())
    return UserRead.model_validate(user)


@router.get("/me", responses=problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND))
async def read_own_account(caller: Caller, accounts: AccountsDep) -> UserRead:
    """The account of the caller."""
    return UserRead.model_validate(await accounts.profile(caller.user_id))


@router.get(
    "",
    dependencies=[administration],
    responses=problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN),
)
async def list_users(query: Annotated[UserQuery, Query()], accounts: AccountsDep) -> Page[UserRead]:
    """All accounts, by address."""
    window = window_of(query)
    return page_of(UserRead, await accounts.search(query.role, window), window)


@router.put(
    "/{user_id}/roles/{role}",
    dependencies=[administration],
    responses=problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
)
async def assign_role(user_id: UUID, role: Role, accounts: AccountsDep) -> UserRead:
    """Give a user another role and end their sessions."""
    return UserRead.model_validate(await accounts.assign_role(UserId(user_id), role))

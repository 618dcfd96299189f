"""Sessions: login, exchange of refresh tokens, logout."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form

from stockroom.api.access import Caller, RateLimit
from stockroom.api.dependencies import AccountsDep
from stockroom.api.problems import problems
from stockroom.api.schemas.identity import LoginForm, RefreshRequest, TokenPairRead

router = APIRouter(
    prefix="/auth",
    tags=["auth"],
    responses=problems(HTTPStatus.UNAUTHORIZED, HTTPStatus.UNPROCESSABLE_ENTITY),
)


@router.post(
    "/token",
    dependencies=[Depends(RateLimit("login"))],
    responses=problems(HTTPStatus.TOO_MANY_REQUESTS),
)
async def login(form: Annotated[LoginForm, Form()], accounts: AccountsDep) -> TokenPairRead:
    """Start a session with an e-mail address and a password."""
    pair = await accounts.login(form.username, form.password.get_secret_value())
    return TokenPairRead.model_validate(pair)


@router.post(
    "/refresh",
    dependencies=[Depends(RateLimit("refresh"))],
    responses=problems(HTTPStatus.NOT_FOUND, HTTPStatus.TOO_MANY_REQUESTS),
)
async def refresh(body: RefreshRequest, accounts: AccountsDep) -> TokenPairRead:
    """Exchange a refresh token for a new pair. Using one twice ends the session."""
    return TokenPairRead.model_validate(await accounts.refresh(body.refresh_token))


@router.post("/logout", status_code=HTTPStatus.NO_CONTENT)
async def logout(body: RefreshRequest, caller: Caller, accounts: AccountsDep) -> None:
    """End the session the refresh token belongs to."""
    await accounts.logout(caller, body.refresh_token)

"""Accounts and sessions."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, SecretStr, StringConstraints, model_validator

from stockroom.api.schemas.base import Input, Output
from stockroom.api.schemas.paging import PageQuery
from stockroom.domain.identity import Role

Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        to_lower=True,
        max_length=254,
        pattern=r"^[^@\s\x00-\x1f\x7f]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+$",
    ),
    Field(examples=["ada@example.com"]),
]
Token = Annotated[str, StringConstraints(min_length=1, max_length=2048)]


class Registration(Input):
    email: Email
    password: SecretStr = Field(min_length=12, max_length=128)

    @model_validator(mode="after")
    def password_is_not_the_address(self) -> Self:
        if self.email.partition("@")[0] in self.password.get_secret_value().lower():
            raise ValueError("the password must not contain the name in the e-mail address")
        return self


class LoginForm(Input):
    """The OAuth2 password form, so that the interactive documentation can log in."""

    grant_type: Literal["password"] = "password"
    username: Email
    password: SecretStr = Field(min_length=1, max_length=128)
    scope: str = Field(default="", max_length=256, description="Ignored: the role decides.")


class RefreshRequest(Input):
    refresh_token: Token


class TokenPairRead(Output):
    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of the scheme
    expires_in: int = Field(description="Seconds until the access token expires.")


class UserRead(Output):
    id: UUID
    email: str
    role: Role
    created_at: datetime


class UserQuery(PageQuery):
    role: Role | None = None

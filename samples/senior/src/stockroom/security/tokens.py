"""Signed tokens: short-lived access tokens, and refresh tokens that the database can revoke."""

from datetime import datetime, timedelta
from typing import Literal, TypeVar
from uuid import UUID, uuid4

import jwt
from pydantic import BaseModel, SecretStr, ValidationError

from stockroom.domain.errors import InvalidToken
from stockroom.domain.identity import (
    Principal,
    RefreshToken,
    Role,
    TokenId,
    TokenPair,
    User,
    UserId,
)
from stockroom.settings import TokenSettings

ALGORITHM = "HS256"


class _AccessClaims(BaseModel):
    use: Literal["access"]
    sub: UUID
    role: Role


class _RefreshClaims(BaseModel):
    use: Literal["refresh"]
    jti: UUID


ClaimsT = TypeVar("ClaimsT", _AccessClaims, _RefreshClaims)


class JwtTokens:
    def __init__(self, secret: SecretStr, settings: TokenSettings) -> None:
        self._secret = secret
        self._settings = settings

    def issue(self, user: User, token: RefreshToken, now: datetime) -> TokenPair:
        lifetime = self._settings.access_lifetime
        return TokenPair(
            access_token=self._sign("access", user.id, uuid4(), now, now + lifetime, user.role),
            refresh_token=self._sign("refresh", user.id, token.id, now, token.expires_at),
            expires_in=int(lifetime / timedelta(seconds=1)),
        )

    def refresh_expiry(self, now: datetime) -> datetime:
        return now + self._settings.refresh_lifetime

    def read_access(self, token: str) -> Principal:
        claims = self._read(token, _AccessClaims)
        return Principal(UserId(claims.sub), claims.role)

    def read_refresh(self, token: str) -> TokenId:
        return TokenId(self._read(token, _RefreshClaims).jti)

    def _sign(
        self,
        use: Literal["access", "refresh"],
        user_id: UserId,
        token_id: UUID,
        issued: datetime,
        expires: datetime,
        role: Role | None = None,
    ) -> str:
        claims: dict[str, str | datetime] = {
            "iss": self._settings.issuer,
            "aud": self._settings.audience,
            "sub": str(user_id),
            "jti": str(token_id),
            "iat": issued,
            "exp": expires,
            "use": use,
        }
        if role is not None:
            claims["role"] = role.value
        return jwt.encode(claims, self._secret.get_secret_value(), algorithm=ALGORITHM)

    def _read(self, token: str, claims: type[ClaimsT]) -> ClaimsT:
        try:
            payload = jwt.decode(
                token,
                self._secret.get_secret_value(),
                algorithms=[ALGORITHM],
                issuer=self._settings.issuer,
                audience=self._settings.audience,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "jti", "use"]},
            )
            return claims.model_validate(payload)
        except (jwt.InvalidTokenError, ValidationError) as error:
            raise InvalidToken("The token is not valid or has expired.") from error

"""Users, their roles, and what a role allows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NewType
from uuid import UUID

from stockroom.domain.errors import Forbidden

UserId = NewType("UserId", UUID)
TokenId = NewType("TokenId", UUID)
FamilyId = NewType("FamilyId", UUID)


class Scope(StrEnum):
    """A permission, as access tokens and the OpenAPI document name it."""

    CATALOGUE_READ = "catalogue:read"
    CATALOGUE_WRITE = "catalogue:write"
    STOCK_WRITE = "stock:write"
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    ORDERS_FULFIL = "orders:fulfil"
    USERS_ADMIN = "users:admin"


class Role(StrEnum):
    CUSTOMER = "customer"
    STAFF = "staff"
    ADMIN = "admin"


_CUSTOMER = frozenset({Scope.CATALOGUE_READ, Scope.ORDERS_READ, Scope.ORDERS_WRITE})
_STAFF = _CUSTOMER | {Scope.CATALOGUE_WRITE, Scope.STOCK_WRITE, Scope.ORDERS_FULFIL}

SCOPES: Mapping[Role, frozenset[Scope]] = MappingProxyType(
    {Role.CUSTOMER: _CUSTOMER, Role.STAFF: _STAFF, Role.ADMIN: _STAFF | {Scope.USERS_ADMIN}}
)


@dataclass(frozen=True)
class Principal:
    """Who is calling, as proven by an access token."""

    user_id: UserId
    role: Role

    def require(self, *scopes: Scope) -> None:
        """Raise `Forbidden` unless the role grants every scope."""
        if not SCOPES[self.role].issuperset(scopes):
            raise Forbidden(f"This needs {', '.join(sorted(scopes))}.")

    @property
    def sees_all_orders(self) -> bool:
        return Scope.ORDERS_FULFIL in SCOPES[self.role]


@dataclass(frozen=True)
class User:
    id: UserId
    email: str
    password_hash: str = field(repr=False)
    role: Role
    created_at: datetime


@dataclass(frozen=True)
class RefreshToken:
    """One link in a chain of exchanges; the chain (family) started with a login."""

    id: TokenId
    family_id: FamilyId
    user_id: UserId
    expires_at: datetime
    used: bool = False
    revoked: bool = False


@dataclass(frozen=True)
class TokenPair:
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    """Seconds until the access token expires."""

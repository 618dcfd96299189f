"""What can go wrong in the business.

DomainError
├── NotFound         ProductNotFound, OrderNotFound, UserNotFound
├── Conflict         DuplicateSku, EmailTaken, InsufficientStock, IllegalTransition
├── Unauthenticated  InvalidCredentials, InvalidToken, TokenReused
├── Forbidden
└── TooManyAttempts

DeliveryFailed stands apart: it concerns another service, never a caller of ours.
"""

from datetime import timedelta
from typing import ClassVar


class DomainError(Exception):
    """A refusal the caller may be told about; `detail` is written for them."""

    slug: ClassVar[str]
    keeps_changes: ClassVar[bool] = False
    """Whether what was written before the refusal must be committed all the same."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotFound(DomainError):
    slug = "not-found"


class ProductNotFound(NotFound):
    slug = "product-not-found"


class OrderNotFound(NotFound):
    slug = "order-not-found"


class UserNotFound(NotFound):
    slug = "user-not-found"


class Conflict(DomainError):
    slug = "conflict"


class DuplicateSku(Conflict):
    slug = "duplicate-sku"


class EmailTaken(Conflict):
    slug = "email-taken"


class InsufficientStock(Conflict):
    slug = "insufficient-stock"


class IllegalTransition(Conflict):
    slug = "illegal-transition"


class Unauthenticated(DomainError):
    slug = "unauthenticated"


class InvalidCredentials(Unauthenticated):
    slug = "invalid-credentials"


class InvalidToken(Unauthenticated):
    slug = "invalid-token"


class TokenReused(Unauthenticated):
    """A refresh token came back after its exchange: somebody else holds a copy."""

    slug = "token-reused"
    keeps_changes = True  # the revocation of the family must outlive the refusal


class Forbidden(DomainError):
    slug = "forbidden"


class TooManyAttempts(DomainError):
    slug = "too-many-attempts"

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__("Too many attempts. Try again later.")
        self.retry_after = retry_after


class DeliveryFailed(Exception):
    """Another service did not accept a message; it is safe to try again."""

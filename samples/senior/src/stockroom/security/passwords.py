"""Argon2id password hashes, computed in a thread: one takes tens of milliseconds of CPU."""

import asyncio
import secrets
from functools import cached_property

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError


class Argon2Passwords:
    def __init__(self) -> None:
        self._argon2 = PasswordHasher()

    async def hash(self, password: str) -> str:
        return await asyncio.to_thread(self._argon2.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        return await asyncio.to_thread(self._matches, password_hash, password)

    def _matches(self, password_hash: str | None, password: str) -> bool:
        try:
            self._argon2.verify(password_hash or self._decoy, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
        return password_hash is not None

    @cached_property
    def _decoy(self) -> str:
        """Compared with when there is no user, so that timing does not reveal who is one."""
        return self._argon2.hash(secrets.token_urlsafe())

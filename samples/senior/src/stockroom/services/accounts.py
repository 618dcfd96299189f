"""Registration, login, and the exchange and revocation of refresh tokens."""

from dataclasses import dataclass, replace
from uuid import uuid4

from stockroom.domain.errors import InvalidCredentials, InvalidToken, TokenReused, UserNotFound
from stockroom.domain.identity import (
    FamilyId,
    Principal,
    RefreshToken,
    Role,
    TokenId,
    TokenPair,
    User,
    UserId,
)
from stockroom.domain.paging import Found, Window
from stockroom.domain.ports import Clock, PasswordHasher, TokenIssuer, UnitOfWork


@dataclass(frozen=True)
class Accounts:
    uow: UnitOfWork
    passwords: PasswordHasher
    tokens: TokenIssuer
    clock: Clock

    async def register(self, email: str, password: str) -> User:
        """Open a customer account; raise `EmailTaken`."""
        user = User(
            id=UserId(uuid4()),
            email=email,
            password_hash=await self.passwords.hash(password),
            role=Role.CUSTOMER,
            created_at=self.clock(),
        )
        await self.uow.users.add(user)
        return user

    async def login(self, email: str, password: str) -> TokenPair:
        """Start a session; raise `InvalidCredentials` without saying which half was wrong."""
        user = await self.uow.users.by_email(email)
        matches = await self.passwords.verify(user.password_hash if user else None, password)
        if user is None or not matches:
            raise InvalidCredentials("The e-mail address or the password is wrong.")
        return await self._issue(user, FamilyId(uuid4()))

    async def refresh(self, refresh_token: str) -> TokenPair:
        """Exchange a refresh token, once; its second use ends the whole session."""
        token = await self._known(refresh_token)
        if token.used:
            await self.uow.refresh_tokens.revoke_family(token.family_id)
            raise TokenReused("This refresh token was used before. Log in again.")
        await self.uow.refresh_tokens.mark_used(token.id)
        return await self._issue(await self.profile(token.user_id), token.family_id)

    async def logout(self, caller: Principal, refresh_token: str) -> None:
        """End the session the token belongs to, if it is the caller's."""
        token = await self._known(refresh_token)
        if token.user_id != caller.user_id:
            raise InvalidToken("This refresh token is not valid.")
        await self.uow.refresh_tokens.revoke_family(token.family_id)

    async def profile(self, user_id: UserId) -> User:
        user = await self.uow.users.get(user_id)
        if user is None:
            raise UserNotFound("No such user.")
        return user

    async def search(self, role: Role | None, window: Window) -> Found[User]:
        return await self.uow.users.search(role, window)

    async def assign_role(self, user_id: UserId, role: Role) -> User:
        """Give a user another role and end their sessions, which still carry the old one."""
        user = replace(await self.profile(user_id), role=role)
        await self.uow.users.save(user)
        await self.uow.refresh_tokens.revoke_user(user_id)
        return user

    async def _known(self, refresh_token: str) -> RefreshToken:
        token = await self.uow.refresh_tokens.lock(self.tokens.read_refresh(refresh_token))
        if token is None or token.revoked:
            raise InvalidToken("This refresh token is not valid.")
        return token

    async def _issue(self, user: User, family_id: FamilyId) -> TokenPair:
        now = self.clock()
        token = RefreshToken(
            id=TokenId(uuid4()),
            family_id=family_id,
            user_id=user.id,
            expires_at=self.tokens.refresh_expiry(now),
        )
        await self.uow.refresh_tokens.add(token)
        return self.tokens.issue(user, token, now)

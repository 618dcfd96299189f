"""Users and their refresh tokens in PostgreSQL."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from stockroom.db.paging import fetch_window
from stockroom.db.tables import RefreshTokenRow, UserRow
from stockroom.domain.errors import EmailTaken
from stockroom.domain.identity import FamilyId, RefreshToken, Role, TokenId, User, UserId
from stockroom.domain.paging import Found, Window


class SqlUsers:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, user: User) -> None:
        self._session.add(UserRow(**asdict(user)))
        try:
            await self._session.flush()
        except IntegrityError as error:
            raise EmailTaken("This e-mail address has an account.") from error

    async def get(self, user_id: UserId) -> User | None:
        row = await self._session.get(UserRow, user_id)
        return _user(row) if row else None

    async def by_email(self, email: str) -> User | None:
        row = await self._session.scalar(select(UserRow).where(UserRow.email == email))
        return _user(row) if row else None

    async def save(self, user: User) -> None:
        await self._session.execute(update(UserRow).where(UserRow.id == user.id).values(role=user.role))

    async def search(self, role: Role | None, window: Window) -> Found[User]:
        query = select(UserRow).order_by(UserRow.email)
        if role is not None:
            query = query.where(UserRow.role == role)
        rows, total = await fetch_window(self._session, query, window)
        return Found([_user(row) for row in rows], total)


class SqlRefreshTokens:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, token: RefreshToken) -> None:
        self._session.add(RefreshTokenRow(**asdict(token)))
        await self._session.flush()

    async def lock(self, token_id: TokenId) -> RefreshToken | None:
        row = await self._session.get(RefreshTokenRow, token_id, with_for_update=True)
        if row is None:
            return None
        return RefreshToken(
            id=TokenId(row.id),
            family_id=FamilyId(row.family_id),
            user_id=UserId(row.user_id),
            expires_at=row.expires_at,
            used=row.used,
            revoked=row.revoked,
        )

    async def mark_used(self, token_id: TokenId) -> None:
        await self._session.execute(
            update(RefreshTokenRow).where(RefreshTokenRow.id == token_id).values(used=True)
        )

    async def revoke_family(self, family_id: FamilyId) -> None:
        await self._session.execute(
            update(RefreshTokenRow).where(RefreshTokenRow.family_id == family_id).values(revoked=True)
        )

    async def revoke_user(self, user_id: UserId) -> None:
        await self._session.execute(
            update(RefreshTokenRow).where(RefreshTokenRow.user_id == user_id).values(revoked=True)
        )

    async def purge_expired(self, now: datetime) -> None:
        await self._session.execute(delete(RefreshTokenRow).where(RefreshTokenRow.expires_at < now))


def _user(row: UserRow) -> User:
    return User(
        id=UserId(row.id),
        email=row.email,
        password_hash=row.password_hash,
        role=Role(row.role),
        created_at=row.created_at,
    )

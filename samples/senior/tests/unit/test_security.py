"""Passwords and tokens."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import jwt
import pytest
from pydantic import SecretStr

from stockroom.domain.errors import InvalidToken
from stockroom.domain.identity import FamilyId, Principal, RefreshToken, TokenId, TokenPair
from stockroom.security.passwords import Argon2Passwords
from stockroom.security.tokens import ALGORITHM, JwtTokens
from stockroom.settings import Settings
from tests.factories import PASSWORD, make_user

USER = make_user()


def issue(tokens: JwtTokens, at: datetime | None = None) -> tuple[TokenPair, RefreshToken]:
    now = at or datetime.now(UTC)
    token = RefreshToken(TokenId(uuid4()), FamilyId(uuid4()), USER.id, tokens.refresh_expiry(now))
    return tokens.issue(USER, token, now), token


def test_tokens_say_who_holds_them(tokens: JwtTokens) -> None:
    pair, token = issue(tokens)
    assert tokens.read_access(pair.access_token) == Principal(USER.id, USER.role)
    assert tokens.read_refresh(pair.refresh_token) == token.id
    assert pair.expires_in == 600


def test_one_kind_of_token_does_not_pass_for_the_other(tokens: JwtTokens) -> None:
    pair, _ = issue(tokens)
    with pytest.raises(InvalidToken):
        tokens.read_access(pair.refresh_token)
    with pytest.raises(InvalidToken):
        tokens.read_refresh(pair.access_token)


def test_tokens_expire(tokens: JwtTokens) -> None:
    pair, token = issue(tokens, datetime.now(UTC) - timedelta(minutes=11))
    with pytest.raises(InvalidToken):
        tokens.read_access(pair.access_token)
    assert tokens.read_refresh(pair.refresh_token) == token.id


@pytest.mark.parametrize("change", ["iss", "aud", "exp", "sub", "role", "use", "jti", "secret", "algorithm"])
def test_every_claim_counts(change: str, tokens: JwtTokens, settings: Settings) -> None:
    pair, _ = issue(tokens)
    secret = settings.jwt_secret.get_secret_value()
    claims = jwt.decode(pair.access_token, secret, algorithms=[ALGORITHM], audience=settings.tokens.audience)
    claims.pop(change, None)
    key = secret[::-1] if change == "secret" else secret
    algorithm = "HS384" if change == "algorithm" else ALGORITHM
    with pytest.raises(InvalidToken):
        tokens.read_access(jwt.encode(claims, key, algorithm=algorithm))


def test_unsigned_tokens_are_refused(tokens: JwtTokens) -> None:
    with pytest.raises(InvalidToken):
        tokens.read_access(jwt.encode({"sub": str(USER.id)}, key=None, algorithm="none"))


def test_another_issuers_tokens_are_refused(tokens: JwtTokens, settings: Settings) -> None:
    theirs = JwtTokens(SecretStr("x" * 32), settings.tokens)
    pair, _ = issue(theirs)
    with pytest.raises(InvalidToken):
        tokens.read_access(pair.access_token)


async def test_passwords_are_compared_with_their_hash() -> None:
    passwords = Argon2Passwords()
    password_hash = await passwords.hash(PASSWORD)
    assert password_hash.startswith("$argon2id$")
    assert await passwords.verify(password_hash, PASSWORD)
    assert not await passwords.verify(password_hash, PASSWORD + "!")
    assert not await passwords.verify(None, PASSWORD)
    assert not await passwords.verify("not a hash", PASSWORD)

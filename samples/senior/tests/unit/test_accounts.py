"""Accounts and sessions."""

from uuid import uuid4

import pytest

from stockroom.domain.errors import (
    EmailTaken,
    Forbidden,
    InvalidCredentials,
    InvalidToken,
    TokenReused,
    UserNotFound,
)
from stockroom.domain.identity import Principal, Role, Scope, UserId
from stockroom.domain.paging import Window
from stockroom.security.tokens import JwtTokens
from stockroom.services.accounts import Accounts
from tests.factories import PASSWORD, make_caller, make_user
from tests.fakes import FakeClock, FakePasswords, FakeUnitOfWork


@pytest.fixture
def accounts(uow: FakeUnitOfWork, tokens: JwtTokens, clock: FakeClock) -> Accounts:
    return Accounts(uow, FakePasswords(), tokens, clock)


async def test_everybody_starts_as_a_customer(accounts: Accounts, uow: FakeUnitOfWork) -> None:
    user = await accounts.register("ada@example.com", PASSWORD)
    assert user.role is Role.CUSTOMER
    assert uow.users.rows[user.id].password_hash != PASSWORD


async def test_an_address_is_registered_once(accounts: Accounts) -> None:
    await accounts.register("ada@example.com", PASSWORD)
    with pytest.raises(EmailTaken):
        await accounts.register("ada@example.com", PASSWORD)


async def test_login_gives_a_token_with_the_role(
    accounts: Accounts, uow: FakeUnitOfWork, tokens: JwtTokens
) -> None:
    user = make_user(role=Role.STAFF)
    await uow.users.add(user)
    pair = await accounts.login(user.email, PASSWORD)
    assert tokens.read_access(pair.access_token) == Principal(user.id, Role.STAFF)


@pytest.mark.parametrize(("email", "password"), [("ada@example.com", "wrong"), ("no@example.com", PASSWORD)])
async def test_wrong_credentials_are_refused_alike(
    email: str, password: str, accounts: Accounts, uow: FakeUnitOfWork
) -> None:
    await uow.users.add(make_user())
    with pytest.raises(InvalidCredentials, match=r"The e-mail address or the password is wrong\."):
        await accounts.login(email, password)
    assert not uow.refresh_tokens.rows


async def test_refresh_rotates_within_the_family(accounts: Accounts, uow: FakeUnitOfWork) -> None:
    await uow.users.add(make_user())
    first = await accounts.login("ada@example.com", PASSWORD)
    second = await accounts.refresh(first.refresh_token)
    assert second.refresh_token != first.refresh_token
    assert len({token.family_id for token in uow.refresh_tokens.rows.values()}) == 1
    assert [token.used for token in uow.refresh_tokens.rows.values()] == [True, False]


async def test_a_stolen_token_ends_the_session_for_both_holders(
    accounts: Accounts, uow: FakeUnitOfWork
) -> None:
    await uow.users.add(make_user())
    stolen = await accounts.login("ada@example.com", PASSWORD)
    fresh = await accounts.refresh(stolen.refresh_token)

    with pytest.raises(TokenReused):
        async with uow.transaction():
            await accounts.refresh(stolen.refresh_token)
    with pytest.raises(InvalidToken):
        await accounts.refresh(fresh.refresh_token)


async def test_logout_ends_only_that_session(accounts: Accounts, uow: FakeUnitOfWork) -> None:
    user = make_user()
    await uow.users.add(user)
    phone = await accounts.login(user.email, PASSWORD)
    laptop = await accounts.login(user.email, PASSWORD)

    await accounts.logout(Principal(user.id, user.role), phone.refresh_token)

    with pytest.raises(InvalidToken):
        await accounts.refresh(phone.refresh_token)
    await accounts.refresh(laptop.refresh_token)


async def test_nobody_logs_others_out(accounts: Accounts, uow: FakeUnitOfWork) -> None:
    await uow.users.add(make_user())
    pair = await accounts.login("ada@example.com", PASSWORD)
    with pytest.raises(InvalidToken):
        await accounts.logout(make_caller(), pair.refresh_token)
    await accounts.refresh(pair.refresh_token)


async def test_unknown_tokens_are_refused(accounts: Accounts, uow: FakeUnitOfWork) -> None:
    await uow.users.add(make_user())
    pair = await accounts.login("ada@example.com", PASSWORD)
    uow.refresh_tokens.rows.clear()
    with pytest.raises(InvalidToken):
        await accounts.refresh(pair.refresh_token)


async def test_a_new_role_ends_old_sessions(accounts: Accounts, uow: FakeUnitOfWork) -> None:
    user = make_user()
    await uow.users.add(user)
    pair = await accounts.login(user.email, PASSWORD)
    promoted = await accounts.assign_role(user.id, Role.STAFF)
    assert (promoted.role, uow.users.rows[user.id].role) == (Role.STAFF, Role.STAFF)
    with pytest.raises(InvalidToken):
        await accounts.refresh(pair.refresh_token)


async def test_unknown_users_get_no_role(accounts: Accounts) -> None:
    with pytest.raises(UserNotFound):
        await accounts.assign_role(UserId(uuid4()), Role.ADMIN)


async def test_users_are_found_by_role(accounts: Accounts, uow: FakeUnitOfWork) -> None:
    admin, customer = make_user("a@example.com", Role.ADMIN), make_user("c@example.com")
    await uow.users.add(customer)
    await uow.users.add(admin)
    assert (await accounts.search(Role.ADMIN, Window(10, 0))).items == [admin]
    assert (await accounts.search(None, Window(10, 0))).items == [admin, customer]


@pytest.mark.parametrize(
    ("role", "scope", "allowed"),
    [
        (Role.CUSTOMER, Scope.ORDERS_WRITE, True),
        (Role.CUSTOMER, Scope.STOCK_WRITE, False),
        (Role.CUSTOMER, Scope.CATALOGUE_WRITE, False),
        (Role.STAFF, Scope.ORDERS_FULFIL, True),
        (Role.STAFF, Scope.USERS_ADMIN, False),
        (Role.ADMIN, Scope.USERS_ADMIN, True),
    ],
)
def test_roles_grant_scopes(role: Role, scope: Scope, allowed: bool) -> None:
    caller = make_caller(role)
    if allowed:
        caller.require(scope)
    else:
        with pytest.raises(Forbidden, match=scope):
            caller.require(scope)

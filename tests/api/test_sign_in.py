"""Signing in with a password, staying signed in, and signing out (spec 10.1)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from argon2 import PasswordHasher
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from api.advice.few_threads import ThreadsBusy
from api.bootstrap import Callboard
from api.features.set_password import SetPassword
from api.features.update_user import UpdateUser
from api.identity.passwords import Passwords
from api.settings import Settings
from domain.enums import Role
from domain.viewer import Viewer
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from persistence.repositories import passwords, sessions
from tests.api.conftest import StandingClock
from tests.api.people import ADMIN, MANAGER
from tests.api.waiting import eventually

PASSWORD = "correct horse battery"
EMAIL = "Ada.Lovelace@venue.example"
Headers = dict[str, str]
SignInAs = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, login_attempts=3, login_attempts_per_client=5)


@pytest.fixture
async def ada(create: Any) -> UUID:
    body = await create("/api/users", name="Ada Lovelace", email=EMAIL, role="Staff", password=PASSWORD)
    return UUID(body["userId"])


@pytest.fixture
def login(client: httpx.AsyncClient) -> SignInAs:
    async def post(email: str = EMAIL, password: str = PASSWORD) -> httpx.Response:
        return await client.post("/api/auth/login", json={"email": email, "password": password})

    return post


@pytest.fixture
def refresh(client: httpx.AsyncClient) -> SignInAs:
    async def post(token: str) -> httpx.Response:
        return await client.post("/api/auth/refresh", json={"refreshToken": token})

    return post


def bearer(answer: httpx.Response) -> Headers:
    return {"Authorization": f"Bearer {answer.json()['accessToken']}"}


async def test_somebody_signs_in(
    client: httpx.AsyncClient, login: SignInAs, ada: UUID, clock: StandingClock, audited: Any
) -> None:
    answer = await login("ada.lovelace@VENUE.example")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    now = clock.now()
    assert body == {
        "accessToken": body["accessToken"],
        "tokenType": "Bearer",
        "expiresAt": (now + timedelta(minutes=15)).isoformat().replace("+00:00", "Z"),
        "refreshToken": body["refreshToken"],
        "refreshExpiresAt": (now + timedelta(days=30)).isoformat().replace("+00:00", "Z"),
    }
    claims = jwt.decode(body["accessToken"], options={"verify_signature": False})
    assert (claims["sub"], claims["role"]) == (str(ada), "Staff")
    assert claims["exp"] == int((now + timedelta(minutes=15)).timestamp())
    me = await client.get("/api/users/me", headers=bearer(answer))
    assert me.json() == {
        "userId": str(ada), "role": "Staff", "name": "Ada Lovelace", "email": EMAIL,
    }  # fmt: skip
    assert [(one["action"], one["user_id"]) for one in await audited(str(ada))] == [
        ("UserCreated", ADMIN.user_id),
        ("SignedIn", ada),
    ]


@pytest.mark.usefixtures("ada")
async def test_all_who_are_not_let_in_are_told_the_same(
    client: httpx.AsyncClient, login: SignInAs, create: Any, as_admin: Headers, service: Callboard
) -> None:
    """Unknown, wrong, disabled, without a password: one answer, after one check of a hash."""
    gone = await create("/api/users", name="Gone", email="gone@v.example", role="Staff", password=PASSWORD)
    await create("/api/users", name="New", email="new@v.example", role="Staff")
    body = {"name": "Gone", "email": "gone@v.example", "role": "Staff", "isDisabled": True}
    done = await client.put(f"/api/users/{gone['userId']}", json=body, headers=as_admin)
    assert done.json()["isDisabled"] is True
    checks: list[str | None] = []
    check = service.passwords._check
    service.passwords._check = lambda stored, typed: checks.append(stored) or check(stored, typed)  # type: ignore
    answers = [
        await login("nobody@v.example"),
        await login(EMAIL, PASSWORD.upper()),
        await login("gone@v.example"),
        await login("new@v.example"),
    ]
    assert {one.status_code for one in answers} == {401}
    assert len({one.text for one in answers}) == 1
    assert len({frozenset(one.headers) for one in answers}) == 1
    assert [stored is None for stored in checks] == [True, False, True, True]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": EMAIL}, "password"),
        ({"email": EMAIL, "password": "\ud800"}, "password"),
        ({"email": EMAIL, "password": "x" * 1_001}, "password"),
        ({"email": EMAIL, "password": 7}, "password"),
        ({"email": "a\x00", "password": "x"}, "email"),
        ({"email": "a" * 321, "password": "x"}, "email"),
        ({"email": EMAIL, "password": "x", "role": "Admin"}, "role"),
    ],
)
async def test_what_is_no_sign_in_names_the_field(client: httpx.AsyncClient, body: Any, field: str) -> None:
    content = json.dumps(body)
    headers = {"Content-Type": "application/json"}
    answer = await client.post("/api/auth/login", content=content, headers=headers)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


@pytest.mark.usefixtures("ada")
async def test_an_account_has_so_many_attempts(login: SignInAs, clock: StandingClock) -> None:
    """Whichever process counts, whether or not there is such an account, and for the right password too."""
    for email in (EMAIL, "nobody@v.example"):
        for typed in (email, email.upper(), f" {email}"):
            assert (await login(typed, "wrong")).status_code == 401
        refused = await login(email)
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "900"
        assert refused.json()["title"] == "Too Many Attempts"
        clock.forward(timedelta(minutes=5))
        assert (await login(email)).headers["retry-after"] == "600"
        clock.forward(timedelta(minutes=10))
    assert (await login(EMAIL)).status_code == 200


@pytest.mark.usefixtures("ada")
async def test_a_good_password_forgives(login: SignInAs) -> None:
    for password, status in [("wrong", 401), ("wrong", 401), (PASSWORD, 200), ("wrong", 401), ("wrong", 401)]:
        assert (await login(EMAIL, password)).status_code == status
    assert (await login("x@v.example", "wrong")).status_code == 401
    assert (await login("y@v.example", "wrong")).status_code == 429  # the client's fifth was the last


@pytest.mark.usefixtures("ada")
async def test_a_client_has_so_many_attempts_over_all_accounts(login: SignInAs) -> None:
    for number in range(5):
        assert (await login(f"{number}@v.example", "wrong")).status_code == 401
    assert (await login(EMAIL)).status_code == 429


async def test_a_blocked_client_leaves_no_rows(login: SignInAs, urls: EmbeddedUrls) -> None:
    statuses = [(await login(f"{number}@v.example", "wrong")).status_code for number in range(8)]
    assert statuses == [401] * 5 + [429] * 3
    database = Database(urls.worker, SystemClock(), RandomIds(), pool_size=1)
    async with database.engine.connect() as connection:
        found = await connection.execute(text("SELECT attempts FROM login_attempts ORDER BY attempts"))
        assert list(found.scalars()) == [1] * 5 + [5]
    await database.close()


async def test_attempts_are_counted_by_what_an_account_is_found_by(login: SignInAs, create: Any) -> None:
    """How letters fold differs: Python ends the Greek word with another sigma."""
    await create("/api/users", name="X", email="\u03b1\u03c3@v.example", role="Staff", password=PASSWORD)
    typed = ("\u03b1\u03c3@v.example", "\u0391\u03a3@v.example", "\u03b1\u03a3@v.example")
    assert [(await login(one)).status_code for one in typed] == [200, 200, 200]
    statuses = [(await login(one, "wrong")).status_code for one in (*typed, typed[1])]
    assert statuses == [401, 401, 401, 429]


@pytest.mark.parametrize("change", ["password", "disabled"])
async def test_what_changes_while_a_password_is_checked_counts(
    login: SignInAs, ada: UUID, service: Callboard, rows: Any, change: str
) -> None:
    check = service.passwords.check

    async def slow(stored: str | None, password: str) -> Any:
        checked = await check(stored, password)
        if change == "password":
            await service.bus.send(SetPassword(ada, "another"), ADMIN)
        else:
            await service.bus.send(UpdateUser(ada, "Ada", EMAIL, Role.Staff, is_disabled=True), ADMIN)
        return checked

    service.passwords.check = slow  # type: ignore[method-assign]
    answer = await login()
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The address or the password is wrong, or the account is disabled"
    assert await rows("SELECT session_id FROM sessions") == []


async def test_a_change_of_password_waits_for_who_is_coming_in(
    ada: UUID, service: Callboard, rows: Any, urls: EmbeddedUrls
) -> None:
    """And ends the session that begins there."""
    async with service.database.unit_of_work(Viewer(ada, Role.Staff)) as uow:
        stored = await passwords.login_of(uow, None)
        assert stored is not None
        assert await passwords.stands(uow, stored.password_hash)
        changing = asyncio.create_task(service.bus.send(SetPassword(ada, "another"), ADMIN))
        engine = create_engine(urls.owner, poolclass=NullPool)
        with engine.connect() as other:
            waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
            await eventually(lambda: other.execute(waiting).scalar_one())
        engine.dispose()
        await sessions.begin(uow, uuid4(), b"x" * 32, uow.now + timedelta(days=1))
    await changing
    assert await rows("SELECT session_id FROM sessions") == []


@pytest.mark.usefixtures("ada")
async def test_attempts_at_once_are_all_counted(login: SignInAs) -> None:
    answers = await asyncio.gather(*(login(EMAIL, "wrong") for _ in range(6)))
    assert sorted(one.status_code for one in answers) == [401, 401, 401, 429, 429, 429]


def test_clients_of_one_network_are_one(service: Callboard) -> None:
    of = service.sign_in._client
    assert of("2001:db8::1") == of("2001:db8::ffff:1") != of("2001:db8:0:1::1")
    assert of("10.0.0.1") != of("10.0.0.2")
    assert of("") == of("") != of("10.0.0.1")


async def test_a_refresh_token_is_good_once(
    login: SignInAs, refresh: SignInAs, ada: UUID, clock: StandingClock, audited: Any
) -> None:
    first = (await login()).json()["refreshToken"]
    clock.forward(timedelta(days=29))
    renewed = await refresh(first)
    assert renewed.status_code == 200
    claims = jwt.decode(renewed.json()["accessToken"], options={"verify_signature": False})
    assert (claims["sub"], claims["iat"]) == (str(ada), int(clock.now().timestamp()))
    second = renewed.json()["refreshToken"]
    assert second != first
    clock.forward(timedelta(days=29))
    third = (await refresh(second)).json()["refreshToken"]
    assert (await refresh(second)).status_code == 401
    assert (await refresh(third)).status_code == 401
    actions = [one["action"] for one in await audited(str(ada))]
    assert actions == ["UserCreated", "SignedIn", "RefreshTokenReused"]


@pytest.mark.usefixtures("ada")
async def test_two_who_refresh_at_once_are_one_too_many(login: SignInAs, refresh: SignInAs) -> None:
    token = (await login()).json()["refreshToken"]
    answers = await asyncio.gather(refresh(token), refresh(token))
    assert sorted(one.status_code for one in answers) == [200, 401]
    (good,) = (one for one in answers if one.status_code == 200)
    assert (await refresh(good.json()["refreshToken"])).status_code == 401


@pytest.mark.usefixtures("ada")
async def test_refresh_tokens_that_are_not_good_look_alike(
    login: SignInAs, refresh: SignInAs, clock: StandingClock
) -> None:
    token = (await login()).json()["refreshToken"]
    clock.forward(timedelta(days=30))
    answers = [
        await refresh(one)
        for one in (token, "nonsense", f"cbr_{uuid4().hex}{'x' * 43}", "", "cbr_\x00", "\u00e9")
    ]
    assert {one.status_code for one in answers} == {401}
    assert len({one.text for one in answers}) == 1


async def test_disabling_ends_every_session(
    client: httpx.AsyncClient, login: SignInAs, refresh: SignInAs, ada: UUID, as_admin: Headers
) -> None:
    token = (await login()).json()["refreshToken"]
    body = {"name": "Ada Lovelace", "email": EMAIL, "role": "Staff"}
    path = f"/api/users/{ada}"
    assert (await client.put(path, json=body | {"isDisabled": True}, headers=as_admin)).status_code == 200
    assert (await refresh(token)).status_code == 401
    assert (await client.put(path, json=body, headers=as_admin)).json()["isDisabled"] is False
    assert (await refresh(token)).status_code == 401
    assert (await login()).status_code == 200


async def test_the_role_is_that_of_the_moment(
    client: httpx.AsyncClient, login: SignInAs, refresh: SignInAs, ada: UUID, as_admin: Headers
) -> None:
    token = (await login()).json()["refreshToken"]
    body = {"name": "Ada Lovelace", "email": EMAIL, "role": "Customer"}
    await client.put(f"/api/users/{ada}", json=body, headers=as_admin)
    me = await client.get("/api/users/me", headers=bearer(await refresh(token)))
    assert me.json()["role"] == "Customer"


@pytest.mark.usefixtures("ada")
async def test_signing_out(
    client: httpx.AsyncClient, login: SignInAs, refresh: SignInAs, as_manager: Headers
) -> None:
    one, other, third = [await login() for _ in range(3)]
    body = {"refreshToken": one.json()["refreshToken"]}

    async def logout(headers: Headers, body: Any, **params: Any) -> int:
        answer = await client.post("/api/auth/logout", json=body, headers=headers, params=params)
        return answer.status_code

    assert await logout(bearer(one), body, dryRun=True) == 204
    assert await logout(as_manager, body) == 204  # of somebody else: nothing
    assert await logout(bearer(one), {"refreshToken": "nonsense"}) == 204
    renewed = await refresh(body["refreshToken"])
    assert renewed.status_code == 200
    body = {"refreshToken": renewed.json()["refreshToken"]}
    assert await logout(bearer(one), body) == 204
    assert (await refresh(body["refreshToken"])).status_code == 401
    again = await refresh(other.json()["refreshToken"])
    assert again.status_code == 200
    assert await logout(bearer(one), {}) == 204
    for left in (again, third):
        assert (await refresh(left.json()["refreshToken"])).status_code == 401


@pytest.mark.usefixtures("ada")
async def test_changing_ones_password(
    client: httpx.AsyncClient, login: SignInAs, refresh: SignInAs, as_manager: Headers
) -> None:
    signed_in = await login()
    new = "another fine day!"

    async def change(current: str, new: str, headers: Headers, **params: Any) -> httpx.Response:
        body = {"currentPassword": current, "newPassword": new}
        return await client.post("/api/auth/password", json=body, headers=headers, params=params)

    assert (await change(PASSWORD, new, bearer(signed_in), dryRun=True)).status_code == 204
    wrong = await change("wrong", new, bearer(signed_in))
    assert (wrong.status_code, wrong.json()["errors"]) == (
        400,
        {"currentPassword": ["This is not your password"]},
    )
    short = await change(PASSWORD, "short", bearer(signed_in))
    assert (short.status_code, list(short.json()["errors"])) == (400, ["newPassword"])
    assert "short" not in short.text.replace("too_short", "")
    assert (await change(PASSWORD, new, as_manager)).json()["errors"] == wrong.json()["errors"]
    assert (await change(PASSWORD, new, bearer(signed_in))).status_code == 204
    assert (await refresh(signed_in.json()["refreshToken"])).status_code == 401
    assert (await login()).status_code == 401
    assert (await login(EMAIL, new)).status_code == 200


@pytest.mark.usefixtures("ada")
async def test_guessing_the_current_password_is_limited(client: httpx.AsyncClient, login: SignInAs) -> None:
    headers = bearer(await login())
    body = {"currentPassword": "guess", "newPassword": "another fine day!"}
    answers = [await client.post("/api/auth/password", json=body, headers=headers) for _ in range(4)]
    assert [one.status_code for one in answers] == [400, 400, 400, 429]


async def test_an_old_hash_is_made_anew(login: SignInAs, ada: UUID, service: Callboard) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    await service.bus.send(SetPassword(ada, weak.hash(PASSWORD)), ADMIN)
    assert (await login(EMAIL, "wrong")).status_code == 401

    async def parameters() -> str:
        async with service.database.unit_of_work(ADMIN) as uow:
            found = await passwords.login_of(uow, EMAIL)
            assert found is not None
            return found.password_hash.split("$")[3]

    assert await parameters() == "m=8,t=1,p=1"
    assert (await login()).status_code == 200
    assert await parameters() == "m=65536,t=3,p=1"
    assert (await login()).status_code == 200


async def test_hashing_leaves_the_rest_alone() -> None:
    """Two at once, and whoever waits too long is told to come again."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords = Passwords(hasher)
    await passwords._threads._free.acquire()
    await passwords._threads._free.acquire()
    passwords._threads._patience_seconds = 0.01
    with pytest.raises(ThreadsBusy):
        await passwords.check(None, "x")
    passwords.close()


async def test_nobody_but_an_admin_sets_anothers_password(service: Callboard, ada: UUID) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        await service.bus.send(SetPassword(ada, "x"), MANAGER)
    stranger = Viewer(uuid4(), Role.Staff)
    async with service.database.unit_of_work(stranger) as uow:
        assert await passwords.login_of(uow, None) is None

"""People with accounts, and who manages them."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.bootstrap import Callboard
from domain.enums import Role
from domain.user import User
from domain.viewer import SYSTEM, Viewer
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from persistence.repositories import users, webhooks
from tests.api.people import ADMIN, STAFF

Headers = dict[str, str]


def body(name: str = "Ada", email: str = "ada@v.example", role: str = "Staff", **more: Any) -> dict[str, Any]:
    return {"name": name, "email": email, "role": role, **more}


async def test_a_person_is_created_read_and_changed(
    client: httpx.AsyncClient, as_admin: Headers, audited: Any
) -> None:
    made = await client.post("/api/users", json=body(password="correct horse battery"), headers=as_admin)
    assert made.status_code == 201
    person = made.json()
    path = f"/api/users/{person['userId']}"
    assert person == {
        "userId": person["userId"],
        "name": "Ada",
        "email": "ada@v.example",
        "role": "Staff",
        "isDisabled": False,
        "createdAt": person["createdAt"],
        "version": 1,
    }
    assert (made.headers["location"], made.headers["etag"]) == (path, '"1"')
    assert (await client.get(path, headers=as_admin)).json() == person
    wanted = body("Ada L.", "ada.l@v.example", "Manager", isDisabled=True)
    stale = await client.put(path, json=wanted, headers=as_admin | {"If-Match": '"2"'})
    assert stale.status_code == 412
    rehearsed = await client.put(path, json=wanted, headers=as_admin, params={"dryRun": True})
    assert rehearsed.json() == person | wanted | {"version": 2}
    changed = await client.put(path, json=wanted, headers=as_admin | {"If-Match": '"1"'})
    assert changed.json() == person | wanted | {"version": 2}
    assert changed.headers["etag"] == '"2"'
    same = await client.put(path, json=wanted, headers=as_admin)
    assert same.json()["version"] == 2
    before = {"name": "Ada", "email": "ada@v.example", "role": "Staff", "isDisabled": False}
    entries = [
        (one["action"], one["user_id"], one["before"], one["after"])
        for one in await audited(person["userId"])
    ]
    assert entries == [
        ("UserCreated", ADMIN.user_id, None, before),
        ("UserUpdated", ADMIN.user_id, before, wanted),
    ]


async def test_lists_page_and_filter(client: httpx.AsyncClient, as_admin: Headers, create: Any) -> None:
    for name, role in (("Cy", "Staff"), ("Ada", "Staff"), ("Bob", "Manager"), ("A%da", "Customer")):
        await create("/api/users", **body(name, f"{name}@v.example", role))
    await create("/api/service-accounts", name="Box office", role="Staff", scopes=["Read"])

    async def names(**params: Any) -> list[str]:
        answer = await client.get("/api/users", params=params, headers=as_admin)
        return [one["name"] for one in answer.json()["items"]]

    assert await names() == ["A%da", "Ada", "Bob", "Cy"]
    assert await names(role="Staff") == ["Ada", "Cy"]
    assert await names(q="A%D") == ["A%da"]
    assert await names(q="bob@V") == ["Bob"]
    first = await client.get("/api/users", params={"limit": 3}, headers=as_admin)
    assert await names(limit=3, cursor=first.json()["nextCursor"]) == ["Cy"]


@pytest.mark.parametrize("email", ["ada@v.example", "ADA@V.example"])
async def test_an_address_is_one_persons(
    client: httpx.AsyncClient, as_admin: Headers, create: Any, email: str
) -> None:
    await create("/api/users", **body())
    other = await create("/api/users", **body("Bob", "bob@v.example"))
    refused = await client.post("/api/users", json=body("Cy", email), headers=as_admin)
    taken = {"email": ["Somebody has this address already"]}
    assert (refused.status_code, refused.json()["errors"]) == (400, taken)
    path = f"/api/users/{other['userId']}"
    refused = await client.put(path, json=body("Bob", email), headers=as_admin)
    assert (refused.status_code, refused.json()["errors"]) == (400, taken)


async def test_two_who_want_one_address_at_once(client: httpx.AsyncClient, as_admin: Headers) -> None:
    answers = await asyncio.gather(
        *(client.post("/api/users", json=body(), headers=as_admin) for _ in range(4))
    )
    assert sorted(one.status_code for one in answers) == [201, 400, 400, 400]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": "nobody"}, "email"),
        ({"email": "a b@v.example"}, "email"),
        ({"email": "@v.example"}, "email"),
        ({"email": "a\x00@v.example"}, "email"),
        ({"email": f"{'a' * 320}@v.example"}, "email"),
        ({"name": " "}, "name"),
        ({"role": "King"}, "role"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 257}, "password"),
        ({"passwordHash": "x"}, "passwordHash"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    client: httpx.AsyncClient, as_admin: Headers, wrong: dict[str, str], field: str
) -> None:
    answer = await client.post("/api/users", json=body() | wrong, headers=as_admin)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_the_last_admin_stays(client: httpx.AsyncClient, as_admin: Headers, create: Any) -> None:
    """Of two who are taken the role at once, one keeps it; a program does not count."""
    await create("/api/service-accounts", name="Box office", role="Admin", scopes=["Read"])
    people = [
        await create("/api/users", **body(name, f"{name}@v.example", "Admin")) for name in ("Ada", "Bob")
    ]

    async def demote(person: dict[str, Any], **more: Any) -> httpx.Response:
        wanted = body(person["name"], person["email"], "Manager") | more
        return await client.put(f"/api/users/{person['userId']}", json=wanted, headers=as_admin)

    answers = await asyncio.gather(*(demote(one) for one in people))
    assert sorted(one.status_code for one in answers) == [200, 409]
    (left,) = (one for one, answer in zip(people, answers, strict=True) if answer.status_code == 409)
    detail = "This is the last Admin who can sign in; make another one first"
    assert (await demote(left, role="Admin", isDisabled=True)).json()["detail"] == detail
    assert (await demote(left, name="Renamed", role="Admin")).status_code == 200


async def test_everybody_learns_who_they_are(client: httpx.AsyncClient, as_staff: Headers) -> None:
    """With a token and no account, too."""
    answer = await client.get("/api/users/me", headers=as_staff)
    assert answer.json() == {"userId": str(STAFF.user_id), "role": "Staff"}


async def test_what_an_issuer_says_is_changed_there(
    client: httpx.AsyncClient, as_admin: Headers, service: Callboard
) -> None:
    async with service.database.unit_of_work(ADMIN) as uow:
        person = User(uow.ids.ordered(), "Ida", Role.Staff, uow.now, issuer="https://id.example")
        await users.add(uow, person)
    path = f"/api/users/{person.user_id}"
    for field, value in (("name", "Eve"), ("role", "Admin"), ("email", "eve@v.example")):
        wanted = {"name": "Ida", "role": "Staff", field: value}
        refused = await client.put(path, json=wanted, headers=as_admin)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, [field])
    wanted = {"name": "Ida", "role": "Staff", "isDisabled": True}
    assert (await client.put(path, json=wanted, headers=as_admin)).json()["isDisabled"] is True


async def test_a_disabled_persons_feed_ends(
    client: httpx.AsyncClient, as_admin: Headers, create: Any, headers_for: Any
) -> None:
    person = await create("/api/users", **body())
    headers = headers_for(Viewer(UUID(person["userId"]), Role.Staff))
    url = (await client.post("/api/feeds", json={}, headers=headers)).json()["url"]
    path = f"/api/users/{person['userId']}"
    for is_disabled, status in ((False, 200), (True, 404), (False, 200)):
        await client.put(path, json=body(isDisabled=is_disabled), headers=as_admin)
        assert (await client.get(url)).status_code == status


async def test_a_disabled_persons_webhook_rests(
    client: httpx.AsyncClient, as_admin: Headers, create: Any, headers_for: Any, urls: EmbeddedUrls
) -> None:
    person = await create("/api/users", **body())
    headers = headers_for(Viewer(UUID(person["userId"]), Role.Staff))
    hook = await client.post("/api/webhooks", json={"url": "https://crm.example/"}, headers=headers)
    database = Database(urls.worker, SystemClock(), RandomIds(), pool_size=1)
    for is_disabled in (False, True):
        path = f"/api/users/{person['userId']}"
        await client.put(path, json=body(isDisabled=is_disabled), headers=as_admin)
        async with database.unit_of_work(SYSTEM) as uow:
            found = await webhooks.for_delivery(uow, UUID(hook.json()["webhookId"]))
        assert (found is None) is is_disabled
    await database.close()


async def test_a_service_account_that_may_not_read_has_no_feed_and_no_webhook(
    client: httpx.AsyncClient, as_admin: Headers, create: Any, headers_for: Any, urls: EmbeddedUrls
) -> None:
    account = {"name": "CRM", "role": "Staff", "scopes": ["Manage", "Read"]}
    key = (await create("/api/service-accounts", **account))["serviceAccountId"]
    headers = headers_for(Viewer(UUID(key), Role.Staff))
    url = (await client.post("/api/feeds", json={}, headers=headers)).json()["url"]
    hook = await client.post("/api/webhooks", json={"url": "https://crm.example/"}, headers=headers)
    database = Database(urls.worker, SystemClock(), RandomIds(), pool_size=1)
    for scopes, status in ((["Manage", "Read"], 200), (["Manage"], 404)):
        path = f"/api/service-accounts/{key}"
        assert (await client.put(path, json=account | {"scopes": scopes}, headers=as_admin)).is_success
        assert (await client.get(url)).status_code == status
        async with database.unit_of_work(SYSTEM) as uow:
            found = await webhooks.for_delivery(uow, UUID(hook.json()["webhookId"]))
        assert (found is None) is (status == 404)
    await database.close()

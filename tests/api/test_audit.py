"""GET /api/audit: who changed what, when, from what to what, for managers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from api.bootstrap import Callboard
from domain.enums import Role
from domain.user import User
from domain.viewer import SYSTEM
from persistence.repositories import users
from tests.api.conftest import StandingClock
from tests.api.people import ADMIN, CUSTOMER, MANAGER, STAFF

Headers = dict[str, str]
URL = "/api/audit"


async def listed(client: httpx.AsyncClient, headers: Headers, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(URL + query, headers=headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_an_entry_says_who_did_what_and_when_from_what_to_what(
    client: httpx.AsyncClient,
    service: Callboard,
    clock: StandingClock,
    make_hall: Any,
    make_event: Any,
    book: Any,
    as_manager: Headers,
    at: Any,
) -> None:
    async with service.database.unit_of_work(ADMIN) as uow:
        await users.add(uow, User(MANAGER.user_id, "Ada Marsh", Role.Manager, uow.now))
    hall, event = await make_hall("Ballroom"), await make_event("Spring Concert")
    made = (await book(hall.calendar_id, event, at(19), at(22)))["scheduledEventId"]
    clock.forward(timedelta(minutes=5))
    later = {"startDateTime": at(20), "endDateTime": at(23), "reason": "The orchestra asked for it"}
    await client.post(f"/api/schedules/{made}/reschedule", json=later, headers=as_manager)
    moved, booked = await listed(client, as_manager, f"?entityId={made}")
    before = {
        "eventId": event,
        "calendarId": hall.calendar_id,
        "startDateTime": at(19),
        "endDateTime": at(22),
        "timeZone": "UTC",
        "status": "Scheduled",
        "overrideReason": None,
        "version": 1,
        "resources": [{"resourceId": hall.resource_id, "role": "Primary", "quantity": 1}],
    }
    after = before | {"startDateTime": at(20), "endDateTime": at(23), "version": 2, "reason": later["reason"]}
    assert moved == {
        "auditId": moved["auditId"],
        "at": clock.now().isoformat().replace("+00:00", "Z"),
        "userId": str(MANAGER.user_id),
        "userName": "Ada Marsh",
        "role": "Manager",
        "operation": "EventRescheduled",
        "entityId": made,
        "before": before,
        "after": after,
        "reason": later["reason"],
    }
    assert booked["operation"] == "EventScheduled"
    assert ("before" in booked, booked["after"]) == (False, before)


async def test_it_pages_and_filters(
    client: httpx.AsyncClient,
    clock: StandingClock,
    as_admin: Headers,
    as_manager: Headers,
    as_customer: Headers,
) -> None:
    started = clock.now()
    titles = [("Spring Concert", as_manager), ("Rotary Dinner", as_customer), ("Quiz Night", as_admin)]
    ids = []
    for title, headers in titles:
        made = await client.post("/api/events", json={"title": title}, headers=headers)
        ids.append(made.json()["eventId"])
        clock.forward(timedelta(minutes=1))
    await client.delete(f"/api/events/{ids[2]}", headers=as_admin)

    def instant(minutes: int) -> str:
        return (started + timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")

    newest = [(ids[2], "EventDeleted"), (ids[2], "EventCreated"), (ids[1], "EventCreated")]
    everything = [*newest, (ids[0], "EventCreated")]
    for query, expected in (
        ("", everything),
        (f"?userId={CUSTOMER.user_id}", [newest[2]]),
        ("?operation=EventDeleted", newest[:1]),
        ("?operation=EventDeleted&operation=EventCreated", everything),
        (f"?entityId={ids[2]}", newest[:2]),
        (f"?from={instant(1)}", newest),
        (f"?to={instant(1)}", everything[3:]),
        (f"?from={instant(1)}&to={instant(2)}", [newest[2]]),
        (f"?userId={STAFF.user_id}", []),
        ("?operation=NoSuchThing", []),
    ):
        found = await listed(client, as_manager, query)
        assert [(one["entityId"], one["operation"]) for one in found] == expected, query
    paged, cursor = [], ""
    while cursor is not None:
        page = (await client.get(f"{URL}?limit=3{cursor}", headers=as_manager)).json()
        paged += [(one["entityId"], one["operation"]) for one in page["items"]]
        cursor = page["nextCursor"] and f"&cursor={page['nextCursor']}"
    assert paged == everything


async def test_a_name_is_told_while_there_is_an_account(
    client: httpx.AsyncClient, service: Callboard, as_manager: Headers, owner_execute: Any
) -> None:
    """What a deleted user did stays, under the id alone; what the service did is its own."""
    async with service.database.unit_of_work(ADMIN) as uow:
        await users.add(uow, User(ADMIN.user_id, "Bo Lind", Role.Admin, uow.now))
        uow.audit("Tidied", uuid4())
    async with service.database.unit_of_work(SYSTEM) as uow:
        uow.audit("Swept", uuid4())
    names = [(one["operation"], one.get("userName")) for one in await listed(client, as_manager)]
    assert names == [("Swept", "Callboard"), ("Tidied", "Bo Lind")]
    owner_execute("DELETE FROM users")
    (gone,) = await listed(client, as_manager, "?operation=Tidied")
    assert ("userName" in gone, gone["userId"]) == (False, str(ADMIN.user_id))


async def test_staff_and_customers_are_refused_whatever_they_ask(
    client: httpx.AsyncClient, as_staff: Headers, as_customer: Headers
) -> None:
    for headers in (as_staff, as_customer):
        for query in ("", "?userId=x"):
            assert (await client.get(URL + query, headers=headers)).status_code == 403


async def test_bad_filters_are_named(client: httpx.AsyncClient, as_manager: Headers) -> None:
    for query, field in (
        ("userId=x", "userId"),
        ("entityId=x", "entityId"),
        ("operation=a%20b", "operation[0]"),
        ("from=yesterday", "from"),
        ("cursor=x", "cursor"),
    ):
        answer = await client.get(f"{URL}?{query}", headers=as_manager)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_no_secret_is_told(
    client: httpx.AsyncClient, make_hall: Any, as_admin: Headers, as_manager: Headers
) -> None:
    """Neither a feed's address, nor a webhook's path and secrets."""
    hall = await make_hall("Ballroom")
    feed = await client.post("/api/feeds", json={"calendarId": hall.calendar_id}, headers=as_admin)
    url = "https://crm.example/hooks/T0PSECRET"
    hook = await client.post("/api/webhooks", json={"url": url}, headers=as_admin)
    path = f"/api/webhooks/{hook.json()['webhookId']}"
    rotated = await client.post(f"{path}/rotate-secret", headers=as_admin)
    await client.put(path, json={"url": f"{url}2"}, headers=as_admin)
    await client.delete(path, headers=as_admin)
    told = (await client.get(f"{URL}?limit=200", headers=as_manager)).text
    token = feed.json()["url"].rpartition("/")[2].removesuffix(".ics")
    secrets = [token, "T0PSECRET", hook.json()["secret"], rotated.json()["secret"]]
    assert [one for one in secrets if one in told] == []
    assert "WebhookSecretRotated" in told


async def test_what_is_about_accounts_is_for_admins(
    client: httpx.AsyncClient, create: Any, as_admin: Headers, as_manager: Headers
) -> None:
    password = "correct horse battery"
    person = await create("/api/users", name="Ada", email="ada@v.example", role="Staff", password=password)
    who = {"name": "Ada L.", "email": "ada@v.example", "role": "Staff"}
    await client.put(f"/api/users/{person['userId']}", json=who, headers=as_admin)
    login = {"email": "ada@v.example", "password": password}
    tokens = [(await client.post("/api/auth/login", json=login)).json() for _ in range(2)]
    refresh = {"refreshToken": tokens[0]["refreshToken"]}
    for _ in range(2):
        await client.post("/api/auth/refresh", json=refresh)
    ada = {"Authorization": f"Bearer {tokens[1]['accessToken']}"}
    await client.post("/api/auth/logout", json={}, headers=ada)
    new = {"currentPassword": password, "newPassword": "another fine day!"}
    await client.post("/api/auth/password", json=new, headers=ada)
    account = await create("/api/service-accounts", name="CRM", role="Manager", scopes=["Read"])
    path = f"/api/service-accounts/{account['serviceAccountId']}"
    made = await create(f"{path}/tokens")
    await client.delete(f"{path}/tokens/{made['tokenId']}", headers=as_admin)
    crm = {"name": "CRM 2", "role": "Manager", "scopes": ["Read"]}
    await client.put(path, json=crm, headers=as_admin)
    await create("/api/events", title="Gala")
    assert {one["operation"] for one in await listed(client, as_admin)} == {
        "UserCreated", "UserUpdated", "SignedIn", "SignedOut", "RefreshTokenReused", "PasswordChanged",
        "ServiceAccountCreated", "ServiceAccountUpdated", "AccessTokenCreated", "AccessTokenRevoked",
        "EventCreated",
    }  # fmt: skip
    assert [one["operation"] for one in await listed(client, as_manager)] == ["EventCreated"]

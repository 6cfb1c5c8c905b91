"""/api/calendars/{calendarId}/access: Admin's."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.people import ADMIN, CUSTOMER, STAFF


@pytest.fixture
async def path(make_hall: Any) -> str:
    return f"/api/calendars/{(await make_hall('Hall')).calendar_id}/access"


async def test_granting_changing_and_revoking(
    client: httpx.AsyncClient, as_admin: dict[str, str], as_staff: dict[str, str], path: str, audited: Any
) -> None:
    calendar = path.removesuffix("/access")
    assert (await client.get(calendar, headers=as_staff)).status_code == 404
    first = await client.put(f"{path}/{STAFF.user_id}", json={"accessLevel": "View"}, headers=as_admin)
    body = first.json()
    assert (first.status_code, body) == (
        201,
        {
            "userId": str(STAFF.user_id),
            "accessLevel": "View",
            "grantedAt": body["grantedAt"],
            "grantedBy": str(ADMIN.user_id),
        },
    )
    assert (await client.get(calendar, headers=as_staff)).status_code == 200
    second = await client.put(f"{path}/{STAFF.user_id}", json={"accessLevel": "Book"}, headers=as_admin)
    assert (second.status_code, second.json()["accessLevel"]) == (200, "Book")
    listed = await client.get(path, headers=as_admin)
    assert listed.json() == {"items": [second.json()], "nextCursor": None}
    gone = await client.delete(f"{path}/{STAFF.user_id}", headers=as_admin)
    assert gone.status_code == 204
    assert (await client.delete(f"{path}/{STAFF.user_id}", headers=as_admin)).status_code == 404
    assert (await client.get(calendar, headers=as_staff)).status_code == 404
    entries = [(one["action"], one["before"], one["after"]) for one in await audited(calendar.split("/")[-1])]
    view = {"userId": str(STAFF.user_id), "accessLevel": "View"}
    book = {**view, "accessLevel": "Book"}
    assert entries[1:] == [
        ("CalendarAccessGranted", None, view),
        ("CalendarAccessGranted", view, book),
        ("CalendarAccessRevoked", book, None),
    ]


async def test_pages(client: httpx.AsyncClient, as_admin: dict[str, str], path: str) -> None:
    users = [str(uuid4()) for _ in range(3)]
    for user in users:
        await client.put(f"{path}/{user}", json={"accessLevel": "View"}, headers=as_admin)
    first = (await client.get(path, params={"limit": 2}, headers=as_admin)).json()
    query = {"limit": 2, "cursor": first["nextCursor"]}
    second = (await client.get(path, params=query, headers=as_admin)).json()
    assert [one["userId"] for one in first["items"] + second["items"]] == users
    assert second["nextCursor"] is None


async def test_only_admins(client: httpx.AsyncClient, as_manager: dict[str, str], path: str) -> None:
    user = f"{path}/{CUSTOMER.user_id}"
    for method, target in (("GET", path), ("PUT", user), ("DELETE", user)):
        answer = await client.request(method, target, json={}, headers=as_manager)
        assert answer.status_code == 403, method


async def test_an_absent_calendar_is_404(client: httpx.AsyncClient, as_admin: dict[str, str]) -> None:
    path = f"/api/calendars/{uuid4()}/access"
    for method, target, body in (
        ("GET", path, None),
        ("PUT", f"{path}/{CUSTOMER.user_id}", {"accessLevel": "Book"}),
        ("DELETE", f"{path}/{CUSTOMER.user_id}", None),
    ):
        answer = await client.request(method, target, json=body, headers=as_admin)
        assert (answer.status_code, answer.json()["title"]) == (404, "Not Found"), method


@pytest.mark.parametrize(
    ("user", "body", "field"),
    [
        ("me", {"accessLevel": "View"}, "userId"),
        (str(CUSTOMER.user_id), {"accessLevel": "Own"}, "accessLevel"),
        (str(CUSTOMER.user_id), {}, "accessLevel"),
        (str(CUSTOMER.user_id), {"accessLevel": "View", "until": "2030"}, "until"),
    ],
)
async def test_bad_fields_are_named(
    client: httpx.AsyncClient,
    as_admin: dict[str, str],
    path: str,
    user: str,
    body: dict[str, str],
    field: str,
) -> None:
    answer = await client.put(f"{path}/{user}", json=body, headers=as_admin)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_dry_run_changes_nothing(
    client: httpx.AsyncClient, as_admin: dict[str, str], path: str
) -> None:
    answer = await client.put(
        f"{path}/{CUSTOMER.user_id}?dryRun=true", json={"accessLevel": "Book"}, headers=as_admin
    )
    assert answer.status_code == 201
    assert (await client.get(path, headers=as_admin)).json()["items"] == []

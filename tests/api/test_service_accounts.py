"""Programs that call us: their accounts, their tokens, and what these may be used for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.bootstrap import Callboard
from api.features.create_access_token import MOST_TOKENS
from api.routes import ROUTES
from domain.enums import Role, Scope
from domain.viewer import Viewer
from tests.api.conftest import Hall, StandingClock

Headers = dict[str, str]
BOX_OFFICE = {"name": "Box office", "role": "Manager", "scopes": ["Book", "Read"]}
SCOPES = {
    Scope.Book: {
        "ApplySuggestion", "ConfirmSchedule", "CreateEvent", "DeleteEvent", "RejectChange",
        "RemoveEventFromCalendar", "RescheduleEvent", "ScheduleEvent", "ScheduleSeries", "UpdateEvent",
        "UpdateScheduledEvent",
        "ScheduleMany", "UndoSuggestion",
    },
    Scope.Manage: {
        "ApproveChange", "ArchiveClosures", "ClearAway", "CreateCalendar", "CreateFeed", "CreateResource",
        "CreateWebhook", "DeleteCalendar", "DeleteResource", "DeleteWebhook", "DetectConflicts",
        "DismissConflict", "EscalateConflict", "GrantCalendarAccess", "ImportSchedule",
        "MarkResourceAvailable", "MarkResourceUnavailable", "RealignSeries", "RedeliverFacts",
        "ResolveConflict", "ReviewConflict", "RevokeCalendarAccess", "RevokeFeed", "RotateWebhookSecret",
        "UpdateCalendar", "UpdateResource", "UpdateWebhook", "UpdateNoticePreferences", "NoteHolds",
    },
    Scope.Administer: {
        "BeginSession", "CreateAccessToken", "CreateServiceAccount", "CreateUser", "EndSessions",
        "RevokeAccessToken", "SetPassword", "UpdateServiceAccount", "UpdateUser",
        "EraseUser", "GetAccessTokens", "GetExportFiles", "GetFoldedAddress", "GetPersonalData",
        "GetLogin", "GetServiceAccount", "GetUser", "GetUserByEmail", "GetUsers",
    },
}  # fmt: skip
"""Which messages take more than Read."""
READ_WRITES = {"CountLoginAttempt", "NotePerson", "RecordExport", "RenewSession"}
"""Writes that come with looking, or before anybody has a scope."""

Account = Callable[..., Awaitable[tuple[str, Headers]]]


@pytest.fixture
def account(client: httpx.AsyncClient, as_admin: Headers) -> Account:
    """An account and the headers of a token of it: `await account(role="Staff", scopes=["Read"])`."""

    async def make(**fields: Any) -> tuple[str, Headers]:
        made = await client.post("/api/service-accounts", json=BOX_OFFICE | fields, headers=as_admin)
        assert made.status_code == 201, made.text
        path = f"/api/service-accounts/{made.json()['serviceAccountId']}"
        token = (await client.post(f"{path}/tokens", json={}, headers=as_admin)).json()["token"]
        return path, {"Authorization": f"Bearer {token}"}

    return make


async def status(client: httpx.AsyncClient, headers: Headers) -> int:
    return (await client.get("/api/calendars", headers=headers)).status_code


def test_every_message_has_its_scope() -> None:
    found: dict[Scope, set[str]] = {}
    for message, route in ROUTES.items():
        found.setdefault(route.scope, set()).add(message.__name__)
    reading = found.pop(Scope.Read)
    assert found == SCOPES
    assert {name for name in reading if not name.startswith(("Get", "Check"))} == READ_WRITES


async def test_an_account_is_created_read_and_changed(
    client: httpx.AsyncClient, as_admin: Headers, audited: Any
) -> None:
    made = await client.post("/api/service-accounts", json=BOX_OFFICE, headers=as_admin)
    assert made.status_code == 201
    told = made.json()
    path = f"/api/service-accounts/{told['serviceAccountId']}"
    assert told == {
        "serviceAccountId": told["serviceAccountId"],
        "name": "Box office",
        "role": "Manager",
        "scopes": ["Read", "Book"],
        "isDisabled": False,
        "createdAt": told["createdAt"],
        "version": 1,
    }
    assert (made.headers["location"], made.headers["etag"]) == (path, '"1"')
    assert (await client.get(path, headers=as_admin)).json() == told
    assert (await client.get("/api/service-accounts", headers=as_admin)).json() == {
        "items": [told],
        "nextCursor": None,
    }
    wanted = {"name": "CRM", "role": "Staff", "scopes": ["Manage"], "isDisabled": True}
    stale = await client.put(path, json=wanted, headers=as_admin | {"If-Match": '"3"'})
    assert stale.status_code == 412
    changed = await client.put(path, json=wanted, headers=as_admin)
    assert changed.json() == told | wanted | {"version": 2}
    assert (await client.put(path, json=wanted, headers=as_admin)).json()["version"] == 2
    before = {"name": "Box office", "email": None, "role": "Manager", "isDisabled": False} | {
        "scopes": ["Book", "Read"]
    }
    entries = await audited(told["serviceAccountId"])
    assert [(one["action"], one["before"], one["after"]) for one in entries] == [
        ("ServiceAccountCreated", None, before),
        ("ServiceAccountUpdated", before, wanted | {"email": None}),
    ]
    other = f"/api/users/{told['serviceAccountId']}"
    assert (await client.get(other, headers=as_admin)).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["Administer"]}, "scopes[0]"),
        ({"scopes": ["Read", "read"]}, "scopes[1]"),
        ({"role": "Robot"}, "role"),
    ],
)
async def test_what_makes_no_sense_is_refused(
    client: httpx.AsyncClient, as_admin: Headers, wrong: dict[str, Any], field: str
) -> None:
    answer = await client.post("/api/service-accounts", json=BOX_OFFICE | wrong, headers=as_admin)
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_tokens_are_made_told_once_used_and_revoked(
    client: httpx.AsyncClient, as_admin: Headers, clock: StandingClock, audited: Any, rows: Any
) -> None:
    made = await client.post("/api/service-accounts", json=BOX_OFFICE, headers=as_admin)
    path = f"/api/service-accounts/{made.json()['serviceAccountId']}/tokens"
    begun = clock.now()

    def written(instant: Any) -> str:
        return str(instant.isoformat().replace("+00:00", "Z"))

    first = (await client.post(path, json={}, headers=as_admin)).json()
    assert first == {
        "tokenId": first["tokenId"],
        "token": first["token"],
        "createdAt": written(begun),
        "expiresAt": written(begun + timedelta(days=90)),
    }
    assert first["token"].startswith("cb_")
    until = written(begun + timedelta(days=1))
    second = (await client.post(path, json={"expiresAt": until}, headers=as_admin)).json()
    headers = [{"Authorization": f"Bearer {one['token']}"} for one in (first, second)]
    clock.forward(timedelta(seconds=30))
    assert [await status(client, one) for one in headers] == [200, 200]
    told = [{name: value for name, value in one.items() if name != "token"} for one in (second, first)]
    used = {"lastUsedAt": written(begun + timedelta(seconds=30))}
    listed = await client.get(path, headers=as_admin)
    assert listed.json() == {"items": [told[0] | used, told[1] | used], "nextCursor": None}
    gone = await client.delete(f"{path}/{first['tokenId']}", headers=as_admin)
    assert gone.status_code == 204
    clock.forward(timedelta(seconds=5))
    assert [await status(client, one) for one in headers] == [401, 200]
    assert (await client.delete(f"{path}/{first['tokenId']}", headers=as_admin)).status_code == 404
    clock.forward(timedelta(days=1))
    assert [await status(client, one) for one in headers] == [401, 401]
    actions = [one["action"] for one in await audited(made.json()["serviceAccountId"])]
    assert actions == ["ServiceAccountCreated", *["AccessTokenCreated"] * 2, "AccessTokenRevoked"]
    assert first["token"] not in str(await rows("SELECT to_jsonb(a) FROM audit_log a"))


async def test_how_many_and_how_long(
    client: httpx.AsyncClient, as_admin: Headers, clock: StandingClock
) -> None:
    made = await client.post("/api/service-accounts", json=BOX_OFFICE, headers=as_admin)
    path = f"/api/service-accounts/{made.json()['serviceAccountId']}/tokens"
    for days in (0, 367):
        until = (clock.now() + timedelta(days=days)).isoformat()
        answer = await client.post(path, json={"expiresAt": until}, headers=as_admin)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["expiresAt"])
    for _ in range(MOST_TOKENS):
        assert (await client.post(path, json={}, headers=as_admin)).status_code == 201
    assert (await client.post(path, json={}, headers=as_admin)).status_code == 409
    clock.forward(timedelta(days=91))


async def test_a_token_is_believed_for_seconds_and_looked_up_no_more_often(
    client: httpx.AsyncClient, as_admin: Headers, account: Account, service: Callboard, clock: StandingClock
) -> None:
    path, headers = await account()
    lookups = 0
    find = service.issuers.service_tokens._find

    async def counted(digest: bytes) -> Any:
        nonlocal lookups
        lookups += 1
        return await find(digest)

    service.issuers.service_tokens._find = counted
    assert [await status(client, headers) for _ in range(3)] == [200] * 3
    assert lookups == 1
    await client.put(path, json=BOX_OFFICE | {"isDisabled": True}, headers=as_admin)
    clock.forward(timedelta(seconds=5))
    assert await status(client, headers) == 401
    await client.put(path, json=BOX_OFFICE, headers=as_admin)
    assert await status(client, headers) == 200
    assert lookups == 3


async def test_a_stream_does_not_outlast_a_revocation_for_long(
    account: Account, service: Callboard, clock: StandingClock
) -> None:
    _, headers = await account()
    bearer = await service.issuers.bearer(headers["Authorization"].removeprefix("Bearer "))
    assert bearer.until == clock.now() + timedelta(minutes=1)


@pytest.mark.parametrize("token", ["cb_", "cb_" + "x" * 43, "cb_" + "x" * 44, "cb_\u00e9"])
async def test_what_is_no_token(client: httpx.AsyncClient, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}
    answer = await client.get("/api/calendars", headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 401
    detail = "The bearer token is not valid: it is unknown, revoked or expired"
    assert answer.json()["detail"] == detail


async def test_it_sees_what_its_role_and_grants_show(
    client: httpx.AsyncClient, account: Account, make_hall: Any, grant: Any
) -> None:
    hall: Hall = await make_hall("Hall")
    path, headers = await account(role="Staff")
    assert (await client.get("/api/calendars", headers=headers)).json()["items"] == []
    await grant(Viewer(_id(path), Role.Staff), hall.calendar_id, "View")
    seen = (await client.get("/api/calendars", headers=headers)).json()["items"]
    assert [one["calendarId"] for one in seen] == [hall.calendar_id]
    me = (await client.get("/api/users/me", headers=headers)).json()
    assert me == {"userId": str(_id(path)), "role": "Staff", "name": "Box office", "scopes": ["Book", "Read"]}


async def test_what_a_scope_is_for(
    client: httpx.AsyncClient, account: Account, make_event: Any, make_hall: Any, at: Any
) -> None:
    """An Admin's token is limited too, and the refusal names what is missing."""
    hall: Hall = await make_hall("Hall")
    booking = {"eventId": await make_event("Gala"), "calendarId": hall.calendar_id, "timeZone": "UTC"} | {
        "startDateTime": at(9),
        "endDateTime": at(10),
    }
    calls = {
        "Read": ("GET", "/api/schedules", None),
        "Book": ("POST", "/api/schedules", booking),
        "Manage": ("POST", "/api/calendars", {"name": "New", "calendarType": "Venue"}),
        "Administer": ("GET", "/api/users", None),
    }
    for scope in ("Read", "Book", "Manage"):
        _, headers = await account(role="Admin", scopes=[scope])
        for needed, (method, path, body) in calls.items():
            params = {} if body is None else {"dryRun": True}
            answer = await client.request(method, path, json=body, headers=headers, params=params)
            if needed == scope:
                assert answer.is_success, (scope, needed, answer.text)
            else:
                assert (answer.status_code, answer.json()["detail"]) == (
                    403,
                    f"This token lacks the scope {needed}",
                )


def _id(path: str) -> UUID:
    return UUID(path.rpartition("/")[2])

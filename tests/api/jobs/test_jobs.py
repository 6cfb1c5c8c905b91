"""What each job does, with the worker's login, on real bookings (spec 13)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from pydantic import SecretStr

from api.bootstrap import Callboard, bootstrap, wire
from api.http.calendar_views import desk_of
from api.jobs import conflict_escalation
from api.jobs.calendar_cache_warmup import warm_up
from api.jobs.schedule import JOBS
from api.settings import Settings
from domain.calendar_view import monthly
from domain.viewer import SYSTEM
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from persistence.repositories import job_runs
from tests.api.bookings import at, booking
from tests.api.people import ADMIN, CUSTOMER, MANAGER

Headers = dict[str, str]
CONFLICTS = "/api/schedules/conflicts"


def test_schedules_are_the_contracts() -> None:
    assert {job.name: job.schedule for job in JOBS if job.name in CONTRACT} == CONTRACT


CONTRACT = {
    "ConflictDetectionJob": "*/5 * * * *",
    "AvailabilityCleanupJob": "0 2 * * *",
    "CalendarCacheWarmupJob": "0 6 * * *",
    "ConflictEscalationJob": "*/30 * * * *",
    "RecurrenceExpansionJob": "0 3 * * *",
}


@pytest.fixture
def book_twice(
    client: httpx.AsyncClient, as_manager: Headers, make_event: Any
) -> Callable[..., Awaitable[None]]:
    """Two bookings of one hall at one time: `await book_twice(hall.calendar_id, 18, 20)`."""

    async def book(calendar_id: str, start: float, end: float) -> None:
        event = await make_event("Gala")
        for fields in ({}, {"override": {"reason": "asked"}}):
            body = booking(event, calendar_id, start, end, **fields)
            assert (await client.post("/api/schedules", json=body, headers=as_manager)).status_code == 201

    return book


@pytest.fixture
async def clash(
    client: httpx.AsyncClient, as_manager: Headers, make_hall: Any, book_twice: Any
) -> dict[str, Any]:
    """The conflict of two bookings of one hall, as it is listed."""
    hall = await make_hall("Ballroom")
    await book_twice(hall.calendar_id, 18, 20)
    (found,) = (await client.get(CONFLICTS, headers=as_manager)).json()["items"]
    return {**found, "calendarId": hall.calendar_id}


async def test_detection_finds_what_is_not_on_record(
    clash: dict[str, Any],
    run: Any,
    client: httpx.AsyncClient,
    as_manager: Headers,
    owner_execute: Any,
    rows: Any,
) -> None:
    owner_execute("DELETE FROM schedule_conflicts")
    assert await run("ConflictDetectionJob") == {"detected": 1, "resolved": 0, "open": 1}
    assert await run("ConflictDetectionJob") == {"detected": 0, "resolved": 0, "open": 1}
    (found,) = (await client.get(CONFLICTS, headers=as_manager)).json()["items"]
    assert found["scheduledEventId"] == clash["scheduledEventId"]
    # What finds nothing leaves nothing in the log.
    (entry,) = await rows("SELECT user_id, role FROM audit_log WHERE action = 'ConflictsDetected'")
    assert entry == {"user_id": UUID(int=0), "role": 3}


OLD = "UPDATE schedule_conflicts SET conflict_level = 2, detected_at = now() -"


class TestEscalation:
    async def state(
        self, client: httpx.AsyncClient, headers: Headers, clash: dict[str, Any]
    ) -> dict[str, Any]:
        body: dict[str, Any] = (
            await client.get(f"{CONFLICTS}/{clash['scheduleConflictId']}", headers=headers)
        ).json()
        return body

    async def test_nobody_to_escalate_to(
        self, clash: dict[str, Any], run: Any, client: httpx.AsyncClient, as_manager: Headers
    ) -> None:
        assert await run("ConflictEscalationJob") == {"escalated": 0, "withoutContact": 1}
        assert (await self.state(client, as_manager, clash))["status"] == "Detected"

    async def test_those_without_anybody_are_in_nobodys_way(
        self,
        clash: dict[str, Any],
        run: Any,
        monkeypatch: pytest.MonkeyPatch,
        client: httpx.AsyncClient,
        make_hall: Any,
        book_twice: Any,
        as_manager: Headers,
    ) -> None:
        """Though they come first, and fill what one run takes."""
        monkeypatch.setattr(conflict_escalation, "_AT_ONCE", 1)
        contact = {"escalation_contact_id": str(ADMIN.user_id)}
        hall = await make_hall("Attic", calendar=contact)
        await book_twice(hall.calendar_id, 20, 22)
        assert await run("ConflictEscalationJob") == {"escalated": 1, "withoutContact": 1}
        assert (await self.state(client, as_manager, clash))["status"] == "Detected"

    async def test_a_critical_one_goes_to_whom_the_calendar_names_once(
        self,
        clash: dict[str, Any],
        run: Any,
        client: httpx.AsyncClient,
        as_admin: Headers,
        as_manager: Headers,
        facts_left: Any,
    ) -> None:
        path = f"/api/calendars/{clash['calendarId']}"
        calendar = (await client.get(path, headers=as_admin)).json()
        body = {**calendar, "escalationContactId": str(MANAGER.user_id)}
        changed = await client.put(path, json=body, headers=as_admin)
        assert changed.json()["escalationContactId"] == str(MANAGER.user_id)
        assert await run("ConflictEscalationJob") == {"escalated": 1, "withoutContact": 0}
        assert await run("ConflictEscalationJob") == {"escalated": 0, "withoutContact": 0}
        state = await self.state(client, as_manager, clash)
        assert (state["status"], state["escalatedTo"]) == ("Escalated", str(MANAGER.user_id))
        assert state["escalationReason"] == "It is Critical, and nobody has dealt with it"
        assert facts_left().count("ScheduleConflictEscalated") == 1

    @pytest.mark.parametrize(
        ("change", "escalated"),
        [
            ("UPDATE schedule_conflicts SET conflict_level = 2", 0),
            (f"{OLD} interval '23 hours 50 minutes'", 0),
            (f"{OLD} interval '24 hours'", 1),
            (f"{OLD} interval '25 hours', status = 1", 1),
            ("UPDATE schedule_conflicts SET status = 4", 0),
            ("UPDATE schedule_conflicts SET status = 2", 0),
            ("UPDATE scheduled_events SET during = tstzrange(now() - interval '1 minute', upper(during))", 0),
            ("UPDATE scheduled_events SET status = 0, hold_expires_at = now() - interval '1 second'", 0),
        ],
    )
    @pytest.mark.usefixtures("clash")
    async def test_which_are_escalated(
        self,
        worker_service: Callboard,
        run: Any,
        owner_execute: Any,
        change: str,
        escalated: int,
    ) -> None:
        worker_service.settings.escalation_contact = ADMIN.user_id
        owner_execute(change)
        assert await run("ConflictEscalationJob") == {"escalated": escalated, "withoutContact": 0}


async def test_closures_that_are_over_are_archived(run: Any, make_hall: Any, close: Any, rows: Any) -> None:
    hall = await make_hall("Ballroom")
    close(hall.resource_id, "2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z", "long ago")
    close(hall.resource_id, at(1), at(2), "to come")
    assert await run("AvailabilityCleanupJob") == {"archived": 1}
    assert await run("AvailabilityCleanupJob") == {"archived": 0}
    (left,) = await rows("SELECT unavailable_reason FROM resource_availability")
    assert left == {"unavailable_reason": "to come"}


async def test_the_archive_keeps_all_of_a_closure(
    run: Any, make_hall: Any, close: Any, rows: Any, owner_execute: Any
) -> None:
    hall = await make_hall("Ballroom")
    close(hall.resource_id, "2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z", "long ago")
    (before,) = await rows("SELECT * FROM resource_availability")
    await run("AvailabilityCleanupJob")
    owner_execute("GRANT SELECT ON archived_closures TO callboard_app")
    owner_execute("CREATE POLICY looked_at ON archived_closures TO callboard_app USING (true)")
    (after,) = await rows("SELECT * FROM archived_closures")
    assert after.pop("archived_at") is not None
    assert after == before


async def test_a_series_goes_back_to_its_clock(
    client: httpx.AsyncClient,
    as_manager: Headers,
    make_hall: Any,
    make_event: Any,
    run: Any,
    owner_execute: Any,
) -> None:
    """As if a zone's rules had changed by an hour since the series was booked."""
    hall, event = await make_hall("Ballroom"), await make_event("Yoga")
    pattern = {"type": "Weekly", "interval": 1, "occurrenceCount": 6}
    body = booking(event, hall.calendar_id, 18, 20, recurrencePattern=pattern)
    made = (await client.post("/api/schedules", json=body, headers=as_manager)).json()
    path = f"/api/schedules/{made['scheduledEventId']}"
    before = (await client.get(path, headers=as_manager)).json()["occurrences"]
    # The third was moved by hand, the fourth is taken away: both stay so.
    third, fourth = before[2]["scheduledEventId"], before[3]["scheduledEventId"]
    by_hand = {"startDateTime": at(9, day=14), "endDateTime": at(10, day=14), "scope": "this"}
    moved = await client.post(f"/api/schedules/{third}/reschedule", json=by_hand, headers=as_manager)
    assert moved.status_code == 200
    await client.delete(f"/api/schedules/{fourth}?scope=this", headers=as_manager)
    assert await run("RecurrenceExpansionJob") == {"verified": 4, "moved": 0, "failed": 0}
    standing = (await client.get(path, headers=as_manager)).json()["occurrences"]
    shifted = " SET during = tstzrange(lower(during) + interval '1 hour', upper(during) + interval '1 hour')"
    for table in ("scheduled_events", "claims"):
        owner_execute(f"UPDATE {table}{shifted}")
    owner_execute(
        "SELECT bump_revisions(ARRAY(SELECT calendar_id FROM calendars), '{}', '{}', '{}', '{}', true, true)"
    )
    assert await run("RecurrenceExpansionJob") == {"verified": 4, "moved": 4, "failed": 0}
    assert await run("RecurrenceExpansionJob") == {"verified": 4, "moved": 0, "failed": 0}
    after = (await client.get(path, headers=as_manager)).json()["occurrences"]
    times = {one["scheduledEventId"]: one["startDateTime"] for one in after}
    wanted = {one["scheduledEventId"]: one["startDateTime"] for one in standing}
    assert {key: time for key, time in times.items() if key not in (third, fourth)} == {
        key: time for key, time in wanted.items() if key not in (third, fourth)
    }


async def test_a_series_goes_back_though_something_is_there_by_now(
    client: httpx.AsyncClient,
    as_manager: Headers,
    make_hall: Any,
    make_event: Any,
    book: Any,
    run: Any,
    owner_execute: Any,
) -> None:
    """The clash is recorded for people to see; nothing is refused behind their back."""
    hall, event = await make_hall("Ballroom"), await make_event("Yoga")
    pattern = {"type": "Daily", "interval": 1, "occurrenceCount": 2}
    body = booking(event, hall.calendar_id, 18, 20, recurrencePattern=pattern)
    assert (await client.post("/api/schedules", json=body, headers=as_manager)).status_code == 201
    shifted = " SET during = tstzrange(lower(during) + interval '4 hour', upper(during) + interval '4 hour')"
    for table in ("scheduled_events", "claims"):
        owner_execute(f"UPDATE {table}{shifted}")
    other = await book(hall.calendar_id, event, at(18), at(19))
    assert await run("RecurrenceExpansionJob") == {"verified": 2, "moved": 2, "failed": 0}
    (conflict,) = (await client.get(CONFLICTS, headers=as_manager)).json()["items"]
    assert other["scheduledEventId"] in (conflict["scheduledEventId"], conflict["conflictingEventId"])


async def test_everybodys_expired_exports_go(
    client: httpx.AsyncClient,
    as_manager: Headers,
    as_customer: Headers,
    make_hall: Any,
    grant: Any,
    run: Any,
    owner_execute: Any,
    settings: Settings,
) -> None:
    hall = await make_hall("Ballroom")
    await grant(CUSTOMER, hall.calendar_id, "View")
    body = {"date": at(0)[:10], "format": "ICalendar"}
    path = f"/api/calendars/{hall.calendar_id}/export/daily"
    for headers in (as_manager, as_customer):
        made = (await client.post(path, json=body, headers=headers)).json()
    assert await run("ExportCleanupJob") == {"removed": 0}
    owner_execute("UPDATE exports SET expires_at = created_at")
    assert await run("ExportCleanupJob") == {"removed": 2}
    assert (await client.get(made["url"], headers=as_customer)).status_code == 404
    assert list((settings.home / "files").rglob("*.ics")) == []


@pytest.mark.usefixtures("clash")
async def test_what_is_old_is_cleared_away(
    run: Any,
    facts_left: Any,
    owner_execute: Any,
    worker_service: Callboard,
) -> None:
    """Facts only when they were published and every sink has had them."""
    nothing = {
        "facts": 0,
        "suggestions": 0,
        "jobRuns": 0,
        "jobs": 0,
        "changeRequests": 0,
        "idempotencyKeys": 0,
        "auditEntries": 0,
        "notices": 0,
        "sessions": 0,
        "accessTokens": 0,
        "loginAttempts": 0,
    }
    left = facts_left()
    old = "UPDATE outbox SET published_at = now() - interval '91 days', sequence = n FROM"
    owner_execute(
        f"{old} (SELECT outbox_id AS id, row_number() OVER (ORDER BY outbox_id) AS n FROM outbox) o"  # noqa: S608
        " WHERE o.id = outbox_id"
    )
    owner_execute("UPDATE relay_positions SET sequence = 1 WHERE name = 'redis'")
    owner_execute("UPDATE relay_positions SET sequence = 2 WHERE name = 'published'")
    owner_execute("UPDATE relay_positions SET sequence = 3 WHERE name = 'notices'")
    worker_service.settings.redis_url = SecretStr("redis://127.0.0.1:1/0")
    assert await run("RetentionJob") == {**nothing, "facts": 1}
    assert facts_left() == left[1:]
    # Without Redis, how far its stream is says nothing.
    worker_service.settings.redis_url = None
    assert await run("RetentionJob") == {**nothing, "facts": 1}
    assert facts_left() == left[2:]
    owner_execute("UPDATE audit_log SET occurred_at = now() - interval '400 days'")
    assert await run("RetentionJob") == nothing
    worker_service.settings.audit_retention_days = 399
    outcome = await run("RetentionJob")
    assert outcome == {**nothing, "auditEntries": outcome["auditEntries"]}
    assert outcome["auditEntries"] > 3
    # Of what people come in by, whatever is over: of two each, one.
    owner_execute(
        "WITH u AS (INSERT INTO users VALUES (gen_random_uuid(), 'A', NULL, 0, now()) RETURNING user_id),"
        " d(s, d) AS (VALUES ('a', interval '92 days'), ('b', interval '1 hour')),"
        " h AS (SELECT user_id, sha256(s::bytea) AS h, now() - d AS t FROM u, d),"
        " l AS (INSERT INTO login_attempts SELECT h, 1, t FROM h),"
        " s AS (INSERT INTO sessions SELECT gen_random_uuid(), user_id, h, t, t + interval '2 hours' FROM h)"
        " INSERT INTO access_tokens SELECT gen_random_uuid(), user_id, h, t, user_id, t FROM h"
    )
    assert await run("RetentionJob") == {**nothing, "sessions": 1, "accessTokens": 1, "loginAttempts": 1}


async def test_suggestions_that_expired_go(
    client: httpx.AsyncClient,
    as_manager: Headers,
    make_hall: Any,
    make_event: Any,
    book: Any,
    run: Any,
    owner_execute: Any,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    await book(hall.calendar_id, event, at(18), at(20))
    body = booking(event, hall.calendar_id, 18, 20)
    refused = (await client.post("/api/schedules", json=body, headers=as_manager)).json()
    count = len(refused["suggestions"])
    assert count > 0
    assert (await run("RetentionJob"))["suggestions"] == 0
    owner_execute("UPDATE suggestions SET expires_at = now() - interval '1 second'")
    assert (await run("RetentionJob"))["suggestions"] == count


async def test_views_are_ready_in_redis(
    urls: EmbeddedUrls,
    settings: Settings,
    redis_url: str,
    make_hall: Any,
    run: Any,
) -> None:
    """The worker makes them; another process finds them, for a Manager as for Staff."""
    assert await run("CalendarCacheWarmupJob") == {"calendars": 0, "views": 0}
    hall = await make_hall("Ballroom")
    await make_hall("Attic", calendar={"is_active": False})
    shared = settings.model_copy(update={"redis_url": SecretStr(redis_url)})
    worker = wire(shared, Database(urls.worker, SystemClock(), RandomIds(), pool_size=2))
    assert await warm_up(worker) == {"calendars": 1, "views": 3}
    await worker.close()
    reader = bootstrap(shared, urls.application)
    desk = await desk_of(UUID(hall.calendar_id), reader, MANAGER)
    today = desk.today()
    await desk.keep(monthly(today.year, today.month, desk.zone))
    assert [(one.hits, one.misses) for one in reader.cache.counts.values() if one.hits + one.misses] == [
        (1, 0)
    ]
    await reader.close()


async def test_a_run_is_noted(run: Any, worker_service: Callboard) -> None:
    await run("ExportCleanupJob")
    async with worker_service.database.unit_of_work(SYSTEM) as uow:
        (found,) = (await job_runs.latest(uow)).values()
    assert (found.job, found.scheduled_for, found.attempts) == ("ExportCleanupJob", None, 1)
    assert (found.outcome, found.error) == ({"removed": 0}, None)
    assert found.ended_at is not None
    assert found.ended_at - found.started_at < timedelta(minutes=1)

"""Every write leaves in the audit log who made it, when, and how things were before and after (SCH-025)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from api.bootstrap import Callboard
from api.features.create_webhook import CreateWebhook
from api.features.delete_webhook import DeleteWebhook
from api.features.rotate_webhook_secret import RotateWebhookSecret
from api.features.update_webhook import UpdateWebhook
from api.routes import ROUTES
from tests.api.bookings import at
from tests.api.cache import story as told
from tests.api.cache.conftest import Process
from tests.api.cache.story import CHAPTERS, Story, prologue
from tests.api.conftest import StandingClock
from tests.api.people import ADMIN, MANAGER, STAFF

WRITTEN_OTHERWISE = {"resources", "workingHours"}
"""Fields that the log has in another form than the API."""

Headers = dict[str, str]
Chapter = Callable[[Story], Awaitable[None]]
Entry = dict[str, Any]

DETECTED = {
    "status": "Detected",
    "resolutionMethod": None,
    "escalatedTo": None,
    "escalationReason": None,
    "note": None,
}

NOT_LOGGED = {
    "ArchiveClosures": "moves what is over to its archive, unchanged",
    "ClearAway": "clears away what is old, the log itself too",
    "CountLoginAttempt": "counts; who signs in is logged",
    "NoteHolds": "remembers how holds stood",
    "NotePerson": "notes what a foreign issuer says of somebody",
    "RealignSeries": "changes a series as everybody does; tests/api/jobs/test_jobs.py",
}
"""Writes that change nothing of anybody's."""

REMARKS = {"reason", "stranded", "unblocked"}
"""What an entry says besides how the thing is."""


@dataclass
class Log(Story):
    """The story, with who has written since last asked."""

    writers: set[str] = field(default_factory=set)

    async def call(self, method: str, path: str, body: Any = None, viewer: Any = ADMIN, **more: Any) -> Any:
        if method != "GET":
            self.writers.add(str(viewer.user_id))
        return await super().call(method, path, body, viewer, **more)


async def create_webhook(story: Story) -> None:
    made = await story.call("POST", "/api/webhooks", {"url": "https://crm.example/callboard"})
    story.named["webhook"] = f"/api/webhooks/{made['webhookId']}"


async def update_webhook(story: Story) -> None:
    body = {"url": "https://crm.example/callboard", "factTypes": ["EventRescheduled"]}
    await story.call("PUT", story.named["webhook"], body)


async def rotate_secret(story: Story) -> None:
    await story.call("POST", f"{story.named['webhook']}/rotate-secret")


async def delete_webhook(story: Story) -> None:
    await story.call("DELETE", story.named["webhook"])


WEBHOOKS: list[tuple[type, Chapter]] = [
    (CreateWebhook, create_webhook),
    (UpdateWebhook, update_webhook),
    (RotateWebhookSecret, rotate_secret),
    (DeleteWebhook, delete_webhook),
]
IN_TESTS_OF_THEIR_OWN = {
    "ApproveChange": "test_a_change_that_waits_is_logged_with_what_was_asked",
    "RejectChange": "the same",
    "RedeliverFacts": "test_facts_sent_again_are_logged_with_where_from_and_to",
    "ScheduleMany": "test_bulk.py: as many bookings are logged as are made, by what ScheduleEvent does",
    "UpdateNoticePreferences": "notices/test_preferences.py",
    **dict.fromkeys(("CreateUser", "UpdateUser", "SetPassword"), "test_users.py"),
    **dict.fromkeys(("BeginSession", "RenewSession", "EndSessions"), "test_sign_in.py"),
    **dict.fromkeys(("CreateServiceAccount", "UpdateServiceAccount"), "test_service_accounts.py"),
    **dict.fromkeys(("CreateAccessToken", "RevokeAccessToken"), "test_service_accounts.py"),
    "EraseUser": "identity/test_erasing.py",
}

A, C, D, NOTED = "changed", "created", "deleted", "noted"
EXPECTED: dict[Chapter, list[tuple[str, str]]] = {
    prologue: [
        *[("ResourceCreated", C), ("CalendarCreated", C)] * 2,
        ("ResourceCreated", C),
        *[("EventCreated", C)] * 2,
        ("CalendarAccessGranted", C),
    ],
    told.create_calendar: [("ResourceCreated", C), ("CalendarCreated", C)],
    told.create_resource: [("ResourceCreated", C)],
    told.create_event: [("EventCreated", C)],
    told.grant: [("CalendarAccessGranted", C)],
    told.schedule_events: [("EventScheduled", C), ("EventScheduled", C)],
    told.detect: [("ConflictsDetected", C), ("ConflictsDetected", C)],
    told.review: [("ConflictUnderReview", A)],
    told.escalate: [("ConflictEscalated", A)],
    told.resolve: [("ConflictResolved", A)],
    told.clash_again: [("EventScheduled", C)],
    told.dismiss: [("ConflictDismissed", A)],
    told.rename_event: [("EventUpdated", A)],
    told.hand_over: [("EventUpdated", A)],
    told.reschedule: [("EventRescheduled", A)],
    told.confirm: [("ScheduleConfirmed", A)],
    told.close_resource: [("ResourceMarkedUnavailable", C)],
    told.open_resource: [("ResourceMarkedAvailable", A)],
    told.shorten_hours: [("ResourceUpdated", A)],
    told.record_export: [("ScheduleExported", C)],
    told.create_feed: [("FeedCreated", C)],
    told.revoke_feed: [("FeedRevoked", D)],
    told.move_to_another_calendar: [("ScheduleUpdated", A)],
    told.rename_calendar: [("CalendarUpdated", A)],
    told.rename_resource: [("ResourceUpdated", A)],
    told.apply_suggestion: [("EventScheduled", C), ("SuggestionApplied", C)],
    told.undo_suggestion: [("EventRemoved", A), ("SuggestionUndone", C)],
    told.allow_overbooking: [("CalendarUpdated", A)],
    told.import_schedule: [("EventCreated", C), ("EventScheduled", C), ("ScheduleImported", C)],
    told.another_organizer: [("EventUpdated", A)],
    told.schedule_series: [("SeriesScheduled", C)],
    told.move_series: [("SeriesRescheduled", A)],
    told.confirm_series: [("SeriesConfirmed", A)],
    told.move_series_to_another_calendar: [("SeriesUpdated", A)],
    told.remove_series: [("SeriesRemoved", A)],
    told.remove: [("EventRemoved", A)],
    told.delete_event: [("EventCreated", C), ("EventDeleted", D)],
    told.delete_resource: [("ResourceDeleted", D)],
    told.delete_calendar: [("ResourceCreated", C), ("CalendarCreated", C), ("CalendarDeleted", D)],
    told.revoke: [("CalendarAccessRevoked", D)],
    told.delete_booked_calendar: [("CalendarDeactivated", A)],
    create_webhook: [("WebhookCreated", C)],
    update_webhook: [("WebhookUpdated", A)],
    rotate_secret: [("WebhookSecretRotated", NOTED)],
    delete_webhook: [("WebhookDeleted", D)],
}
"""What each chapter leaves, in order."""

PLACES = {
    "calendarType": "/api/calendars",
    "escalationReason": "/api/schedules/conflicts",
    "firstStart": "/api/schedules",
    "overrideReason": "/api/schedules",
    "priority": "/api/events",
    "resourceType": "/api/resources",
    "host": "/api/webhooks",
}
"""Where a thing is read, by a field that only its documents have."""


def kind_of(entry: Entry) -> str:
    """`changed` where there is a before and an after, and so on."""
    return {(True, True): A, (False, True): C, (True, False): D, (False, False): NOTED}[
        (entry["before"] is not None, entry["after"] is not None)
    ]


def state(document: Entry) -> Entry:
    """How the thing is. Versions count what others' changes do to it besides, such as a new organizer."""
    besides = REMARKS | {"version", "occurrences"}
    return {name: value for name, value in document.items() if name not in besides}


async def agrees(log: Log, entry: Entry) -> None:
    """What an entry says the thing is now is what the API says of it."""
    document = entry["after"] or entry["before"] or {}
    place = next((path for name, path in PLACES.items() if name in document), None)
    if place is None:
        return
    path = f"{place}/{entry['subject_id']}"
    shown = await log.process.client.get(path, headers=log.process.headers(ADMIN))
    if entry["after"] is None:
        assert shown.status_code == 404, (entry, shown.text)
        return
    body = shown.json()
    common = state(document).keys() & body.keys() - WRITTEN_OTHERWISE
    assert {name: document[name] for name in common} == {name: body[name] for name in common}
    assert common, (entry, body)
    if place == "/api/schedules":
        assert shown.headers["etag"] == f'"{document["version"]}"', entry


def test_every_write_has_a_chapter() -> None:
    writes = {message for message in ROUTES if not message.__name__.startswith(("Get", "Check"))}
    walked = {message for message, _, _ in CHAPTERS} | {message for message, _ in WEBHOOKS}
    elsewhere = IN_TESTS_OF_THEIR_OWN.keys() | NOT_LOGGED.keys()
    assert {one.__name__ for one in writes - walked} == elsewhere


class Memory:
    """How the log last said that each thing was."""

    def __init__(self) -> None:
        self._states: dict[tuple[Any, frozenset[str]], Entry] = {}

    def of(self, entry: Entry) -> Entry:
        """Of a conflict nothing was said before: it was detected."""
        document = state(entry["before"])
        return self._states.get((entry["subject_id"], frozenset(document)), DETECTED)

    def learn(self, entry: Entry) -> None:
        subject, document = entry["subject_id"], entry["after"] or {}
        self._states[subject, frozenset(state(document or entry["before"] or {}))] = state(document)
        if entry["action"] == "ResourceMarkedUnavailable":
            closure = {name: value for name, value in document.items() if name != "stranded"}
            self._states[subject, frozenset({"closures"})] = {"closures": [closure]}


async def test_every_write_leaves_who_when_before_and_after(
    client: httpx.AsyncClient,
    service: Callboard,
    clock: StandingClock,
    rows: Any,
    owner_execute: Callable[[str], None],
) -> None:
    """And no gap: before is what the log last said of the thing, after what the API says of it now."""
    log, memory = Log(Process(service, client), owner_execute), Memory()
    clock.forward(-timedelta(minutes=30))
    for chapter in (prologue, *(one for _, one, _ in CHAPTERS), *(one for _, one in WEBHOOKS)):
        clock.forward(timedelta(seconds=1))
        log.writers.clear()
        await chapter(log)
        statement = "SELECT * FROM audit_log WHERE occurred_at = :now ORDER BY audit_id"
        left = await rows(statement, now=clock.now())
        assert [(one["action"], kind_of(one)) for one in left] == EXPECTED[chapter], chapter
        assert {str(one["user_id"]) for one in left} == log.writers
        for one in left:
            if one["before"]:
                assert state(one["before"]) == memory.of(one), (chapter, one)
                assert one["before"] != one["after"]
            memory.learn(one)
        # Of a thing that was made and deleted only the last is so.
        for one in {entry["subject_id"]: entry for entry in left}.values():
            await agrees(log, one)


async def test_a_change_that_waits_is_logged_with_what_was_asked(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    grant: Any,
    book: Any,
    audited: Any,
    as_staff: Headers,
    as_manager: Headers,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Spring Concert", organizer=STAFF)
    await grant(STAFF, hall.calendar_id)
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=90)
    starts, ends = (one.isoformat().replace("+00:00", "Z") for one in (soon, soon + timedelta(hours=1)))
    key = (await book(hall.calendar_id, event, starts, ends))["scheduledEventId"]
    path = f"/api/schedules/{key}"
    wanted = {"startDateTime": at(10), "endDateTime": at(11), "reason": "The band is late"}
    for decided in ("reject", "approve"):
        asked = await client.post(f"{path}/reschedule", json=wanted, headers=as_staff)
        assert asked.status_code == 202, asked.text
        answer = await client.post(f"{path}/{decided}", headers=as_manager)
        assert answer.status_code == 200, answer.text
    entries = (await audited(key))[1:]
    assert [(one["action"], one["user_id"]) for one in entries] == [
        ("ChangeRequested", STAFF.user_id),
        ("ChangeRejected", MANAGER.user_id),
        ("ChangeRequested", STAFF.user_id),
        ("EventRescheduled", MANAGER.user_id),
        ("ChangeApproved", MANAGER.user_id),
    ]
    first, rejected, again, moved, approved = entries
    assert (first["before"], again["before"]) == (None, None)
    assert {name: value for name, value in first["after"].items() if name != "request"} == {
        "command": "RescheduleEvent",
        "reason": "The band is late",
        "requestedBy": str(STAFF.user_id),
    }
    assert at(10) in str(first["after"]["request"])
    assert (rejected["before"], rejected["after"]) == (first["after"], {"status": "Rejected", "reason": None})
    assert (moved["before"]["startDateTime"], moved["after"]["startDateTime"]) == (starts, at(10))
    assert (approved["before"], approved["after"]) == (again["after"], {"status": "Approved"})


async def test_facts_sent_again_are_logged_with_where_from_and_to(
    client: httpx.AsyncClient, audited: Any, as_manager: Headers
) -> None:
    made = await client.post(
        "/api/webhooks", json={"url": "https://crm.example/callboard"}, headers=as_manager
    )
    key = made.json()["webhookId"]
    answer = await client.post(
        f"/api/webhooks/{key}/redeliver", json={"afterSequence": 0}, headers=as_manager
    )
    assert answer.status_code == 202, answer.text
    _, entry = await audited(key)
    assert (entry["action"], entry["user_id"]) == ("FactsRedelivered", MANAGER.user_id)
    assert (entry["before"], entry["after"]) == (None, {"afterSequence": 0, "until": 0})

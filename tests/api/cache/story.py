"""Every write there is, one after the other, and what shows each of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from api.dto.working_hours import DAYS
from api.features.apply_suggestion import ApplySuggestion
from api.features.confirm_schedule import ConfirmSchedule
from api.features.create_calendar import CreateCalendar
from api.features.create_event import CreateEvent
from api.features.create_feed import CreateFeed
from api.features.create_resource import CreateResource
from api.features.delete_calendar import DeleteCalendar
from api.features.delete_event import DeleteEvent
from api.features.delete_resource import DeleteResource
from api.features.detect_conflicts import DetectConflicts
from api.features.dismiss_conflict import DismissConflict
from api.features.escalate_conflict import EscalateConflict
from api.features.grant_calendar_access import GrantCalendarAccess
from api.features.import_schedule import ImportSchedule
from api.features.mark_resource_available import MarkResourceAvailable
from api.features.mark_resource_unavailable import MarkResourceUnavailable
from api.features.record_export import RecordExport
from api.features.remove_event_from_calendar import RemoveEventFromCalendar
from api.features.reschedule_event import RescheduleEvent
from api.features.resolve_conflict import ResolveConflict
from api.features.review_conflict import ReviewConflict
from api.features.revoke_calendar_access import RevokeCalendarAccess
from api.features.revoke_feed import RevokeFeed
from api.features.schedule_event import ScheduleEvent
from api.features.schedule_series import ScheduleSeries
from api.features.undo_suggestion import UndoSuggestion
from api.features.update_calendar import UpdateCalendar
from api.features.update_event import UpdateEvent
from api.features.update_resource import UpdateResource
from api.features.update_scheduled_event import UpdateScheduledEvent
from domain.viewer import Viewer
from tests.api.bookings import DAY, at, booking
from tests.api.cache.conftest import Process
from tests.api.imports.schedule_xml import day, event, room, schedule
from tests.api.people import ADMIN, CUSTOMER, MANAGER, OTHER_CUSTOMER, STAFF

VIEWS, FREE, CONFLICTS, CALENDARS = "views", "availability", "conflicts", "calendars"
NOTHING: set[str] = set()
EVERY_STATUS = "&".join(
    f"status={one}" for one in ("Detected", "UnderReview", "Resolved", "Escalated", "Dismissed")
)
VIEWERS = {
    MANAGER: ("Ballroom", "Attic", "Cellar", "Ada"),
    STAFF: ("Attic", "Ada"),
    CUSTOMER: ("Ballroom",),
}
"""Who reads, and which halls and people."""


@dataclass
class Story:
    """A house, told by one process, and what has been named in it so far."""

    process: Process
    owner_execute: Callable[[str], None]
    named: dict[str, str] = field(default_factory=dict)

    async def call(
        self, method: str, path: str, body: Any = None, viewer: Viewer = ADMIN, **more: Any
    ) -> Any:
        headers = self.process.headers(viewer) | more.pop("headers", {})
        answer = await self.process.client.request(method, path, json=body, headers=headers, **more)
        assert answer.status_code in {200, 201, 204}, (method, path, answer.text)
        return answer.json() if answer.content else None

    async def hall(self, name: str) -> None:
        body = await self.call("POST", "/api/calendars", {"name": name, "calendarType": "Venue"})
        self.named |= {name: body["calendarId"], f"{name} resource": body["ownerId"]}

    async def person(self, name: str) -> None:
        body = {"name": name, "resourceType": "Staff"}
        self.named[name] = (await self.call("POST", "/api/resources", body))["resourceId"]

    async def event(self, name: str, organizer: Viewer = MANAGER) -> None:
        body = {"title": name, "organizerId": str(organizer.user_id)}
        self.named[name] = (await self.call("POST", "/api/events", body))["eventId"]

    async def book(self, name: str, hall: str, start: float, end: float, **more: Any) -> None:
        body = booking(self.named[name], self.named[hall], start, end, **more)
        made = await self.call("POST", "/api/schedules", body, MANAGER)
        self.named[f"{name} booking"] = made["scheduledEventId"]

    async def conflict(self) -> str:
        """The path of the conflict that is open."""
        (one,) = (await self.call("GET", "/api/schedules/conflicts"))["items"]
        return f"/api/schedules/conflicts/{one['scheduleConflictId']}"

    def availability(self, name: str) -> str:
        """The path of a resource's availability."""
        return f"/api/resources/{self.named[name]}/availability"

    def reads(self) -> dict[tuple[str, Viewer, str], str]:
        """Every answer that is cached, by kind, viewer and what it is of."""
        week = f"from={at(0, day=-2)[:10]}&to={at(0, day=5)[:10]}"
        paths = {
            **{
                (VIEWS, hall): f"/api/calendars/{self.named[hall]}/view?{week}"
                for hall in ("Ballroom", "Attic", "Cellar")
                if hall in self.named
            },
            (FREE, "Ballroom"): f"{self.availability('Ballroom resource')}?from={at(0)}&to={at(24)}",
            (FREE, "Ada"): f"{self.availability('Ada')}/slots?from={at(8)}&to={at(13)}",
            (CALENDARS, "Attic"): f"/api/calendars/{self.named['Attic']}",
            (CALENDARS, "all"): "/api/calendars",
            (CONFLICTS, "all"): f"/api/schedules/conflicts?{EVERY_STATUS}",
        }
        return {
            (kind, viewer, of): path
            for viewer, places in VIEWERS.items()
            for (kind, of), path in paths.items()
            if of in {*places, "all"}
        }


async def prologue(story: Story) -> None:
    """Two halls, a person, two events and who may look where."""
    for hall in ("Ballroom", "Attic"):
        await story.hall(hall)
    await story.person("Ada")
    await story.event("Gala")
    await story.event("Recital", CUSTOMER)
    await story.call(
        "PUT",
        f"/api/calendars/{story.named['Ballroom']}/access/{CUSTOMER.user_id}",
        {"accessLevel": "Book"},
    )


async def create_calendar(story: Story) -> None:
    await story.hall("Cellar")


async def create_resource(story: Story) -> None:
    await story.person("Nobody")


async def create_event(story: Story) -> None:
    await story.event("Rehearsal")


async def grant(story: Story) -> None:
    path = f"/api/calendars/{story.named['Attic']}/access/{STAFF.user_id}"
    await story.call("PUT", path, {"accessLevel": "View"})


async def revoke(story: Story) -> None:
    await story.call("DELETE", f"/api/calendars/{story.named['Attic']}/access/{STAFF.user_id}")


async def schedule_events(story: Story) -> None:
    ada = [{"resourceId": story.named["Ada"]}]
    await story.book("Gala", "Ballroom", 10, 12, resources=ada)
    await story.book("Recital", "Attic", 11, 13, resources=ada)


async def detect(story: Story) -> None:
    story.owner_execute("DELETE FROM schedule_conflicts")
    done = await story.call("POST", "/api/schedules/conflicts/detect")
    assert done == {"detected": 1, "resolved": 0, "open": 1}


async def review(story: Story) -> None:
    await story.call("POST", f"{await story.conflict()}/review")


async def escalate(story: Story) -> None:
    body = {"escalatedTo": str(ADMIN.user_id), "reason": "Which first?"}
    await story.call("POST", f"{await story.conflict()}/escalate", body)


async def resolve(story: Story) -> None:
    await story.call("POST", f"{await story.conflict()}/resolve", {"resolutionMethod": "OverrideApplied"})


async def dismiss(story: Story) -> None:
    await story.call("POST", f"{await story.conflict()}/dismiss", {"reason": "Never mind"})


async def clash_again(story: Story) -> None:
    """A third booking that wants the same person, on another calendar."""
    ada = [{"resourceId": story.named["Ada"]}]
    await story.book("Rehearsal", "Cellar", 12, 14, resources=ada)


async def rename_event(story: Story) -> None:
    body = {"title": "Recital for two", "organizerId": str(CUSTOMER.user_id)}
    await story.call("PUT", f"/api/events/{story.named['Recital']}", body)


async def hand_over(story: Story) -> None:
    body = {"title": "Gala", "organizerId": str(CUSTOMER.user_id)}
    await story.call("PUT", f"/api/events/{story.named['Gala']}", body)


async def reschedule(story: Story) -> None:
    path = f"/api/schedules/{story.named['Gala booking']}/reschedule"
    await story.call("POST", path, {"startDateTime": at(9), "endDateTime": at(10.5)}, MANAGER)


async def confirm(story: Story) -> None:
    await story.call("POST", f"/api/schedules/{story.named['Gala booking']}/confirm", viewer=MANAGER)


async def move_to_another_calendar(story: Story) -> None:
    body = booking(story.named["Rehearsal"], story.named["Ballroom"], 12, 14)
    await story.call("PUT", f"/api/schedules/{story.named['Rehearsal booking']}", body, MANAGER)


async def rename_calendar(story: Story) -> None:
    await story.call("PUT", f"/api/calendars/{story.named['Attic']}", {"name": "The Attic"})


async def rename_resource(story: Story) -> None:
    body = {"name": "Ada L.", "setupMinutes": 5}
    await story.call("PUT", f"/api/resources/{story.named['Ada']}", body)


async def apply_suggestion(story: Story) -> None:
    body = booking(story.named["Gala"], story.named["Ballroom"], 13, 15)
    found = await story.call("POST", "/api/schedules/suggestions", body, MANAGER)
    applied = await story.call("POST", found["suggestions"][0]["apply"]["href"], viewer=MANAGER)
    story.named["Undo"] = applied["undo"]["href"]


async def undo_suggestion(story: Story) -> None:
    await story.call("POST", story.named["Undo"], viewer=MANAGER)


async def import_schedule(story: Story) -> None:
    content = schedule(day("2019-02-02", room("Ballroom", event("20:00", "01:00"))))
    path = f"/api/imports?starting={DAY.date()}"
    headers = {"Content-Type": "application/xml"}
    report = await story.call("POST", path, viewer=MANAGER, content=content, headers=headers)
    assert report["rows"]["imported"] == 1


async def remove(story: Story) -> None:
    await story.call("DELETE", f"/api/schedules/{story.named['Gala booking']}", viewer=MANAGER)


async def delete_event(story: Story) -> None:
    await story.event("Never")
    await story.call("DELETE", f"/api/events/{story.named['Never']}")


async def close_resource(story: Story) -> None:
    body = {"startDateTime": at(9.5), "endDateTime": at(11.5), "reason": "Ill"}
    path = f"{story.availability('Ada')}/mark-unavailable"
    done = await story.call("POST", path, body, MANAGER)
    assert len(done["strandedBookings"]) == 2


async def open_resource(story: Story) -> None:
    body = {"startDateTime": at(9), "endDateTime": at(11)}
    path = f"{story.availability('Ada')}/mark-available"
    done = await story.call("POST", path, body, MANAGER)
    assert len(done["closures"]) == 1


async def shorten_hours(story: Story) -> None:
    """Outside them nothing is booked."""
    days = {day: [{"start": "09:00", "end": "20:00"}] for day in DAYS}
    body = {"name": "Ada", "workingHours": days}
    await story.call("PUT", f"/api/resources/{story.named['Ada']}", body)


async def allow_overbooking(story: Story) -> None:
    body = {"name": "Ballroom", "allowOverbooking": True}
    await story.call("PUT", f"/api/calendars/{story.named['Ballroom']}", body)


async def record_export(story: Story) -> None:
    body = {"date": at(0)[:10], "format": "ICalendar"}
    await story.call("POST", f"/api/calendars/{story.named['Ballroom']}/export/daily", body)


async def create_feed(story: Story) -> None:
    body = {"calendarId": story.named["Ballroom"]}
    story.named["feed"] = (await story.call("POST", "/api/feeds", body))["feedId"]


async def revoke_feed(story: Story) -> None:
    await story.call("DELETE", f"/api/feeds/{story.named['feed']}")


async def delete_resource(story: Story) -> None:
    await story.call("DELETE", f"/api/resources/{story.named['Nobody']}")


async def delete_calendar(story: Story) -> None:
    await story.hall("Shed")
    await story.call("DELETE", f"/api/calendars/{story.named['Shed']}")


async def delete_booked_calendar(story: Story) -> None:
    """One with history is switched off."""
    story.owner_execute(
        f"UPDATE scheduled_events SET status = 4 WHERE calendar_id = '{story.named['Attic']}'"  # noqa: S608
    )
    await story.call("DELETE", f"/api/calendars/{story.named['Attic']}")


async def another_organizer(story: Story) -> None:
    body = {"title": "Gala", "organizerId": str(OTHER_CUSTOMER.user_id)}
    await story.call("PUT", f"/api/events/{story.named['Gala']}", body)


async def schedule_series(story: Story) -> None:
    pattern = {"type": "Daily", "occurrenceCount": 3}
    await story.book("Rehearsal", "Ballroom", 6, 7, recurrencePattern=pattern)


async def move_series(story: Story) -> None:
    path = f"/api/schedules/{story.named['Rehearsal booking']}/reschedule"
    await story.call("POST", path, {"startDateTime": at(5), "endDateTime": at(7)}, MANAGER)


async def confirm_series(story: Story) -> None:
    await story.call("POST", f"/api/schedules/{story.named['Rehearsal booking']}/confirm", viewer=MANAGER)


async def move_series_to_another_calendar(story: Story) -> None:
    pattern = {"type": "Daily", "occurrenceCount": 2}
    body = booking(story.named["Rehearsal"], story.named["Cellar"], 5, 7, recurrencePattern=pattern)
    await story.call("PUT", f"/api/schedules/{story.named['Rehearsal booking']}", body, MANAGER)


async def remove_series(story: Story) -> None:
    await story.call("DELETE", f"/api/schedules/{story.named['Rehearsal booking']}", viewer=MANAGER)


CHAPTERS: list[tuple[type, Callable[[Story], Awaitable[None]], set[str]]] = [
    (CreateCalendar, create_calendar, {CALENDARS}),
    (CreateResource, create_resource, NOTHING),
    (CreateEvent, create_event, NOTHING),
    (GrantCalendarAccess, grant, {VIEWS, CALENDARS}),
    (ScheduleEvent, schedule_events, {VIEWS, FREE, CONFLICTS}),
    (DetectConflicts, detect, {CONFLICTS}),
    (ReviewConflict, review, {CONFLICTS}),
    (EscalateConflict, escalate, {CONFLICTS}),
    (ResolveConflict, resolve, {VIEWS, CONFLICTS}),
    (ScheduleEvent, clash_again, {VIEWS, FREE, CONFLICTS}),
    (DismissConflict, dismiss, {VIEWS, CONFLICTS}),
    (UpdateEvent, rename_event, {VIEWS, FREE, CONFLICTS}),
    (UpdateEvent, hand_over, {VIEWS, FREE, CONFLICTS}),
    (RescheduleEvent, reschedule, {VIEWS, FREE, CONFLICTS}),
    (ConfirmSchedule, confirm, {VIEWS}),
    (MarkResourceUnavailable, close_resource, {VIEWS, FREE}),
    (MarkResourceAvailable, open_resource, {VIEWS, FREE}),
    (UpdateResource, shorten_hours, {FREE}),
    (RecordExport, record_export, NOTHING),
    (CreateFeed, create_feed, NOTHING),
    (RevokeFeed, revoke_feed, NOTHING),
    (UpdateScheduledEvent, move_to_another_calendar, {VIEWS, FREE, CONFLICTS}),
    (UpdateCalendar, rename_calendar, {VIEWS, CALENDARS}),
    (UpdateResource, rename_resource, {FREE, CONFLICTS}),
    (ApplySuggestion, apply_suggestion, {VIEWS}),
    (UndoSuggestion, undo_suggestion, {VIEWS}),
    (UpdateCalendar, allow_overbooking, {FREE, CALENDARS}),
    (ImportSchedule, import_schedule, {VIEWS, FREE}),
    (UpdateEvent, another_organizer, {VIEWS, FREE, CONFLICTS}),
    (ScheduleSeries, schedule_series, {VIEWS, FREE}),
    (RescheduleEvent, move_series, {VIEWS, FREE}),
    (ConfirmSchedule, confirm_series, {VIEWS}),
    (UpdateScheduledEvent, move_series_to_another_calendar, {VIEWS, FREE}),
    (RemoveEventFromCalendar, remove_series, {VIEWS}),
    (RemoveEventFromCalendar, remove, {VIEWS, FREE}),
    (DeleteEvent, delete_event, NOTHING),
    (DeleteResource, delete_resource, NOTHING),
    (DeleteCalendar, delete_calendar, NOTHING),
    (RevokeCalendarAccess, revoke, {VIEWS, FREE, CONFLICTS, CALENDARS}),
    (DeleteCalendar, delete_booked_calendar, {VIEWS, CALENDARS}),
]
"""Which message a chapter is about, how it goes, and the kinds of answers that are other ones after it."""

"""A house with a thing of each kind in each row: one's own, one on a granted calendar, one that is hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from domain.viewer import Viewer
from tests.api.bookings import at, booking
from tests.api.people import ADMIN, CUSTOMER, MANAGER, OTHER_CUSTOMER, STAFF

Headers = dict[str, str]
ROLES = {"Customer": CUSTOMER, "Staff": STAFF, "Manager": MANAGER, "Admin": ADMIN}
OWN, GRANTED, HIDDEN = "own", "granted", "hidden"


@dataclass
class World:
    """Ids by kind and row, `("schedule", "granted")`; what is one's own, by kind and role."""

    client: httpx.AsyncClient
    headers: Callable[[Viewer], Headers]
    ids: dict[tuple[str, str], str] = field(default_factory=dict)

    async def call(self, viewer: Viewer, method: str, path: str, body: Any, *, expect: int = 201) -> Any:
        """The body of an answer with that status."""
        answer = await self.client.request(method, path, json=body, headers=self.headers(viewer))
        assert answer.status_code == expect, (path, answer.text)
        return answer.json()

    def id_of(self, kind: str, row: str, role: str) -> str:
        """Of a thing; of one's own where somebody of that role has one."""
        return self.ids.get((kind, f"{row}/{role}")) or self.ids[(kind, row)]

    async def build(self) -> None:
        """Make all of it, as whoever may."""
        for name, row in (("Ballroom", GRANTED), ("Cellar", HIDDEN)):
            made = await self.call(ADMIN, "POST", "/api/resources", {"name": name, "resourceType": "Venue"})
            self.ids[("resource", row)] = made["resourceId"]
            calendar = {"name": name, "calendarType": "Venue", "ownerId": made["resourceId"]}
            made = await self.call(ADMIN, "POST", "/api/calendars", calendar)
            self.ids[("calendar", row)] = made["calendarId"]
        for viewer in (CUSTOMER, STAFF):
            path = f"/api/calendars/{self.ids[('calendar', GRANTED)]}/access/{viewer.user_id}"
            await self.call(ADMIN, "PUT", path, {"accessLevel": "Book"})
        for number, (role, viewer) in enumerate(ROLES.items()):
            await self._own(role, viewer, number)
        for number, row in enumerate((GRANTED, HIDDEN), start=20):
            await self._bookings(row, OTHER_CUSTOMER, number)
        await self._personal(HIDDEN, SOMEBODY)
        await self._accounts()

    async def _accounts(self) -> None:
        """A person and a program."""
        body = {"name": "Somebody", "email": "somebody@v.example", "role": "Customer"}
        made = await self.call(ADMIN, "POST", "/api/users", body)
        self.ids[("user", GRANTED)] = made["userId"]
        body = {"name": "Box office", "role": "Customer", "scopes": ["Read"]}
        made = await self.call(ADMIN, "POST", "/api/service-accounts", body)
        self.ids[("service account", GRANTED)] = made["serviceAccountId"]
        path = f"/api/service-accounts/{made['serviceAccountId']}/tokens"
        self.ids[("token", GRANTED)] = (await self.call(ADMIN, "POST", path, {}))["tokenId"]

    async def _own(self, role: str, viewer: Viewer, number: int) -> None:
        row = f"{OWN}/{role}"
        self.ids[("calendar", row)] = self.ids[("calendar", GRANTED)]
        self.ids[("resource", row)] = self.ids[("resource", GRANTED)]
        await self._bookings(row, viewer, number)
        await self._personal(row, viewer)

    async def _bookings(self, row: str, owner: Viewer, number: int) -> None:
        """An event of the owner's, booked twice over, as a series besides, and a fix for the clash."""
        title = {"title": f"Event {row}", "organizerId": str(owner.user_id)}
        key = (await self.call(ADMIN, "POST", "/api/events", title))["eventId"]
        self.ids[("event", row)] = key
        calendar = self.ids[("calendar", row)]
        body = booking(key, calendar, 8, 10) | {
            "startDateTime": at(8, day=number),
            "endDateTime": at(10, day=number),
        }
        made = await self.call(ADMIN, "POST", "/api/schedules", body)
        self.ids[("schedule", row)] = made["scheduledEventId"]
        insisted = body | {"override": {"reason": "asked"}}
        clash = await self.call(ADMIN, "POST", "/api/schedules", insisted)
        self.ids[("conflict", row)] = clash["conflicts"][0]["scheduleConflictId"]
        pattern = {"type": "Weekly", "interval": 1, "occurrenceCount": 2}
        later = {
            "startDateTime": at(14, day=number),
            "endDateTime": at(15, day=number),
            "timeZone": "UTC",
            "recurrencePattern": pattern,
        }
        made = await self.call(ADMIN, "POST", "/api/schedules", body | later)
        self.ids[("series", row)] = made["scheduledEventId"]
        self.ids[("occurrence", row)] = at(14, day=number)

    async def _personal(self, row: str, owner: Viewer) -> None:
        """What is its maker's alone."""
        calendar = self.ids[("calendar", GRANTED)]
        made = await self.call(owner, "POST", "/api/feeds", {"calendarId": calendar})
        self.ids[("feed", row)] = made["feedId"]
        export = f"/api/calendars/{calendar}/export/daily"
        made = await self.call(owner, "POST", export, {"date": at(0)[:10], "format": "ICalendar"})
        self.ids[("export", row)] = made["exportId"]
        if owner.role > CUSTOMER.role:
            made = await self.call(
                owner, "POST", "/api/webhooks", {"url": "https://crm.example/"}, expect=201
            )
            self.ids[("webhook", row)] = made["webhookId"]
        title = {"title": f"Wish {row}", "organizerId": str(owner.user_id)}
        event = (await self.call(ADMIN, "POST", "/api/events", title))["eventId"]
        body = booking(event, calendar, 8, 10)
        refused = await self.call(owner, "POST", "/api/schedules", body, expect=409)
        self.ids[("suggestion", row)] = refused["suggestions"][0]["id"]


SOMEBODY = Viewer(uuid4(), ADMIN.role)
"""Another Admin, whose own things are nobody else's."""

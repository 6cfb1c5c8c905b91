"""What calendar programs read of a letter: invitations and cancellations (iTIP, RFC 5546)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal
from uuid import UUID

from icalendar import Calendar, Event, vCalAddress

from api.exports.icalendar_events import EventWriter, series_uid
from api.exports.icalendar_file import PRODUCT
from domain.exported_schedule import ExportedBooking, ExportedCalendar
from domain.time_slot import TimeSlot

Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with an address."""

    name: str
    address: str

    def written(self) -> vCalAddress:
        """As a calendar user."""
        address = vCalAddress(f"mailto:{self.address}")
        address.params["cn"] = self.name
        return address


@dataclass(frozen=True, slots=True)
class Invitation:
    """One iTIP object: of a booking, or of a whole series."""

    method: Method
    content: bytes


def invitations(
    calendars: Sequence[ExportedCalendar], house: Party, guest: Party, now: datetime, time_zone: str
) -> Iterator[Invitation]:
    """What puts each booking and series where it is now, or takes it away when nothing of it is left.

    calendars: with all dates of every series, cancelled ones included. house: who invites.
    """
    for members in _together(calendars):
        live = _only(members, {one.scheduled_event_id for one in _all(members) if not one.is_cancelled})
        method: Method = "REQUEST" if live else "CANCEL"
        writer = EventWriter(time_zone, _covered(members))
        events = list(writer.events_of(live)) if live else [_gone(writer, members)]
        # Every change of any date counts: a program takes what has a higher number.
        sequence = sum(one.version - 1 for calendar in members for one in calendar.bookings)
        root = Calendar()
        root.add("prodid", PRODUCT)
        root.add("version", "2.0")
        root.add("calscale", "GREGORIAN")
        root.add("method", method)
        for zone in writer.zones():
            root.add_component(zone)
        for event in events:
            _address(event, method, house, guest, now, sequence)
            root.add_component(event)
        yield Invitation(method, root.to_ical(sorted=False))


def _together(calendars: Sequence[ExportedCalendar]) -> Iterator[list[ExportedCalendar]]:
    """Each series, wherever its dates are, then each other booking: one object has one UID."""
    series: dict[UUID, None] = {}
    single: list[UUID] = []
    for calendar in calendars:
        for one in calendar.bookings:
            if one.series_id is not None:
                series[one.series_id] = None
            elif one.scheduled_event_id is not None:
                single.append(one.scheduled_event_id)
    for key in series:
        yield _only(calendars, {one.scheduled_event_id for one in _all(calendars) if one.series_id == key})
    for booking in single:
        yield _only(calendars, {booking})


def _all(calendars: Sequence[ExportedCalendar]) -> Iterator[ExportedBooking]:
    return (one for calendar in calendars for one in calendar.bookings)


def _only(calendars: Sequence[ExportedCalendar], wanted: Collection[UUID | None]) -> list[ExportedCalendar]:
    """The calendars with these bookings and no others."""
    cut = (
        replace(
            calendar, bookings=tuple(one for one in calendar.bookings if one.scheduled_event_id in wanted)
        )
        for calendar in calendars
    )
    return [calendar for calendar in cut if calendar.bookings]


def _covered(members: Sequence[ExportedCalendar]) -> TimeSlot:
    slots = [one.slot for one in _all(members)]
    return TimeSlot(min(one.start_date_time for one in slots), max(one.end_date_time for one in slots))


def _gone(writer: EventWriter, members: Sequence[ExportedCalendar]) -> Event:
    """The one event that says that all of it is off."""
    first = replace(members[0], bookings=members[0].bookings[:1])
    series = first.bookings[0].series_id
    (event,) = writer.events_of([replace(first, series=())])
    if series is not None:
        event["uid"] = series_uid(series)
    return event


def _address(event: Event, method: Method, house: Party, guest: Party, now: datetime, sequence: int) -> None:
    """Say who invites whom, and when that was written; the guest, whose booking it is, has accepted."""
    for name in ("dtstamp", "sequence", "x-callboard-conflict-level"):
        event.pop(name, None)
    event.add("dtstamp", now.replace(microsecond=0))
    event.add("sequence", sequence)
    event.add("organizer", house.written())
    attendee = guest.written()
    attendee.params["partstat"] = "ACCEPTED"
    attendee.params["rsvp"] = "FALSE"
    event.add("attendee", attendee)
    if method == "CANCEL":
        event.pop("status", None)
        event.add("status", "CANCELLED")

"""A schedule as an iCalendar file or feed (RFC 5545)."""

from __future__ import annotations

from datetime import timedelta

from icalendar import Calendar, vDuration

from api.exports.icalendar_events import EventWriter
from api.exports.plain_text import plain_text
from domain.exported_schedule import ExportedSchedule

PRODUCT = "-//Callboard//Callboard//EN"
FILE_VERSION = 2
"""Goes up when the same schedule gives another file."""


def icalendar_file(schedule: ExportedSchedule, refresh: timedelta | None = None) -> bytes:
    """The schedule's bookings, cancelled ones included.

    refresh: how often a program that subscribes is asked to look again; None for a file.
    The bytes depend on the bookings alone, not on when they were written.
    """
    writer = EventWriter(schedule.time_zone, schedule.window)
    events = list(writer.events_of(schedule.calendars))
    root = Calendar()
    root.add("prodid", PRODUCT)
    root.add("version", "2.0")
    root.add("calscale", "GREGORIAN")
    root.add("name", plain_text(schedule.title))
    root.add("x-wr-calname", plain_text(schedule.title))
    root.add("x-wr-timezone", schedule.time_zone)
    if refresh is not None:
        root.add("refresh-interval", refresh, parameters={"VALUE": "DURATION"})
        root.add("x-published-ttl", vDuration(refresh))
    for zone in writer.zones():
        root.add_component(zone)
    for event in events:
        root.add_component(event)
    written: bytes = root.to_ical(sorted=False)
    return written

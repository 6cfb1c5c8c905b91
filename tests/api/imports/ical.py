"""Makes iCalendar files for tests."""

from __future__ import annotations


def calendar(*components: str, header: str = "", line_break: str = "\r\n") -> bytes:
    """A file with these components; each is lines without breaks at its ends."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Test//EN", *header.splitlines()]
    for component in components:
        lines += component.strip().splitlines()
    return line_break.join([*lines, "END:VCALENDAR", ""]).encode()


def event(
    start: str = ":20260302T090000Z", end: str = ":20260302T100000Z", uid: str = "1", inside: str = ""
) -> str:
    """An event in the Hall; start and end with their parameters, as they follow the property's name."""
    lines = [f"UID:{uid}", "SUMMARY:Rehearsal", "LOCATION:Hall", f"DTSTART{start}"]
    lines += [f"DTEND{end}"] if end else []
    return "\n".join(["BEGIN:VEVENT", *lines, *inside.splitlines(), "END:VEVENT"])


BERLIN = ";TZID=Europe/Berlin:"
CUSTOM_ZONE = """\
BEGIN:VTIMEZONE
TZID:Theatre time
BEGIN:STANDARD
DTSTART:20001029T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20000326T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE"""

"""What iCalendar files get wrong and parsers let pass."""

from __future__ import annotations

import re
from datetime import datetime

import icalendar


def faults_in(content: bytes) -> list[str]:
    """Everything that is wrong with the file."""
    return [*_faults_in_lines(content), *_faults_in_components(content)]


def _faults_in_lines(content: bytes) -> list[str]:
    faults = []
    if not content.endswith(b"\r\n"):
        faults.append("no line break at the end")
    if re.search(rb"(?<!\r)\n|\r(?!\n)", content):
        faults.append("a bare line break")
    faults.extend(f"long line: {line!r}" for line in content.split(b"\r\n") if len(line) > 75)
    if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", content):
        faults.append("a control character")
    return faults


def _faults_in_components(content: bytes) -> list[str]:
    root = icalendar.Calendar.from_ical(content)
    zones = {str(one["tzid"]) for one in root.walk("VTIMEZONE")}
    named = set(re.findall(r";TZID=([^:;]+)", _unfolded(content)))
    faults = [f"no VTIMEZONE for {name}" for name in sorted(named - zones)]
    faults.extend(f"unused VTIMEZONE {name}" for name in sorted(zones - named))
    seen = set()
    for event in root.walk("VEVENT"):
        faults.extend(f"{event['uid']} has no {name}" for name in ("DTSTAMP", "DTSTART") if name not in event)
        recurrence = event.get("recurrence-id")
        key = (str(event["uid"]), None if recurrence is None else recurrence.dt)
        if key in seen:
            faults.append(f"{key} stands twice")
        seen.add(key)
        if event.end <= event.start:
            faults.append(f"{event['uid']} ends before it starts")
        if event.errors:
            faults.append(f"{event['uid']}: {event.errors}")
    return faults


def _unfolded(content: bytes) -> str:
    return content.decode().replace("\r\n ", "")


def starts_in(content: bytes) -> list[datetime]:
    """The starts of single events, in the file's order."""
    return [event.start for event in icalendar.Calendar.from_ical(content).walk("VEVENT")]

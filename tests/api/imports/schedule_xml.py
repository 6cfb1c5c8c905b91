"""Small pentabarf schedules for tests, and the conference schedules as published."""

from __future__ import annotations

from pathlib import Path

import pytest

FOSDEM = Path(__file__).resolve().parents[4] / "shared" / "data" / "fosdem"
YEARS = (2016, 2017, 2018, 2019)


def published(year: int) -> bytes:
    """One year's schedule; skips the test where the data are absent."""
    path = FOSDEM / f"{year}.xml"
    if not path.exists():
        pytest.skip("../shared/data/fosdem is absent")
    return path.read_bytes()


def schedule(*days: str, header: str = "", before: str = "") -> bytes:
    """A schedule of these `<day>` elements."""
    conference = f"<conference><title>Test</title>{header}</conference>"
    return f"<schedule>{before}{conference}{''.join(days)}</schedule>".encode()


def day(date: str, *rooms: str, attributes: str = "", index: int = 1) -> str:
    """A `<day>` of these rooms."""
    return f'<day index="{index}" date="{date}" {attributes}>{"".join(rooms)}</day>'


def room(name: str, *events: str) -> str:
    """A `<room>` of these events."""
    return f'<room name="{name}">{"".join(events)}</room>'


def event(
    start: str = "10:00", duration: str = "00:50", *, attributes: str = 'id="1"', inside: str = ""
) -> str:
    """An `<event>` titled Talk; an empty start leaves the element out."""
    listed = f"<start>{start}</start>" if start else ""
    return f"<event {attributes}>{listed}<duration>{duration}</duration><title>Talk</title>{inside}</event>"


def one_event(xml: str, header: str = "", attributes: str = "", before: str = "") -> bytes:
    """A schedule of one event on 2 February 2019 in room A."""
    only_day = day("2019-02-02", room("A", xml), attributes=attributes)
    return schedule(only_day, header=header, before=before)

"""iCalendar files that every calendar program reads alike (SCH-044)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import cycle
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import ics
import pytest
import vobject
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from api.exports.icalendar_file import icalendar_file
from domain.enums import ConflictLevel, ScheduleStatus
from domain.exported_schedule import ExportedBooking, ExportedSchedule, ExportedSeries
from domain.local_time import to_utc
from domain.time_slot import TimeSlot
from tests.api.exports.icalendar_checks import faults_in
from tests.api.exports.schedules import BRUSSELS, CHANGED, booked, hidden, local, schedule_of

SERIES = UUID("8a1d9a54-33a1-4a39-b4a0-6c21a7e0c102")


def written(schedule: ExportedSchedule) -> bytes:
    """The file, after two parsers and our own checks have had nothing to say against it."""
    content = icalendar_file(schedule)
    assert faults_in(content) == []
    assert vobject.readOne(content.decode()).validate(raiseException=True)
    assert len(ics.Calendar(content.decode()).events) <= content.count(b"BEGIN:VEVENT")
    return content


def events_in(content: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def occurrences_in(content: bytes) -> Counter[tuple[datetime, timedelta]]:
    """Starts and durations as vobject works them out, from the file's own time zones."""
    # vobject would go by what an earlier file said of the zone.
    zones = vars(vobject.icalendar)["__tzidMap"]
    for name in zones.keys() - {"UTC"}:
        del zones[name]
    found: Counter[tuple[datetime, timedelta]] = Counter()
    events = vobject.readOne(content.decode()).contents.get("vevent", [])
    replaced = {
        (one.uid.value, one.recurrence_id.value.astimezone(UTC))
        for one in events
        if hasattr(one, "recurrence_id")
    }
    for event in events:
        start = event.dtstart.value
        duration = event.duration.value if hasattr(event, "duration") else event.dtend.value - start
        rules = event.getrruleset(addRDate=True)
        for one in [start] if rules is None else list(rules):
            instant = one.astimezone(UTC)
            if hasattr(event, "recurrence_id") or (event.uid.value, instant) not in replaced:
                found[instant, duration] += 1
    return found


def series(rrule: str, *first: int, hours: float = 2, zone: str = BRUSSELS) -> ExportedSeries:
    return ExportedSeries(SERIES, rrule, datetime(*first), timedelta(hours=hours), zone)  # type: ignore[arg-type,misc]  # noqa: DTZ001


def occurrences(rule: ExportedSeries, since: datetime, until: datetime) -> list[ExportedBooking]:
    """The bookings of a series within a window, as expanding it made them."""
    zone = ZoneInfo(rule.time_zone)
    starts = [to_utc(one, zone) for one in rrulestr(rule.rrule, dtstart=rule.first_start)]
    return [
        booked("Rehearsal", one, rule.duration / timedelta(hours=1), series_id=SERIES, original_start=one)
        for one in starts
        if since <= one < until
    ]


def test_a_booking_says_all_there_is_to_say() -> None:
    gala = booked(
        "Gala; dinner, dance",
        local(2026, 3, 28, 20),
        11,
        status=ScheduleStatus.Tentative,
        version=4,
        description="Black tie\nDoors at 19:30",
        conflict_level=ConflictLevel.Critical,
    )
    content = written(schedule_of(gala, location="Grand Hall"))
    (event,) = events_in(content)
    assert {name: event[name].to_ical().decode() for name in event} == {
        "UID": f"{gala.scheduled_event_id}@callboard",
        "DTSTAMP": "20260105T080000Z",
        "LAST-MODIFIED": "20260105T080000Z",
        "SEQUENCE": "3",
        "SUMMARY": "Gala\\; dinner\\, dance",
        "DESCRIPTION": "Black tie\\nDoors at 19:30",
        "LOCATION": "Grand Hall",
        "STATUS": "TENTATIVE",
        "TRANSP": "OPAQUE",
        "X-CALLBOARD-CONFLICT-LEVEL": "Critical",
        "DTSTART": "20260328T200000",
        "DTEND": "20260329T080000",
    }
    assert event["dtstart"].params["tzid"] == BRUSSELS
    head = content.partition(b"BEGIN:VTIMEZONE")[0].decode().split("\r\n")
    assert head == [
        "BEGIN:VCALENDAR",
        "PRODID:-//Callboard//Callboard//EN",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        "NAME:Grand Hall",
        "X-WR-CALNAME:Grand Hall",
        "X-WR-TIMEZONE:Europe/Brussels",
        "",
    ]


@pytest.mark.parametrize(
    ("status", "told", "transparency"),
    [
        (ScheduleStatus.Tentative, "TENTATIVE", "OPAQUE"),
        (ScheduleStatus.Scheduled, "CONFIRMED", "OPAQUE"),
        (ScheduleStatus.Confirmed, "CONFIRMED", "OPAQUE"),
        (ScheduleStatus.Rescheduling, "CONFIRMED", "OPAQUE"),
        (ScheduleStatus.Cancelled, "CANCELLED", "TRANSPARENT"),
    ],
)
def test_statuses(status: ScheduleStatus, told: str, transparency: str) -> None:
    (event,) = events_in(written(schedule_of(booked("Gala", local(2026, 3, 3, 9), status=status))))
    assert (event["status"], event["transp"]) == (told, transparency)


def test_a_feed_says_when_to_look_again_and_stays_the_same() -> None:
    schedule = schedule_of(booked("Gala", local(2026, 3, 3, 9)))
    feed = icalendar_file(schedule, timedelta(minutes=30))
    assert faults_in(feed) == []
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT30M\r\nX-PUBLISHED-TTL:PT30M\r\n" in feed
    later = replace(schedule, generated_at=schedule.generated_at + timedelta(days=1))
    assert icalendar_file(later, timedelta(minutes=30)) == feed


def test_a_hidden_booking_has_a_time_and_no_name() -> None:
    first, second = hidden(local(2026, 3, 3, 9)), hidden(local(2026, 3, 3, 9))
    content = written(schedule_of(first, second))
    one, other = events_in(content)
    assert {name: one[name].to_ical().decode() for name in one if name != "UID"} == {
        "DTSTAMP": "20260303T080000Z",
        "SEQUENCE": "0",
        "SUMMARY": "another booking",
        "STATUS": "CONFIRMED",
        "TRANSP": "OPAQUE",
        "DTSTART": "20260303T090000",
        "DTEND": "20260303T110000",
    }
    assert one["uid"] != other["uid"]
    assert written(schedule_of(first, second)) == content


def test_utc_needs_no_time_zone_component() -> None:
    content = written(schedule_of(booked("Gala", local(2026, 3, 3, 9, zone="UTC")), zone="UTC"))
    assert b"DTSTART:20260303T090000Z" in content
    assert b"VTIMEZONE" not in content


def test_a_time_that_the_clock_shows_twice_is_not_mistaken() -> None:
    first, second = datetime(2026, 10, 25, 0, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    content = written(
        schedule_of(
            booked("A", first, 0.5),
            booked("B", second, 0.5),
            start=local(2026, 10, 25),
            end=local(2026, 10, 26),
        )
    )
    times = [(event["dtstart"].to_ical(), event["dtend"].to_ical()) for event in events_in(content)]
    assert times == [(b"20261025T020000", b"20261025T023000"), (b"20261025T013000Z", b"20261025T020000Z")]
    assert set(occurrences_in(content)) == {(first, timedelta(minutes=30)), (second, timedelta(minutes=30))}


@pytest.mark.parametrize(
    ("zone", "changes"),
    [
        (BRUSSELS, [("DAYLIGHT", "20260329T020000", "+0100", "+0200")]),
        ("America/New_York", [("DAYLIGHT", "20260308T020000", "-0500", "-0400")]),
        ("Australia/Lord_Howe", [("STANDARD", "20260405T020000", "+1100", "+1030")]),
        ("Asia/Dubai", []),
    ],
)
def test_time_zones_change_when_their_clocks_do(zone: str, changes: list[tuple[str, ...]]) -> None:
    schedule = schedule_of(
        booked("Gala", local(2026, 3, 3, 9, zone=zone)), zone=zone, end=local(2026, 4, 20, zone=zone)
    )
    (component,) = icalendar.Calendar.from_ical(written(schedule)).walk("VTIMEZONE")
    found = [
        (
            one.name,
            one["dtstart"].to_ical().decode(),
            one["tzoffsetfrom"].to_ical(),
            one["tzoffsetto"].to_ical(),
        )
        for one in component.subcomponents
    ]
    assert found[1:] == [(kind, *rest) for kind, *rest in changes]
    assert found[0][2] == found[0][3]


def test_a_series_is_its_rule_cut_to_the_window() -> None:
    rule = series("FREQ=WEEKLY;COUNT=10", 2026, 2, 16, 9)
    members = occurrences(rule, local(2026, 3, 1), local(2026, 4, 1))
    (event,) = events_in(content := written(schedule_of(*members, series=[rule])))
    assert event["uid"] == f"{SERIES}@callboard"
    assert event["dtstart"].to_ical() == b"20260302T090000"
    assert event["duration"].dt == timedelta(hours=2)
    assert event["rrule"].to_ical() == b"FREQ=WEEKLY;UNTIL=20260330T070000Z"
    assert "exdate" not in event
    assert "rdate" not in event
    # The clocks change on the 29th: the last is at another instant, and at the same time of day.
    assert occurrences_in(content) == Counter((one.slot.start_date_time, rule.duration) for one in members)


def test_what_differs_from_the_rule_stands_apart() -> None:
    rule = series("FREQ=DAILY;COUNT=9", 2026, 3, 9, 9)
    made = occurrences(rule, local(2026, 3, 1), local(2026, 4, 1))
    moved = replace(made[2], slot=TimeSlot(local(2026, 3, 11, 14), local(2026, 3, 11, 17)), version=3)
    renamed = replace(made[3], title="Dress rehearsal")
    cancelled = replace(made[4], status=ScheduleStatus.Cancelled)
    longer = replace(made[5], slot=TimeSlot(local(2026, 3, 14, 9), local(2026, 3, 14, 12)))
    members = [made[0], moved, renamed, cancelled, longer, *made[6:]]
    master, *others = events_in(content := written(schedule_of(*members, series=[rule])))
    assert [one.dt for one in master["exdate"].dts] == [
        datetime(2026, 3, 10, 9, tzinfo=ZoneInfo(BRUSSELS))  # the one that is missing
    ]
    told = [(one["recurrence-id"].to_ical().decode(), one["summary"], one["status"]) for one in others]
    assert told == [
        ("20260311T090000", "Rehearsal", "CONFIRMED"),
        ("20260312T090000", "Dress rehearsal", "CONFIRMED"),
        ("20260313T090000", "Rehearsal", "CANCELLED"),
        ("20260314T090000", "Rehearsal", "CONFIRMED"),
    ]
    assert {one["sequence"] for one in (master, *others)} == {2}
    assert occurrences_in(content) == Counter(
        (one.slot.start_date_time, one.slot.duration) for one in members
    )


def test_without_an_occurrence_like_the_rule_there_is_no_rule() -> None:
    rule = series("FREQ=DAILY;COUNT=2", 2026, 3, 9, 9)
    members = [
        replace(one, status=ScheduleStatus.Cancelled)
        for one in occurrences(rule, local(2026, 3, 1), local(2026, 4, 1))
    ]
    events = events_in(written(schedule_of(*members, series=[rule])))
    assert [(one["uid"], one["status"], "rrule" in one, "recurrence-id" in one) for one in events] == [
        (f"{SERIES}@callboard", "CANCELLED", False, True)
    ] * 2


def test_dates_that_the_rule_does_not_give_are_listed() -> None:
    rule = series("FREQ=WEEKLY;BYDAY=MO;COUNT=3", 2026, 3, 2, 9)
    extra = local(2026, 3, 5, 9)
    stray = booked("Rehearsal", extra, series_id=SERIES, original_start=extra)
    members = [*occurrences(rule, local(2026, 3, 1), local(2026, 4, 1)), stray]
    (event,) = events_in(content := written(schedule_of(*members, series=[rule])))
    assert "rrule" not in event
    assert occurrences_in(content) == Counter((one.slot.start_date_time, rule.duration) for one in members)


def test_an_occurrence_in_a_gap_keeps_its_rule() -> None:
    rule = series("FREQ=DAILY;COUNT=4", 2026, 3, 27, 2, 30, hours=1)
    members = occurrences(rule, local(2026, 3, 1), local(2026, 4, 1))
    (event,) = events_in(written(schedule_of(*members, series=[rule])))
    assert event["rrule"].to_ical() == b"FREQ=DAILY;UNTIL=20260330T003000Z"
    assert event["dtstart"].to_ical() == b"20260327T023000"


@pytest.mark.parametrize("rrule", ["no rule", "FREQ=DAILY\nRDATE:20260302T090000", "FREQ=SOMETIMES"])
def test_a_rule_that_cannot_be_read_is_dates(rrule: str) -> None:
    made = occurrences(series("FREQ=DAILY;COUNT=3", 2026, 3, 9, 9), local(2026, 3, 1), local(2026, 4, 1))
    content = written(schedule_of(*made, series=[series(rrule, 2026, 3, 9, 9)]))
    assert b"RRULE" not in content
    assert occurrences_in(content) == Counter((one.slot.start_date_time, timedelta(hours=2)) for one in made)


def test_an_occurrence_without_its_series_stands_alone() -> None:
    made = occurrences(series("FREQ=DAILY;COUNT=2", 2026, 3, 9, 9), local(2026, 3, 1), local(2026, 4, 1))
    events = events_in(written(schedule_of(*made)))
    assert [one["uid"] for one in events] == [f"{one.scheduled_event_id}@callboard" for one in made]


RULES = st.sampled_from(
    [
        "FREQ=DAILY;COUNT=40",
        "FREQ=DAILY;INTERVAL=3;COUNT=20",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;COUNT=30",
        "FREQ=MONTHLY;BYMONTHDAY=31;COUNT=6",
        "FREQ=MONTHLY;BYDAY=2TU;COUNT=6",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=6",
        "FREQ=YEARLY;COUNT=3",
    ]
)


@settings(max_examples=40)
@given(
    rrule=RULES,
    first=st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 20)),  # noqa: DTZ001
    zone=st.sampled_from([BRUSSELS, "America/New_York", "Australia/Sydney", "Asia/Kolkata", "UTC"]),
    since=st.integers(0, 60),
    days=st.integers(1, 120),
    fates=st.lists(st.sampled_from(["kept", "kept", "moved", "gone", "cancelled"]), min_size=7, max_size=7),
)
def test_reading_the_file_gives_the_occurrences(
    rrule: str, first: datetime, zone: str, since: int, days: int, fates: list[str]
) -> None:
    first = first.replace(minute=0, second=0, microsecond=0, hour=first.hour // 2 + 8)
    rule = series(rrule, first.year, first.month, first.day, first.hour, zone=zone)
    start = local(2026, 1, 10, zone=zone) + timedelta(days=since)
    end = start + timedelta(days=days)
    members = []
    for one, fate in zip(occurrences(rule, start, end), cycle(fates), strict=False):
        if fate == "moved":
            later = timedelta(minutes=45)
            slot = TimeSlot(one.slot.start_date_time + later, one.slot.end_date_time + later * 2)
            members.append(replace(one, slot=slot))
        elif fate == "cancelled":
            members.append(replace(one, status=ScheduleStatus.Cancelled))
        elif fate == "kept":
            members.append(one)
    content = icalendar_file(schedule_of(*members, series=[rule], zone=zone, start=start, end=end))
    assert faults_in(content) == []
    assert occurrences_in(content) == Counter(
        (one.slot.start_date_time, one.slot.duration) for one in members
    )


def test_any_text_can_be_a_title(shared_data) -> None:
    titles = [one for one in json.loads((shared_data / "strings" / "blns.json").read_text()) if one.strip()]
    bookings = [
        booked(title, local(2026, 3, 1) + timedelta(hours=index), 1, description=title)
        for index, title in enumerate(titles)
    ]
    content = icalendar_file(schedule_of(*bookings))
    assert faults_in(content) == []
    assert len(events_in(content)) == len(titles)
    assert vobject.readOne(content.decode()).validate(raiseException=True)


def test_dates_of_the_day_are_the_zones_own() -> None:
    new_year = booked("Gala", local(2026, 1, 1), 1)
    (event,) = events_in(written(schedule_of(new_year, start=local(2026, 1, 1), end=local(2026, 1, 2))))
    assert event.start.date() == date(2026, 1, 1)
    assert event["last-modified"].dt == CHANGED

"""iCalendar files: what becomes of every VEVENT, and when its occurrences take place."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.imports import ical_lines, ical_reader
from api.imports.ical_reader import read
from api.imports.import_errors import UnreadableSchedule
from api.imports.reading_options import ReadingOptions
from api.imports.schedule_file import FilePerson, RefusedRow, ScheduleFile, SkippedRow
from tests.api.imports.ical import BERLIN, CUSTOM_ZONE, calendar, event

REHEARSAL = 'line 4: event "Rehearsal"'


def starts(file: ScheduleFile) -> list[str]:
    """The starts in UTC, to the minute."""
    return [f"{row.start.astimezone(UTC):%Y-%m-%dT%H:%M}" for row in file.rows]


def test_one_event():
    source = calendar(
        event(
            BERLIN + "20260302T090000",
            "",
            inside="DURATION:PT90M\n"
            "ATTENDEE;CN=Ada Lovelace;PARTSTAT=ACCEPTED:mailto:Ada@example.org\n"
            "ATTENDEE:mailto:ada@example.org\n"
            "ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.org\n"
            "ATTENDEE;CUTYPE=ROOM:mailto:hall@example.org\n"
            "ATTENDEE;ROLE=NON-PARTICIPANT:mailto:c@example.org\n"
            'ATTENDEE;CN=Bro"ken:mailto:d@example.org\n'
            "ORGANIZER:mailto:boss@example.org",
        ),
        header="X-WR-CALNAME:Spring \n season",
    )
    file = read(source)
    (row,) = file.rows
    assert (file.title, file.time_zone, file.rooms) == ("Spring season", "Europe/Berlin", ("Hall",))
    assert (row.key, row.place) == ("1", 'line 6: event "Rehearsal"')
    assert (row.title, row.room) == ("Rehearsal", "Hall")
    assert row.start.isoformat() == "2026-03-02T09:00:00+01:00"
    assert row.duration == timedelta(minutes=90)
    assert row.persons == file.persons == (FilePerson("ada@example.org", "Ada Lovelace"),)
    assert (row.series_key, row.original_start, file.has_global_keys) == (None, None, True)


def test_a_series_with_excluded_further_and_overridden_dates():
    series = event(
        BERLIN + "20260326T090000",
        BERLIN + "20260326T100000",
        inside="RRULE:FREQ=DAILY;COUNT=6\nEXDATE;TZID=Europe/Berlin:20260327T090000\n"
        "EXDATE:20260328T080000Z\nEXDATE;VALUE=DATE:20260329\n"
        "RDATE;VALUE=PERIOD:20260405T070000Z/PT3H\nRDATE;VALUE=DATE:20260406",
    )
    moved = event(
        BERLIN + "20260330T200000",
        BERLIN + "20260330T220000",
        inside="RECURRENCE-ID;TZID=Europe/Berlin:20260330T090000",
    )
    cancelled = event(
        BERLIN + "20260331T090000",
        BERLIN + "20260331T100000",
        inside="RECURRENCE-ID:20260331T070000Z\nSTATUS:CANCELLED",
    )
    strange = event(":20260501T090000Z", ":20260501T100000Z", inside="RECURRENCE-ID:20270101T090000Z")
    file = read(calendar(series, moved, cancelled, strange))
    assert [(f"{row.start:%m-%d %H:%M}", row.duration, str(row.original_start)) for row in file.rows] == [
        ("03-26 09:00", timedelta(hours=1), "2026-03-26 09:00:00"),
        ("03-30 20:00", timedelta(hours=2), "2026-03-30 09:00:00"),
        ("04-05 09:00", timedelta(hours=3), "2026-04-05 09:00:00"),
        ("04-06 09:00", timedelta(hours=1), "2026-04-06 09:00:00"),
        ("05-01 09:00", timedelta(hours=1), "None"),
    ]
    assert [row.series_key for row in file.rows] == ["1"] * 4 + [None]
    assert file.series == ()
    assert [reason for _, reason in file.singly] == ["it has dates besides those of its rule (RDATE)"]
    assert [row.key for row in file.rows[:2]] == ["1/20260326T090000", "1/20260330T090000"]
    assert [one.reason for one in file.skipped] == ["it is cancelled"]
    assert file.refused == ()


def test_this_and_all_that_follow():
    series = event(BERLIN + "20260302T090000", BERLIN + "20260302T100000", inside="RRULE:FREQ=WEEKLY;COUNT=4")
    since = event(
        ":20260316T120000Z",
        ":20260316T140000Z",
        inside="RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20260316T090000",
    )
    file = read(calendar(series, since))
    assert starts(file) == [
        "2026-03-02T08:00",
        "2026-03-09T08:00",
        "2026-03-16T12:00",
        "2026-03-23T12:00",
    ]
    assert [row.duration for row in file.rows] == [timedelta(hours=1)] * 2 + [timedelta(hours=2)] * 2


@pytest.mark.parametrize(
    ("start", "end", "zone", "expected"),
    [
        # Days as long as the clocks make them.
        (";VALUE=DATE:20260328", ";VALUE=DATE:20260329", "Europe/Berlin", ["03-27T23 24h", "03-28T23 23h"]),
        (";VALUE=DATE:20260328", ";VALUE=DATE:20260328", "UTC", ["03-28T00 24h", "03-29T00 24h"]),
        (";VALUE=DATE:20260328", "", "UTC", ["03-28T00 24h", "03-29T00 24h"]),
        # Times keep their exact length; those without a zone are read in the one given.
        (":20260328T230000", ":20260329T050000", "Europe/Berlin", ["03-28T22 5h", "03-29T21 5h"]),
        (";TZID=:20260328T230000", ":20260329T050000", "UTC", ["03-28T23 6h", "03-29T23 6h"]),
        (BERLIN + "20260328T023000", BERLIN + "20260328T033000", "UTC", ["03-28T01 1h", "03-29T01 1h"]),
    ],
)
def test_days_and_times_across_a_clock_change(start, end, zone, expected):
    source = calendar(event(start, end, inside="RRULE:FREQ=DAILY;COUNT=2"))
    file = read(source, ReadingOptions(ZoneInfo(zone)))
    shown = [
        f"{row.start.astimezone(UTC):%m-%dT%H} {row.duration // timedelta(hours=1)}h" for row in file.rows
    ]
    assert shown == expected


@pytest.mark.parametrize(
    ("identifier", "hour"),
    [
        ("Europe/Berlin", 8),
        ("W. Europe Standard Time", 8),
        ("/mozilla.org/20050126_1/Europe/Berlin", 8),
        ("/freeassociation.sourceforge.net/Tzfile/America/New_York", 14),
        ("Theatre time", 8),
    ],
)
def test_names_of_zones(identifier, hour):
    one = event(f";TZID={identifier}:20260302T090000", "", inside="DURATION:PT1H")
    file = read(calendar(CUSTOM_ZONE, one))
    assert starts(file) == [f"2026-03-02T{hour:02}:00"]


def test_a_zone_of_the_files_own_changes_its_clocks():
    times = ["20260329T013000", "20260329T023000", "20260329T033000", "20261025T023000", "20261025T033000"]
    source = calendar(
        CUSTOM_ZONE,
        *(
            event(f";TZID=Theatre time:{time}", "", uid=time, inside="DURATION:PT1H")
            for time in ("19990101T120000", *times)
        ),
    )
    file = read(source)
    berlin = read(source.replace(b"TZID=Theatre time", b"TZID=Europe/Berlin"))
    assert starts(file) == starts(berlin)
    first_change = calendar(
        CUSTOM_ZONE.replace("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "RDATE:20260329T020000"),
        event(";TZID=Theatre time:20260402T090000", "", inside="DURATION:PT1H"),
    )
    assert starts(read(first_change)) == ["2026-04-02T07:00"]


def test_what_a_zone_is_called_elsewhere_comes_before_its_rules():
    zone = CUSTOM_ZONE.replace("TZID:Theatre time", "TZID:Theatre time\nX-LIC-LOCATION:Asia/Tokyo")
    file = read(calendar(zone, event(";TZID=Theatre time:20260302T090000", "", inside="DURATION:PT1H")))
    assert (starts(file), file.time_zone) == (["2026-03-02T00:00"], "Asia/Tokyo")


@pytest.mark.parametrize(
    "spoilt",
    [
        ("TZOFFSETTO:+0100", "TZOFFSETTO:much"),
        ("TZOFFSETTO:+0100\n", ""),
        ("TZOFFSETTO:+0100", "TZOFFSETTO:+9900"),
        ("DTSTART:20001029T030000\n", ""),
        ("DTSTART:20001029T030000", "DTSTART:20001029"),
        ("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"),
        ("RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU", "RRULE:never"),
    ],
)
def test_a_zone_that_cannot_be_read_is_unknown(spoilt):
    zone = CUSTOM_ZONE.replace(*spoilt)
    file = read(calendar(zone, event(";TZID=Theatre time:20260302T090000", "", inside="DURATION:PT1H")))
    assert [one.reason for one in file.refused] == ["its time zone 'Theatre time' is unknown"]


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (event("", "", inside="X-A:1").replace("DTSTART\n", ""), "it has no start (DTSTART)"),
        (event(":soon"), "its DTSTART 'soon' is not a time"),
        (event(":20261301T000000"), "its DTSTART '20261301T000000' is not a time"),
        (event(":PT1H"), "its DTSTART 'PT1H' is not a time"),
        (event(inside="DTSTART:20260302T090000Z"), "it has more than one DTSTART"),
        (event(":20260302T110000Z"), "it ends before it starts"),
        (event(end=":21990302T100000Z"), "it takes more than a century"),
        (event(end="", inside="DURATION:long"), "its DURATION 'long' is not a length of time"),
        (event(end="", inside="DURATION:20260302"), "its DURATION '20260302' is not a length of time"),
        (event(";TZID=Mars/Olympus:20260302T090000"), "its time zone 'Mars/Olympus' is unknown"),
        (event(';TZID="a:20260302T090000'), "its DTSTART cannot be read: 'DTSTART;TZID=\"a:20260302T090000'"),
        (event(inside="RRULE:FREQ=SOMETIMES"), "not a recurrence rule: FREQ is one of YEARLY, MONTHLY,"),
        (event(inside="EXRULE:FREQ=SOMETIMES\nRDATE:20260303T090000Z"), "not a recurrence rule: FREQ is one"),
        (event(inside="RDATE:20260303T090000Z,x"), "its RDATE 'x' is not a time"),
        (event(inside="EXDATE:x"), "its EXDATE 'x' is not a time"),
        (event(inside="RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"), "no date matches the recurrence"),
        (event(BERLIN + "00010101T000000", ":20260302T090000Z"), "a date of it is not on the calendar"),
        (
            event(":99991231T230000Z", "", inside="DURATION:PT2H"),
            "a date of it is not on the calendar",
        ),
        (
            event(":99991231T230000Z", "", inside="DURATION:PT2H\nRDATE:99991231T231000Z"),
            "a date of it is not on the calendar",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_alone(one, reason):
    file = read(calendar(one, event(uid="2")))
    assert [row.key for row in file.rows] == ["2"]
    (refused,) = file.refused
    assert refused.place == REHEARSAL
    assert refused.reason.startswith(reason)
    assert file.skipped == ()


@pytest.mark.parametrize(
    ("events", "skipped"),
    [
        ([event(inside="STATUS:CANCELLED")], ["it is cancelled"]),
        ([event(inside="TRANSP:transparent")], ["it is marked as free time (TRANSP:TRANSPARENT)"]),
        ([event(end="")], ["it takes no time"]),
        ([event(end=":20260302T090000Z")], ["it takes no time"]),
        (
            [event().replace("LOCATION:Hall\n", "")],
            ["it names no place (LOCATION) and nobody (ATTENDEE)"],
        ),
        (
            [event(inside="RRULE:FREQ=DAILY;COUNT=1\nEXDATE:20260302T090000Z")],
            ["no occurrence of it is left"],
        ),
        (
            [
                event(inside="RRULE:FREQ=DAILY;COUNT=2\nSTATUS:CANCELLED"),
                event(inside="RECURRENCE-ID:20260303T090000Z"),
            ],
            ["it is cancelled", "its series is cancelled"],
        ),
        ([event(inside="RECURRENCE-ID:20260303T090000Z\nSTATUS:CANCELLED")], ["it is cancelled"]),
    ],
)
def test_what_claims_nothing_is_skipped(events, skipped):
    file = read(calendar(*events))
    assert (file.rows, [one.reason for one in file.skipped], file.refused) == ((), skipped, ())


def test_a_free_series_may_have_a_date_that_is_not():
    file = read(
        calendar(
            event(inside="RRULE:FREQ=DAILY;COUNT=2\nTRANSP:TRANSPARENT"),
            event(":20260303T150000Z", ":20260303T160000Z", inside="RECURRENCE-ID:20260303T090000Z"),
        )
    )
    assert starts(file) == ["2026-03-03T15:00"]


def test_revisions_and_repetitions_are_one_event():
    file = read(
        calendar(
            event(inside="SEQUENCE:1"),
            event(":20260302T093000Z", inside="SEQUENCE:2"),
            event(":20260302T093000Z", inside="SEQUENCE:2"),
            event(":20260309T090000Z", ":20260309T100000Z", inside="SEQUENCE:2"),
            event(uid="", inside="SEQUENCE:many"),
            event(uid=""),
        )
    )
    assert starts(file) == ["2026-03-02T09:30", "2026-03-09T09:00", "2026-03-02T09:00", "2026-03-02T09:00"]
    keys = [row.key for row in file.rows]
    assert keys[:2] == ["1", "1#2"]
    assert keys[3] == f"{keys[2]}#2"
    assert [one.reason for one in file.skipped] == [
        "a newer revision of it is in the file",
        "it is in the file twice",
    ]


def test_the_first_start_counts_also_where_the_rule_does_not_say_so():
    file = read(calendar(event(inside="RRULE:FREQ=DAILY;BYHOUR=12;COUNT=3")))
    assert starts(file) == ["2026-03-02T09:00", "2026-03-02T12:00", "2026-03-03T12:00"]


@pytest.mark.parametrize(
    ("rule", "count", "note"),
    [
        ("RRULE:FREQ=DAILY", 365, "it repeats without an end; its first 365 occurrences are taken"),
        (
            "RRULE:FREQ=DAILY;COUNT=400",
            365,
            "it has more than 365 occurrences, of which the first 365 are taken",
        ),
        (
            "RRULE:FREQ=DAILY;COUNT=365\nRDATE:20300101T090000Z",
            365,
            "it has more than 365 occurrences, of which the first 365 are taken",
        ),
        ("RRULE:FREQ=DAILY;COUNT=365", 365, None),
        ("RRULE:FREQ=DAILY;COUNT=10\nEXRULE:FREQ=DAILY;INTERVAL=2", 5, None),
        ("RRULE:FREQ=DAILY;COUNT=3\nRRULE:FREQ=DAILY;BYHOUR=8;COUNT=3", 6, None),
    ],
)
def test_long_series_are_cut_and_the_report_says_so(rule, count, note):
    file = read(calendar(event(inside=rule)))
    assert len(file.rows) == count
    assert file.notes == (() if note is None else (f"{REHEARSAL}: {note}",))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"", "there is no VCALENDAR"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "there is no VCALENDAR"),
        (b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", "line 2: END:VEVENT without its BEGIN"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\nEND:VCALENDAR", "line 3: END:VCALENDAR without its BEGIN"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nA:1", "line 2: BEGIN:VEVENT without its END"),
        (b"BEGIN:VCALENDAR\n" + b"BEGIN:X\n" * 30, "line 21: there are too many components"),
        (b"BEGIN:VCALENDAR\n" + b"\n" * ical_lines.MOST_LINES, "there are more than 1,000,000 lines"),
        (
            calendar(*(event(uid=str(number), inside="RRULE:FREQ=DAILY") for number in range(30))),
            "there are more than 10,000 bookings, every occurrence of a series counted",
        ),
        (calendar(*(["BEGIN:VEVENT\nEND:VEVENT"] * 10_001)), "there are more than 10,000 events"),
    ],
    ids=range(9),
)
def test_a_file_that_is_none_or_beyond_all_bounds(source, reason):
    with pytest.raises(UnreadableSchedule) as refused:
        read(source)
    assert refused.value.detail == reason


NEVER = "RRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30"
DAILY = "RRULE:FREQ=DAILY;COUNT=4"
TOO_LONG = "its recurrence rules take too long to work out"


def test_a_rule_that_never_matches_costs_its_own_event_alone(monkeypatch):
    monkeypatch.setattr(ical_reader, "MOST_STEPS", 5_000)
    monkeypatch.setattr(ical_reader, "MOST_STEPS_OF_AN_EVENT", 1_000)
    file = read(calendar(event(uid="1", inside=NEVER), event(uid="2", inside=DAILY), event(uid="3")))
    assert [one.reason for one in file.refused] == [TOO_LONG]
    assert Counter(row.series_key for row in file.rows) == {"2": 4, None: 1}


def test_rules_that_never_match_do_not_keep_the_reader_busy(monkeypatch):
    """Past what all may cost together, series are refused one by one, and what is no series is taken."""
    monkeypatch.setattr(ical_reader, "MOST_STEPS", 1_500)
    monkeypatch.setattr(ical_reader, "MOST_STEPS_OF_AN_EVENT", 1_000)
    hostile = [event(uid=str(number), inside=NEVER) for number in range(5)]
    file = read(calendar(*hostile, event(uid="5", inside=DAILY), event(uid="6")))
    assert [one.reason for one in file.refused] == [TOO_LONG] * 6
    assert [row.key for row in file.rows] == ["6"]


def test_a_time_zone_that_takes_too_long_costs_those_in_it_alone(monkeypatch):
    monkeypatch.setattr(ical_reader, "MOST_STEPS", 1_000)
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Endless\nBEGIN:STANDARD\nDTSTART:20260101T000000\nTZOFFSETFROM:+0100\n"
        f"TZOFFSETTO:+0200\n{NEVER}\nEND:STANDARD\nEND:VTIMEZONE"
    )
    lost = event(";TZID=Endless:20260302T090000", ";TZID=Endless:20260302T100000", uid="1")
    file = read(calendar(zone, lost, event(uid="2", inside=DAILY)))
    assert [one.reason for one in file.refused] == ["its time zone 'Endless' is unknown"]
    assert [row.series_key for row in file.rows] == ["2"] * 4


def test_other_line_breaks_encodings_and_folds():
    source = calendar(event(uid="1", inside="COMMENT:" + "é" * 60), line_break="\n")
    folded = source.replace("é".encode() * 60, "é".encode() * 20 + b"\xc3\n \xa9" + "é".encode() * 39)
    assert read(b"\xef\xbb\xbf" + folded).rows == read(source).rows
    latin = calendar(event()).replace(b"Rehearsal", "Répétition".encode("latin-1"))
    assert [row.title for row in read(latin).rows] == ["Répétition"]
    assert read(calendar(event()).replace(b"\r\n", b"\r")).rows[0].title == "Rehearsal"
    escaped = calendar(event()).replace(b"SUMMARY:Rehearsal", b"SUMMARY:a\\, b\\nc\\;")
    assert read(escaped).rows[0].title == "a, b c;"
    junk = calendar(event()).replace(b"SUMMARY:Rehearsal\r\n", b"junk\r\n")
    assert read(junk).rows[0].title == "Event 1"


def test_every_real_calendar_is_accounted_for(shared_data: Path):
    read_files = 0
    for path in sorted((shared_data / "ics").glob("*.ics")):
        source = path.read_bytes()
        try:
            with warnings.catch_warnings(action="ignore"):
                events = sum(
                    len(one.walk("VEVENT")) for one in icalendar.Calendar.from_ical(source, multiple=True)
                )
        except ValueError:
            continue
        read_files += 1
        file = read(source)
        told = [{row.place for row in file.rows}, *({one.place} for one in (*file.refused, *file.skipped))]
        assert sum(len(one) for one in told) == len(set().union(*told)) == events, path.name
        assert all(one.reason for one in (*file.refused, *file.skipped)), path.name
    assert read_files == 80


PROPERTIES = ("SUMMARY", "LOCATION", "RRULE", "DTSTART", "EXDATE", "UID", "ATTENDEE", "X")


@settings(max_examples=40)
@given(st.data())
def test_no_naughty_string_breaks_the_reader(shared_data: Path, data):
    naughty = data.draw(st.sampled_from(json.loads((shared_data / "strings" / "blns.json").read_text())))
    name = data.draw(st.sampled_from(PROPERTIES))
    file = read(calendar(event(inside=f"{name}:{naughty}".replace("\n", " ").replace("\r", " "))))
    assert len(file.rows) + len(file.refused) + len(file.skipped) == 1


@settings(max_examples=40)
@given(st.binary(max_size=80), st.integers(0, 200))
def test_no_bytes_break_the_reader(junk, position):
    source = calendar(event())
    spoilt = source[:position] + junk + source[position:]
    try:
        file = read(spoilt)
    except UnreadableSchedule:
        return
    assert all(isinstance(one, RefusedRow) for one in file.refused)
    assert all(isinstance(one, SkippedRow) for one in file.skipped)


def test_floating_times_are_those_of_the_calendars_own_zone():
    one = event(":20260302T090000", "", inside="DURATION:PT1H")
    source = calendar(one, header="X-WR-TIMEZONE:Asia/Tokyo")
    file = read(source, ReadingOptions(ZoneInfo("Europe/Berlin")))
    assert (starts(file), file.time_zone) == (["2026-03-02T00:00"], "Asia/Tokyo")
    assert file.rows[0].start == datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [";TZID=Europe/Berlin:20270328T023000", ";TZID=Europe/Berlin:20270328T033000", ":20270328T013000Z"],
)
def test_a_date_that_the_clocks_skip_is_left_out_and_moved_however_it_is_written(written):
    inside = "RRULE:FREQ=DAILY;COUNT=4\n"
    dates = [BERLIN + "20270326T023000", BERLIN + "20270326T024500"]
    without = read(calendar(event(*dates, inside=f"{inside}EXDATE{written}")))
    others = ["2027-03-26T01:30", "2027-03-27T01:30", "2027-03-29T00:30"]
    assert starts(without) == others
    moved = event(BERLIN + "20270328T140000", BERLIN + "20270328T141500", inside=f"RECURRENCE-ID{written}")
    assert sorted(starts(read(calendar(event(*dates, inside=inside.strip()), moved)))) == sorted(
        [*others, "2027-03-28T12:00"]
    )


def test_the_second_of_two_equal_times_is_no_date_of_a_series():
    series = event(
        BERLIN + "20271030T023000",
        BERLIN + "20271030T024500",
        inside="RRULE:FREQ=DAILY;COUNT=3\nEXDATE:20271031T013000Z",
    )
    assert starts(read(calendar(series))) == ["2027-10-30T00:30", "2027-10-31T00:30", "2027-11-01T01:30"]

"""Moves written into iCalendar files: what was not moved is the same byte for byte."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.imports.ical_reader import read
from api.imports.ical_writer import rewrite
from api.imports.import_errors import UnwritableMove
from api.imports.reading_options import ReadingOptions
from api.imports.schedule_file import Move, ScheduleFile
from tests.api.imports.ical import BERLIN, CUSTOM_ZONE, calendar, event

ALARM = "BEGIN:VALARM\nTRIGGER:-PT15M\nEND:VALARM"
FIRST = event(BERLIN + "20260302T090000", BERLIN + "20260302T100000", inside=f"X-KEEP:  odd \n{ALARM}")
SERIES = event(
    BERLIN + "20260302T120000",
    BERLIN + "20260302T130000",
    uid="s",
    inside=f"RRULE:FREQ=DAILY;COUNT=3\nEXDATE;TZID=Europe/Berlin:20260304T120000\n{ALARM}",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def lines(source: bytes) -> list[str]:
    return source.decode().splitlines()


def told(file: ScheduleFile) -> set[tuple[object, ...]]:
    return {(row.key, row.start, row.end, row.room, row.title, row.persons) for row in file.rows}


def test_without_moves_the_bytes_are_the_same():
    source = calendar(FIRST, SERIES)
    same = [Move(row.key, row.start, row.room) for row in read(source).rows]
    assert rewrite(source, []) == rewrite(source, same) == source


def test_a_moved_event_has_other_times_and_another_place():
    source = calendar(CUSTOM_ZONE, FIRST, SERIES)
    written = rewrite(source, [Move("1", at("2026-03-30T07:30"), "Attic; left, or \\so")])
    before, after = lines(source), lines(written)
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [
        ("LOCATION:Hall", "LOCATION:Attic\\; left\\, or \\\\so"),
        ("DTSTART;TZID=Europe/Berlin:20260302T090000", "DTSTART;TZID=Europe/Berlin:20260330T093000"),
        ("DTEND;TZID=Europe/Berlin:20260302T100000", "DTEND;TZID=Europe/Berlin:20260330T103000"),
    ]
    assert {row.room for row in read(written).rows} == {"Attic; left, or \\so", "Hall"}


def test_a_moved_occurrence_gets_an_event_of_its_own():
    source = calendar(FIRST, SERIES, event(uid="2"))
    written = rewrite(source, [Move("s/20260303T120000", at("2026-03-03T15:00"), "Attic")])
    own = (
        b"BEGIN:VEVENT\r\n"
        b"RECURRENCE-ID;TZID=Europe/Berlin:20260303T120000\r\n"
        b"UID:s\r\nSUMMARY:Rehearsal\r\nLOCATION:Attic\r\n"
        b"DTSTART;TZID=Europe/Berlin:20260303T160000\r\nDTEND;TZID=Europe/Berlin:20260303T170000\r\n"
        b"BEGIN:VALARM\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nEND:VEVENT\r\n"
    )
    series_end = source.index(b"BEGIN:VEVENT", source.index(b"UID:s"))
    assert written == source[:series_end] + own + source[series_end:]
    # Once more, and it is that event that moves.
    again = rewrite(written, [Move("s/20260303T120000", at("2026-03-03T17:00"), "Attic")])
    assert again == written.replace(b"20260303T160000", b"20260303T180000").replace(
        b"20260303T170000", b"20260303T190000"
    )


@pytest.mark.parametrize(
    ("start", "end", "inside", "expected"),
    [
        (
            ":20260302T090000Z",
            ":20260302T100000Z",
            "",
            ["DTSTART:20260303T100000Z", "DTEND:20260303T110000Z"],
        ),
        (":20260302T090000", "", "DURATION:PT1H", ["DTSTART:20260303T110000", "DURATION:PT1H"]),
        (
            BERLIN + "20260302T090000",
            ";TZID=America/New_York:20260302T040000",
            "",
            ["DTSTART;TZID=Europe/Berlin:20260303T110000", "DTEND;TZID=America/New_York:20260303T060000"],
        ),
        # A whole day that no longer begins at midnight is a time.
        (";VALUE=DATE:20260302", "", "", ["DTSTART:20260303T100000Z", "DTEND:20260304T100000Z"]),
        (";VALUE=DATE:20260302", "", "DURATION:P1D", ["DTSTART:20260303T100000Z", "DTEND:20260304T100000Z"]),
        (
            ";VALUE=DATE:20260302",
            ";VALUE=DATE:20260303",
            "",
            ["DTSTART:20260303T100000Z", "DTEND:20260304T100000Z"],
        ),
    ],
)
def test_times_stay_written_as_they_were(start, end, inside, expected):
    options = ReadingOptions(ZoneInfo("Europe/Berlin"))
    source = calendar(event(start, end, inside=inside))
    written = rewrite(source, [Move("1", at("2026-03-03T10:00"), "Hall")], options)
    found = [line for line in lines(written) if line.startswith(("DTSTART", "DTEND", "DURATION"))]
    assert found == expected


def test_a_whole_day_stays_one():
    days = event(";VALUE=DATE:20260302", ";VALUE=DATE:20260304", inside="RRULE:FREQ=DAILY;COUNT=9")
    source = calendar(days)
    written = rewrite(source, [Move("1/20260302T000000", at("2026-03-28T00:00"), "Hall")])
    assert lines(written)[-8:-2] == [
        "RECURRENCE-ID;VALUE=DATE:20260302",
        "UID:1",
        "SUMMARY:Rehearsal",
        "LOCATION:Hall",
        "DTSTART;VALUE=DATE:20260328",
        "DTEND;VALUE=DATE:20260330",
    ]


def test_rooms_are_added_and_taken_away():
    roomless = event(inside="ATTENDEE:mailto:a@example.org").replace("LOCATION:Hall\n", "")
    name = ("Ärmelkanal " * 8).strip()
    added = rewrite(calendar(roomless), [Move("1", at("2026-03-02T09:00"), name)])
    assert read(added).rows[0].room == name
    assert max(len(line) for line in added.split(b"\r\n")) <= 75
    removed = rewrite(added, [Move("1", at("2026-03-02T09:00"), None)])
    assert removed == calendar(roomless)


def test_an_occurrence_of_all_that_follow():
    following = "RECURRENCE-ID;RANGE=THISANDFUTURE:20260303T110000Z"
    since = event(":20260303T120000Z", ":20260303T130000Z", uid="s", inside=following)
    source = calendar(SERIES.replace("EXDATE", "X-EXDATE"), since)
    written = rewrite(source, [Move("s/20260304T120000", at("2026-03-04T20:00"), "Hall")])
    assert "RECURRENCE-ID;TZID=Europe/Berlin:20260304T120000" in lines(written)
    assert told(read(written)) - told(read(source)) == {
        ("s/20260304T120000", at("2026-03-04T20:00"), at("2026-03-04T21:00"), "Hall", "Rehearsal", ())
    }


@pytest.mark.parametrize(
    ("source", "move", "reason"),
    [
        (calendar(FIRST), Move("9", at("2026-03-02T09:00"), "Hall"), "the file has no such booking"),
        (
            calendar(event(uid="", inside="RRULE:FREQ=DAILY;COUNT=2")),
            None,
            "its series has no UID that one occurrence could name",
        ),
        (
            calendar(FIRST),
            Move("1", at("2026-03-02T09:00"), "two  spaces"),
            "the file's format cannot express the new time or place",
        ),
        (
            # Skipped by the clocks: it would be read as an hour later.
            calendar(event(BERLIN + "20261025T013000", "", inside="DURATION:PT1H")),
            Move("1", at("2026-10-25T01:30"), "Hall"),
            "the file's format cannot express the new time or place",
        ),
    ],
)
def test_what_cannot_be_written_is_said(source, move, reason):
    row = read(source).rows[0]
    with pytest.raises(UnwritableMove) as refused:
        rewrite(source, [move or Move(row.key, at("2026-03-09T09:00"), "Hall")])
    assert refused.value.reason == reason


@settings(max_examples=20)
@given(st.data())
def test_what_was_written_reads_as_the_moved_schedule(data):
    source = calendar(
        CUSTOM_ZONE,
        FIRST,
        SERIES,
        event(";TZID=Theatre time:20260305T100000", "", "t", "DURATION:PT45M\nRRULE:FREQ=WEEKLY;COUNT=3"),
        event(";VALUE=DATE:20260306", "", "d", "RDATE;VALUE=DATE:20260308"),
        line_break=data.draw(st.sampled_from(["\n", "\r\n"])),
    )
    file = read(source)
    moves = []
    for row in file.rows:
        if data.draw(st.booleans()):
            shift = timedelta(minutes=15 * data.draw(st.integers(-50, 50)))
            moves.append(Move(row.key, row.start + shift, data.draw(st.sampled_from(["Hall", "Attic"]))))
    written = rewrite(source, moves)
    by_key = {one.key: one for one in moves}
    wanted = {
        (row.key, by_key[row.key].start, by_key[row.key].start + row.duration, by_key[row.key].room)
        if row.key in by_key
        else (row.key, row.start, row.end, row.room)
        for row in file.rows
    }
    assert {one[:4] for one in told(read(written))} == wanted
    back = rewrite(written, [Move(row.key, row.start, row.room) for row in file.rows])
    assert told(read(back)) == told(file)


def test_real_calendars_are_moved_there_and_back(shared_data: Path):
    for name in ("Australian_TV_Melbourne", "japan_west", "sunbird_sample", "korganizer_sample", "derryn"):
        source = (shared_data / "ics" / f"{name}.ics").read_bytes()
        file = read(source)
        some = file.rows[:: max(1, len(file.rows) // 10)]
        written = rewrite(source, [Move(row.key, row.start + timedelta(days=1), "Elsewhere") for row in some])
        moved = {row.key for row in some}
        assert {row.key for row in read(written).rows if row.room == "Elsewhere"} == moved
        assert {one for one in told(read(written)) if one[0] not in moved} == {
            one for one in told(file) if one[0] not in moved
        }
        back = rewrite(written, [Move(row.key, row.start, row.room) for row in some])
        assert told(read(back)) == told(file)

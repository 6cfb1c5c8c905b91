"""CSV files: columns guessed or told, dates decided by the whole column, moves written into single cells."""

# ruff: noqa: DTZ001 - what a table says has no zone
from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.imports import csv_format
from api.imports.bounds import MOST_ROWS
from api.imports.columns import FIELDS
from api.imports.csv_format import read, recognises, rewrite
from api.imports.formats import read_schedule, reader_for
from api.imports.import_errors import UnreadableSchedule, UnwritableMove
from api.imports.mapping import columns_told
from api.imports.reading_options import ReadingOptions
from api.imports.schedule_file import FilePerson, Move, RefusedRow, ScheduleFile
from domain.errors import FieldException

PLAN = (
    b"Event,Date,Start,End,Room,Speakers\r\n"
    b'Opening,2/3/2026,9:00 AM,10:30 AM,Hall,"Ada; Bob"\r\n'
    b'"Keynote, part 1",14/3/2026,10:00 AM,11:00 AM,"Hall",Cyd\r\n'
    b"\r\n"
    b"Night,14/3/2026,11:00 PM,1:00 AM,Attic,\r\n"
    b"Lost,someday,9:00,10:00,Hall,\r\n"
)


OVERNIGHT = "is earlier than the start, and taken to be on the next day"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def table(heading: str, *rows: str) -> bytes:
    return "\n".join([heading, *rows]).encode()


def slots(source: bytes, **columns: str) -> list[str]:
    file = read(source, ReadingOptions(columns=columns))
    assert file.refused == ()
    return [f"{row.start:%Y-%m-%dT%H:%M}/{row.end:%dT%H:%M}" for row in file.rows]


def refusal(heading: str, row: str) -> str:
    (refused,) = read(table(heading, row)).refused
    assert refused.place == "line 2"
    return refused.reason


def test_a_plan_is_read_and_what_was_guessed_is_told():
    file = read(PLAN)
    assert [(row.place, row.title, row.start, row.end, row.room) for row in file.rows] == [
        ("line 2", "Opening", at("2026-03-02T09:00"), at("2026-03-02T10:30"), "Hall"),
        ("line 3", "Keynote, part 1", at("2026-03-14T10:00"), at("2026-03-14T11:00"), "Hall"),
        ("line 5", "Night", at("2026-03-14T23:00"), at("2026-03-15T01:00"), "Attic"),
    ]
    assert [row.persons for row in file.rows] == [
        (FilePerson("ada", "Ada"), FilePerson("bob", "Bob")),
        (FilePerson("cyd", "Cyd"),),
        (),
    ]
    assert file.refused == (
        RefusedRow("line 6", "its date 'someday' cannot be read: it is not a date or a time"),
    )
    assert file.rooms == ("Hall", "Attic")
    assert file.columns == (
        ("title", "Event"),
        ("date", "Date"),
        ("start", "Start"),
        ("end", "End"),
        ("room", "Room"),
        ("people", "Speakers"),
    )
    assert file.notes == (
        "read as utf-8 with commas between columns",
        "dates such as 2/3/2026 are read day first, as some of them can only be read so",
        f"the end of 1 row {OVERNIGHT}: line 5",
    )
    assert file.is_naive


@pytest.mark.parametrize(
    ("heading", "row", "slot"),
    [
        ("Title;Begin;Until", "A;2026-03-02 09:00;2026-03-02 10:00", "2026-03-02T09:00/02T10:00"),
        (
            "Titel\tBeginn\tEnde\tRaum",
            "A\t02.03.2026 09:00\t02.03.2026 10:00\tSaal",
            "2026-03-02T09:00/02T10:00",
        ),
        ("name|when it starts|length", "A|2026-03-02 09:00|90", "2026-03-02T09:00/02T10:30"),
        ("Room,Start,Duration (hours)", "Hall,2026-03-02 09:00,1.5", "2026-03-02T09:00/02T10:30"),
        ("Event,Start,Hours", "A,2026-03-02 09:00,2", "2026-03-02T09:00/02T11:00"),
        # Outlook's and Google's own headings
        (
            "Subject,Start Date,Start Time,End Date,End Time,Location",
            "A,03/14/2026,9:00 AM,03/15/2026,10:00 AM,Hall",
            "2026-03-14T09:00/15T10:00",
        ),
        ("Event,Date", "A,2026-03-02", "2026-03-02T00:00/03T00:00"),
        ("Event,Start Date,End Date", "A,2026-03-02,2026-03-04", "2026-03-02T00:00/05T00:00"),
        ("sep=;\nEvent;Date;Time;End", "A;2026-03-02;09:00;10:00", "2026-03-02T09:00/02T10:00"),
        ("The season\n\nEvent,Date,Time,End", "A,2026-03-02,09:00,10:00", "2026-03-02T09:00/02T10:00"),
    ],
)
def test_headings_people_use(heading, row, slot):
    assert slots(table(heading, row)) == [slot]


@pytest.mark.parametrize(
    ("rows", "columns", "starts", "note"),
    [
        (["3/4/2026 9:00", "13/4/2026 9:00"], {}, ["04-03", "04-13"], "read day first, as some of them"),
        (["3/4/2026 9:00", "3/14/2026 9:00"], {}, ["03-04", "03-14"], "read month first, as some of them"),
        (["3.4.2026 9:00"], {}, ["04-03"], "read day first, as dates with dots are"),
        (["3/4/2026 9:00"], {}, ["04-03"], "read day first, but nothing in them says so"),
        (["3/4/2026 9:00 am"], {}, ["03-04"], "read month first, but nothing in them says so"),
        (["3/4/2026 9:00"], {"dates": "month-first"}, ["03-04"], "read month first, as you say"),
        (["3/4/2026 9:00 am"], {"dates": "day-first"}, ["04-03"], "read day first, as you say"),
    ],
)
def test_the_whole_column_decides_what_is_the_day(rows, columns, starts, note):
    source = table("Event,Start,Duration", *(f"A,{row},60" for row in rows))
    assert [slot[5:10] for slot in slots(source, **columns)] == starts
    assert note in read(source, ReadingOptions(columns=columns)).notes[1]


@pytest.mark.parametrize(
    ("heading", "row", "reason"),
    [
        ("Event,Start,End", "A,,", "there is no date"),
        ("Event,Start,End", "A,09:00,10:00", "there is no date"),
        ("Event,Date,Start,End", "A,2026-03-02,,10:00", "there is no time at which it starts"),
        ("Event,Date,Start,Duration", "A,2026-03-02,,60", "there is no time at which it starts"),
        ("Event,Start,End", "A,2026-03-02 09:00,", "there is no end and no duration"),
        ("Event,Start,End", "A,2026-03-02 09:00,2026-03-02 08:00", "it ends before it starts"),
        ("Event,Start,End", "A,2026-03-02 09:00,09:00", "it takes no time"),
        ("Event,Date,Start,End", "A,2026-03-02,10:00,09:00", "it ends before it starts"),
        ("Event,Date,Start,End", "A,2026-03-02,21:00,09:01", "it ends before it starts"),
        (
            "Event,Start,Duration",
            "A,2026-03-02 09:00,long",
            "its duration 'long' cannot be read: it is not a length of time",
        ),
        ("Event,Start,End", "A,9999-12-31 23:00,01:00", "a date of it is not on the calendar"),
        (
            "Event,Start,End",
            "A,31/31/2026 09:00,10:00",
            "its start '31/31/2026 09:00' cannot be read: it is not a date that exists",
        ),
    ],
)
def test_rows_that_cannot_be_read_are_refused(heading, row, reason):
    assert refusal(heading, row) == reason


def test_columns_can_be_named_by_heading_letter_or_number():
    source = table("What,x,y,z,Where", "A,2026-03-02 09:00,2026-03-02 10:00,B,Hall")
    for told in (("title=what", "start=x", "end=y"), ("title=A", "start=2", "end=C")):
        file = read(source, ReadingOptions(columns=columns_told([*told, "people=z"])))
        (row,) = file.rows
        assert (row.title, row.start, row.room) == ("A", at("2026-03-02T09:00"), "Hall")
        assert row.persons == (FilePerson("b", "B"),)
    # A column that is told is not guessed to be something else.
    source = table("Title,Name,Start,Minutes", "Dr,Ada,2026-03-02 09:00,60")
    assert read(source, ReadingOptions(columns={"people": "Title", "title": "Name"})).rows[0].title == "Ada"


@pytest.mark.parametrize(
    ("pairs", "reason"),
    [
        (["start"], "'start' is not field=column, such as start=Beginning"),
        (["=x"], "'=x' is not field=column, such as start=Beginning"),
        (["start=x", "start=y"], "start is given twice"),
        (["colour=x"], f"'colour' is not one of {', '.join(FIELDS)}"),
        (["dates=upside-down"], "dates is one of day-first, month-first"),
    ],
)
def test_what_is_no_mapping(pairs, reason):
    with pytest.raises(FieldException) as refused:
        columns_told(pairs)
    assert refused.value.errors == {"map": [reason]}


def test_a_column_there_is_not():
    for name in ("Beginn", "99"):
        with pytest.raises(FieldException) as refused:
            read(PLAN, ReadingOptions(columns={"start": name}))
        assert refused.value.errors == {
            "map": [
                f"there is no column {name!r} for start; there are Event, Date, Start, End, Room, Speakers"
            ]
        }
    with pytest.raises(FieldException, match="no columns to name in a file of iCalendar"):
        read_schedule("a.ics", b"BEGIN:VCALENDAR\nEND:VCALENDAR", ReadingOptions(columns={"start": "x"}))


def people(file: ScheduleFile) -> list[list[str]]:
    return [[person.name for person in row.persons] for row in file.rows]


def counted(heading: str) -> str:
    return (
        f'numbers in "{heading}" count people and claim nobody;'
        f" say people={heading} if each is somebody's number"
    )


def test_a_head_count_claims_nobody():
    rows = ("A,2026-03-02 09:00,60,Hall,250", "B,2026-03-02 09:00,60,Pit,250", "C,2026-03-02 09:00,60,Bar,")
    source = table("Event,Start,Minutes,Room,Attendees", *rows)
    file = read(source)
    assert people(file) == [[], [], []]
    assert "people" not in dict(file.columns)
    assert file.notes[1:] == (counted("Attendees"),)
    told = read(source, ReadingOptions(columns={"people": "Attendees"}))
    assert people(told) == [["250"], ["250"], []]
    assert told.notes[1:] == ()


@pytest.mark.parametrize("count", ["1,200", "1'200", "ca. 80", "~80", "50+", "80-100", "80 / 20", "12; 14"])
def test_counts_as_people_write_them(count):
    file = read(table("Event;Start;Minutes;Participants", f'A;2026-03-02 09:00;60;"{count}"'))
    assert (people(file), file.notes[1:]) == ([[]], (counted("Participants"),))


def test_a_head_count_leaves_the_people_to_another_column():
    source = table("Event,Start,Minutes,Attendees,Speakers", "A,2026-03-02 09:00,60,250,Ada")
    file = read(source)
    assert (people(file), dict(file.columns)["people"]) == ([["Ada"]], "Speakers")
    assert file.notes[1:] == (counted("Attendees"),)


def test_a_number_among_names_claims_nobody():
    rows = ("A,2026-03-02 09:00,60,Ada; 3", "B,2026-03-02 09:00,60,3", "C,2026-03-02 09:00,60,Agent 47")
    file = read(table("Event,Start,Minutes,Crew", *rows))
    assert people(file) == [["Ada"], [], ["Agent 47"]]
    assert file.notes[1:] == (counted("Crew"),)


def test_up_to_twelve_hours_over_midnight_are_a_night():
    night = "A,2026-03-02,21:00,9:00"
    (row,) = read(table("Event,Date,Start,End", night)).rows
    assert (row.start, row.end) == (at("2026-03-02T21:00"), at("2026-03-03T09:00"))
    others = ("B,2026-03-02,9:00,21:00", "C,2026-03-02,2:00,1:00")
    many = read(table("Event,Date,Start,End", *[night] * 4, *others))
    assert many.notes[1:] == (f"the end of 4 rows {OVERNIGHT}: line 2, line 3, line 4 and 1 more",)
    assert [row.place for row in many.refused] == ["line 7"]


def test_keys_are_ids_or_what_a_row_is_about():
    source = table(
        "ID,Event,Start,Minutes",
        "7,A,2026-03-02 09:00,60",
        "8,B,2026-03-02 09:00,60",
        "8,B,2026-03-03 09:00,60",
        ",C,2026-03-03 09:00,60",
    )
    keys = [row.key for row in read(source).rows]
    assert keys[0] == "7"
    assert keys[2] == f"{keys[1]}#2"
    assert len(set(keys)) == 4
    moved = rewrite(source, [Move(keys[1], at("2026-03-09T12:00"), None)])
    assert [row.key for row in read(moved).rows] == keys


def test_offsets_make_a_file_aware():
    zoned = "A,2026-03-02T09:00+01:00,2026-03-02T10:00+01:00"
    source = table("Event,Start,End", zoned, "B,2026-03-02 09:00,10:00")
    file = read(source, ReadingOptions(ZoneInfo("America/New_York")))
    starts = [row.start.isoformat() for row in file.rows]
    assert starts == ["2026-03-02T09:00:00+01:00", "2026-03-02T09:00:00-05:00"]
    written = rewrite(source, [Move(file.rows[0].key, at("2026-03-03T08:30+00:00"), None)])
    assert b"A,2026-03-03T09:30+01:00,2026-03-03T10:30+01:00\n" in written
    with pytest.raises(UnwritableMove, match="the new start has none"):
        rewrite(source, [Move(file.rows[0].key, at("2026-03-03T08:30"), None)])


@pytest.mark.parametrize(
    ("encoded", "codec"),
    [
        (lambda text: text.encode("utf-8-sig"), "utf-8"),
        (lambda text: text.encode("utf-16"), "utf-16-le"),
        (lambda text: b"\xfe\xff" + text.encode("utf-16-be"), "utf-16-be"),
        (lambda text: text.encode("cp1252"), "cp1252"),
        (lambda text: text.encode("latin-1") + b"\x81", "latin-1"),
    ],
)
def test_encodings_stay(encoded, codec):
    source = encoded("Event,Start,Minutes,Room\nÉté,2026-03-02 09:00,60,Hall\nB,2026-03-02 10:00,60,Hall")
    assert recognises(source)
    file = read(source)
    assert (file.rows[0].title, file.notes[0]) == ("Été", f"read as {codec} with commas between columns")
    written = rewrite(source, [Move(file.rows[0].key, at("2026-03-02T11:00"), "Hall")])
    assert read(written).rows[0].start == at("2026-03-02T11:00")
    assert len(written) == len(source)


def test_only_the_cells_of_moved_rows_change():
    file = read(PLAN)
    moves = [
        Move(file.rows[1].key, datetime(2026, 3, 15, 13, 30, tzinfo=UTC), "Attic"),
        Move(file.rows[0].key, file.rows[0].start, 'The "big", old Hall'),
        Move(file.rows[2].key, file.rows[2].start, file.rows[2].room),
    ]
    assert rewrite(PLAN, moves) == PLAN.replace(
        b'14/3/2026,10:00 AM,11:00 AM,"Hall",Cyd', b'15/3/2026,1:30 PM,2:30 PM,"Attic",Cyd'
    ).replace(b"10:30 AM,Hall,", b'10:30 AM,"The ""big"", old Hall",')
    assert rewrite(PLAN, moves[2:]) == PLAN


@pytest.mark.parametrize(
    ("source", "move", "reason"),
    [
        (PLAN, Move("nobody", at("2026-03-02T09:00"), "Hall"), "the file has no such booking"),
        (
            table("Event,Date", "A,2026-03-02"),
            Move("", at("2026-03-02T09:00"), None),
            "the cells of its row cannot express the new time or room",
        ),
        (
            table("Event,Start,Minutes", "A,2026-03-02 09:00,60"),
            Move("", at("2026-03-02T09:00"), "Hall"),
            "its row has no cell for its room",
        ),
        (
            "Event,Start,Minutes,Room\n\u00c9t\u00e9,2026-03-02 09:00,60,Hall".encode("cp1252"),
            Move("", at("2026-03-02T09:00"), "\u90e8\u5c4b"),
            "the file's encoding lacks a character of it",
        ),
    ],
)
def test_what_the_cells_cannot_say(source, move, reason):
    key = move.key or read(source).rows[0].key
    with pytest.raises(UnwritableMove) as refused:
        rewrite(source, [Move(key, move.start, move.room)])
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b"", "no row looks like a heading"),
        (b"a,b\n1,2", "no row looks like a heading"),
        (b"Event,Start\0", "there are NUL characters: this is not a text file"),
        (b"\xff\xfeE", "the file says it is utf-16-le, but it is not"),
        (b"Event,Start" + b"," * 600, "line 1: a row is longer than any of a sheet"),
        (b"Event,Start\n" + b"x" * 40_000, "line 2: a row is longer than any of a sheet"),
        (b"Event,Start\n" + b"A,2026-03-02\n" * (MOST_ROWS + 1), "there are more than 10,000 rows"),
        (b"Event,Start\n" + b"\n" * 200_000, "there are more than 10,000 rows or 200,000 cells"),
    ],
    ids=range(8),
)
def test_what_is_no_table_or_beyond_all_bounds(source, reason):
    with pytest.raises(UnreadableSchedule) as refused:
        read(source)
    assert refused.value.detail.startswith(reason)


def test_a_table_is_known_by_its_heading_or_its_name():
    for name, head in (("x", PLAN), ("a.csv", b""), ("b.TSV", b"a\tb"), ("c.txt", b"a")):
        assert reader_for(name, head).read is csv_format.read
    assert not recognises(b"\xff\xfe\0")
    assert not recognises(b"once upon a time")


def test_cells_are_counted(monkeypatch):
    monkeypatch.setattr(csv_format, "MOST_CELLS", 30)
    assert len(read(PLAN).rows) == 3
    monkeypatch.setattr(csv_format, "MOST_CELLS", 29)
    with pytest.raises(UnreadableSchedule, match="or 29 cells"):
        read(PLAN)


def test_empty_lines_are_not_rows():
    source = b"Event,Start\n" + b",,\n\n" * 20_000 + b"A,2026-03-02\n"
    assert [row.place for row in read(source).rows] == ["line 40002"]


def test_quotes_and_breaks_inside_cells():
    source = b'Event,Start,Minutes\n"A\r\nlong ""title""",2026-03-02 09:00,60\n"B,2026-03-02 10:00,60\n'
    file = read(source)
    assert [(row.place, row.title) for row in file.rows] == [("line 2", 'A long "title"'), ("line 4", '"B')]


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.text("ab,;\"'\t é|", max_size=6),
            st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
            st.integers(1, 600),
            st.sampled_from(["Hall", "Attic, left", 'The "Pit"']),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from(",;\t|"),
    st.data(),
)
def test_what_was_written_reads_as_the_moved_schedule(rows, delimiter, data):
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter)
    writer.writerow(["Event", "Start", "Minutes", "Room"])
    for title, start, minutes, room in rows:
        writer.writerow([title, f"{start:%Y-%m-%d %H:%M}", minutes, room])
    source = written.getvalue().encode()
    file = read(source)
    assert len(file.rows) == len(rows)
    moves = {}
    for row in file.rows:
        if data.draw(st.booleans()):
            shift = timedelta(minutes=data.draw(st.integers(-5000, 5000)))
            room = data.draw(st.sampled_from(["Hall", "A;b", "Pit"]))
            moves[row.key] = Move(row.key, row.start + shift, room)
    after = read(rewrite(source, moves.values()))
    for before, now in zip(file.rows, after.rows, strict=True):
        move = moves.get(before.key)
        start, room = (before.start, before.room) if move is None else (move.start, move.room)
        assert (now.key, now.title, now.start, now.room) == (before.key, before.title, start, room)
        assert now.duration == before.duration


@settings(max_examples=40)
@given(st.data())
def test_no_naughty_string_breaks_the_reader(shared_data: Path, data):
    naughty = data.draw(st.sampled_from(json.loads((shared_data / "strings" / "blns.json").read_text())))
    cells = ["A", "2026-03-02 09:00", "60", "Hall", "Ada"]
    cells[data.draw(st.integers(0, 4))] = naughty
    written = io.StringIO()
    csv.writer(written).writerows([["Event", "Start", "Minutes", "Room", "Staff"], cells])
    source = written.getvalue().encode("utf-8", "replace")
    if b"\0" in source:
        with pytest.raises(UnreadableSchedule, match="NUL"):
            read(source)
        return
    assert read(source).row_count == 1


def test_a_cancelled_row_claims_nothing():
    statuses = ("Confirmed", "CANCELLED", "canceled")
    rows = [f"{status},2026-03-02 09:00,60,Hall,{status}" for status in statuses]
    file = read(table("Event,Start,Minutes,Room,Status", *rows, "Lost,,60,Hall,Cancelled"))
    assert [row.title for row in file.rows] == ["Confirmed"]
    assert [(one.place, one.reason) for one in file.skipped] == [
        (f"line {number}", "it is cancelled") for number in (3, 4, 5)
    ]
    assert (file.refused, file.row_count, dict(file.columns)["status"]) == ((), 4, "Status")


@pytest.mark.parametrize(
    ("heading", "row", "start", "end"),
    [
        # Clocks go forward at 2:00 on 29 March: ends are read off the clock, lengths are exact.
        ("Start ({}),End", "2026-03-28 20:00,2026-03-29 08:00", "03-28T19:00", "03-29T06:00"),
        ("Start,End ({})", "2026-03-28 20:00,2026-03-29 08:00", "03-28T19:00", "03-29T06:00"),
        ("Date,Start ({}),Minutes", "2026-03-28,20:00,720", "03-28T19:00", "03-29T07:00"),
        ("Date ({})", "2026-03-29", "03-28T23:00", "03-29T22:00"),
        ("Start ({}),End", "2026-03-02T09:00-05:00,2026-03-02T10:00-05:00", "03-02T14:00", "03-02T15:00"),
    ],
)
def test_a_heading_says_which_zone_the_times_are_in(heading, row, start, end):
    zone = "Europe/Brussels"
    source = table(f"Event,{heading.format(zone)}", f"A,{row}")
    file = read(source, ReadingOptions(ZoneInfo("America/New_York")))
    assert [(row.start.astimezone(UTC), row.end.astimezone(UTC)) for row in file.rows] == [
        (at(f"2026-{start}+00:00"), at(f"2026-{end}+00:00"))
    ]
    assert (file.time_zone, file.notes[1:]) == (zone, (f"times are in {zone}, as a heading says",))


def test_headings_of_two_zones_say_none():
    file = read(table("Event,Start (UTC),End (Asia/Tokyo)", "A,2026-03-02 09:00,2026-03-02 10:00"))
    assert (file.is_naive, file.time_zone) == (True, None)
    assert file.notes[1:] == (
        "the headings name several time zones (UTC, Asia/Tokyo), so none of them counts",
    )


def test_a_move_is_written_as_the_clock_of_the_headings_zone_shows_it():
    heading = "Event,Start (Europe/Brussels),End (Europe/Brussels)"
    source = table(heading, "A,2026-03-27 9:00,2026-03-27 11:00")
    (row,) = read(source).rows
    written = rewrite(source, [Move(row.key, at("2026-03-30T12:00+00:00"), None)])
    assert written == table(heading, "A,2026-03-30 14:00,2026-03-30 16:00")


def test_a_start_in_the_hour_that_clocks_skip_may_leave_no_time():
    row = "A,2026-03-29 02:30,2026-03-29 03:00"
    assert refusal("Event,Start (Europe/Brussels),End", row) == "it ends before it starts"

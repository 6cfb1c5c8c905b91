# ruff: noqa: DTZ001 - wall-clock times of files that name no zone
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.imports.pentabarf_reader import read
from api.imports.schedule_file import FileBooking, FilePerson, RefusedRow
from tests.api.imports.schedule_xml import day, event, one_event, room, schedule

CET = timezone(timedelta(hours=1))


def only_row(source: bytes) -> FileBooking:
    file = read(source)
    assert file.refused == ()
    (row,) = file.rows
    return row


def only_reason(source: bytes) -> str:
    file = read(source)
    assert file.rows == ()
    (refused,) = file.refused
    return refused.reason


def test_reads_an_event_into_a_booking():
    persons = (
        '<persons><person id="6">Ada  Lovelace</person><person>Bo</person><person id="6">A</person></persons>'
    )
    file = read(one_event(event(attributes='id="7294"', inside=persons)))
    ada, bo = FilePerson("6", "Ada Lovelace"), FilePerson("Bo", "Bo")
    assert file.title == "Test"
    assert file.rooms == ("A",)
    assert file.persons == (ada, bo)
    assert file.is_naive
    assert file.time_zone is None
    assert file.refused == ()
    assert file.rows == (
        FileBooking(
            key="7294",
            place='line 1: day 1, room "A", event 7294',
            title="Talk",
            start=datetime(2019, 2, 2, 10),
            end=datetime(2019, 2, 2, 10, 50),
            room="A",
            persons=(ada, bo),
        ),
    )


def test_the_place_has_the_line_and_falls_back_to_date_guid_and_title():
    source = (
        b'<schedule>\n<day date="2019-02-02"><room name="A">\n\n'
        b'<event guid="g-1"><title>One</title></event>\n<event><title>Two</title></event></room></day>'
        b'\n<event id="9"/></schedule>'
    )
    assert [row.place for row in read(source).refused] == [
        'line 4: day 2019-02-02, room "A", event g-1',
        'line 5: day 2019-02-02, room "A", event "Two"',
        "line 6: event 9",
    ]


def test_places_stay_short_whatever_the_names():
    long = "x" * 100_000
    source = schedule(day("2019-02-02", room(long, event(attributes=f'id="{long}"'))))
    (row,) = read(source).rows
    assert len(row.place) < 150
    assert row.key == long
    assert row.room == long


def test_rooms_without_events_are_known():
    assert read(schedule(day("2019-02-02", room("B"), '<room name="A"/>'))).rooms == ("B", "A")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:50", timedelta(minutes=50)),
        ("1:00", timedelta(hours=1)),
        ("0:05", timedelta(minutes=5)),
        ("36:00", timedelta(hours=36)),
        ("00:50:00", timedelta(minutes=50)),
        ("1:00:00", timedelta(hours=1)),
        ("00:00:30", timedelta(seconds=30)),
        ("1:00:00:00", timedelta(days=1)),
        ("2:03:04:05", timedelta(days=2, hours=3, minutes=4, seconds=5)),
    ],
)
def test_durations(text, expected):
    assert only_row(one_event(event(duration=text))).duration == expected


@pytest.mark.parametrize(
    "before",
    ['<generator name="pretalx" version="3"/>', '<generator name="Pretalx"/>'],
)
def test_three_parts_are_days_hours_and_minutes_from_pretalx(before):
    source = one_event(event(duration="1:02:30"), before=before)
    assert only_row(source).duration == timedelta(days=1, hours=2, minutes=30)


def test_older_pretalx_is_known_by_its_comment():
    source = b"<!-- Made with love by pretalx v1.0. -->" + one_event(event(duration="1:00:00"))
    assert only_row(source).duration == timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "there is no duration"),
        ("00:00", 'the duration "00:00" is no time at all'),
        ("0:00:00", 'the duration "0:00:00" is no time at all'),
        ("-00:30", 'the duration "-00:30" is not hours:minutes'),
        ("50", 'the duration "50" is not hours:minutes'),
        ("1:2:3:4:5", 'the duration "1:2:3:4:5" is not hours:minutes'),
        ("half an hour", 'the duration "half an hour" is not hours:minutes'),
        ("1 day, 0:00:00", 'the duration "1 day, 0:00:00" is not hours:minutes'),
        ("00:60", 'the duration "00:60" has more than 59 minutes or seconds'),
        ("00:10:60", 'the duration "00:10:60" has more than 59 minutes or seconds'),
        ("\u0661:\u0662\u0663", 'the duration "\u0661:\u0662\u0663" is not hours:minutes'),
        ("9" * 99 + ":00", 'the duration "' + "9" * 40 + '..." is not hours:minutes'),
        ("999999:00:00:00", None),
        ("999999:59", None),
    ],
)
def test_refused_durations(text, reason):
    file = read(one_event(event(duration=text)))
    assert [row.reason for row in file.refused] == ([] if reason is None else [reason])


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (event(start=""), "there is no start"),
        (event(start="25:00"), 'the start "25:00" is not a time of day'),
        (event(start="10:61"), 'the start "10:61" is not a time of day'),
        (event(start="ten"), 'the start "ten" is not a time of day'),
        (event(inside="<date>yesterday</date>"), 'the date "yesterday" is not an ISO 8601 timestamp'),
        (event(inside="<date>2019-02-30</date>"), 'the date "2019-02-30" is not a date'),
        (event(inside="<date>9999-12-31T23:00:00+00:00</date>"), "it is not within the years 1 to 9999"),
        (
            event(inside="<date>9999-12-28T23:00:00</date>", duration="30:00"),
            "it is not within the years 1 to 9999",
        ),
        (event(inside="<date>0001-01-01T00:00:00+14:00</date>"), "it is not within the years 1 to 9999"),
    ],
)
def test_refused_starts(xml, reason):
    assert only_reason(one_event(xml)) == reason


def test_an_end_beyond_the_calendar_is_refused():
    xml = event(duration="999999:23:59:59", inside="<date>9999-12-28T00:00:00</date>")
    assert only_reason(one_event(xml)) == "it ends after the year 9999"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (schedule(event()), "the event is not inside a <room> of a <day>"),
        (schedule(day("2019-02-02", event())), "the event is not inside a <room> of a <day>"),
        (schedule(room("A", event())), "the event is not inside a <room> of a <day>"),
        (
            schedule(day("2019-02-02", "<x>" + room("A", event()) + "</x>")),
            "the event is not inside a <room> of a <day>",
        ),
        (schedule(day("2019-02-02", room(" ", event()))), "the room has no name"),
        (schedule(day("", room("A", event()))), "neither the event nor its day has a date"),
        (schedule(day("soon", room("A", event()))), "neither the event nor its day has a date"),
    ],
)
def test_refused_for_where_they_stand(source, reason):
    assert only_reason(source) == reason


def test_an_event_inside_an_event_is_counted_and_refused():
    file = read(one_event(event(inside=event(attributes='id="2"'))))
    assert [row.key for row in file.rows] == ["1"]
    assert file.refused == (RefusedRow("line 1: event 2", "the event is not inside a <room> of a <day>"),)


def test_a_room_without_a_name_is_called_what_its_events_say():
    source = schedule(day("2019-02-02", "<room>" + event(inside="<room>B</room>") + "</room>"))
    assert only_row(source).room == "B"
    assert read(source).rooms == ("B",)


def test_the_room_an_event_stands_in_counts_more_than_what_it_says():
    assert only_row(one_event(event(inside="<room>B</room>"))).room == "A"


def test_before_the_day_change_is_the_next_date():
    header = "<day_change>04:00</day_change>"
    assert only_row(one_event(event("03:59"), header=header)).start == datetime(2019, 2, 3, 3, 59)
    assert only_row(one_event(event("04:00"), header=header)).start == datetime(2019, 2, 2, 4)
    assert only_row(one_event(event("03:59"), header="<day_change>?</day_change>")).start == datetime(
        2019, 2, 2, 3, 59
    )


def test_without_a_day_change_the_range_of_the_day_decides():
    night = 'start="2019-02-02T10:00:00+01:00" end="2019-02-03T04:00:00+01:00"'
    assert only_row(one_event(event("03:59"), attributes=night)).start == datetime(
        2019, 2, 3, 3, 59, tzinfo=CET
    )
    assert only_row(one_event(event("04:00"), attributes=night)).start == datetime(2019, 2, 2, 4, tzinfo=CET)
    assert only_row(one_event(event("10:00"), attributes=night)).start == datetime(2019, 2, 2, 10, tzinfo=CET)


def test_the_day_change_counts_more_than_the_range_of_the_day():
    night = 'start="2019-02-02T10:00:00" end="2019-02-03T04:00:00"'
    source = one_event(event("03:00"), header="<day_change>02:00</day_change>", attributes=night)
    assert only_row(source).start == datetime(2019, 2, 2, 3)


def test_a_full_timestamp_counts_more_than_the_day():
    header = "<day_change>12:00</day_change>"
    source = one_event(event(inside="<date>2019-05-06T07:08:09+01:00</date>"), header=header)
    row = only_row(source)
    assert row.start == datetime(2019, 5, 6, 7, 8, 9, tzinfo=CET)
    assert row.end == row.start + timedelta(minutes=50)
    assert only_row(one_event(event("", inside="<date>2019-05-06T07:08:09Z</date>"))).start == datetime(
        2019, 5, 6, 7, 8, 9, tzinfo=UTC
    )


@pytest.mark.parametrize("stamp", ["2019-05-06", "20190506"])
def test_a_date_alone_is_completed_by_the_start(stamp):
    source = one_event(event(inside=f"<date>{stamp}</date>"))
    assert only_row(source).start == datetime(2019, 5, 6, 10)


def test_an_empty_date_is_none():
    assert only_row(one_event(event(inside="<date/>"))).start == datetime(2019, 2, 2, 10)


def test_a_named_zone_makes_every_time_aware_with_a_fixed_offset():
    header = "<time_zone_name>Europe/Brussels</time_zone_name>"
    days = [
        day("2019-03-30", room("A", event("23:30", "04:00"))),
        day(
            "2019-03-31", room("A", event("02:30", attributes='id="2"'), event("10:00", attributes='id="3"'))
        ),
    ]
    file = read(schedule(*days, header=header))
    assert file.time_zone == "Europe/Brussels"
    assert not file.is_naive
    assert [(row.start.isoformat(), row.end.isoformat()) for row in file.rows] == [
        ("2019-03-30T23:30:00+01:00", "2019-03-31T03:30:00+01:00"),
        ("2019-03-31T03:30:00+02:00", "2019-03-31T04:20:00+02:00"),
        ("2019-03-31T10:00:00+02:00", "2019-03-31T10:50:00+02:00"),
    ]


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "Europe", "", "x" * 5000])
def test_an_unknown_zone_leaves_times_naive(zone):
    file = read(one_event(event(), header=f"<time_zone_name>{zone}</time_zone_name>"))
    assert file.is_naive
    assert file.time_zone is None


def test_one_offset_in_a_file_makes_all_its_times_aware():
    stamped = event(attributes='id="2"', inside="<date>2019-02-02T10:00:00+01:00</date>")
    naive = event(attributes='id="3"', inside="<date>2019-02-02T10:00:00</date>")
    file = read(schedule(day("2019-02-02", room("A", event(), stamped, naive))))
    assert [row.start.isoformat() for row in file.rows] == ["2019-02-02T10:00:00+01:00"] * 3


def test_each_day_has_its_own_offset():
    winter = day("2019-03-30", room("A", event()), attributes='start="2019-03-30T08:00:00+01:00"')
    summer = day(
        "2019-03-31", room("A", event(attributes='id="2"')), attributes='start="2019-03-31T08:00:00+02:00"'
    )
    assert [row.start.isoformat() for row in read(schedule(winter, summer)).rows] == [
        "2019-03-30T10:00:00+01:00",
        "2019-03-31T10:00:00+02:00",
    ]


def test_a_day_may_have_only_a_start():
    source = (
        b'<schedule><day start="2019-02-02T08:00:00"><room name="A">'
        + event().encode()
        + b"</room></day></schedule>"
    )
    assert only_row(source).start == datetime(2019, 2, 2, 10)


@pytest.mark.parametrize(
    ("persons", "expected"),
    [
        ("", ()),
        ("<persons/>", ()),
        ("<persons><person/><person id=' '> </person></persons>", ()),
        ("<persons><person guid='g'>Bo</person></persons>", (FilePerson("g", "Bo"),)),
        ("<persons><person id='5'/></persons>", (FilePerson("5", "5"),)),
        ("<persons><person>\n Bo\n Li </person></persons>", (FilePerson("Bo Li", "Bo Li"),)),
    ],
)
def test_persons(persons, expected):
    assert only_row(one_event(event(inside=persons))).persons == expected


def test_a_talk_without_a_title_is_called_by_its_slug_or_its_id():
    def titled(inside: str, attributes: str = 'id="7"') -> str:
        timed = f"<start>10:00</start><duration>1:00</duration>{inside}"
        return only_row(one_event(f"<event {attributes}>{timed}</event>")).title

    assert titled("<title> </title><slug>the_slug</slug>") == "the_slug"
    assert titled("") == "Event 7"
    assert titled("", 'guid="g"') == "Event g"
    assert titled("", "") == "Untitled"


def keys_of(*attributes: str, titles: tuple[str, ...] = ()) -> list[str]:
    titles = titles or ("T",) * len(attributes)
    events = [
        f"<event {some}><start>10:00</start><duration>1:00</duration><title>{title}</title></event>"
        for some, title in zip(attributes, titles, strict=True)
    ]
    return [row.key for row in read(schedule(day("2019-02-02", room("A", *events)))).rows]


def test_keys_are_ids_then_guids():
    assert keys_of('id="1" guid="a"', 'id="2" guid="b"', 'guid="c"', 'id="3"') == ["1", "2", "c", "3"]
    assert keys_of('id="1" guid="a"', 'id="1" guid="b"') == ["a", "b"]
    first, second = keys_of('id="1"', 'guid="1"')
    assert first == "1"
    assert second.startswith("1~")


def test_keys_of_repeated_or_missing_ids_follow_the_content_not_the_order():
    one = keys_of('id="1"', 'id="1"', "", titles=("T", "U", "V"))
    other = keys_of("", 'id="1"', 'id="1"', titles=("V", "U", "T"))
    assert sorted(one) == sorted(other)
    assert len(set(one)) == 3
    assert [key.partition("~")[0] for key in one] == ["1", "1", "event"]


def test_keys_of_twins_are_told_apart_and_never_taken_twice():
    stem, second = keys_of('id="1"', 'id="1"')
    assert second == f"{stem}#2"
    assert len(set(keys_of('id="1"', 'id="1"', f'id="{second}"', f'id="{stem}"'))) == 4


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["", 'id="1"', 'id="2"', 'guid="1"', 'guid="2"', 'id="1" guid="2"', 'id="3" guid="1"']
            ),
            st.sampled_from(["10:00", "", "25:00"]),
            st.sampled_from(["00:30", "0:00", "?"]),
        ),
        max_size=12,
    )
)
def test_every_event_is_a_booking_or_refused_under_a_key_of_its_own(events):
    xml = [event(start, duration, attributes=attributes) for attributes, start, duration in events]
    file = read(schedule(day(date(2019, 2, 2).isoformat(), room("A", *xml))))
    good = [one for one in events if one[1:] == ("10:00", "00:30")]
    assert len(file.rows) == len(good)
    assert len(file.refused) == len(events) - len(good)
    assert len({row.key for row in file.rows}) == len(good)

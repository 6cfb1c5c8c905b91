# ruff: noqa: DTZ001 - wall-clock times of files that name no zone
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from api.imports.import_errors import UnreadableSchedule, UnwritableMove
from api.imports.pentabarf_reader import read
from api.imports.pentabarf_writer import rewrite
from api.imports.schedule_file import Move
from tests.api.imports.schedule_xml import event, one_event, schedule

TWO_DAYS = """<?xml version="1.0" encoding="UTF-8"?>
<!-- kept -->
<schedule>
  <conference>
    <title>T &amp; T</title>
    <day_change>09:00:00</day_change>
  </conference>
  <day index="1" date="2019-02-02">
    <room name="A" guid='a-1'>
      <event id="1" a='b'>
        <start>10:00</start>
        <duration>00:50</duration>
        <room>A</room>
        <title><![CDATA[<One>]]></title>
      </event>
      <!-- a break -->
      <event id="2">
        <start>12:00</start>
        <duration>00:50</duration>
        <room>A</room>
        <title>Two</title>
      </event>
    </room>
    <room name="B">
    </room>
  </day>
  <day index="2" date="2019-02-03">
    <room name="B">
      <event id="3">
        <start>09:00</start>
        <duration>00:50</duration>
        <room>B</room>
        <title>Three</title>
      </event>
    </room>
  </day>
</schedule>
"""
ONE = TWO_DAYS[TWO_DAYS.index('\n      <event id="1"') : TWO_DAYS.index("\n      <!-- a break")]
TWO = TWO_DAYS[TWO_DAYS.index('\n      <event id="2"') : TWO_DAYS.index("\n    </room>\n    <room")]


def moved(*moves: Move, source: str = TWO_DAYS) -> str:
    return rewrite(source.encode(), moves).decode()


def test_without_moves_or_with_moves_to_the_same_place_nothing_changes():
    assert moved() == TWO_DAYS
    assert moved(Move("1", datetime(2019, 2, 2, 10), "A")) == TWO_DAYS


def test_into_an_empty_room():
    expected = TWO_DAYS.replace(ONE, "").replace(
        '<room name="B">\n    </room>',
        '<room name="B">' + ONE.replace("<room>A", "<room>B") + "\n    </room>",
    )
    assert moved(Move("1", datetime(2019, 2, 2, 10), "B")) == expected


def test_to_a_later_time_in_the_same_room_goes_behind_the_earlier_events():
    expected = TWO_DAYS.replace(ONE, "").replace(TWO, TWO + ONE.replace("10:00", "13:30"))
    assert moved(Move("1", datetime(2019, 2, 2, 13, 30), "A")) == expected


def test_to_an_earlier_time_in_the_same_room_goes_before_the_later_events():
    expected = TWO_DAYS.replace(TWO, "").replace(ONE, TWO.replace("12:00", "09:05") + ONE)
    assert moved(Move("2", datetime(2019, 2, 2, 9, 5), "A")) == expected


def test_an_equal_start_goes_behind():
    expected = TWO_DAYS.replace(ONE, "").replace(TWO, TWO + ONE.replace("10:00", "12:00"))
    assert moved(Move("1", datetime(2019, 2, 2, 12), "A")) == expected


def test_moves_to_one_place_are_in_order_of_time():
    swapped = ONE.replace("10:00", "12:00"), TWO.replace("12:00", "10:00")
    both = "".join(text.replace("<room>A", "<room>B") for text in reversed(swapped))
    expected = TWO_DAYS.replace(ONE, "").replace(TWO, "")
    expected = expected.replace('<room name="B">\n    </room>', f'<room name="B">{both}\n    </room>')
    assert (
        moved(Move("1", datetime(2019, 2, 2, 12), "B"), Move("2", datetime(2019, 2, 2, 10), "B")) == expected
    )


def test_a_room_the_day_lacks_is_made_like_the_one_of_another_day():
    new = "\n    <room name=\"A\" guid='a-1'>" + ONE.replace("10:00", "09:30") + "\n    </room>"
    expected = TWO_DAYS.replace(ONE, "").replace(
        "    </room>\n  </day>\n</schedule>", f"    </room>{new}\n  </day>\n</schedule>"
    )
    assert moved(Move("1", datetime(2019, 2, 3, 9, 30), "A")) == expected


def test_a_room_the_file_lacks_is_made():
    name = "C & \"D\"\t<'E'>"
    escaped = "C &amp; &quot;D&quot;&#9;&lt;&#x27;E&#x27;&gt;"
    new = f'\n    <room name="{escaped}">' + ONE.replace("<room>A", f"<room>{escaped}") + "\n    </room>"
    expected = TWO_DAYS.replace(ONE, "").replace(
        "\n    </room>\n  </day>\n  <day", f"\n    </room>{new}\n  </day>\n  <day"
    )
    assert moved(Move("1", datetime(2019, 2, 2, 10), name)) == expected


def test_before_the_day_change_belongs_to_the_day_before():
    expected = TWO_DAYS.replace(ONE, "").replace(TWO, TWO + ONE.replace("10:00", "01:30"))
    written = moved(Move("1", datetime(2019, 2, 3, 1, 30), "A"))
    assert read(written.encode()).rows[1].start == datetime(2019, 2, 3, 1, 30)
    assert sorted(written.splitlines()) == sorted(expected.splitlines())
    assert written.index('id="1"') < written.index('<day index="2"')


def day_of(index: int, date: str, text: str) -> str:
    room = f"\n    <room name=\"A\" guid='a-1'>{text}\n    </room>"
    return f'\n  <day index="{index}" date="{date}">{room}\n  </day>'


def test_days_the_file_lacks_are_made_in_their_places():
    late, early = ONE.replace("10:00", "11:00"), TWO.replace("12:00", "08:00")
    written = moved(Move("1", datetime(2019, 2, 5, 11), "A"), Move("2", datetime(2019, 2, 2, 8), "A"))
    expected = (
        TWO_DAYS.replace(ONE, "")
        .replace(TWO, "")
        .replace('\n  <day index="1"', day_of(3, "2019-02-01", early) + '\n  <day index="1"')
        .replace("\n</schedule>", day_of(4, "2019-02-05", late) + "\n</schedule>")
    )
    assert written == expected


STAMPED = event(
    start="10:00:00", attributes='guid="g"', inside="<date>2019-02-02T10:00:00+01:00</date><room>A</room>"
)


def test_the_timestamp_follows_in_the_offset_of_the_file():
    written = rewrite(one_event(STAMPED), [Move("g", datetime(2019, 2, 2, 22, 30, 5, tzinfo=UTC), "A")])
    assert b"<start>23:30:05</start>" in written
    assert b"<date>2019-02-02T23:30:05+01:00</date>" in written
    assert b"<duration>00:50</duration>" in written


def test_the_timestamp_follows_in_the_zone_of_the_file():
    header = "<time_zone_name>Europe/Brussels</time_zone_name>"
    written = rewrite(
        one_event(STAMPED, header=header), [Move("g", datetime(2019, 7, 2, 22, tzinfo=UTC), "A")]
    )
    assert b'<day index="2" date="2019-07-03">' in written
    assert b"<start>00:00:00</start>" in written
    assert b"<date>2019-07-03T00:00:00+02:00</date>" in written


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        ("2019-02-02T10:00:00Z", "2019-02-02T11:00:00Z"),
        ("2019-02-02T10:00:00", "2019-02-02T11:00:00"),
        ("2019-02-02", "2019-02-02"),
        ("20190202", "2019-02-02"),
    ],
)
def test_the_timestamp_keeps_its_shape(stamp, expected):
    source = one_event(event(attributes='id="1"', inside=f"<date>{stamp}</date>"))
    start = read(source).rows[0].start + timedelta(hours=1)
    written = rewrite(source, [Move("1", start, "A")])
    assert f"<date>{expected}</date>".encode() in written
    assert b"<start>11:00</start>" in written


def test_an_event_of_only_a_timestamp_stays_under_a_day_without_a_date():
    source = (
        b'<schedule><day><room name="A">'
        + event("", attributes='id="1"', inside="<date>2019-02-02T10:00:00</date>").encode()
        + b'</room><room name="B"></room></day></schedule>'
    )
    written = rewrite(source, [Move("1", datetime(2019, 2, 4, 10), "B")])
    assert b"<start>" not in written
    assert b"<date>2019-02-04T10:00:00</date>" in written
    assert written.count(b"<day") == 1


@pytest.mark.parametrize("empty", ['<room name="B"/>', '<room name="B" />', '<room name="B"></room>'])
def test_self_closing_rooms_are_opened(empty):
    source = f'<schedule><day date="2019-02-02"><room name="A">{event()}</room>{empty}</day></schedule>'
    expected = source.replace(event(), "").replace(empty, f'<room name="B">{event()}</room>')
    assert moved(Move("1", datetime(2019, 2, 2, 10), "B"), source=source) == expected


@pytest.mark.parametrize("empty", ['<day date="2019-02-03"/>', '<day date="2019-02-03" />'])
def test_self_closing_days_are_opened(empty):
    source = f'<schedule><day date="2019-02-02"><room name="A">{event()}</room></day>{empty}</schedule>'
    expected = source.replace(event(), "").replace(
        empty, f'<day date="2019-02-03"><room name="A">{event()}</room></day>'
    )
    assert moved(Move("1", datetime(2019, 2, 3, 10), "A"), source=source) == expected


def test_a_self_closing_room_text_is_opened_and_a_missing_one_stays_missing():
    xml = event(inside="<room  />")
    written = rewrite(one_event(xml), [Move("1", datetime(2019, 2, 2, 10), "B")])
    assert b"<room>B</room>" in written
    assert b"<room>" not in rewrite(one_event(event()), [Move("1", datetime(2019, 2, 2, 10), "B")])


def test_a_room_copied_from_a_self_closing_one_is_opened():
    first = f'<day date="2019-02-02"><room name="A">{event()}</room></day>'
    second = '<day date="2019-02-03"><room name="B" x="y" /></day>'
    written = moved(Move("1", datetime(2019, 2, 2, 10), "B"), source=schedule(first, second).decode())
    assert f'<room name="B" x="y">{event()}</room></day><day date="2019-02-03">' in written


def test_a_room_named_by_its_events_keeps_an_event_that_changes_only_its_time():
    xml = event(inside="<room>B</room>")
    source = f'<schedule><day date="2019-02-02"><room>{xml}</room></day></schedule>'
    assert moved(Move("1", datetime(2019, 2, 2, 11), "B"), source=source) == source.replace("10:00", "11:00")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "iso8859-1", "shift_jis"])
def test_the_encoding_stays_and_what_it_lacks_becomes_a_reference(codec):
    declared = {"utf-8-sig": "utf-8"}.get(codec, codec)
    body = one_event(event(inside="<room>A</room>")).decode()
    source = f'<?xml version="1.0" encoding="{declared}"?>{body}'.encode(codec)
    written = rewrite(source, [Move("1", datetime(2019, 2, 2, 10), "Zoë 佐藤")])
    assert [row.room for row in read(written).rows] == ["Zoë 佐藤"]
    assert written[:30] == source[:30]
    assert written.decode(codec).startswith(f'<?xml version="1.0" encoding="{declared}"?><schedule>')


def test_aware_moves_of_a_naive_file_are_written_in_the_zone_asked_for():
    source = one_event(event())
    start = datetime(2019, 2, 2, 10, tzinfo=UTC)
    assert rewrite(source, [Move("1", start, "A")]) == source
    written = rewrite(source, [Move("1", start, "A")], ZoneInfo("Europe/Brussels"))
    assert b"<start>11:00</start>" in written


@pytest.mark.parametrize(
    ("move", "reason"),
    [
        (Move("9", datetime(2019, 2, 2, 10), "A"), "cannot move 9: the file has no such booking"),
        (
            Move("1", datetime(2019, 2, 2, 10, 0, 0, 5), "A"),
            "the file's format cannot express the new time or room",
        ),
        (Move("1", datetime(2019, 2, 2, 10), ""), "the file's format cannot express the new time or room"),
        (Move("1", datetime(2019, 2, 2, 10), None), "the file's format cannot express the new time or room"),
        (Move("1", datetime(2019, 2, 2, 10), " B"), "the file's format cannot express the new time or room"),
        (Move("1", datetime(2019, 2, 2, 10), "\x01"), "invalid token"),
        (Move("1", datetime(9999, 12, 30), "A"), "the file's format cannot express the new time or room"),
    ],
)
def test_what_the_file_cannot_say_is_refused(move, reason):
    with pytest.raises(UnwritableMove) as refused:
        rewrite(one_event(event()), [move])
    assert refused.value.key == move.key
    assert reason in refused.value.detail


def test_a_naive_start_is_refused_where_times_have_a_zone():
    with pytest.raises(UnwritableMove, match="the new start has none"):
        rewrite(one_event(STAMPED), [Move("g", datetime(2019, 2, 2, 10), "A")])


def test_the_second_of_two_equal_wall_clocks_needs_a_timestamp():
    header = "<time_zone_name>Europe/Brussels</time_zone_name>"
    second = Move("1", datetime(2019, 10, 27, 2, 30, tzinfo=timezone(timedelta(hours=1))), "A")
    with pytest.raises(UnwritableMove):
        rewrite(one_event(event(), header=header), [second])
    stamped = event(inside="<date>2019-02-02T10:00:00+01:00</date>")
    written = rewrite(one_event(stamped, header=header), [second])
    assert b"<date>2019-10-27T02:30:00+01:00</date>" in written


def test_a_broken_source_is_unreadable():
    with pytest.raises(UnreadableSchedule):
        rewrite(b"<schedule>", [])


def test_a_day_at_the_end_of_time_takes_no_event_of_another_date():
    last = '<day index="2" date="9999-12-28"></day>'
    first = f'<day index="1" date="2019-02-02"><room name="A">{event()}</room></day>'
    source = schedule(first, last, header="<day_change>09:00</day_change>")
    written = rewrite(source, [Move("1", datetime(2019, 2, 5, 8), "A")])
    assert b'<day index="3" date="2019-02-04"><room name="A"><event' in written


def test_a_day_without_a_date_takes_no_event_of_another_day():
    stamped = event(inside="<date>2019-02-02T10:00:00</date>")
    undated = "<day></day>"
    source = schedule(f'<day date="2019-02-02"><room name="A">{stamped}</room></day>', undated)
    written = rewrite(source, [Move("1", datetime(2019, 2, 4, 10), "A")])
    assert b'<day></day><day index="1" date="2019-02-04"><room name="A"><event' in written

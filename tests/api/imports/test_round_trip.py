"""Whatever is moved wherever: what was written reads as exactly the moved schedule."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from xml.sax.saxutils import escape, quoteattr
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.imports.pentabarf_reader import read
from api.imports.pentabarf_writer import rewrite
from api.imports.schedule_file import FileBooking, Move, ScheduleFile
from tests.api.imports.schedule_xml import published

DATES = ("2019-03-30", "2019-03-31", "2019-04-01")
HEADERS = (
    "",
    "<day_change>09:00:00</day_change>",
    "<day_change>04:00</day_change><time_zone_name>Europe/Brussels</time_zone_name>",
    "<time_zone_name>America/New_York</time_zone_name>",
)
ROOM_NAMES = st.sampled_from(("A", "B & C", 'the "big" <hall>', "Æther 部屋"))
MINUTES = st.integers(0, 24 * 60 - 1)
LEADS = st.sampled_from(("", "\n  ", "\r\n\t"))


@st.composite
def events(draw, numbered):
    minute = draw(MINUTES)
    identifier = draw(st.sampled_from(("", f'id="{numbered}"', 'id="1"', f'guid="g-{numbered}"')))
    inside = [
        f"<start>{minute // 60:02}:{minute % 60:02}</start>",
        f"<duration>{draw(st.integers(0, 3))}:30</duration>",
    ]
    stamp = draw(st.sampled_from(("", "", "+01:00", "Z")))
    if stamp:
        date = draw(st.sampled_from(DATES))
        inside.append(f"<date>{date}T{minute // 60:02}:{minute % 60:02}:00{stamp}</date>")
    inside.append(f"<title>{escape(draw(st.text('a<&é', max_size=3)))}</title>")
    if draw(st.booleans()):
        inside.append("<room/>")
    if draw(st.booleans()):
        inside.append("<persons><person id='5'>Ada</person></persons>")
    lead = draw(LEADS)
    return f"{lead}<event {identifier}>{''.join(draw(st.permutations(inside)))}</event>"


@st.composite
def schedules(draw):
    number = 0
    days = []
    for date in draw(st.lists(st.sampled_from(DATES), min_size=1, max_size=3)):
        rooms = []
        for name in draw(st.lists(ROOM_NAMES, max_size=3)):
            inside = []
            for _ in range(draw(st.integers(0, 3))):
                number += 1
                inside.append(draw(events(number)))
            empty = not inside and draw(st.booleans())
            start_tag = f"{draw(LEADS)}<room name={quoteattr(name)}"
            rooms.append(start_tag + ("/>" if empty else f">{''.join(inside)}{draw(LEADS)}</room>"))
        attributes = draw(
            st.sampled_from(("", f' start="{date}T10:00:00+01:00" end="{date[:8]}31T23:00:00+02:00"'))
        )
        days.append(f'<day date="{date}"{attributes}>{"".join(rooms)}</day>')
    header = draw(st.sampled_from(HEADERS))
    return f"<schedule><conference>{header}</conference>{''.join(days)}</schedule>".encode()


def content(rows) -> Counter:
    return Counter((row.title, row.start, row.end, row.room, row.persons) for row in rows)


def after(file: ScheduleFile, moves: dict[str, Move]) -> list[tuple[str, datetime, datetime, str | None]]:
    def place(row: FileBooking) -> tuple[str, datetime, datetime, str | None]:
        move = moves.get(row.key)
        start, room = (row.start, row.room) if move is None else (move.start, move.room)
        return row.key, start, start + row.duration, room

    return sorted(place(row) for row in file.rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schedules(), st.data())
def test_what_was_written_reads_as_the_moved_schedule(source, data):
    file = read(source)
    moves = {}
    for row in file.rows:
        if data.draw(st.booleans()):
            # By day, so that no move needs the hour that the clocks of a zone skip or repeat
            hours = data.draw(st.integers(9, 22))
            start = datetime(2019, 3, 30, hours, tzinfo=UTC) + timedelta(days=data.draw(st.integers(-2, 3)))
            aware = start if row.start.tzinfo else start.replace(tzinfo=None)
            moves[row.key] = Move(row.key, aware, data.draw(ROOM_NAMES))
    written = rewrite(source, moves.values())
    again = read(written)
    is_twin = any("#" in row.key for row in file.rows)
    if not is_twin:
        assert sorted((row.key, row.start, row.end, row.room) for row in again.rows) == after(file, moves)
    assert [row.reason for row in again.refused] == [row.reason for row in file.refused]
    assert {person.key for person in again.persons} == {person.key for person in file.persons}
    assert set(file.rooms) <= set(again.rooms)
    back = [Move(row.key, row.start, row.room) for row in file.rows]
    if not is_twin:
        assert content(read(rewrite(written, back)).rows) == content(file.rows)


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 10**6))
def test_moves_of_a_published_schedule(seed):
    source = published(2018)
    file = read(source)
    rows = [file.rows[(seed * (index + 1)) % len(file.rows)] for index in range(40)]
    rooms = [file.rooms[(seed + index) % len(file.rooms)] for index in range(40)]
    moves = {
        row.key: Move(row.key, row.start + timedelta(minutes=5 * (index % 3)), room)
        for index, (row, room) in enumerate(zip(rows, rooms, strict=True))
    }
    written = rewrite(source, moves.values())
    again = read(written)
    assert sorted((row.key, row.start, row.end, row.room) for row in again.rows) == after(file, moves)
    for day in ("2018-02-03", "2018-02-04"):
        for room in again.rooms:
            starts = [row.start for row in again.rows if row.room == room and f"{row.start:%Y-%m-%d}" == day]
            assert starts == sorted(starts)
    before_lines, after_lines = Counter(source.splitlines()), Counter(written.splitlines())
    changed = {
        line.strip().split(b">")[0] for line in (before_lines - after_lines) + (after_lines - before_lines)
    }
    assert changed <= {b"<start", b"<room"}


@pytest.mark.parametrize("zone", ["UTC", "Europe/Brussels", "Pacific/Auckland"])
def test_aware_moves_of_a_naive_published_schedule(zone):
    source = published(2016)
    row = read(source).rows[0]
    start = (row.start + timedelta(hours=1)).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    written = rewrite(source, [Move(row.key, start, row.room)], ZoneInfo(zone))
    assert {one.start for one in read(written).rows if one.key == row.key} == {row.start + timedelta(hours=1)}

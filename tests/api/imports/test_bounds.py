# ruff: noqa: DTZ001 - wall-clock times of files that name no zone
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.imports import bounds
from api.imports.bounds import clash_count, ensure_bounded
from api.imports.import_errors import UnreadableSchedule
from api.imports.schedule_file import FileBooking, FilePerson, RefusedRow, ScheduleFile
from tests.api.imports.oracle import clashes

PEOPLE = (FilePerson("1", "Ada"), FilePerson("2", "Bob"))
MONDAY = datetime(2019, 2, 4)


def row(
    key: str, hour: int, hours: int, room: str | None, persons: tuple[FilePerson, ...] = ()
) -> FileBooking:
    start = MONDAY + timedelta(hours=hour)
    return FileBooking(
        key, f"line {key}", f"Talk {key}", start, start + timedelta(hours=hours), room, persons
    )


def file_of(*rows: FileBooking, refused: tuple[RefusedRow, ...] = ()) -> ScheduleFile:
    rooms = tuple(dict.fromkeys(one.room for one in rows if one.room is not None))
    persons = tuple(dict.fromkeys(person for one in rows for person in one.persons))
    return ScheduleFile("Test", rows, refused, rooms, persons)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 20),
            st.integers(1, 4),
            st.sampled_from(["A", "B", None]),
            st.sets(st.sampled_from(PEOPLE)),
        ),
        max_size=20,
    )
)
def test_clashes_are_counted_as_the_oracle_finds_them(drawn):
    file = file_of(
        *(
            row(str(number), hour, hours, room, tuple(sorted(persons, key=lambda one: one.key)))
            for number, (hour, hours, room, persons) in enumerate(drawn)
        )
    )
    assert clash_count(file) == len(clashes(file))


TWO = file_of(
    row("1", 0, 2, "A", PEOPLE), row("2", 25, 2, "B"), row("3", 25, 2, "B"), refused=(RefusedRow("x", "y"),)
)


@pytest.mark.parametrize(
    ("limit", "count", "what"),
    [
        ("MOST_ROWS", 4, "bookings"),
        ("MOST_ROOMS", 2, "rooms"),
        ("MOST_ROOM_DAYS", 4, "rooms on all days"),
        ("MOST_CLAIMS", 2, "persons in all bookings"),
        ("MOST_CLASHES", 1, "clashes"),
    ],
)
def test_a_bound_is_kept_and_one_more_is_too_many(monkeypatch, limit, count, what):
    monkeypatch.setattr(bounds, limit, count)
    ensure_bounded(TWO)
    monkeypatch.setattr(bounds, limit, count - 1)
    with pytest.raises(UnreadableSchedule) as refused:
        ensure_bounded(TWO)
    assert refused.value.reason == f"there are {count} {what}; at most {count - 1} can be taken at once"

# ruff: noqa: DTZ001 - wall-clock times of files that name no zone
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from api.imports.pentabarf_reader import read
from api.imports.schedule_file import FileBooking, FilePerson, Move, ScheduleFile
from api.imports.to_snapshot import (
    booking_id,
    calendar_id,
    open_windows,
    person_id,
    room_id,
    to_snapshot,
)
from domain.conflicts import Clash, Pool, Usage, find_clashes
from domain.entities import Calendar, Claim, Resource
from domain.enums import (
    CalendarType,
    ConflictLevel,
    ConflictType,
    OwnerType,
    ResourceType,
    ScheduleStatus,
)
from domain.schedule import ScheduleSnapshot, SnapshotBooking
from domain.suggestion import Change, Placement
from domain.time_slot import TimeSlot
from tests.api.imports.oracle import FileClash, clashes
from tests.api.imports.plant import plant
from tests.api.imports.schedule_xml import YEARS, published

ADA = FilePerson("6", "Ada")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def row(
    key: str, start: datetime, end: datetime, room: str | None = "A", *persons: FilePerson
) -> FileBooking:
    return FileBooking(key, f"line {key}", f"Talk {key}", start, end, room, persons)


def file_of(*rows: FileBooking, rooms: tuple[str, ...] = ("A", "B"), zone: str | None = None) -> ScheduleFile:
    persons = tuple(dict.fromkeys(person for one in rows for person in one.persons))
    return ScheduleFile("Test", rows, (), rooms, persons, zone)


def utc(day: int, hour: int) -> datetime:
    return datetime(2019, 2, day, hour, tzinfo=UTC)


TWO_DAYS = file_of(
    row("1", datetime(2019, 2, 2, 10), datetime(2019, 2, 2, 11), "A", ADA),
    row("2", datetime(2019, 2, 3, 9), datetime(2019, 2, 3, 12), "A"),
)


def test_rooms_are_venues_and_persons_are_staff():
    snapshot = to_snapshot(TWO_DAYS).snapshot
    assert snapshot.resources == (
        Resource(room_id("A"), "A", ResourceType.Venue, interchange_group="rooms"),
        Resource(room_id("B"), "B", ResourceType.Venue, interchange_group="rooms"),
        Resource(person_id("6"), "Ada", ResourceType.Staff),
    )
    assert snapshot.calendars == tuple(
        Calendar(
            calendar_id(name),
            name,
            CalendarType.Venue,
            room_id(name),
            OwnerType.Venue,
            "UTC",
            created_at=EPOCH,
        )
        for name in ("A", "B")
    )


def test_bookings_claim_their_room_first_and_then_their_persons():
    first, second = to_snapshot(TWO_DAYS).snapshot.bookings
    assert first == SnapshotBooking(
        scheduled_event_id=booking_id("1"),
        calendar_id=calendar_id("A"),
        slot=TimeSlot(utc(2, 10), utc(2, 11)),
        status=ScheduleStatus.Scheduled,
        claims=(Claim(room_id("A")), Claim(person_id("6"))),
        created_at=EPOCH,
        title="Talk 1",
    )
    assert second.claims == (Claim(room_id("A")),)
    assert second.created_at > first.created_at


def test_the_rooms_are_closed_between_the_days():
    snapshot = to_snapshot(TWO_DAYS).snapshot
    assert snapshot.horizon == TimeSlot(utc(2, 10), utc(3, 12))
    assert snapshot.now == utc(1, 10)
    night = TimeSlot(utc(2, 11), utc(3, 9))
    assert [(closure.resource_id, closure.slot) for closure in snapshot.closures] == [
        (room_id("A"), night),
        (room_id("B"), night),
    ]
    assert len({closure.resource_availability_id for closure in snapshot.closures}) == 2


def test_the_same_file_always_gives_the_same_snapshot():
    assert to_snapshot(TWO_DAYS) == to_snapshot(TWO_DAYS)
    assert booking_id("1") != room_id("1") != person_id("1") != calendar_id("1")
    assert str(booking_id("7294")) == "bd61e485-cfb6-52f9-9926-85d2acf0a01f"


def test_naive_times_are_read_in_the_zone_asked_for_and_aware_ones_are_not():
    zone = ZoneInfo("Europe/Brussels")
    first = to_snapshot(TWO_DAYS, zone).snapshot.bookings[0]
    assert first.slot.start_date_time == utc(2, 9)
    assert first.time_zone == "Europe/Brussels"
    aware = file_of(row("1", utc(2, 10), utc(2, 11)), zone="Asia/Tokyo")
    assert to_snapshot(aware, zone).snapshot.bookings[0].slot.start_date_time == utc(2, 10)
    assert to_snapshot(aware, zone).snapshot.resources[0].time_zone == "Asia/Tokyo"


def test_a_booking_without_a_room_claims_no_venue_and_clashes_with_none():
    file = file_of(row("1", utc(2, 10), utc(2, 11), None, ADA), row("2", utc(2, 10), utc(2, 11), None))
    snapshot = to_snapshot(file).snapshot
    assert [booking.claims for booking in snapshot.bookings] == [(Claim(person_id("6")),), ()]
    roomless = snapshot.calendars[-1]
    assert roomless.calendar_id == calendar_id(None)
    assert roomless.resource_id is None
    assert roomless.max_concurrent_events == 2


def test_an_empty_file_has_an_empty_snapshot():
    snapshot = to_snapshot(file_of(rooms=())).snapshot
    assert snapshot.bookings == snapshot.resources == snapshot.closures == ()
    assert snapshot.horizon.start_date_time == EPOCH


def test_changes_become_moves_of_the_file():
    found = to_snapshot(TWO_DAYS)
    before = Placement(calendar_id("A"), TimeSlot(utc(2, 10), utc(2, 11)), (Claim(room_id("A")),))
    after = Placement(calendar_id("B"), TimeSlot(utc(2, 14), utc(2, 15)), (Claim(room_id("B")),))
    changes = [Change(booking_id("1"), before, after), Change(None, before, after)]
    assert found.moves(changes) == (Move("1", utc(2, 14), "B"),)
    assert found.resource_names[room_id("B")] == "B"
    assert found.resource_names[person_id("6")] == "Ada"
    assert found.file_rows[booking_id("1")] is TWO_DAYS.rows[0]


def test_less_than_a_night_between_bookings_is_one_day():
    slots = [
        TimeSlot(utc(2, 10), utc(2, 11)),
        TimeSlot(utc(2, 8), utc(2, 17)),
        TimeSlot(utc(2, 20), utc(2, 21)),
    ]
    assert open_windows(slots) == [TimeSlot(utc(2, 8), utc(2, 21))]
    assert open_windows([slots[0], TimeSlot(utc(2, 15), utc(2, 16))]) == [
        slots[0],
        TimeSlot(utc(2, 15), utc(2, 16)),
    ]
    assert open_windows([]) == []


def found_by_the_domain(snapshot: ScheduleSnapshot) -> dict[Clash, ConflictLevel]:
    resources = {resource.resource_id: resource for resource in snapshot.resources}
    occupancy: dict[Pool, list[Usage]] = {}
    for booking in snapshot.bookings:
        for claim in booking.claims:
            resource = resources[claim.resource_id]
            pool = Pool(resource.resource_id, resource.resource_type, resource.quantity)
            during = resource.claimed_range(booking.slot)
            usage = Usage(booking.scheduled_event_id, during, booking.created_at, claim.quantity, claim.role)
            occupancy.setdefault(pool, []).append(usage)
    return find_clashes(occupancy)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_domain_finds_in_a_planted_file_what_the_oracle_finds(year, seed):
    file = read(plant(published(year), 30, seed))
    found = to_snapshot(file)
    kinds = {ConflictType.VenueConflict: "room", ConflictType.StaffConflict: "person"}
    persons = {person_id(person.key): person.key for person in file.persons}
    assert {
        FileClash(
            kinds[clash.conflict_type],
            persons.get(clash.resource_id) or found.resource_names[clash.resource_id],
            frozenset(
                found.booking_keys[one] for one in (clash.scheduled_event_id, clash.conflicting_event_id)
            ),
        )
        for clash in found_by_the_domain(found.snapshot)
    } == clashes(file)


@pytest.mark.parametrize("year", YEARS)
def test_published_years_are_two_days_long(year):
    snapshot = to_snapshot(read(published(year))).snapshot
    nights = sorted({closure.slot for closure in snapshot.closures})
    assert len(nights) == 1
    assert nights[0].duration.total_seconds() == 14 * 3600


def all_ids(snapshot: ScheduleSnapshot) -> Iterable[object]:
    yield from (resource.resource_id for resource in snapshot.resources)
    yield from (calendar.calendar_id for calendar in snapshot.calendars)
    yield from (booking.scheduled_event_id for booking in snapshot.bookings)


def test_ids_are_unique():
    ids = sorted(map(str, all_ids(to_snapshot(read(published(2019))).snapshot)))
    assert all(one != other for one, other in pairwise(ids))

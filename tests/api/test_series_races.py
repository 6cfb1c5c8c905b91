"""Whole series and single dates changed at once on real connections: nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

import api.booking.series_changes as changing
from api.bootstrap import Callboard, bootstrap
from api.features.confirm_schedule import ConfirmSchedule
from api.features.create_event import CreateEvent
from api.features.get_scheduled_event_by_id import GetScheduledEventById
from api.features.remove_event_from_calendar import RemoveEventFromCalendar
from api.features.reschedule_event import RescheduleEvent
from api.features.schedule_event import ScheduleEvent
from api.features.schedule_series import ScheduleSeries
from api.features.update_event import UpdateEvent
from api.message import Message
from api.settings import Settings
from benchmarks.contention import count_deadlocks, make_venue
from domain.entities import ScheduledEvent
from domain.enums import RecurrenceType, ScheduleStatus
from domain.errors import CallboardException, ConflictException, StaleVersion, StateConflict
from domain.recurrence.pattern import RecurrencePattern
from domain.series import Series
from domain.time_slot import TimeSlot
from persistence.embedded import EmbeddedUrls
from persistence.readers.bookings import BookingDetail
from persistence.repositories.series import lock_series, occurrences_of
from persistence.unit_of_work import UnitOfWork
from tests.api.people import ADMIN, CUSTOMER

DATES = 12
FIRST = datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0) + timedelta(days=30)
DAILY = RecurrencePattern(RecurrenceType.Daily, occurrence_count=DATES)


@pytest.fixture
async def crowded(urls: EmbeddedUrls, tmp_path: Path) -> AsyncIterator[Callboard]:
    """The service with a connection for each client."""
    service = bootstrap(Settings(home=tmp_path, database_pool_size=40), urls.application)
    yield service
    await service.close()


@pytest.fixture
async def hall(crowded: Callboard) -> UUID:
    return await make_venue(crowded, "Hall")


@pytest.fixture
async def event(crowded: Callboard) -> UUID:
    return (await crowded.bus.send(CreateEvent("Rehearsal"), ADMIN)).event_id


def slot(day: int = 0, start: float = 0, hours: float = 2) -> TimeSlot:
    """On a day of the series, from so many hours after its own start."""
    begins = FIRST + timedelta(days=day, hours=start)
    return TimeSlot(begins, begins + timedelta(hours=hours))


def daily(event: UUID, hall: UUID, start: float = 0, hours: float = 2, **more: Any) -> ScheduleSeries:
    return ScheduleSeries(event, hall, slot(0, start, hours), "UTC", DAILY, **more)


async def make(service: Callboard, command: ScheduleSeries) -> BookingDetail:
    return await service.bus.send(command, ADMIN)


async def at_once(service: Callboard, commands: Iterable[Message[Any]]) -> list[Any]:
    """What each command came to: its answer or the refusal. Anything but a refusal fails the test."""

    async def send(command: Message[Any]) -> Any:
        try:
            return await service.bus.send(command, ADMIN)
        except CallboardException as refusal:
            return refusal

    return list(await asyncio.gather(*(send(one) for one in commands)))


@pytest.fixture
def rows(crowded: Callboard) -> Callable[..., Awaitable[list[dict[str, Any]]]]:
    async def read(statement: str) -> list[dict[str, Any]]:
        async with crowded.database.unit_of_work(ADMIN) as uow:
            return [dict(row) for row in (await uow.connection.execute(text(statement))).mappings()]

    return read


@pytest.fixture
def assert_sound(crowded: Callboard, rows: Any) -> Callable[[], Awaitable[None]]:
    """Nobody is booked twice, what lives holds its claims, and all belongs to its event's organizer."""

    async def check() -> None:
        assert await count_deadlocks(crowded.database) == 0
        assert (
            await rows(
                "SELECT a.claim_id FROM claims a JOIN claims b ON a.resource_id = b.resource_id"
                " AND a.claim_id < b.claim_id AND a.during && b.during AND a.live AND b.live"
                " AND NOT a.is_hold AND NOT b.is_hold"
            )
            == []
        )
        # A cancelled booking keeps its claims, and they hold nothing.
        assert (
            await rows(
                "SELECT b.scheduled_event_id, b.status, c.live, c.enforced, c.is_hold FROM scheduled_events b"
                " LEFT JOIN claims c USING (scheduled_event_id) WHERE c.claim_id IS NULL"
                " OR c.live IS DISTINCT FROM (b.status <> 4)"
                " OR c.enforced IS DISTINCT FROM (b.status IN (1, 2))"
                " OR b.status <> 4 AND (c.during <> b.during OR c.calendar_id <> b.calendar_id"
                " OR c.is_hold IS DISTINCT FROM (b.status = 0))"
            )
            == []
        )
        assert (
            await rows(
                "SELECT series_id, original_start FROM scheduled_events WHERE series_id IS NOT NULL"
                " GROUP BY 1, 2 HAVING count(*) > 1"
            )
            == []
        )
        assert (
            await rows(
                "SELECT b.scheduled_event_id FROM scheduled_events b JOIN events e USING (event_id)"
                " LEFT JOIN claims c USING (scheduled_event_id) LEFT JOIN series s USING (series_id)"
                " WHERE b.owner_id <> e.organizer_id OR c.owner_id <> e.organizer_id"
                " OR s.owner_id <> e.organizer_id"
            )
            == []
        )
        # An occurrence is where its rule puts it, unless it went its own way.
        assert (
            await rows(
                "SELECT scheduled_event_id FROM scheduled_events JOIN series s USING (series_id)"
                " WHERE NOT is_detached AND status <> 4"
                " AND lower(during) <> original_start AT TIME ZONE s.time_zone"
            )
            == []
        )

    return check


async def test_two_series_and_twenty_bookings_after_the_same_evenings(
    crowded: Callboard, hall: UUID, event: UUID, rows: Any, assert_sound: Any
) -> None:
    """Whoever comes first has the evening; a series has all of its evenings or none."""
    for number in range(3):
        days = [number * 40 + day for day in range(20)]
        pattern = RecurrencePattern(RecurrenceType.Daily, occurrence_count=DATES)
        series = [
            ScheduleSeries(event, hall, slot(days[0], 0.5 * index), "UTC", pattern) for index in range(2)
        ]
        singles = [ScheduleEvent(event, hall, slot(day, 1), "UTC") for day in days]
        commands = singles[: 7 * number] + series + singles[7 * number :]
        answers = await at_once(crowded, commands)
        assert {type(one) for one in answers if not isinstance(one, BookingDetail)} <= {
            type(one) for one in answers if isinstance(one, ConflictException)
        }
        assert not any(isinstance(one, StateConflict) for one in answers)
        made = [one for one in answers if isinstance(one, BookingDetail)]
        whole = [one for one in made if one.occurrences]
        assert len(whole) <= 1
        assert [len(one.occurrences) for one in whole] == [DATES] * len(whole)
        evenings = [
            one
            for one in await rows(
                "SELECT lower(during)::date AS day, count(*) AS n FROM scheduled_events GROUP BY 1"
            )
            if one["day"] >= slot(days[0]).start_date_time.date()
        ]
        # The evenings beyond the series go to the singles alone; each of the others has one booking or none.
        assert {one["n"] for one in evenings} == {1}
        assert len(evenings) == (20 if not whole else DATES + sum(not one.occurrences for one in made))
    await assert_sound()


async def test_a_series_is_moved_while_single_dates_of_it_are_moved_and_cancelled(
    crowded: Callboard, hall: UUID, event: UUID, rows: Any, assert_sound: Any
) -> None:
    series = await make(crowded, daily(event, hall))
    key = series.summary.scheduled_event_id
    keys = [one.scheduled_event_id for one in series.occurrences]
    commands: list[Message[Any]] = []
    for number, one in enumerate(keys):
        if number % 3 == 0:
            commands.append(RescheduleEvent(one, slot(number, -6, 1)))
        elif number % 3 == 1:
            commands.append(RemoveEventFromCalendar(one))
    moves = [RescheduleEvent(key, slot(0, hour)) for hour in (3, -3, 1)]
    answers = await at_once(crowded, [*commands[:4], moves[0], *commands[4:], *moves[1:]])
    assert all(one is None or isinstance(one, BookingDetail) for one in answers), answers
    await assert_sound()
    found = await rows(
        "SELECT scheduled_event_id AS key, status, is_detached, lower(during) AS start, series_id,"
        " original_start FROM scheduled_events ORDER BY original_start"
    )
    assert [one["key"] for one in found] == keys
    assert {one["series_id"] for one in found} == {key}
    (first_start,) = {one["original_start"] - timedelta(days=day) for day, one in enumerate(found)}
    assert first_start.replace(tzinfo=UTC) - FIRST in {timedelta(hours=hour) for hour in (3, -3, 1)}
    for number, one in enumerate(found):
        expected = {
            0: (ScheduleStatus.Scheduled, True, slot(number, -6).start_date_time),
            1: (ScheduleStatus.Cancelled, False, one["start"]),
            2: (ScheduleStatus.Scheduled, False, one["original_start"].replace(tzinfo=UTC)),
        }[number % 3]
        assert (one["status"], one["is_detached"], one["start"]) == expected
    # Three moves of the whole, and every single change that came before one of them.
    (series,) = await rows("SELECT version FROM series")
    assert series["version"] > 4


async def test_following_dates_part_at_several_places_at_once(
    crowded: Callboard, hall: UUID, event: UUID, rows: Any, assert_sound: Any
) -> None:
    """Each split waits for the other; a date that another split took along is split from there."""
    series = await make(crowded, daily(event, hall))
    keys = [one.scheduled_event_id for one in series.occurrences]
    answers = await at_once(
        crowded,
        [RescheduleEvent(keys[day], slot(day, 3), scope="thisAndFollowing") for day in (3, 6, 9)],
    )
    assert all(isinstance(one, BookingDetail) for one in answers), answers
    await assert_sound()
    found = await rows("SELECT lower(during) AS start, series_id FROM scheduled_events ORDER BY 1")
    assert [one["start"] for one in found] == [
        slot(day, 0 if day < 3 else 3).start_date_time for day in range(DATES)
    ]
    sizes = Counter(one["series_id"] for one in found)
    rules = await rows("SELECT series_id, (recurrence->>'occurrence_count')::int AS n FROM series")
    assert {one["series_id"]: one["n"] for one in rules} == sizes


@pytest.mark.parametrize("held", [True, False])
async def test_a_series_is_removed_while_it_is_confirmed(
    crowded: Callboard, hall: UUID, event: UUID, rows: Any, assert_sound: Any, held: bool
) -> None:
    status = ScheduleStatus.Tentative if held else ScheduleStatus.Scheduled
    for number in range(4):
        series = await make(crowded, daily(event, hall, status=status))
        key = series.summary.scheduled_event_id
        commands: list[Message[Any]] = [ConfirmSchedule(key), RemoveEventFromCalendar(key)]
        commands += [ConfirmSchedule(one.scheduled_event_id) for one in series.occurrences[:3]]
        removed, ordered = commands[1], commands[:: 1 if number % 2 else -1]
        answers = dict(zip(ordered, await at_once(crowded, ordered), strict=True))
        assert answers[removed] is None
        assert all(
            one is None or isinstance(one, BookingDetail | StateConflict) for one in answers.values()
        ), answers
        found = await rows(f"SELECT status FROM scheduled_events WHERE series_id = '{key}'")  # noqa: S608
        assert {one["status"] for one in found} == {ScheduleStatus.Cancelled}
    await assert_sound()


async def test_an_event_is_handed_over_while_its_series_are_moved_and_made(
    crowded: Callboard, event: UUID, rows: Any, assert_sound: Any
) -> None:
    halls = [await make_venue(crowded, f"Hall {number}") for number in range(3)]
    made = [await make(crowded, daily(event, hall)) for hall in halls[:2]]
    organizers = [uuid4() for _ in range(4)]
    for round_, organizer in enumerate(organizers):
        commands: list[Message[Any]] = [
            RescheduleEvent(one.summary.scheduled_event_id, slot(0, hour))
            for one in made
            for hour in (round_ + 1, -round_ - 1)
        ]
        commands.insert(round_, UpdateEvent(event, "Rehearsal", organizer))
        commands.append(daily(event, halls[2], 3 * round_ - 9))
        commands.append(RemoveEventFromCalendar(made[0].occurrences[round_].scheduled_event_id))
        commands.append(RescheduleEvent(made[1].occurrences[11].scheduled_event_id, slot(20 + round_)))
        answers = await at_once(crowded, commands)
        refused = [one for one in answers if isinstance(one, CallboardException)]
        assert refused == []
        assert {one["owner_id"] for one in await rows("SELECT owner_id FROM series")} == {organizer}
    await assert_sound()
    assert (await rows("SELECT count(*) AS n FROM series"))[0]["n"] == 2 + len(organizers)


@pytest.fixture
def once_read(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Awaitable[object]]], None]:
    """Let something else happen after a series' occurrences were read and before what they use is locked."""

    def arrange(meanwhile: Callable[[], Awaitable[object]]) -> None:
        left = [meanwhile]

        async def slow(uow: UnitOfWork, series_id: UUID) -> list[ScheduledEvent]:
            found = await occurrences_of(uow, series_id)
            if left:
                await left.pop()()
            return found

        monkeypatch.setattr(changing, "occurrences_of", slow)

    return arrange


async def test_a_date_that_was_cancelled_meanwhile_does_not_come_back(
    crowded: Callboard, hall: UUID, event: UUID, once_read: Any, rows: Any, assert_sound: Any
) -> None:
    series = await make(crowded, daily(event, hall))
    gone = series.occurrences[4].scheduled_event_id
    once_read(lambda: crowded.bus.send(RemoveEventFromCalendar(gone), ADMIN))
    await crowded.bus.send(RescheduleEvent(series.summary.scheduled_event_id, slot(0, 3)), ADMIN)
    found = await rows("SELECT scheduled_event_id AS key FROM scheduled_events WHERE status = 4")
    assert found == [{"key": gone}]
    await assert_sound()


@pytest.mark.parametrize("removing", [True, False])
async def test_a_change_that_was_made_on_an_older_version_of_its_date_is_refused(
    crowded: Callboard,
    hall: UUID,
    event: UUID,
    monkeypatch: pytest.MonkeyPatch,
    rows: Any,
    removing: bool,
) -> None:
    """The date changes after its version was compared and before its series is locked."""
    series = await make(crowded, daily(event, hall))
    third = series.occurrences[2].scheduled_event_id
    left = [RescheduleEvent(third, slot(2, -6))]

    async def slow(uow: UnitOfWork, series_id: UUID) -> Series:
        if left:
            await crowded.bus.send(left.pop(), ADMIN)
        return await lock_series(uow, series_id)

    monkeypatch.setattr(changing, "lock_series", slow)
    change: Message[Any] = RescheduleEvent(third, slot(2, 3), scope="thisAndFollowing", expected_version=1)
    if removing:
        change = RemoveEventFromCalendar(third, scope="all", expected_version=1)
    with pytest.raises(StaleVersion):
        await crowded.bus.send(change, ADMIN)
    assert await rows(
        "SELECT status, version, count(*) AS n FROM scheduled_events GROUP BY 1, 2 ORDER BY 2"
    ) == [
        {"status": ScheduleStatus.Scheduled, "version": 1, "n": DATES - 1},
        {"status": ScheduleStatus.Scheduled, "version": 2, "n": 1},
    ]


async def test_a_series_with_a_clash_that_came_meanwhile_is_not_confirmed(
    crowded: Callboard, hall: UUID, event: UUID, once_read: Any, rows: Any
) -> None:
    series = await make(crowded, daily(event, hall))
    rival = ScheduleEvent(event, hall, slot(5, 1), "UTC", override_reason="The mayor asked")
    once_read(lambda: crowded.bus.send(rival, ADMIN))
    with pytest.raises(StateConflict, match="1 Critical conflicts of this series are open"):
        await crowded.bus.send(ConfirmSchedule(series.summary.scheduled_event_id), ADMIN)
    assert await rows("SELECT status, count(*) AS n FROM scheduled_events GROUP BY 1") == [
        {"status": ScheduleStatus.Scheduled, "n": DATES + 1}
    ]


async def test_a_hand_over_that_comes_meanwhile_waits_for_the_series(
    crowded: Callboard, hall: UUID, once_read: Any, assert_sound: Any
) -> None:
    event = (await crowded.bus.send(CreateEvent("Rehearsal", CUSTOMER.user_id), ADMIN)).event_id
    series = await make(crowded, daily(event, hall))
    key = series.summary.scheduled_event_id
    tasks: list[asyncio.Task[Any]] = []

    async def hand_over() -> None:
        message = UpdateEvent(event, "Rehearsal", uuid4())
        tasks.append(asyncio.create_task(crowded.bus.send(message, ADMIN)))

    once_read(hand_over)
    await crowded.bus.send(RemoveEventFromCalendar(key), CUSTOMER)
    after = await tasks[0]
    detail = await crowded.bus.send(GetScheduledEventById(key), ADMIN)
    assert detail.summary.owner_id == after.organizer_id
    assert {one.status for one in detail.occurrences} == {ScheduleStatus.Cancelled}
    await assert_sound()

"""How long a whole series takes beside a single booking: made, refused and moved, every date or none.

365 dates with three claims each (a venue and two people) in a database of 3,000 bookings; the floor is one
single booking with the same claims, in the same run. A refusal is that of the decision, without suggestions.

Run from the repository's root: `python -m benchmarks.series [--rounds 10] [--seed 1]`.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar
from uuid import UUID, uuid4

from rich.console import Console
from rich.table import Table

from api.asgi import settle_heap
from api.bootstrap import Callboard, bootstrap
from api.features.create_event import CreateEvent
from api.features.remove_event_from_calendar import RemoveEventFromCalendar
from api.features.reschedule_event import RescheduleEvent
from api.features.schedule_event import ScheduleEvent
from api.features.schedule_series import ScheduleSeries
from api.settings import Settings
from benchmarks.instances import Season
from benchmarks.season_rows import season_rows
from domain.entities import Claim
from domain.enums import RecurrenceType, ResourceType, Role
from domain.errors import SeriesConflictException
from domain.recurrence.pattern import RecurrencePattern
from domain.time_slot import TimeSlot
from domain.viewer import Viewer
from persistence.bulk_load import load
from persistence.embedded import temporary_postgres
from persistence.migrate import migrate

ADMIN = Viewer(uuid4(), Role.Admin)
DATES, CLAIMS = 365, 3
T = TypeVar("T")


async def measure(service: Callboard, rounds: int, seed: int) -> Table:
    """The table of a series made, refused, moved and removed, and the floor."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
    season = Season()
    rows = season_rows(season, seed, midnight, ADMIN.user_id)
    async with service.database.unit_of_work(ADMIN) as uow:
        await load(uow, rows)
    settle_heap()
    event = (await service.bus.send(CreateEvent("Series"), ADMIN)).event_id
    people = [one.resource_id for one in rows.resources if one.resource_type is ResourceType.Staff]
    venues = [one.calendar_id for one in rows.calendars]
    # The season's two weeks are full; beyond them everything is free.
    free = midnight + timedelta(days=season.days + 1, hours=12)
    taken: dict[str, list[float]] = {"one booking": [], "made": [], "refused": [], "moved": [], "removed": []}
    for number in range(rounds):
        claims = tuple(Claim(people[(2 * number + one) % len(people)]) for one in range(CLAIMS - 1))
        venue = venues[number % len(venues)]
        await _one_round(service, _asked(event, venue, free, claims), taken)
    return _table(season, taken)


def _asked(event: UUID, venue: UUID, start: datetime, claims: tuple[Claim, ...]) -> ScheduleSeries:
    pattern = RecurrencePattern(RecurrenceType.Daily, occurrence_count=DATES)
    slot = TimeSlot(start, start + timedelta(hours=1))
    return ScheduleSeries(event, venue, slot, "UTC", pattern, claims=claims)


async def _one_round(service: Callboard, asked: ScheduleSeries, taken: dict[str, list[float]]) -> None:
    async def timed(name: str, call: Callable[[], Awaitable[T]]) -> T:
        began = time.perf_counter()
        answer = await call()
        taken[name].append(time.perf_counter() - began)
        return answer

    bus = service.bus
    early = _later(asked.slot, -2)
    single = ScheduleEvent(asked.event_id, asked.calendar_id, early, "UTC", claims=asked.claims)
    await timed("one booking", lambda: bus.send(single, ADMIN))
    made = await timed("made", lambda: bus.send(asked, ADMIN))
    assert len(made.occurrences) == DATES

    async def refused() -> int:
        try:
            await bus.send(replace(asked, slot=_later(asked.slot, 0.5)), ADMIN)
        except SeriesConflictException as refusal:
            return len(refusal.occurrences)
        return 0

    assert await timed("refused", refused) == DATES
    key = made.summary.scheduled_event_id
    move = RescheduleEvent(key, _later(asked.slot, 0.5))
    assert len((await timed("moved", lambda: bus.send(move, ADMIN))).occurrences) == DATES
    await timed("removed", lambda: bus.send(RemoveEventFromCalendar(key), ADMIN))


def _later(slot: TimeSlot, hours: float) -> TimeSlot:
    by = timedelta(hours=hours)
    return TimeSlot(slot.start_date_time + by, slot.end_date_time + by)


def _table(season: Season, taken: dict[str, list[float]]) -> Table:
    table = Table(
        "what", "p50, ms", "worst, ms", "p50 to floor", "p50 to floor a date", "n",
        title=f"series of {DATES} dates with {CLAIMS} claims each, beside {season.bookings:,} bookings",
    )  # fmt: skip
    floor = statistics.median(taken["one booking"])
    for name, seconds in taken.items():
        middle = statistics.median(seconds)
        dates = 1 if name == "one booking" else DATES
        table.add_row(
            "one booking (floor)" if dates == 1 else f"a series {name}",
            f"{1000 * middle:.1f}",
            f"{1000 * max(seconds):.1f}",
            f"{middle / floor:.1f}",
            f"{middle / floor / dates:.3f}",
            str(len(seconds)),
        )
    return table


async def run(rounds: int, seed: int) -> Table:
    """Measure on a server of its own."""
    with TemporaryDirectory() as home, temporary_postgres() as server:
        urls = server.create_database("series")
        migrate(urls.owner)
        service = bootstrap(Settings(home=Path(home)), urls.application)
        try:
            return await measure(service, rounds, seed)
        finally:
            await service.close()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    Console(width=120).print(asyncio.run(run(arguments.rounds, arguments.seed)))


if __name__ == "__main__":
    main()

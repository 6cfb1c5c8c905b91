"""Many clients after one slot at once: who gets it, how long it takes, and that nothing deadlocks.

Run as a program it prints a table of 100 rounds each for a slot of quantity 1 and 3, and of 64 calendars that
claim one person together.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from api.bootstrap import Callboard, bootstrap
from api.features.create_calendar import CreateCalendar
from api.features.create_event import CreateEvent
from api.features.create_resource import CreateResource
from api.features.schedule_event import ScheduleEvent
from api.settings import Settings
from domain.entities import Claim
from domain.enums import CalendarType, ConflictLevel, ConflictType, ResourceType, Role
from domain.errors import ConflictException
from domain.time_slot import TimeSlot
from domain.viewer import Viewer
from persistence.database import Database
from persistence.embedded import EmbeddedUrls, temporary_postgres
from persistence.migrate import migrate

ADMIN = Viewer(uuid4(), Role.Admin)
CLIENTS = 64


@dataclass(frozen=True, slots=True)
class Round:
    """How one round went: bookings made, clean refusals, anything else by name, and its seconds."""

    made: int
    refused: int
    other: dict[str, int]
    seconds: float


async def one_round(service: Callboard, commands: Sequence[ScheduleEvent]) -> Round:
    """Send all commands at once, each on a connection of its own."""

    async def book(command: ScheduleEvent) -> str:
        try:
            await service.bus.send(command, ADMIN)
        except ConflictException:
            return "refused"
        return "made"

    started = time.perf_counter()
    answers = await asyncio.gather(*(book(command) for command in commands), return_exceptions=True)
    seconds = time.perf_counter() - started
    count = Counter(one if isinstance(one, str) else type(one).__name__ for one in answers)
    made, refused = count.pop("made", 0), count.pop("refused", 0)
    return Round(made, refused, dict(count), seconds)


def slot_on(day: int) -> TimeSlot:
    """Two hours on a day in the future, another for each round."""
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=30 + day)
    return TimeSlot(start, start + timedelta(hours=2))


async def make_venue(service: Callboard, name: str, quantity: int = 1) -> UUID:
    """The calendar of a new venue that holds so many events at once."""
    command = CreateCalendar(name, CalendarType.Venue, "UTC", max_concurrent_events=quantity)
    return (await service.bus.send(command, ADMIN)).calendar_id


async def contend_for_a_slot(
    service: Callboard, quantity: int, rounds: int, clients: int = CLIENTS
) -> list[Round]:
    """Rounds of clients who all want the same slot of one venue."""
    calendar_id = await make_venue(service, f"venue for {quantity}", quantity)
    event_id = (await service.bus.send(CreateEvent("a wanted slot"), ADMIN)).event_id
    found = []
    for number in range(rounds):
        command = ScheduleEvent(event_id, calendar_id, slot_on(number), "UTC")
        found.append(await one_round(service, [command] * clients))
    return found


async def share_a_person(service: Callboard, rounds: int, clients: int = CLIENTS) -> list[Round]:
    """Rounds of clients who each book a venue of their own and all claim one person as Primary."""
    person = await service.bus.send(CreateResource("Ada", ResourceType.Staff, "UTC"), ADMIN)
    calendars = [await make_venue(service, f"room {number}") for number in range(clients)]
    event_id = (await service.bus.send(CreateEvent("needs Ada"), ADMIN)).event_id
    claims = (Claim(person.resource_id),)
    found = []
    for number in range(rounds):
        slot = slot_on(number)
        commands = [ScheduleEvent(event_id, one, slot, "UTC", claims=claims) for one in calendars]
        found.append(await one_round(service, commands))
    return found


async def count_deadlocks(database: Database) -> int:
    """How many deadlocks PostgreSQL has broken in this database."""
    statement = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    async with database.engine.connect() as connection:
        return int((await connection.execute(statement)).scalar_one())


async def count_conflicts(database: Database) -> dict[tuple[str, str], int]:
    """Conflicts in the database by type and level."""
    rows = text("SELECT conflict_type, conflict_level, count(*) FROM schedule_conflicts GROUP BY 1, 2")
    async with database.unit_of_work(ADMIN) as uow:
        return {
            (ConflictType(kind).name, ConflictLevel(level).name): count
            for kind, level, count in (await uow.connection.execute(rows)).all()
        }


def _row(name: str, rounds: list[Round], expected: str) -> list[str]:
    made = Counter(one.made for one in rounds)
    other = Counter(name for one in rounds for name, count in one.other.items() for _ in range(count))
    return [
        name,
        str(len(rounds)),
        expected,
        ", ".join(f"{number} ({count} rounds)" for number, count in sorted(made.items())),
        str(sum(one.refused for one in rounds)),
        str(dict(other) or 0),
        f"{max(one.seconds for one in rounds):.2f}",
    ]


async def run(urls: EmbeddedUrls, home: Path, rounds: int) -> Table:
    """The table of all three kinds of contention."""
    settings = Settings(home=home, database_pool_size=CLIENTS)
    service = bootstrap(settings, urls.application)
    table = Table(
        "contest", "rounds", "expected", "made a round", "409s", "anything else", "slowest round, s"
    )
    try:
        for quantity in (1, 3):
            rows = await contend_for_a_slot(service, quantity, rounds)
            table.add_row(*_row(f"64 clients, a slot for {quantity}", rows, str(quantity)))
        rows = await share_a_person(service, 1)
        table.add_row(*_row("64 calendars, one person", rows, str(CLIENTS)))
        conflicts = await count_conflicts(service.database)
        staff = conflicts[ConflictType.StaffConflict.name, ConflictLevel.Moderate.name]
        table.caption = (
            f"{await count_deadlocks(service.database)} deadlocks; "
            f"{staff:,} StaffConflicts, {CLIENTS * (CLIENTS - 1) // 2:,} expected"
        )
    finally:
        await service.close()
    return table


def main() -> None:
    """Print the table of 100 rounds."""
    with TemporaryDirectory() as home, temporary_postgres(max_connections=200) as server:
        urls = server.create_database("contention")
        migrate(urls.owner)
        Console().print(asyncio.run(run(urls, Path(home), 100)))


if __name__ == "__main__":
    main()

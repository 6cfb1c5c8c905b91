"""How often a calendar's view is there already, and what that is worth, under the mix of `view_mix`.

The mix runs on one database, over HTTP semantics into the app: with a cache that is empty at first, then its
first thousand calls without a cache.

Run from the repository's root: `python -m benchmarks.cache_hits [--calls 8000] [--seed 1] [--redis-url redis://...]`.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import httpx
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from api.asgi import settle_heap
from api.bootstrap import Callboard, bootstrap
from api.cache.kind import CacheKind
from api.features.grant_calendar_access import GrantCalendarAccess
from api.http.wire import format_instant
from api.main import create_app
from api.settings import Settings
from benchmarks.view_house import full_calendars
from benchmarks.view_mix import CALENDARS, CUSTOMERS, DESK, Change, Read, Reader, Write, calls
from domain.entities import ScheduledEvent
from domain.enums import AccessLevel, Role, ViewType
from domain.viewer import Viewer
from persistence.bulk_load import load
from persistence.embedded import EmbeddedUrls, temporary_postgres
from persistence.migrate import migrate

ADMIN = Viewer(uuid4(), Role.Admin)
BOOKINGS = 120
DAYS = 60
PATHS = {ViewType.Daily: "daily", ViewType.Weekly: "weekly", ViewType.Monthly: "monthly"}


@dataclass
class House:
    """The calendars and their bookings, and who asks."""

    calendars: list[UUID]
    bookings: dict[UUID, list[ScheduledEvent]]
    desk: list[Viewer]
    customers: list[Viewer]
    midnight: datetime


@dataclass
class Run:
    """What a run of the mix came to. late: in its second half, when the cache has filled."""

    reads: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    hits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    late_reads: int = 0
    late_hits: int = 0
    read_seconds: float = 0.0
    writes: int = 0

    @property
    def hit_rate(self) -> float:
        return sum(self.hits.values()) / sum(self.reads.values())

    @property
    def reads_a_second(self) -> float:
        return sum(self.reads.values()) / self.read_seconds


async def furnish(service: Callboard) -> House:
    """Fifty calendars, all of which the desk may look at and the Customers may book."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    schedule = full_calendars(CALENDARS, BOOKINGS, DAYS, midnight + timedelta(days=1), ADMIN.user_id)
    async with service.database.unit_of_work(ADMIN) as uow:
        await load(uow, schedule)
    desk = [Viewer(uuid4(), Role.Staff if number % 2 else Role.Manager) for number in range(DESK)]
    customers = [Viewer(uuid4(), Role.Customer) for _ in range(CUSTOMERS)]
    bookings = defaultdict(list)
    for one in schedule.bookings:
        bookings[one.calendar_id].append(one)
    house = House([one.calendar_id for one in schedule.calendars], bookings, desk, customers, midnight)
    for calendar in house.calendars:
        for viewer in desk:
            if viewer.role is Role.Staff:
                command = GrantCalendarAccess(calendar, viewer.user_id, AccessLevel.View)
                await service.bus.send(command, ADMIN)
        for viewer in customers:
            await service.bus.send(GrantCalendarAccess(calendar, viewer.user_id, AccessLevel.Book), ADMIN)
    return house


class Client:
    """Makes the mix's calls on one service."""

    def __init__(self, service: Callboard, house: House) -> None:
        self._service = service
        self._house = house
        now = datetime.now(UTC)
        self._headers = {
            viewer: {"Authorization": f"Bearer {service.issuer.token(viewer, now, timedelta(hours=6))}"}
            for viewer in (ADMIN, *house.desk, *house.customers)
        }
        transport = httpx.ASGITransport(app=create_app(service))
        self._http = httpx.AsyncClient(transport=transport, base_url="http://callboard.test", timeout=60)

    async def run(self, number: int, seed: int) -> Run:
        """Make so many calls."""
        run = Run()
        counts = self._service.cache.counts[CacheKind.CalendarViews]
        for position, call in enumerate(calls(number, seed)):
            if isinstance(call, Change):
                await self._write(call)
                run.writes += 1
                continue
            before, began = counts.hits, time.perf_counter()
            await self._read(call)
            run.read_seconds += time.perf_counter() - began
            run.reads[call.reader.name] += 1
            run.hits[call.reader.name] += counts.hits - before
            if position >= number / 2:
                run.late_reads += 1
                run.late_hits += counts.hits - before
        await self._http.aclose()
        return run

    async def _read(self, call: Read) -> None:
        people = self._house.desk if call.reader is Reader.DESK else self._house.customers
        path = f"/api/calendars/{self._house.calendars[call.calendar]}/{PATHS[call.view_type]}"
        answer = await self._http.get(path, params=_query(call), headers=self._headers[people[call.number]])
        assert answer.status_code == 200, answer.text

    async def _write(self, change: Change) -> None:
        calendar = self._house.calendars[change.calendar]
        known = self._house.bookings[calendar]
        booking = known[int(change.draw * len(known))]
        start = self._house.midnight + timedelta(days=change.day, hours=8 + int(12 * change.draw))
        times = {
            "startDateTime": format_instant(start),
            "endDateTime": format_instant(start + timedelta(minutes=30)),
        }
        place = f"/api/schedules/{booking.scheduled_event_id}"
        match change.write:
            case Write.BOOK:
                body = {"eventId": str(booking.event_id), "calendarId": str(calendar), "timeZone": "UTC"}
                await self._send("POST", "/api/schedules", body | times)
            case Write.MOVE:
                await self._send("POST", f"{place}/reschedule", times)
            case Write.REMOVE:
                known.remove(booking)
                await self._send("DELETE", place, None)
            case Write.RENAME:
                await self._send("PUT", f"/api/events/{booking.event_id}", {"title": f"Now {change.draw}"})

    async def _send(self, method: str, path: str, body: object) -> None:
        answer = await self._http.request(method, path, json=body, headers=self._headers[ADMIN])
        assert answer.status_code < 300, answer.text


def _query(call: Read) -> dict[str, str | int]:
    today = datetime.now(UTC).date()
    match call.view_type:
        case ViewType.Daily:
            return {"date": (today + timedelta(days=call.ahead)).isoformat()}
        case ViewType.Weekly:
            return {"date": (today + timedelta(weeks=call.ahead)).isoformat()}
        case _:
            month = 12 * today.year + today.month - 1 + call.ahead
            return {"month": month % 12 + 1, "year": month // 12}


async def measure(urls: EmbeddedUrls, home: Path, options: argparse.Namespace) -> Table:
    """The table of both runs."""
    url = options.redis_url
    warm = bootstrap(Settings(home=home, redis_url=None if url is None else SecretStr(url)), urls.application)
    cold = bootstrap(Settings(home=home, cache_views_seconds=0), urls.application)
    house = await furnish(warm)
    settle_heap()
    runs = {
        "with": await Client(warm, house).run(options.calls, options.seed),
        "without": await Client(cold, house).run(min(options.calls, 1_000), options.seed),
    }
    await warm.close()
    await cold.close()
    floor = runs["without"].reads_a_second
    table = Table(
        "cache", "reads", "writes", "hit rate", "second half", "desk", "Customers", "reads/s", "to without",
        title=f"{options.calls:,} calls, {CALENDARS} calendars of {BOOKINGS} bookings, seed {options.seed}",
    )  # fmt: skip
    for name, run in runs.items():
        shares = [f"{run.hits[one.name] / max(1, run.reads[one.name]):.1%}" for one in Reader]
        speed = run.reads_a_second
        table.add_row(
            name, f"{sum(run.reads.values()):,}", str(run.writes), f"{run.hit_rate:.1%}",
            f"{run.late_hits / run.late_reads:.1%}", *shares,
            f"{speed:.0f}", f"{speed / floor:.2f}",
        )  # fmt: skip
    return table


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=8_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--redis-url", default=None)
    options = parser.parse_args()
    with TemporaryDirectory() as home, temporary_postgres() as server:
        urls = server.create_database("cache_hits")
        migrate(urls.owner)
        Console().print(asyncio.run(measure(urls, Path(home), options)))


if __name__ == "__main__":
    main()

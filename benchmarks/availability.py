"""How long checks of availability and searches for a slot take, over HTTP down to a real PostgreSQL.

3,000 bookings, 30 venues, 90 people and 14 days; beside them, in the same run, reading one resource.

Run from the repository's root: `python -m benchmarks.availability [--calls 40] [--seed 1]`.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import httpx
from rich.console import Console
from rich.table import Table

from api.asgi import settle_heap
from api.bootstrap import Callboard, bootstrap
from api.http.wire import format_instant
from api.main import create_app
from api.settings import Settings
from benchmarks.instances import Season
from benchmarks.season_rows import season_rows
from domain.entities import Resource
from domain.enums import ResourceType, Role
from domain.viewer import Viewer
from persistence.bulk_load import load
from persistence.embedded import temporary_postgres
from persistence.migrate import migrate

ADMIN = Viewer(uuid4(), Role.Admin)
BULK = 50

Call = Callable[[httpx.AsyncClient], Awaitable[httpx.Response]]


async def measure(service: Callboard, calls: int, seed: int) -> Table:
    """The table of all answers, each timed alone."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
    season = Season()
    rows = season_rows(season, seed, midnight, ADMIN.user_id)
    async with service.database.unit_of_work(ADMIN) as uow:
        await load(uow, rows)
    settle_heap()
    token = service.issuer.token(ADMIN, datetime.now(UTC), timedelta(hours=1))
    transport = httpx.ASGITransport(app=create_app(service))
    table = Table(
        "answer", "p50, ms", "p95, ms", "p50 to floor", "n",
        title=f"{season.bookings:,} bookings, {season.venues} venues, {season.days} days",
    )  # fmt: skip
    floor = 0.0
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://callboard.test",
        headers={"Authorization": f"Bearer {token}"},
        timeout=60,
    ) as client:
        for name, make in _answers(rows.resources, midnight).items():
            rng = Random(seed)
            seconds = [await _timed(client, make(rng)) for _ in range(calls + 3)][3:]
            middle, slow = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
            floor = floor or middle
            times = (f"{1000 * middle:.1f}", f"{1000 * slow:.1f}", f"{middle / floor:.1f}")
            table.add_row(name, *times, str(calls))
    return table


def _answers(resources: tuple[Resource, ...], midnight: datetime) -> dict[str, Callable[[Random], Call]]:
    """Each question, made anew for every call."""
    venues = [str(one.resource_id) for one in resources if one.resource_type is ResourceType.Venue]
    staff = [str(one.resource_id) for one in resources if one.resource_type is ResourceType.Staff]

    def at(hours: float) -> str:
        return format_instant(midnight + timedelta(hours=hours))

    def get(path: str, **params: str) -> Call:
        return lambda client: client.get(path, params=params)

    def post(path: str, **body: object) -> Call:
        return lambda client: client.post(path, json=body)

    def check(rng: Random) -> Call:
        start = rng.randrange(24 * 14)
        times = {"startDateTime": at(start), "endDateTime": at(start + 2)}
        return post("/api/resources/availability/check", resourceId=rng.choice(venues), **times)

    def bulk(rng: Random) -> Call:
        start = rng.randrange(24 * 13)
        times = {"startDateTime": at(start), "endDateTime": at(start + 24)}
        return post(
            "/api/resources/availability/check-multiple",
            resourceIds=rng.sample(venues + staff, BULK),
            **times,
        )

    def search(rng: Random, groups: list[dict[str, Any]], days: int) -> Call:
        return post(
            "/api/availability/search",
            durationMinutes=180,
            window={"from": at(24 * rng.randrange(3)), "to": at(24 * 14)},
            dailyFrom="16:00",
            dailyTo="23:00",
            occurrences={"count": days, "every": "Day"},
            allOf=groups,
        )

    any_hall = {"anyOf": {"resourceType": "Venue", "minimumCapacity": 100}}
    return {
        "one resource read (floor)": lambda rng: get(f"/api/resources/{rng.choice(venues)}"),
        "one resource, two hours": check,
        "one resource, 14 days": lambda rng: get(
            f"/api/resources/{rng.choice(venues)}/availability", **{"from": at(0), "to": at(24 * 14)}
        ),
        "slots of a day": lambda rng: get(
            f"/api/resources/{rng.choice(venues)}/availability/slots",
            **{"from": at(0), "to": at(24), "durationMinutes": "60"},
        ),
        f"{BULK} resources, a day": bulk,
        "two of six people and any hall": lambda rng: search(
            rng, [{"anyOf": rng.sample(staff, 6), "count": 2}, any_hall], 1
        ),
        "the same three days running, what to move": lambda rng: search(
            rng, [{"anyOf": rng.sample(staff, 6), "count": 2}, any_hall], 3
        ),
    }


async def _timed(client: httpx.AsyncClient, call: Call) -> float:
    began = time.perf_counter()
    (await call(client)).raise_for_status()
    return time.perf_counter() - began


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main() -> None:
    """Print the table."""
    options = _arguments()

    async def run(url: str, home: Path) -> Table:
        service = bootstrap(Settings(home=home), url)
        try:
            return await measure(service, options.calls, options.seed)
        finally:
            await service.close()

    with TemporaryDirectory() as home, temporary_postgres() as server:
        urls = server.create_database("availability")
        migrate(urls.owner)
        Console().print(asyncio.run(run(urls.application, Path(home))))


if __name__ == "__main__":
    main()

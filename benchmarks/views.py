"""How long a month's view takes with 500 and with 5,000 bookings: made anew, from the cache, and as a 304.

Into the app and down to a real PostgreSQL, beside a request that does nothing, in one run.

Run from the repository's root: `python -m benchmarks.views [--rounds 40]`.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
from rich.console import Console
from rich.table import Table

from api.asgi import settle_heap
from api.bootstrap import bootstrap
from api.main import create_app
from api.settings import Settings
from benchmarks.view_house import full_calendars
from domain.enums import Role
from domain.viewer import Viewer
from persistence.bulk_load import load
from persistence.embedded import EmbeddedUrls, temporary_postgres
from persistence.migrate import migrate

ADMIN = Viewer(uuid4(), Role.Admin)
SIZES = (500, 5_000)
DAYS = 28


async def measure(urls: EmbeddedUrls, home: Path, rounds: int) -> Table:
    """The table of every size and way."""
    zone = ZoneInfo("Europe/Berlin")
    first = (datetime.now(zone).replace(day=1) + timedelta(days=40)).replace(day=1)
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    cached = bootstrap(Settings(home=home), urls.application)
    uncached = bootstrap(Settings(home=home, cache_views_seconds=0), urls.application)
    token = cached.issuer.token(ADMIN, datetime.now(UTC), timedelta(hours=1))
    table = Table(
        "a month of", "answer", "p50, ms", "p95, ms", "p50 to floor", "bytes",
        title=f"{rounds} rounds, one client; the floor is a request that asks the database nothing",
    )  # fmt: skip

    def client(app: object) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),  # type: ignore[arg-type]
            base_url="http://callboard.test",
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
        )

    async with client(create_app(cached)) as warm, client(create_app(uncached)) as cold:
        floor = await _timings(lambda: warm.get("/health/live"), rounds)
        middle = statistics.median(floor)
        table.add_row("", "floor", *_figures(floor, middle), "")
        for size in SIZES:
            schedule = full_calendars(1, size, DAYS, midnight, ADMIN.user_id, seed=size)
            async with cached.database.unit_of_work(ADMIN) as uow:
                await load(uow, schedule)
            settle_heap()
            calendar = schedule.calendars[0].calendar_id
            path = f"/api/calendars/{calendar}/monthly?month={first.month}&year={first.year}"
            answer = await warm.get(path)
            assert len(answer.json()["events"]) == size
            known = {"If-None-Match": answer.headers["etag"]}
            ways = {
                "cold": lambda path=path: cold.get(path),
                "warm": lambda path=path: warm.get(path),
                "304": lambda path=path, known=known: warm.get(path, headers=known),
            }
            for name, call in ways.items():
                row = _figures(await _timings(call, rounds), middle)
                table.add_row(f"{size:,}", name, *row, f"{len((await call()).content):,}")
    await cached.close()
    await uncached.close()
    return table


async def _timings(call: Callable[[], Awaitable[object]], rounds: int) -> list[float]:
    found = []
    for _ in range(rounds + 3):
        began = time.perf_counter()
        await call()
        found.append(time.perf_counter() - began)
    return found[3:]


def _figures(seconds: list[float], floor: float) -> tuple[str, str, str]:
    middle, slow = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
    return f"{1000 * middle:.1f}", f"{1000 * slow:.1f}", f"{middle / floor:.1f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    options = parser.parse_args()
    with TemporaryDirectory() as home, temporary_postgres() as server:
        urls = server.create_database("views")
        migrate(urls.owner)
        Console().print(asyncio.run(measure(urls, Path(home), options.rounds)))


if __name__ == "__main__":
    main()

"""How long a refused booking and a conflict's detail take whole, suggestions included.

One clash among 3,000 bookings, 30 venues and 14 days, over HTTP semantics into the app and down to a real
PostgreSQL. Beside it, in the same run, the same refusal without looking for fixes.

Run from the repository's root: `python -m benchmarks.answers [--clashes 40] [--seed 1]`.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
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
from api.features.schedule_event import ScheduleEvent
from api.http.wire import format_instant
from api.main import create_app
from api.settings import Settings
from benchmarks.instances import Season
from benchmarks.season_rows import season_rows
from domain.entities import ScheduledEvent
from domain.enums import Role
from domain.errors import ConflictException
from domain.viewer import Viewer
from persistence.bulk_load import load
from persistence.embedded import temporary_postgres
from persistence.migrate import migrate

ADMIN = Viewer(uuid4(), Role.Admin)


async def measure(service: Callboard, clashes: int, seed: int) -> Table:
    """The table of both answers and the floor."""
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=2)
    season = Season()
    rows = season_rows(season, seed, midnight, ADMIN.user_id)
    async with service.database.unit_of_work(ADMIN) as uow:
        await load(uow, rows)
    settle_heap()
    rivals = Random(seed).sample(rows.bookings, clashes)
    token = service.issuer.token(ADMIN, datetime.now(UTC), timedelta(hours=1))
    transport = httpx.ASGITransport(app=create_app(service))
    async with httpx.AsyncClient(
        transport=transport,
        base_url="http://callboard.test",
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    ) as client:
        floor, refused, detail = await _timings(service, client, rivals)
    return _table(season, floor, refused, detail)


async def _timings(
    service: Callboard, client: httpx.AsyncClient, rivals: list[ScheduledEvent]
) -> tuple[list[float], list[tuple[float, Any]], list[tuple[float, Any]]]:
    floor, refused, detail = [], [], []
    for rival in rivals:
        command = ScheduleEvent(rival.event_id, rival.calendar_id, rival.slot, "UTC")

        async def refuse(command: ScheduleEvent = command) -> None:
            with suppress(ConflictException):
                await service.bus.send(command, ADMIN)

        body = {
            "eventId": str(rival.event_id),
            "calendarId": str(rival.calendar_id),
            "startDateTime": format_instant(rival.slot.start_date_time),
            "endDateTime": format_instant(rival.slot.end_date_time),
            "timeZone": "UTC",
        }
        floor.append((await _timed(refuse))[0])
        refused.append(await _timed(lambda body=body: client.post("/api/schedules", json=body)))
        body["override"] = {"reason": "benchmark"}
        made = await client.post("/api/schedules", json=body)
        conflict = made.json()["conflicts"][0]["scheduleConflictId"]
        path = f"/api/schedules/conflicts/{conflict}"
        detail.append(await _timed(lambda path=path: client.get(path)))
        await client.delete(made.headers["location"])
    return floor, refused, detail


async def _timed(call: Callable[[], Awaitable[Any]]) -> tuple[float, Any]:
    began = time.perf_counter()
    answer = await call()
    return time.perf_counter() - began, answer


def _table(
    season: Season, floor: list[float], refused: list[tuple[float, Any]], detail: list[tuple[float, Any]]
) -> Table:
    table = Table(
        "answer", "p50, ms", "p95, ms", "p50 to floor", "suggestions", "proven optimal", "shed", "n",
        title=f"one clash among {season.bookings:,} bookings, {season.venues} venues, {season.days} days",
    )  # fmt: skip
    middle = statistics.median(floor)
    table.add_row("409 without suggestions (floor)", *_times(floor, middle), "", "", "", str(len(floor)))
    for name, answers in (("409 with suggestions", refused), ("conflict detail", detail)):
        bodies = [answer.json() for _, answer in answers]
        found = [one for body in bodies for one in body["suggestions"]]
        proven = sum(one["optimal"] for one in found)
        share = f"{100 * proven / max(1, len(found)):.1f} %"
        shed = sum("moreSuggestions" in body for body in bodies)
        times = _times([seconds for seconds, _ in answers], middle)
        table.add_row(name, *times, str(len(found)), share, str(shed), str(len(answers)))
    return table


def _times(seconds: list[float], floor: float) -> tuple[str, str, str]:
    middle, slow = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
    return f"{1000 * middle:.1f}", f"{1000 * slow:.1f}", f"{middle / floor:.1f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clashes", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    async def run(url: str, home: Path) -> Table:
        service = bootstrap(Settings(home=home), url)
        try:
            return await measure(service, options.clashes, options.seed)
        finally:
            await service.close()

    with TemporaryDirectory() as home, temporary_postgres() as server:
        urls = server.create_database("answers")
        migrate(urls.owner)
        Console().print(asyncio.run(run(urls.application, Path(home))))


if __name__ == "__main__":
    main()

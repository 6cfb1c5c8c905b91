"""What the service suggests for the demo's clashes, over HTTP."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from api.bootstrap import Callboard
from api.demo.load import load_demo, worst_conflict
from api.demo.venue import demo_venue
from api.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Patient: a busy machine must not make it shed."""
    return Settings(home=tmp_path, solve_seconds=60)


async def test_the_first_suggestion_for_each_clash_is_the_planted_optimum(
    service: Callboard, client: httpx.AsyncClient, as_manager: dict[str, str]
) -> None:
    venue = demo_venue(service.database.clock.now().date())
    await load_demo(service.database)
    listed = await client.get("/api/schedules/conflicts", headers=as_manager)
    conflicts = {one["scheduledEventId"]: one["scheduleConflictId"] for one in listed.json()["items"]}
    assert listed.json()["nextCursor"] is None
    assert len(listed.json()["items"]) == len(venue.planted)
    for planted in venue.planted:
        key = conflicts[str(planted.clash.scheduled_event_id)]
        answer = await client.get(f"/api/schedules/conflicts/{key}", headers=as_manager)
        found = answer.json()["suggestions"]
        if planted.best is None:
            assert found == [], planted.about
            continue
        (change,) = found[0]["changes"]
        assert (found[0]["kind"], found[0]["cost"]["total"], found[0]["optimal"]) == (
            planted.best.kind.value,
            planted.best.cost,
            True,
        ), planted.about
        assert change["scheduledEventId"] == str(planted.best.moved), planted.about


async def test_a_fix_that_is_applied_ends_the_clash(
    service: Callboard, client: httpx.AsyncClient, as_manager: dict[str, str]
) -> None:
    await load_demo(service.database)
    before = await worst_conflict(service.database)
    path = f"/api/schedules/conflicts/{before}"
    fix = (await client.get(path, headers=as_manager)).json()["suggestions"][0]
    applied = await client.request(fix["apply"]["method"], fix["apply"]["href"], headers=as_manager)
    assert applied.status_code == 200, applied.text
    after = (await client.get(path, headers=as_manager)).json()
    assert (after["status"], after["resolutionMethod"]) == ("Resolved", "ResourceChanged")
    assert await worst_conflict(service.database) not in {before, None}

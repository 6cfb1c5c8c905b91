"""Facts of queries go out in batches, and are lost rather than waited for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from api.query_facts import QueryFacts
from domain.enums import ViewType
from domain.facts import CalendarViewGenerated
from persistence.database import Database
from persistence.ids import RandomIds, SystemClock

NOON = datetime(2027, 1, 1, 12, tzinfo=UTC)


def fact(key: UUID) -> CalendarViewGenerated:
    return CalendarViewGenerated(key, ViewType.Daily, NOON, NOON, NOON)


async def test_what_waits_is_stored_on_closing(database: Database, facts: Any) -> None:
    query_facts = QueryFacts(database, batch=2, seconds=3_600)
    keys = [uuid4() for _ in range(5)]
    for key in keys:
        query_facts.record(key, fact(key))
    await query_facts.close()
    assert [payload["calendarId"] for _, payload in await facts()] == [str(key) for key in keys]
    assert query_facts.lost == 0


async def test_a_full_batch_is_stored_at_once(database: Database, facts: Any) -> None:
    query_facts = QueryFacts(database, batch=2, seconds=3_600)
    for key in (uuid4(), uuid4()):
        query_facts.record(key, fact(key))
    assert query_facts._running is not None
    await query_facts._running
    assert len(await facts()) == 2
    query_facts.record(uuid4(), fact(uuid4()))
    await query_facts.close()
    assert len(await facts()) == 3


async def test_a_fact_waits_no_longer_than_it_may(database: Database, facts: Any) -> None:
    query_facts = QueryFacts(database, seconds=0)
    query_facts.record(uuid4(), fact(uuid4()))
    assert query_facts._running is not None
    await query_facts._running
    assert len(await facts()) == 1
    await query_facts.close()


async def test_what_does_not_fit_is_lost_and_counted(database: Database, facts: Any) -> None:
    query_facts = QueryFacts(database, capacity=3, seconds=3_600)
    for _ in range(5):
        query_facts.record(uuid4(), fact(uuid4()))
    assert query_facts.lost == 2
    await query_facts.close()
    assert len(await facts()) == 3


async def test_a_database_that_is_away_loses_a_batch_and_no_more() -> None:
    nowhere = Database("postgresql+psycopg://x@127.0.0.1:1/x", SystemClock(), RandomIds())
    query_facts = QueryFacts(nowhere, seconds=3_600)
    query_facts.record(uuid4(), fact(uuid4()))
    await query_facts.close()
    assert query_facts.lost == 1
    await nowhere.close()

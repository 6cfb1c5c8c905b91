"""The backstop: no code path, not even plain SQL, can double-book a venue (DESIGN 4.7)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg.errors
import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from domain.enums import Role
from domain.viewer import Viewer
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds
from persistence.unit_of_work import TransactionLost

IDS = RandomIds()
HALL, ATTIC, CALENDAR, EVENT = (IDS.scattered() for _ in range(4))
MANAGER = Viewer(IDS.scattered(), Role.Manager)

CALENDAR_ROW = text(
    "INSERT INTO calendars VALUES (:calendar, 'C', NULL, 0, :hall, 0, true, false, 1, 'UTC', false, now(), 1)"
)
RESOURCE_ROW = text(
    "INSERT INTO resources VALUES (:id, 'R', 0, 1, NULL, '{}', 0, 0, NULL, NULL, 'UTC', true, NULL, now(), 1)"
)
EVENT_ROW = text("INSERT INTO events VALUES (:event, 'E', NULL, NULL, 0, :event, now(), :event, 1)")
BOOKING = text(
    "INSERT INTO scheduled_events SELECT :booking, :event, :calendar, :event, tstzrange(:start, :end), 'UTC',"
    " 1, NULL, false, NULL, NULL, false, now(), :event, NULL, NULL, 1"
)
CLAIM = (
    "INSERT INTO claims SELECT :claim, :booking, :resource, :calendar, :event, 0, 1, tstzrange(:start, :end),"
    " true, false, NULL, :enforced, now()"
)


def _row(start: int, end: int, *, resource: Any = HALL, enforced: bool = True) -> dict[str, Any]:
    return {
        "booking": IDS.ordered(),
        "claim": IDS.ordered(),
        "event": EVENT,
        "calendar": CALENDAR,
        "resource": resource,
        "start": f"2030-06-01T{start:02}:00Z",
        "end": f"2030-06-01T{end:02}:00Z",
        "enforced": enforced,
    }


@pytest.fixture
def worker(urls: EmbeddedUrls) -> Iterator[Connection]:
    """The worker's connection to a database with two halls, one booked from 10 to 12 o'clock."""
    engine = create_engine(urls.worker, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(CALENDAR_ROW, {"calendar": CALENDAR, "hall": HALL})
        connection.execute(RESOURCE_ROW, [{"id": HALL}, {"id": ATTIC}])
        connection.execute(EVENT_ROW, {"event": EVENT})
        _insert(connection, _row(10, 12))
        connection.commit()
        yield connection
    engine.dispose()


def _insert(connection: Connection, row: dict[str, Any], more: str = "") -> int:
    connection.execute(BOOKING, {key: row[key] for key in ("booking", "event", "calendar", "start", "end")})
    return connection.execute(text(CLAIM + more), row).rowcount


def _refused(write: Callable[[], Any]) -> str | None:
    with pytest.raises(IntegrityError) as caught:
        write()
    assert isinstance(caught.value.orig, psycopg.errors.ExclusionViolation)
    return caught.value.orig.diag.constraint_name


@pytest.mark.parametrize(("start", "end"), [(10, 12), (9, 11), (11, 13), (9, 13), (11, 12)])
def test_a_second_claim_of_the_same_hour_is_refused(worker: Connection, start: int, end: int) -> None:
    assert _refused(lambda: _insert(worker, _row(start, end))) == "claims_no_double_booking"


def test_what_does_not_overlap_is_not_refused(worker: Connection) -> None:
    for row in (_row(8, 10), _row(12, 14), _row(10, 12, resource=ATTIC), _row(10, 12, enforced=False)):
        assert _insert(worker, row) == 1


def test_a_claim_is_neither_moved_nor_put_under_guard_on_top_of_another(worker: Connection) -> None:
    later, exempt = _row(12, 14), _row(11, 12, enforced=False)
    _insert(worker, later)
    _insert(worker, exempt)
    worker.commit()
    move = text(
        "UPDATE claims SET during = tstzrange('2030-06-01T11:00Z', '2030-06-01T13:00Z') WHERE claim_id = :c"
    )
    assert _refused(lambda: worker.execute(move, {"c": later["claim"]})) == "claims_no_double_booking"
    worker.rollback()
    guard = text("UPDATE claims SET enforced = true WHERE claim_id = :c")
    assert _refused(lambda: worker.execute(guard, {"c": exempt["claim"]})) == "claims_no_double_booking"


def test_the_booking_path_counts_what_it_was_not_given(worker: Connection) -> None:
    assert _insert(worker, _row(11, 13), " ON CONFLICT DO NOTHING") == 0
    assert _insert(worker, _row(12, 13), " ON CONFLICT DO NOTHING") == 1


@pytest.mark.parametrize("change", ["live = false", "is_hold = true"])
def test_only_what_is_live_and_firm_is_guarded(worker: Connection, change: str) -> None:
    with pytest.raises(IntegrityError) as caught:
        worker.execute(text(f"UPDATE claims SET {change}"))  # noqa: S608
    assert isinstance(caught.value.orig, psycopg.errors.CheckViolation)


@pytest.mark.usefixtures("worker")
async def test_the_application_is_refused_too_and_runs_again(database: Database) -> None:
    async def book() -> None:
        row = _row(11, 13)
        async with database.unit_of_work(MANAGER) as uow:
            booking = {key: row[key] for key in ("booking", "event", "calendar", "start", "end")}
            await uow.connection.execute(BOOKING, booking)
            await uow.connection.execute(text(CLAIM), row)

    with pytest.raises(TransactionLost, match=r"^23P01$"):
        await book()
    async with database.unit_of_work(MANAGER) as uow:
        assert (await uow.connection.execute(text("SELECT count(*) FROM claims"))).scalar_one() == 1

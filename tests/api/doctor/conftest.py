"""A venue in good health, copies of it to be broken, and the doctor."""

from __future__ import annotations

import itertools
import os
import string
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import dict_row

from api.demo.load import load_demo
from api.doctor.check import examine
from api.doctor.checks import CHECKS, FIRST
from api.doctor.patient import Patient
from api.settings import Settings
from api.storage import Storage
from persistence.database import Database
from persistence.embedded import EmbeddedPostgres, EmbeddedUrls, libpq_url
from persistence.ids import RandomIds, SystemClock
from persistence.relay import publish

_numbers = itertools.count()

_RUNS = """
INSERT INTO job_runs SELECT gen_random_uuid(), job, NULL, now() + interval '1 minute', 1, now(), '{}', NULL
FROM unnest(ARRAY['ConflictDetectionJob', 'ConflictEscalationJob', 'AvailabilityCleanupJob',
    'RecurrenceExpansionJob', 'CalendarCacheWarmupJob', 'ExportCleanupJob', 'RetentionJob',
    'HoldUpkeepJob']) AS job
"""
# Two bookings of one hall without a conflict, a clash on record, and a date of a series.
_SCENE = """
WITH calm AS (
    SELECT b.scheduled_event_id, c.claim_id, b.calendar_id, r.resource_id, r.name, b.during,
           row_number() OVER (ORDER BY c.claim_id) AS place
    FROM scheduled_events b JOIN claims c USING (scheduled_event_id) JOIN resources r USING (resource_id)
    WHERE b.status = 1 AND lower(b.during) > now() + interval '2 days' AND c.enforced AND b.series_id IS NULL
      AND r.name = 'Ballroom' AND b.scheduled_event_id NOT IN (
          SELECT unnest(ARRAY[scheduled_event_id, conflicting_event_id]) FROM schedule_conflicts)
), clash AS (
    SELECT scheduled_event_id, conflicting_event_id FROM schedule_conflicts WHERE conflict_type = 2 LIMIT 1
), date AS (
    SELECT b.scheduled_event_id, b.series_id, b.original_start FROM scheduled_events b
    WHERE b.series_id IS NOT NULL AND lower(b.during) > now() + interval '2 days' AND b.status <> 4
    ORDER BY b.during LIMIT 1
)
SELECT one.scheduled_event_id::text AS booking, one.claim_id::text AS claim,
       one.calendar_id::text AS calendar,
       one.resource_id::text AS hall, two.scheduled_event_id::text AS other,
       two.claim_id::text AS other_claim,
       lower(two.during)::text AS other_start, two.during::text AS other_during,
       clash.scheduled_event_id::text AS later, clash.conflicting_event_id::text AS earlier,
       date.scheduled_event_id::text AS occurrence, date.series_id::text AS series,
       replace(date.original_start::text, ' ', 'T') AS original_start
FROM calm one JOIN calm two ON two.place = 2, clash, date WHERE one.place = 1
"""


def superuser_url(server: EmbeddedPostgres, database: str) -> str:
    return libpq_url(server.superuser_url).replace("/postgres?", f"/{database}?")


@pytest.fixture(scope="module")
async def well(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """The name of a database with the demo venue, whose worker has done all there was to do."""
    name = f"well_{os.getpid()}_{next(_numbers)}"
    urls = postgres.create_database(name, "migrated")
    database = Database(urls.worker, SystemClock(), RandomIds(), pool_size=1)
    application = Database(urls.application, SystemClock(), RandomIds(), pool_size=1)
    await load_demo(application)
    await application.close()
    async with database.engine.begin() as connection:
        await publish(connection, SystemClock(), 10_000)
    await database.close()
    with psycopg.connect(libpq_url(urls.owner), autocommit=True) as owner:
        owner.execute(_RUNS)
    yield name
    postgres.drop_database(name)


@pytest.fixture
def patient_urls(postgres: EmbeddedPostgres, well: str) -> Iterator[EmbeddedUrls]:
    """A copy of it."""
    name = f"patient_{os.getpid()}_{next(_numbers)}"
    yield postgres.create_database(name, well)
    postgres.drop_database(name)


Surgery = Callable[[str], None]


@pytest.fixture
def surgery(postgres: EmbeddedPostgres, patient_urls: EmbeddedUrls) -> Iterator[Surgery]:
    """Statements past every trigger, foreign key and row policy, with {names} of the scene filled in."""
    database = libpq_url(patient_urls.owner).rpartition("?")[0].rpartition("/")[2]
    with psycopg.connect(superuser_url(postgres, database), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET timezone = 'UTC'")

        def operate(statements: str) -> None:
            connection.execute(statements)

        yield operate


@pytest.fixture
def scene(postgres: EmbeddedPostgres, patient_urls: EmbeddedUrls) -> dict[str, str]:
    """What surgeries are about, by name."""
    database = libpq_url(patient_urls.owner).rpartition("?")[0].rpartition("/")[2]
    with psycopg.connect(superuser_url(postgres, database), row_factory=dict_row) as connection:
        connection.execute("SET timezone = 'UTC'")
        found = connection.execute(_SCENE).fetchone()
    assert found is not None
    return found


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


Find = Callable[[str], Awaitable[list[tuple[str, str]]]]


@pytest.fixture
async def find(patient_urls: EmbeddedUrls, settings: Settings) -> AsyncIterator[Find]:
    """What a check of the name finds: subjects and details."""
    database = Database(patient_urls.worker, SystemClock(), RandomIds(), pool_size=1)
    patient = Patient(settings, Storage(None, settings.home), database, "worker")
    checks = {check.name: check for check in (FIRST, *CHECKS)}
    assert len(checks) == len(CHECKS) + 1

    async def call(name: str) -> list[tuple[str, str]]:
        examined = await examine(patient, checks[name])
        return [(one.subject, one.detail) for one in examined.breaches]

    yield call
    await database.close()


def filled(template: str, scene: dict[str, str]) -> str:
    """The text with $names of the scene."""
    return string.Template(template).substitute(scene)

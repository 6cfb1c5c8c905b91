"""What is around the database, broken by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from api.doctor import house
from api.doctor.check import examine
from api.doctor.checks import CHECKS
from api.doctor.jobs import last_due
from api.doctor.patient import Patient
from api.settings import Settings
from api.storage import Storage
from persistence.database import Database
from persistence.embedded import EmbeddedUrls, libpq_url
from persistence.ids import RandomIds, SystemClock
from tests.api.cli.processes import free_port
from tests.api.doctor.conftest import Find, Surgery

EXPORT = """
INSERT INTO exports VALUES (gen_random_uuid(), gen_random_uuid(), 2, gen_random_uuid(), 'Daily', '2030-01-01',
    'Pdf', 'a.pdf', '{}', 8, now(), now())
"""
GONE, KEPT, STRAY = (f"exports/{letter * 43}.pdf" for letter in "abc")


async def test_files_gone_and_files_nobody_knows(find: Find, surgery: Surgery, settings: Settings) -> None:
    storage = Storage(None, settings.home)
    for key in (KEPT, STRAY):
        await storage.put(key, b"%PDF", "application/pdf", "a.pdf")
    for key in (GONE, KEPT):
        surgery(EXPORT.format(key))
    assert await find("files") == [(GONE, "is gone from the store"), (STRAY, "is known to no export")]
    assert await find("storage") == []
    assert await storage.keys("doctor") == set()


async def test_a_store_that_cannot_be_written_to(find: Find, settings: Settings) -> None:
    settings.home.mkdir(exist_ok=True)
    (settings.home / "files").write_text("in the way")
    [(subject, detail)] = await find("storage")
    assert subject == "the check itself"
    assert detail.startswith("could not be made: ")


async def test_a_key_that_others_can_read(find: Find, settings: Settings) -> None:
    assert await find("issuer-key") == []
    path = settings.home / "issuer-key.pem"
    path.write_text("a key")
    path.chmod(0o640)
    assert await find("issuer-key") == [(str(path), "is open to others (mode 640)")]
    path.chmod(0o600)
    assert await find("issuer-key") == []


async def test_redis_and_an_issuer_that_do_not_answer(
    patient_urls: EmbeddedUrls, settings: Settings, redis_url: str
) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    deaf = Settings(home=settings.home, redis_url=f"redis://{nowhere}/0").model_copy(
        update={"oidc_issuer": f"http://{nowhere}"}
    )
    heard = Settings(home=settings.home, redis_url=redis_url)
    database = Database(patient_urls.worker, SystemClock(), RandomIds(), pool_size=1)
    patients = [Patient(one, Storage(None, one.home), database, "worker") for one in (deaf, heard)]
    assert [[(one.subject, one.detail) for one in await house.redis(patient)] for patient in patients] == [
        [("Redis", "does not answer: ConnectionError")],
        [],
    ]
    assert [[(one.subject, one.detail) for one in await house.foreign_issuer(each)] for each in patients] == [
        [(f"http://{nowhere}", "does not publish its keys, or does not answer")],
        [],
    ]
    await database.close()


class Ahead(SystemClock):
    """A clock that is wrong."""

    def now(self) -> datetime:
        return super().now() + timedelta(minutes=1)


async def test_a_clock_that_is_wrong(patient_urls: EmbeddedUrls, settings: Settings) -> None:
    database = Database(patient_urls.worker, Ahead(), RandomIds(), pool_size=1)
    patient = Patient(settings, Storage(None, settings.home), database, "worker")
    [found] = await house.clocks(patient)
    assert found.subject == "PostgreSQL's clock"
    assert found.detail in {"is 60 seconds from this machine's", "is 61 seconds from this machine's"}
    await database.close()


async def test_a_check_that_cannot_be_made_is_a_finding_and_keeps_nobody_waiting(
    patient_urls: EmbeddedUrls, settings: Settings
) -> None:
    database = Database(patient_urls.worker, SystemClock(), RandomIds(), pool_size=1)
    patient = Patient(settings, Storage(None, settings.home), database, "worker")
    check = next(one for one in CHECKS if one.name == "series-occur")
    with psycopg.connect(libpq_url(patient_urls.owner)) as holder:
        holder.execute("LOCK TABLE series")
        examined = await examine(patient, check)
    assert [(one.subject, one.detail) for one in examined.breaches] == [
        ("the check itself", "could not be made: canceling statement due to lock timeout")
    ]
    await database.close()


async def test_it_writes_nothing(patient_urls: EmbeddedUrls, settings: Settings) -> None:
    database = Database(patient_urls.worker, SystemClock(), RandomIds(), pool_size=1)
    patient = Patient(settings, Storage(None, settings.home), database, "worker")
    async with patient.look() as uow:
        driver = (await uow.connection.get_raw_connection()).driver_connection
        assert driver is not None
        rows = await driver.execute("SHOW transaction_read_only")
        assert await rows.fetchone() == ("on",)
    await database.close()


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("*/5 * * * *", (29, 10, 55)),
        ("0 2 * * *", (29, 2, 0)),
        ("15 * * * *", (29, 10, 15)),
        ("0 11 * * *", (28, 11, 0)),
    ],
)
def test_when_a_job_was_last_due(schedule: str, expected: tuple[int, int, int]) -> None:
    assert last_due(schedule, datetime(2026, 11, 29, 10, 57, tzinfo=UTC)) == datetime(
        2026, 11, *expected, tzinfo=UTC
    )

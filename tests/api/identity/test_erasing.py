"""What is kept on a person is handed over; erased, they are nowhere (DESIGN 4.12)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from api.bootstrap import Callboard, wire
from api.identity.erasing import erase_person, person_document
from api.settings import Settings
from domain.enums import Role
from domain.errors import NotFoundException
from domain.viewer import Viewer
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock
from persistence.machine_columns import MACHINE_COLUMNS
from tests.api.bookings import at, booking
from tests.api.conftest import Hall
from tests.api.waiting import eventually

Headers = dict[str, str]
NAME, OLD, EMAIL = "Zoë Quillfeather", "Zoë Oldquill", "zoe.q@feathers.example"
SPELT = f"{NAME}, ZOË  QUILLFEATHER; Quillfeather, Zoë\n(née {OLD}, Zoe\u0308\nQuillfeather) {EMAIL.upper()}"
FOUND = "quillfeather|oldquill|feathers.example"
TEXTS = """
SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
  AND (data_type IN ('text', 'character varying', 'json', 'jsonb') OR udt_name IN ('_text', '_varchar'))
ORDER BY 1, 2
"""


@pytest.fixture
async def worker(urls: EmbeddedUrls, settings: Settings) -> AsyncIterator[Callboard]:
    """The service over the worker's login, as the command line has it."""
    service = wire(settings, Database(urls.worker, SystemClock(), RandomIds(), pool_size=2))
    yield service
    await service.close()


@pytest.fixture
def owner(urls: EmbeddedUrls) -> Iterator[Connection]:
    engine = create_engine(urls.owner, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


class Story:
    """Zoë comes to be wherever people can."""

    def __init__(self, client: httpx.AsyncClient, as_admin: Headers, headers_for: Any) -> None:
        self.client = client
        self.as_admin = as_admin
        self.headers_for = headers_for
        self.zoe = UUID(int=0)
        self.booking = ""

    async def call(self, method: str, path: str, body: Any, headers: Headers, expect: int = 201) -> Any:
        answer = await self.client.request(method, path, json=body, headers=headers)
        assert answer.status_code == expect, (path, answer.text)
        return answer.json() if answer.content else None

    async def tell(self, hall: Hall) -> None:
        admin = self.as_admin
        password = "correct horse battery"
        body = {"name": OLD, "email": EMAIL, "role": "Staff"}
        made = await self.call("POST", "/api/users", body | {"password": password}, admin)
        self.zoe = UUID(made["userId"])
        await self.call("PUT", f"/api/users/{self.zoe}", body | {"name": NAME}, admin, 200)
        zoe = self.headers_for(Viewer(self.zoe, Role.Staff))
        await self.call("POST", "/api/auth/login", {"email": EMAIL, "password": password}, {}, 200)
        grant = f"/api/calendars/{hall.calendar_id}/access/{self.zoe}"
        await self.call("PUT", grant, {"accessLevel": "Book"}, admin)
        person = {"name": NAME, "resourceType": "Staff", "features": [NAME]}
        resource = (await self.call("POST", "/api/resources", person, admin))["resourceId"]
        calendar = {"name": NAME, "description": SPELT, "calendarType": "Staff", "ownerType": "Staff"}
        await self.call("POST", "/api/calendars", calendar | {"ownerId": resource}, admin)
        event = {"title": f"Wedding of {NAME}", "description": SPELT}
        key = (await self.call("POST", "/api/events", event, zoe))["eventId"]
        wanted = booking(key, hall.calendar_id, 8, 10)
        self.booking = (await self.call("POST", "/api/schedules", wanted, zoe))["scheduledEventId"]
        refused = await self.call("POST", "/api/schedules", wanted, zoe, 409)
        assert NAME in str(refused["suggestions"])
        insisted = wanted | {"override": {"reason": SPELT}}
        clash = (await self.call("POST", "/api/schedules", insisted, admin))["conflicts"][0]
        path = f"/api/schedules/conflicts/{clash['scheduleConflictId']}"
        told = {"escalatedTo": str(self.zoe), "reason": SPELT}
        await self.call("POST", f"{path}/escalate", told, admin, 200)
        closed = {"startDateTime": at(1, day=9), "endDateTime": at(2, day=9), "reason": SPELT}
        await self.call("POST", f"/api/resources/{resource}/availability/mark-unavailable", closed, admin)
        series = wanted | {"startDateTime": at(12), "endDateTime": at(13)}
        pattern = {"type": "Weekly", "interval": 1, "occurrenceCount": 2}
        await self.call("POST", "/api/schedules", series | {"recurrencePattern": pattern}, zoe)
        for headers in (zoe, admin):
            body = {"date": at(0)[:10], "format": "ICalendar"}
            await self.call("POST", f"/api/calendars/{hall.calendar_id}/export/daily", body, headers)
            await self.call("POST", "/api/feeds", {}, headers)
            hook = {"url": "https://crm.example/feathers.example", "description": SPELT}
            await self.call("POST", "/api/webhooks", hook, headers)


def scatter(owner: Connection) -> None:
    """Put the name into every text of every row that there is, in which it can be."""
    owner.execute(
        text(
            "INSERT INTO archived_closures VALUES (gen_random_uuid(), gen_random_uuid(),"
            " '[2026-01-01,2026-01-02)', 'x', now(), gen_random_uuid(), now());"
            "INSERT INTO job_runs VALUES (gen_random_uuid(), 'x', NULL, now(), 1, now(), '{}', 'x');"
            "INSERT INTO change_requests VALUES (gen_random_uuid(), gen_random_uuid(), 1, 'x', '{}', NULL,"
            " NULL, 'x', gen_random_uuid(), now(), now(), NULL, NULL, NULL, 'x');"
            "INSERT INTO notices VALUES (gen_random_uuid(), gen_random_uuid(), 'Moved', gen_random_uuid(), 1,"
            " now(), '{}', now(), 0, NULL, NULL);"
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args) VALUES ('x', 'x', '{}');"
            "INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp, periodic_id)"
            " VALUES ('x', 1, 'x')"
        )
    )
    owner.commit()
    for table, column, kind in owner.execute(text(TEXTS)).all():
        if table == "users" or f"{table}.{column}" in MACHINE_COLUMNS:
            continue
        value = ":words"
        if kind in {"json", "jsonb"}:
            more = "jsonb_build_object('x', jsonb_build_array(CAST(:words AS text)))"
            listed = f"jsonb_build_array({column}, {more})"
            value = f"CASE jsonb_typeof({column}) WHEN 'object' THEN {column} || {more} ELSE {listed} END"
        elif kind == "ARRAY":
            value = f"{column} || CAST(:words AS text)"
        owner.execute(text(f"UPDATE {table} SET {column} = {value}"), {"words": SPELT})  # noqa: S608
    owner.commit()


def places(owner: Connection) -> set[str]:
    """Every column in which somebody can be found."""
    found = set()
    for table, column, _ in owner.execute(text(TEXTS)).all():
        statement = f"SELECT count(*) FROM {table} WHERE {column}::text ~* :found"  # noqa: S608
        if owner.execute(text(statement), {"found": FOUND}).scalar_one():
            found.add(f"{table}.{column}")
    owner.rollback()
    return found


@pytest.fixture
def story(client: httpx.AsyncClient, as_admin: Headers, headers_for: Any) -> Story:
    return Story(client, as_admin, headers_for)


@pytest.fixture
async def hall(make_hall: Any) -> Hall:
    hall: Hall = await make_hall("Hall")
    return hall


async def test_erased_they_are_nowhere(
    story: Story, hall: Hall, worker: Callboard, owner: Connection, settings: Settings, caplog: Any
) -> None:
    """Wherever a text can be: the name is put into each, and is looked for in each."""
    caplog.set_level(logging.INFO)
    await story.tell(hall)
    scatter(owner)
    columns = {f"{table}.{column}" for table, column, _ in owner.execute(text(TEXTS))}
    before = places(owner)
    assert columns - before == MACHINE_COLUMNS
    files = [file for file in (settings.home / "files").rglob("*") if file.is_file()]
    assert len(files) == 2
    letter = settings.home / "mail" / "20260501T090000Z-1.eml"
    letter.parent.mkdir()
    letter.write_text(f"To: {NAME} <{EMAIL}>")
    assert all("Quillfeather" in file.read_text() for file in files)
    erased = await erase_person(worker, story.zoe)
    assert places(owner) == set()
    assert [file for file in (settings.home / "files").rglob("*") if file.is_file()] == []
    assert not letter.exists()
    assert set(erased.rows) == {one.partition(".")[0] for one in before} - {"users", "passwords", "exports"}
    assert not any(word in caplog.text.casefold() for word in FOUND.split("|"))


async def test_the_rest_stays_as_it_was(
    story: Story,
    hall: Hall,
    worker: Callboard,
    owner: Connection,
    client: httpx.AsyncClient,
    as_admin: Headers,
) -> None:
    """Bookings and the audit log go on naming the same person, by the id."""
    await story.tell(hall)
    view = f"/api/calendars/{hall.calendar_id}/daily"
    day = {"date": at(0)[:10]}
    assert "Quillfeather" in (await client.get(view, headers=as_admin, params=day)).text

    def counted() -> dict[str, int]:
        """Rows by table; that the view was looked at is a fact that comes when it comes."""
        listed = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'outbox'"
        found = {
            name: owner.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608
            for name in owner.execute(text(listed)).scalars().all()
        }
        owner.rollback()
        return found

    before = counted()
    await erase_person(worker, story.zoe)
    after = counted()
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
        "passwords": -1,
        "sessions": -1,
        "calendar_access": -1,
        "feeds": -1,
        "webhooks": -1,
        "exports": -2,
        "audit_log": 1,
    }
    pseudonym = f"Erased person {story.zoe.hex[-8:]}"
    user = (await client.get(f"/api/users/{story.zoe}", headers=as_admin)).json()
    assert (user["name"], user["isDisabled"], "email" in user) == (pseudonym, True, False)
    shown = (await client.get(view, headers=as_admin, params=day)).text
    assert "Quillfeather" not in shown
    assert f"Wedding of {pseudonym}" in shown
    kept = await client.get(f"/api/schedules/{story.booking}", headers=as_admin)
    assert kept.json()["eventTitle"] == f"Wedding of {pseudonym}"
    last = owner.execute(
        text("SELECT action, user_id, subject_id FROM audit_log ORDER BY occurred_at DESC LIMIT 1")
    ).one()
    assert last == ("UserErased", UUID(int=0), story.zoe)
    again = await erase_person(worker, story.zoe)
    assert (again.files, again.namesakes) == ((), ())


async def test_a_row_that_is_being_changed_is_waited_for(
    worker: Callboard, create: Any, make_event: Any, owner: Connection, urls: EmbeddedUrls
) -> None:
    person = await create("/api/users", name=NAME, email=EMAIL, role="Staff")
    await make_event(f"Wedding of {NAME}")
    owner.execute(text("UPDATE events SET description = title, version = version + 1"))
    erasing = asyncio.create_task(erase_person(worker, UUID(person["userId"])))
    engine = create_engine(urls.owner, poolclass=NullPool)
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    with engine.connect() as other:
        await eventually(lambda: other.execute(waiting).scalar_one())
    engine.dispose()
    owner.commit()
    await erasing
    assert places(owner) == set()


async def test_a_letter_that_is_being_written_goes_too(
    worker: Callboard, create: Any, urls: EmbeddedUrls, settings: Settings, owner: Connection
) -> None:
    person = UUID((await create("/api/users", name=NAME, email=EMAIL, role="Staff"))["userId"])
    letter = settings.home / "mail" / "20260501T090000Z-1.eml"
    letter.parent.mkdir()
    engine = create_engine(urls.worker, poolclass=NullPool)
    with engine.begin() as postman:
        key = "hashtextextended('callboard letters ' || CAST(:person AS text), 0)"
        lock = text(f"SELECT pg_try_advisory_xact_lock({key})")
        assert postman.execute(lock, {"person": str(person)}).scalar_one()
        erasing = asyncio.create_task(erase_person(worker, person))
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        await eventually(lambda: owner.execute(waiting).scalar_one())
        letter.write_text(f"To: {NAME} <{EMAIL}>")
    engine.dispose()
    await erasing
    assert not letter.exists()


async def test_namesakes_keep_their_accounts(worker: Callboard, create: Any, owner: Connection) -> None:
    one = await create("/api/users", name=NAME, email=EMAIL, role="Staff")
    other = await create("/api/users", name=NAME.upper(), email="other@v.example", role="Staff")
    erased = await erase_person(worker, UUID(one["userId"]))
    assert erased.namesakes == (UUID(other["userId"]),)
    named = owner.execute(text("SELECT name FROM users ORDER BY user_id")).scalars().all()
    assert named == [f"Erased person {UUID(one['userId']).hex[-8:]}", NAME.upper()]


async def test_other_names_are_given_with_it(
    worker: Callboard, create: Any, make_event: Any, owner: Connection
) -> None:
    person = await create("/api/users", name=NAME, email=EMAIL, role="Staff")
    await make_event("Zozo's birthday, +32 470 12 34 56")
    await erase_person(worker, UUID(person["userId"]), ("Zozo", "+32 470 12 34 56"))
    pseudonym = f"Erased person {UUID(person['userId']).hex[-8:]}"
    title = owner.execute(text("SELECT title FROM events")).scalar_one()
    assert title == f"{pseudonym}'s birthday, +{pseudonym}"


async def test_words_that_programs_read_are_left_alone(
    worker: Callboard, create: Any, make_hall: Any, owner: Connection
) -> None:
    """Whatever has a list of words in the schema is on ours; a person may be called like any of them."""
    checked = (
        "SELECT conrelid::regclass::text || '.' || attname FROM pg_constraint JOIN pg_attribute"
        " ON attrelid = conrelid AND attnum = ANY (conkey) WHERE contype = 'c'"
        " AND pg_get_constraintdef(pg_constraint.oid) LIKE '%ARRAY[%'"
    )
    found = set(owner.execute(text(checked)).scalars())
    assert {"notices.outcome", "users.scopes"} <= found <= MACHINE_COLUMNS
    person = await create("/api/users", name="Soon", email=EMAIL, role="Staff")
    await make_hall("London", calendar={"time_zone": "Europe/London"})
    owner.execute(
        text(
            "INSERT INTO notice_preferences (user_id, unwanted, frequency, invitations, own_changes, version)"
            " VALUES (gen_random_uuid(), '{}', 'Soon', true, true, 1)"
        )
    )
    owner.commit()
    await erase_person(worker, UUID(person["userId"]), ("London",))
    pseudonym = f"Erased person {UUID(person['userId']).hex[-8:]}"
    calendar = owner.execute(text("SELECT name, time_zone FROM calendars")).one()
    assert calendar == (pseudonym, "Europe/London")
    assert owner.execute(text("SELECT frequency FROM notice_preferences")).scalar_one() == "Soon"


async def test_everything_on_a_person_is_handed_over(
    story: Story, hall: Hall, worker: Callboard, make_event: Any
) -> None:
    await story.tell(hall)
    for others in ("Nobody's", "Zoë and Tom Quillfeather", "Zoe.qa@feathers.example.org"):
        await make_event(others)
    document = await person_document(worker, story.zoe)
    assert set(document["rows"]) == {
        "users", "passwords", "sessions", "events", "scheduled_events", "series", "claims", "calendars",
        "resources", "resource_availability", "calendar_access", "schedule_conflicts", "suggestions",
        "audit_log", "outbox", "exports", "feeds", "webhooks", "revisions",
    }  # fmt: skip
    assert [one["name"] for one in document["rows"]["users"]] == [NAME]
    assert [one["title"] for one in document["rows"]["events"]] == [f"Wedding of {NAME}"]
    told = str(document)
    assert "argon2" not in told
    assert "hash" not in told


async def test_nobody_is_not_erased(worker: Callboard, create: Any) -> None:
    account = await create("/api/service-accounts", name="CRM", role="Staff", scopes=["Read"])
    for key in (UUID(int=7), UUID(account["serviceAccountId"])):
        with pytest.raises(NotFoundException):
            await erase_person(worker, key)
        with pytest.raises(NotFoundException):
            await person_document(worker, key)

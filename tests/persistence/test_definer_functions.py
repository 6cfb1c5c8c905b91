"""Functions that look past row policies tell, and take, no more than they have to (DESIGN 4.8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from domain.enums import Role
from domain.viewer import Viewer
from persistence.database import Database
from persistence.embedded import EmbeddedUrls

STRANGER = Viewer(uuid4(), Role.Customer)
OWNER = Viewer(uuid4(), Role.Customer)
MANAGER = Viewer(uuid4(), Role.Manager)

SECRETS = (
    "Crypt",
    "Vault of Ada",
    "Wedding",
    "bring flowers",
    "flood",
    "because I say so",
    "blocked by rats",
)

_SETTING = """
INSERT INTO calendars
VALUES ('{calendar}', 'Crypt', 'Vault of Ada', 0, '{hall}', 0, true, false, 1, 'UTC', false, now(), 1);
INSERT INTO resources
VALUES ('{hall}', 'Crypt', 0, 1, 50, '{{}}', 0, 0, 'halls', NULL, 'UTC', true, '{calendar}', now(), 1);
INSERT INTO resource_availability
VALUES (gen_random_uuid(), '{hall}', '[2030-01-02,2030-01-03)', 'flood', now(), '{manager}');
INSERT INTO events
VALUES ('{event}', 'Wedding', 'bring flowers', 9, 3, '{owner}', now(), '{manager}', 1);
INSERT INTO scheduled_events
SELECT id, '{event}', '{calendar}', '{owner}', '[2030-01-01,2030-01-02)', 'UTC', 1, NULL, true,
    'blocked by rats', 'because I say so', false, now() + ord * interval '1 second', '{manager}', NULL, NULL,
    1
FROM unnest(ARRAY['{earlier}', '{later}']::uuid[]) WITH ORDINALITY AS one (id, ord);
INSERT INTO claims
SELECT gen_random_uuid(), scheduled_event_id, '{hall}', calendar_id, owner_id, 0, 1, during, true, false,
    NULL, false, created_at
FROM scheduled_events;
INSERT INTO schedule_conflicts (schedule_conflict_id, scheduled_event_id, conflicting_event_id, resource_id,
    conflict_type, conflict_level, status, detected_at)
VALUES (gen_random_uuid(), '{later}', '{earlier}', '{hall}', 2, 4, 0, now())
"""


@dataclass(frozen=True, slots=True)
class Crypt:
    """A hall that no Customer knows, closed for a day, and two bookings of one event that clash there."""

    calendar: UUID = field(default_factory=uuid4)
    hall: UUID = field(default_factory=uuid4)
    event: UUID = field(default_factory=uuid4)
    earlier: UUID = field(default_factory=uuid4)
    later: UUID = field(default_factory=uuid4)

    def store(self, connection: Connection) -> None:
        ids = {name: getattr(self, name) for name in self.__slots__}
        script = _SETTING.format(owner=OWNER.user_id, manager=MANAGER.user_id, **ids)
        for statement in script.split(";\n"):
            connection.execute(text(statement))

    def clash(self, **change: Any) -> str:
        pair = {"scheduled_event_id": self.later, "conflicting_event_id": self.earlier}
        return orjson.dumps([{**pair, "conflict_type": 2, "resource_id": self.hall, **change}]).decode()


@pytest.fixture
def crypt(urls: EmbeddedUrls) -> Crypt:
    crypt = Crypt()
    engine = create_engine(urls.owner, poolclass=NullPool)
    with engine.begin() as connection:
        crypt.store(connection)
    engine.dispose()
    return crypt


async def _looked_at(database: Database, viewer: Viewer, crypt: Crypt) -> dict[str, Any]:
    statement = text(
        "SELECT look(now(), :event, CAST(ARRAY[:calendar] AS uuid[]), '{}',"
        " CAST('{\"[2030-01-01,2030-01-03)\"}' AS tstzrange[]), :booking)"
    )
    parameters = {"event": crypt.event, "calendar": crypt.calendar, "booking": crypt.later}
    async with database.unit_of_work(viewer) as uow:
        document: dict[str, Any] = (await uow.connection.execute(statement, parameters)).scalar_one()
    return document


async def _limits(database: Database, viewer: Viewer, crypt: Crypt) -> dict[str, Any]:
    statement = text(
        "SELECT schedule_limits('[2030-01-01,2030-01-03)', CAST(ARRAY[:calendar] AS uuid[]), '{}')"
    )
    async with database.unit_of_work(viewer) as uow:
        found = await uow.connection.execute(statement, {"calendar": crypt.calendar})
        document: dict[str, Any] = found.scalar_one()
    return document


async def test_looking_tells_a_stranger_what_limits_and_no_more(database: Database, crypt: Crypt) -> None:
    seen = await _looked_at(database, STRANGER, crypt)
    said = orjson.dumps(seen).decode()
    assert [secret for secret in SECRETS if secret in said] == []
    assert seen["event"] == {
        "event_id": str(crypt.event),
        "organizer_id": str(OWNER.user_id),
        "attendees": 9,
        "priority": 3,
        "version": 1,
    }
    assert seen["booking"] is None
    (calendar,), (hall,), (closure,) = seen["calendars"], seen["resources"], seen["closures"]
    assert (calendar["name"], calendar["description"], calendar["visible"], calendar["access"]) == (
        "",
        None,
        False,
        None,
    )
    assert (hall["name"], hall["visible"], hall["quantity"], hall["capacity"]) == ("", False, 1, 50)
    assert (closure["reason"], closure["start"]) == (None, "2030-01-02T00:00:00+00:00")
    assert {one["scheduled_event_id"] for one in seen["claims"]} == {str(crypt.earlier)}


async def test_looking_tells_an_owner_of_their_own_booking(database: Database, crypt: Crypt) -> None:
    seen = await _looked_at(database, OWNER, crypt)
    assert seen["booking"]["override_reason"] == "because I say so"
    said = orjson.dumps({**seen, "booking": None}).decode()
    assert [secret for secret in SECRETS if secret in said] == []


async def test_limits_have_names_and_reasons_for_those_who_see_them(database: Database, crypt: Crypt) -> None:
    said = orjson.dumps(await _limits(database, STRANGER, crypt)).decode()
    assert [secret for secret in SECRETS if secret in said] == []
    for document in (await _limits(database, MANAGER, crypt), await _looked_at(database, MANAGER, crypt)):
        (calendar,), (hall,), (closure,) = document["calendars"], document["resources"], document["closures"]
        assert (calendar["name"], calendar["visible"]) == ("Crypt", True)
        assert (hall["name"], hall["visible"]) == ("Crypt", True)
        assert closure["reason"] == "flood"


@pytest.mark.parametrize("viewer", [STRANGER, OWNER])
async def test_a_clash_that_stands_is_nobodys_to_declare_gone(
    database: Database, crypt: Crypt, viewer: Viewer
) -> None:
    statement = text("SELECT * FROM record_conflicts('[]', CAST(:gone AS jsonb), 2::smallint, now())")
    async with database.unit_of_work(viewer) as uow:
        assert (await uow.connection.execute(statement, {"gone": crypt.clash()})).all() == []
    async with database.unit_of_work(MANAGER) as uow:
        found = await uow.connection.execute(text("SELECT status, resolved_by FROM schedule_conflicts"))
        assert found.all() == [(0, None)]
        (change,) = await uow.connection.execute(statement, {"gone": crypt.clash()})
        assert change.change == "resolved"
        found = await uow.connection.execute(text("SELECT status, resolved_by FROM schedule_conflicts"))
        assert found.all() == [(2, MANAGER.user_id)]


@pytest.mark.parametrize("change", [{"conflict_type": 3}, {"conflict_type": 0, "resource_id": None}])
async def test_a_clash_that_is_none_is_not_recorded(
    database: Database, crypt: Crypt, change: dict[str, Any]
) -> None:
    found = crypt.clash(schedule_conflict_id=uuid4(), conflict_level=4, **change)
    statement = text("SELECT * FROM record_conflicts(CAST(:found AS jsonb), '[]', 2::smallint, now())")
    async with database.unit_of_work(STRANGER) as uow:
        assert (await uow.connection.execute(statement, {"found": found})).all() == []
    async with database.unit_of_work(MANAGER) as uow:
        assert len((await uow.connection.execute(text("SELECT 1 FROM schedule_conflicts"))).all()) == 1


async def test_a_calendar_tells_nobody_more_than_they_may_know(
    database: Database, crypt: Crypt, urls: EmbeddedUrls
) -> None:
    statement = text(
        "SELECT scheduled_event_id, conflict_level, is_hold FROM"
        " calendar_bookings(:calendar, '[2030-01-01,2030-01-03)', now()) ORDER BY scheduled_event_id"
    )

    async def seen(viewer: Viewer) -> list[tuple[Any, ...]]:
        async with database.unit_of_work(viewer) as uow:
            rows = await uow.connection.execute(statement, {"calendar": crypt.calendar})
            return [tuple(row) for row in rows]

    whole = [(key, 4, False) for key in sorted((crypt.earlier, crypt.later))]
    staff = Viewer(STRANGER.user_id, Role.Staff)
    assert await seen(MANAGER) == whole
    assert [await seen(viewer) for viewer in (STRANGER, OWNER, staff)] == [[], [], []]
    engine = create_engine(urls.owner, poolclass=NullPool)
    grant = text("INSERT INTO calendar_access VALUES (:user, :calendar, 0, now(), :user)")
    with engine.begin() as connection:
        for user in (STRANGER.user_id, OWNER.user_id):
            connection.execute(grant, {"user": user, "calendar": crypt.calendar})
    assert [await seen(viewer) for viewer in (STRANGER, OWNER, staff)] == [[], whole, whole]
    with engine.begin() as connection:
        connection.execute(text("UPDATE calendar_access SET access_level = 1"))
    engine.dispose()
    assert await seen(STRANGER) == [(None, 0, False)] * 2
    assert [await seen(viewer) for viewer in (OWNER, staff)] == [whole, whole]


async def test_staff_who_only_look_at_a_calendar_close_nothing_and_block_nobody(
    database: Database, crypt: Crypt, urls: EmbeddedUrls
) -> None:
    staff = Viewer(STRANGER.user_id, Role.Staff)
    block = text(
        "SELECT * FROM record_blocks(:hall, ARRAY[CAST(:booking AS uuid)], ARRAY[CAST(:booking AS uuid)],"
        " '{rats}')"
    )
    close = text(
        "INSERT INTO resource_availability"
        " VALUES (gen_random_uuid(), :hall, '[2030-05-02,2030-05-03)', 'x', now(), :user)"
    )

    async def blocked() -> int:
        async with database.unit_of_work(staff) as uow:
            found = await uow.connection.execute(block, {"hall": crypt.hall, "booking": crypt.earlier})
            return len(found.all())

    async def closed() -> None:
        async with database.unit_of_work(staff) as uow:
            await uow.connection.execute(close, {"hall": crypt.hall, "user": staff.user_id})

    engine = create_engine(urls.owner, poolclass=NullPool)
    grant = text("INSERT INTO calendar_access VALUES (:user, :calendar, 0, now(), :user)")
    with engine.begin() as connection:
        connection.execute(grant, {"user": staff.user_id, "calendar": crypt.calendar})
    assert await blocked() == 0
    with pytest.raises(ProgrammingError, match="row-level security"):
        await closed()
    with engine.begin() as connection:
        connection.execute(text("UPDATE calendar_access SET access_level = 1"))
    engine.dispose()
    assert await blocked() == 1
    await closed()

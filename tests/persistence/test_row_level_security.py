"""Whatever the application asks, the database gives and takes what its row policies allow (DESIGN 4.8)."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.pool import NullPool

from domain.enums import Role
from domain.viewer import Viewer
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.tables import metadata

ROLES = ("callboard_owner", "callboard_app", "callboard_worker")


@pytest.fixture
def owner(urls: EmbeddedUrls) -> Iterator[Connection]:
    engine = create_engine(urls.owner, poolclass=NullPool)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


WITHOUT_POLICIES = {"revisions", "relay_positions"}
"""Counters alone: what they count, nobody can tell from them (DESIGN 4.9)."""


def _tables() -> set[str]:
    return set(metadata.tables) - WITHOUT_POLICIES


def test_every_table_forces_row_level_security(owner: Connection) -> None:
    found = owner.execute(
        text(
            "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND relname NOT LIKE 'procrastinate%'"  # the job queue's, whose arguments are ids
        )
    )
    states = {name: (enabled, forced) for name, enabled, forced in found}
    for name in ("alembic_version", *WITHOUT_POLICIES):
        assert states.pop(name) == (False, False)
    assert states == dict.fromkeys(_tables(), (True, True))


def test_owner_and_worker_see_everything_and_only_they_do(owner: Connection) -> None:
    found = owner.execute(
        text(
            "SELECT tablename, roles::text[], cmd, qual, with_check FROM pg_policies"
            " WHERE schemaname = 'public' AND qual = 'true'"
        )
    )
    open_policies = {
        (table, tuple(roles), command, with_check) for table, roles, command, _qual, with_check in found
    }
    assert open_policies == {
        (table, (role,), "ALL", "true")
        for table in _tables()
        for role in ("callboard_owner", "callboard_worker")
    }


def test_every_policy_names_its_role(owner: Connection) -> None:
    found = owner.execute(text("SELECT DISTINCT unnest(roles)::text FROM pg_policies"))
    assert set(found.scalars()) == set(ROLES)


def test_functions_have_a_fixed_search_path_and_are_granted_by_name(owner: Connection) -> None:
    found = owner.execute(
        text(
            "SELECT p.proname, p.prosecdef, p.proconfig, pg_get_userbyid(p.proowner) AS owner,"
            " ARRAY(SELECT grantee::regrole::text FROM aclexplode(p.proacl)"
            "       WHERE privilege_type = 'EXECUTE' ORDER BY 1) AS grantees"
            " FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"
            " AND (p.prosecdef OR p.proname NOT LIKE 'procrastinate%')"
            " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        )
    )
    functions = {row.proname: row for row in found}
    definers = {name for name, row in functions.items() if row.prosecdef}
    assert definers >= {
        "bookings_in",
        "claims_in",
        "event_is_booked",
        "look",
        "my_access",
        "record_conflicts",
    }
    for row in functions.values():
        assert row.owner == "callboard_owner"
        assert row.proconfig in (["search_path=public, pg_temp"], ["search_path=pg_catalog"]), row.proname
        # proacl NULL would mean PUBLIC; "-" is how PUBLIC is spelt here.
        assert row.grantees, row.proname
        assert set(row.grantees) <= set(ROLES), row.proname
    assert functions["claims_in"].grantees == ["callboard_owner"]
    assert functions["bookings_in"].grantees == ["callboard_owner"]


def test_the_application_and_the_worker_own_nothing(owner: Connection) -> None:
    found = owner.execute(
        text(
            "SELECT 'relation' FROM pg_class WHERE pg_get_userbyid(relowner) = ANY (:roles)"
            " UNION ALL SELECT 'function' FROM pg_proc WHERE pg_get_userbyid(proowner) = ANY (:roles)"
            " UNION ALL SELECT 'schema' FROM pg_namespace WHERE pg_get_userbyid(nspowner) = ANY (:roles)"
            " UNION ALL SELECT 'type' FROM pg_type WHERE pg_get_userbyid(typowner) = ANY (:roles)"
            " UNION ALL SELECT 'database' FROM pg_database WHERE pg_get_userbyid(datdba) = ANY (:roles)"
        ),
        {"roles": ["callboard_app", "callboard_worker"]},
    )
    assert found.all() == []


def test_roles_have_no_powers_and_are_members_of_nothing(owner: Connection) -> None:
    found = owner.execute(
        text(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY (:roles)"
            " AND NOT (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)"
        ),
        {"roles": list(ROLES)},
    )
    assert set(found.scalars()) == set(ROLES)
    memberships = owner.execute(
        text("SELECT count(*) FROM pg_auth_members WHERE member::regrole::text = ANY (:roles)"),
        {"roles": list(ROLES)},
    )
    assert memberships.scalar_one() == 0


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (a int)",
        "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
        "SET ROLE callboard_owner",
        "SELECT user_id FROM passwords",
        "DELETE FROM passwords",
        "SELECT subject FROM login_attempts",
        "SELECT token_hash FROM sessions",
        "UPDATE sessions SET expires_at = now()",
        "SELECT token_hash FROM access_tokens",
        "UPDATE access_tokens SET expires_at = now()",
        "UPDATE audit_log SET action = 'x'",
        "DELETE FROM audit_log",
        "SELECT * FROM outbox",
        "INSERT INTO schedule_conflicts DEFAULT VALUES",
        "DELETE FROM schedule_conflicts",
        "SELECT * FROM claims_in('{}', '{}', now(), NULL)",
        "TRUNCATE events",
        "INSERT INTO revisions VALUES (0, gen_random_uuid(), 1)",
        "UPDATE revisions SET revision = 0",
        "DELETE FROM revisions",
        "SELECT * FROM touched('{}', '{}', '{}', '{}', '{}', true, true)",
    ],
)
async def test_what_the_application_may_not_do_at_all(database: Database, statement: str) -> None:
    viewer = Viewer(uuid4(), Role.Admin)
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        async with database.unit_of_work(viewer) as uow:
            await uow.connection.execute(text(statement))


A_SERIES = (
    "VALUES (:s, :e, :k, :u, '2030-01-01', '1 day', 'UTC', '{}', now(), gen_random_uuid(), NULL, NULL, 1)"
)


class Venue:
    """A calendar with a booking of Ann's and one of Bob's, and another calendar with one of Bob's."""

    def __init__(self) -> None:
        self.ann, self.bob, self.carl = uuid4(), uuid4(), uuid4()
        self.hall, self.attic = uuid4(), uuid4()
        self.ann_in_hall, self.bob_in_hall, self.bob_in_attic = uuid4(), uuid4(), uuid4()
        self.ann_event, self.bob_event = uuid4(), uuid4()
        self.ann_series, self.bob_series, self.attic_series = uuid4(), uuid4(), uuid4()

    def store(self, connection: Connection) -> None:
        for calendar in (self.hall, self.attic):
            resource = uuid4()
            connection.execute(
                text(
                    "INSERT INTO calendars VALUES (:k, 'K', NULL, 0, :r, 0, true, false, 1, 'UTC',"
                    " false, now(), 1)"
                ),
                {"k": calendar, "r": resource},
            )
            connection.execute(
                text(
                    "INSERT INTO resources VALUES (:r, 'R', 0, 1, NULL, '{}', 0, 0, NULL, NULL, 'UTC',"
                    " true, :k, now(), 1)"
                ),
                {"k": calendar, "r": resource},
            )
        for event, user in ((self.ann_event, self.ann), (self.bob_event, self.bob)):
            connection.execute(
                text("INSERT INTO events VALUES (:e, 'E', NULL, NULL, 0, :u, now(), :u, 1)"),
                {"e": event, "u": user},
            )
        for booking, event, calendar, user in (
            (self.ann_in_hall, self.ann_event, self.hall, self.ann),
            (self.bob_in_hall, self.bob_event, self.hall, self.bob),
            (self.bob_in_attic, self.bob_event, self.attic, self.bob),
        ):
            connection.execute(
                text(
                    "INSERT INTO scheduled_events VALUES (:b, :e, :k, :u, '[2030-01-01,2030-01-02)', 'UTC',"
                    " 1, NULL, false, NULL, NULL, false, now(), :u, NULL, NULL, 1)"
                ),
                {"b": booking, "e": event, "k": calendar, "u": user},
            )
            connection.execute(
                text(
                    "INSERT INTO claims SELECT gen_random_uuid(), :b, resource_id, :k, :u, 0, 1,"
                    " '[2030-01-01,2030-01-02)', true, false, NULL, false, now() FROM resources"
                    " WHERE calendar_id = :k"
                ),
                {"b": booking, "k": calendar, "u": user},
            )
        for series, event, calendar, user in (
            (self.ann_series, self.ann_event, self.hall, self.ann),
            (self.bob_series, self.bob_event, self.hall, self.bob),
            (self.attic_series, self.bob_event, self.attic, self.bob),
        ):
            connection.execute(
                text(f"INSERT INTO series {A_SERIES}"),
                {"s": series, "e": event, "k": calendar, "u": user},
            )
        connection.execute(
            text("INSERT INTO schedule_conflicts VALUES (gen_random_uuid(), :a, :b, NULL, 0, 3, 0, now())"),
            {"a": self.ann_in_hall, "b": self.bob_in_hall},
        )
        connection.execute(
            text("INSERT INTO calendar_access VALUES (:u, :k, 0, now(), :u), (:c, :k, 0, now(), :u)"),
            {"u": self.carl, "c": self.ann, "k": self.hall},
        )
        connection.execute(text("INSERT INTO users VALUES (:u, 'Ann', NULL, 0, now())"), {"u": self.ann})


@pytest.fixture
def venue(urls: EmbeddedUrls) -> Venue:
    venue = Venue()
    engine = create_engine(urls.owner, poolclass=NullPool)
    with engine.begin() as connection:
        venue.store(connection)
    engine.dispose()
    return venue


async def _seen(database: Database, viewer: Viewer, column: str, table: str) -> set[UUID]:
    async with database.unit_of_work(viewer) as uow:
        rows = await uow.connection.execute(text(f"SELECT {column} FROM {table}"))  # noqa: S608
        return set(rows.scalars())


async def _everything(database: Database, viewer: Viewer) -> dict[str, set[UUID]]:
    """What a viewer gets from statements without any condition."""
    return {
        table: await _seen(database, viewer, column, table)
        for table, column in {
            "calendars": "calendar_id",
            "scheduled_events": "scheduled_event_id",
            "series": "series_id",
            "claims": "scheduled_event_id",
            "events": "event_id",
            "schedule_conflicts": "conflicting_event_id",
            "resources": "calendar_id",
            "calendar_access": "user_id",
            "users": "user_id",
            "audit_log": "audit_id",
        }.items()
    }


async def test_a_customer_sees_their_own(database: Database, venue: Venue) -> None:
    assert await _everything(database, Viewer(venue.ann, Role.Customer)) == {
        "calendars": {venue.hall},
        "scheduled_events": {venue.ann_in_hall},
        "series": {venue.ann_series},
        "claims": {venue.ann_in_hall},
        "events": {venue.ann_event},
        "schedule_conflicts": {venue.bob_in_hall},
        "resources": {venue.hall},
        "calendar_access": {venue.ann},
        "users": {venue.ann},
        "audit_log": set(),
    }


async def test_staff_see_their_calendars(database: Database, venue: Venue) -> None:
    assert await _everything(database, Viewer(venue.carl, Role.Staff)) == {
        "calendars": {venue.hall},
        "scheduled_events": {venue.ann_in_hall, venue.bob_in_hall},
        "series": {venue.ann_series, venue.bob_series},
        "claims": {venue.ann_in_hall, venue.bob_in_hall},
        "events": {venue.ann_event, venue.bob_event},
        "schedule_conflicts": {venue.bob_in_hall},
        "resources": {venue.hall},
        "calendar_access": {venue.carl},
        "users": set(),
        "audit_log": set(),
    }


@pytest.mark.usefixtures("venue")
async def test_staff_without_a_grant_see_nothing(database: Database) -> None:
    seen = await _everything(database, Viewer(uuid4(), Role.Staff))
    assert seen == {table: set() for table in seen}


@pytest.mark.parametrize("role", [Role.Manager, Role.Admin])
async def test_managers_and_admins_see_everything(database: Database, venue: Venue, role: Role) -> None:
    assert await _everything(database, Viewer(uuid4(), role)) == {
        "calendars": {venue.hall, venue.attic},
        "scheduled_events": {venue.ann_in_hall, venue.bob_in_hall, venue.bob_in_attic},
        "series": {venue.ann_series, venue.bob_series, venue.attic_series},
        "claims": {venue.ann_in_hall, venue.bob_in_hall, venue.bob_in_attic},
        "events": {venue.ann_event, venue.bob_event},
        "schedule_conflicts": {venue.bob_in_hall},
        "resources": {venue.hall, venue.attic},
        "calendar_access": {venue.ann, venue.carl},
        "users": {venue.ann},
        "audit_log": set(),
    }


@pytest.mark.usefixtures("venue")
async def test_without_a_context_the_application_sees_nothing(database: Database) -> None:
    manager = Viewer(uuid4(), Role.Manager)
    async with database.unit_of_work(manager) as uow:
        await uow.connection.execute(
            text(
                "INSERT INTO resources SELECT gen_random_uuid(), kind::text, kind, 1, NULL, '{}', 0, 0, NULL,"
                " NULL, 'UTC', true, NULL, now(), 1 FROM generate_series(1, 3) AS kind"
            )
        )
    hidden = {"outbox", "job_runs", "archived_closures", "hold_standings", "passwords", "login_attempts"}
    for table in sorted(_tables() - hidden):
        async with database.engine.connect() as connection:
            found = await connection.execute(text(f"SELECT count(*) FROM {table}"))  # noqa: S608
            assert found.scalar_one() == 0, table


WRITES = {
    "calendars": "UPDATE calendars SET name = 'x'",
    "calendar_access": "UPDATE calendar_access SET access_level = 1",
    "resources": "UPDATE resources SET name = 'x'",
    "users": "UPDATE users SET role = 3",
    "schedule_conflicts": "UPDATE schedule_conflicts SET status = 4",
    "scheduled_events": "UPDATE scheduled_events SET version = 2",
    "series": "UPDATE series SET version = 2",
    "claims": "UPDATE claims SET quantity = 2",
    "events": "UPDATE events SET title = 'x'",
}


async def _written(database: Database, viewer: Viewer) -> dict[str, int]:
    """How many rows an unconditional update reaches; nothing is kept."""
    reached = {}
    for table, statement in WRITES.items():
        async with database.unit_of_work(viewer, dry_run=True) as uow:
            reached[table] = (await uow.connection.execute(text(statement))).rowcount
    return reached


NOTHING = dict.fromkeys(WRITES, 0)


async def test_who_may_write_what(database: Database, venue: Venue) -> None:
    looking = Viewer(venue.carl, Role.Staff)
    assert await _written(database, looking) == {**NOTHING, "events": 2}
    assert await _written(database, Viewer(uuid4(), Role.Staff)) == NOTHING
    assert await _written(database, Viewer(uuid4(), Role.Manager)) == {
        **NOTHING,
        "resources": 2,
        "schedule_conflicts": 1,
        "scheduled_events": 3,
        "series": 3,
        "claims": 3,
        "events": 2,
    }
    assert await _written(database, Viewer(uuid4(), Role.Admin)) == {
        "calendars": 2,
        "calendar_access": 2,
        "resources": 2,
        "users": 1,
        "schedule_conflicts": 1,
        "scheduled_events": 3,
        "series": 3,
        "claims": 3,
        "events": 2,
    }


async def test_a_customer_cannot_give_a_booking_away_or_take_one(database: Database, venue: Venue) -> None:
    ann = Viewer(venue.ann, Role.Customer)
    for statement in (
        "UPDATE scheduled_events SET owner_id = gen_random_uuid()",
        "UPDATE claims SET owner_id = gen_random_uuid()",
        "UPDATE events SET organizer_id = gen_random_uuid()",
        "UPDATE series SET owner_id = gen_random_uuid()",
        "INSERT INTO events SELECT e, 'E', NULL, NULL, 0, e, now(), e, 1 FROM gen_random_uuid() e",
        "INSERT INTO audit_log VALUES (gen_random_uuid(), now(), gen_random_uuid(), 0, 'x')",
        "INSERT INTO calendar_access SELECT user_id, calendar_id, 1, now(), user_id FROM calendar_access",
    ):
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with database.unit_of_work(ann) as uow:
                await uow.connection.execute(text(statement))


@pytest.fixture
def booking_staff(venue: Venue, urls: EmbeddedUrls) -> Viewer:
    """Staff who may book the hall."""
    dora = Viewer(uuid4(), Role.Staff)
    engine = create_engine(urls.owner, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO calendar_access VALUES (:u, :k, 1, now(), :u)"),
            {"u": dora.user_id, "k": venue.hall},
        )
    engine.dispose()
    return dora


async def _update_series(database: Database, viewer: Viewer, assignment: str) -> set[UUID]:
    """The series that an unconditional update reaches; nothing is kept."""
    async with database.unit_of_work(viewer, dry_run=True) as uow:
        rows = await uow.connection.execute(text(f"UPDATE series SET {assignment} RETURNING series_id"))  # noqa: S608
        return set(rows.scalars())


async def test_who_may_change_which_series(database: Database, venue: Venue, booking_staff: Viewer) -> None:
    everything = {venue.ann_series, venue.bob_series, venue.attic_series}
    for viewer, expected in (
        (Viewer(uuid4(), Role.Customer), set()),
        (Viewer(uuid4(), Role.Staff), set()),
        (Viewer(venue.carl, Role.Staff), set()),
        (Viewer(venue.ann, Role.Customer), {venue.ann_series}),
        (Viewer(venue.bob, Role.Staff), {venue.bob_series, venue.attic_series}),
        (booking_staff, {venue.ann_series, venue.bob_series}),
        (Viewer(uuid4(), Role.Manager), everything),
        (Viewer(uuid4(), Role.Admin), everything),
    ):
        assert await _update_series(database, viewer, "version = 2") == expected, viewer


async def test_staff_who_book_a_calendar_give_its_series_away_but_not_off_it(
    database: Database, venue: Venue, booking_staff: Viewer
) -> None:
    in_hall = {venue.ann_series, venue.bob_series}
    assert await _update_series(database, booking_staff, "owner_id = gen_random_uuid()") == in_hall
    with pytest.raises(ProgrammingError, match="row-level security"):
        await _update_series(database, booking_staff, f"calendar_id = '{venue.attic}'")


async def test_who_may_make_a_series(database: Database, venue: Venue, booking_staff: Viewer) -> None:
    async def make(viewer: Viewer, calendar: UUID) -> None:
        row = {"s": uuid4(), "e": venue.ann_event, "k": calendar, "u": viewer.user_id}
        async with database.unit_of_work(viewer, dry_run=True) as uow:
            await uow.connection.execute(text(f"INSERT INTO series {A_SERIES}"), row)

    await make(booking_staff, venue.hall)
    for role in (Role.Manager, Role.Admin):
        await make(Viewer(uuid4(), role), venue.attic)
    for viewer, calendar in (
        (booking_staff, venue.attic),
        (Viewer(venue.carl, Role.Staff), venue.hall),
        (Viewer(uuid4(), Role.Staff), venue.hall),
        (Viewer(venue.ann, Role.Customer), venue.hall),
        (Viewer(booking_staff.user_id, Role.Customer), venue.hall),
    ):
        with pytest.raises(ProgrammingError, match="row-level security"):
            await make(viewer, calendar)


@pytest.mark.usefixtures("venue")
@pytest.mark.parametrize("role", list(Role))
async def test_the_application_never_deletes_a_series(database: Database, role: Role) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with database.unit_of_work(Viewer(uuid4(), role)) as uow:
            await uow.connection.execute(text("DELETE FROM series"))


async def test_an_event_that_only_a_hidden_series_names_counts_as_booked(
    database: Database, venue: Venue, urls: EmbeddedUrls
) -> None:
    engine = create_engine(urls.owner, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM scheduled_events"))
    engine.dispose()
    stranger = Viewer(uuid4(), Role.Staff)
    assert await _seen(database, stranger, "event_id", "events") == set()
    statement = text("SELECT event_is_booked(event) FROM unnest(CAST(:events AS uuid[])) AS event")
    async with database.unit_of_work(stranger) as uow:
        asked = {"events": [venue.ann_event, venue.bob_event, uuid4()]}
        assert list((await uow.connection.execute(statement, asked)).scalars()) == [True, True, False]


async def test_without_a_grant_ones_own_booking_is_only_cancelled(
    database: Database, venue: Venue, urls: EmbeddedUrls
) -> None:
    engine = create_engine(urls.owner, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM calendar_access"))
    engine.dispose()
    ann = Viewer(venue.ann, Role.Customer)
    for statement in (
        "UPDATE scheduled_events SET version = 2",
        "UPDATE claims SET during = during",
        "UPDATE scheduled_events SET status = 4, owner_id = gen_random_uuid()",
        "UPDATE claims SET live = false, enforced = false, owner_id = gen_random_uuid()",
    ):
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with database.unit_of_work(ann) as uow:
                await uow.connection.execute(text(statement))
    async with database.unit_of_work(ann) as uow:
        for statement in (
            "UPDATE scheduled_events SET status = 4",
            "UPDATE claims SET live = false, enforced = false",
        ):
            assert (await uow.connection.execute(text(statement))).rowcount == 1


@pytest.mark.usefixtures("venue")
async def test_the_context_ends_with_its_transaction(database: Database) -> None:
    async with database.unit_of_work(Viewer(uuid4(), Role.Admin)) as uow:
        await uow.connection.execute(text("SELECT 1"))
    async with database.engine.connect() as connection:
        context = await connection.execute(text("SELECT app_role(), app_user()"))
        assert tuple(context.one()) == (-1, None)

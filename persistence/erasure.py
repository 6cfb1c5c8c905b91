"""Erasing a person: what is theirs alone goes, and a pseudonym stands where they are named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, text, update

from domain.traces import Traces
from persistence import tables
from persistence.everywhere import replace_everywhere
from persistence.repositories import notices, users
from persistence.unit_of_work import UnitOfWork

# What was kept of any answer may name them: all of it ends.
_BUMP = text(
    "SELECT bump_revisions(ARRAY(SELECT calendar_id FROM calendars ORDER BY 1),"
    " ARRAY(SELECT resource_id FROM resources ORDER BY 1),"
    " ARRAY(SELECT DISTINCT user_id FROM calendar_access ORDER BY 1), '{}', '{}', true, true)"
)
_users = tables.users
_log = tables.audit_log


@dataclass(frozen=True, slots=True)
class Erased:
    """rows: how many were changed, by table. files: of exports, to remove. namesakes: accounts like it."""

    rows: dict[str, int]
    files: tuple[str, ...]
    namesakes: tuple[UUID, ...]


async def traces_of(uow: UnitOfWork, user_id: UUID, also: tuple[str, ...] = ()) -> Traces:
    """What the person is known by, and was before they changed it. Raises NotFoundException."""
    user = await users.get(uow, user_id, service_account=False)
    told: list[dict[str, Any]] = [{"name": user.name, "email": user.email}]
    entries = select(_log.c.before, _log.c.after).where(
        _log.c.subject_id == user_id, _log.c.action.in_(["UserCreated", "UserUpdated"])
    )
    for before, after in await uow.connection.execute(entries):
        told += [one for one in (before, after) if isinstance(one, dict)]
    names = dict.fromkeys(one["name"] for one in told if one.get("name"))
    addresses = dict.fromkeys(one["email"] for one in told if one.get("email"))
    return Traces(user_id, (*names, *also), tuple(addresses))


async def erase(uow: UnitOfWork, traces: Traces) -> Erased:
    """Take the person out of every table; for the worker's login.

    The account stays under the pseudonym, disabled, so that bookings and the audit log keep their sense.
    """
    user_id = traces.user_id
    # A letter that is being written would come after the last ones were removed.
    await notices.wait_for_letters(uow, user_id)
    namesakes = await _namesakes(uow, traces)
    for table, owner in (
        (tables.passwords, tables.passwords.c.user_id),
        (tables.sessions, tables.sessions.c.user_id),
        (tables.feeds, tables.feeds.c.owner_id),
        (tables.webhooks, tables.webhooks.c.owner_id),
        (tables.calendar_access, tables.calendar_access.c.user_id),
        (tables.notices, tables.notices.c.recipient_id),
        (tables.notice_preferences, tables.notice_preferences.c.user_id),
    ):
        await uow.connection.execute(delete(table).where(owner == user_id))
    # Anybody's answer may have the name, sealed, and would be given again.
    await uow.connection.execute(delete(tables.idempotency_keys))
    # Anybody's export may show the name, inside a file that cannot be searched; they live for a day.
    gone = delete(tables.exports).returning(tables.exports.c.storage_key)
    files = tuple((await uow.connection.execute(gone)).scalars())
    rows = await replace_everywhere(uow, traces)
    account = update(_users).where(_users.c.user_id == user_id)
    await uow.connection.execute(
        account.values(
            name=traces.pseudonym,
            email=None,
            version=_users.c.version + 1,
            disabled_at=func.coalesce(_users.c.disabled_at, uow.now),
        )
    )
    await uow.connection.execute(_BUMP)
    return Erased(rows, files, namesakes)


async def export_keys(uow: UnitOfWork) -> list[str]:
    """Where the files of all exports are."""
    return list((await uow.connection.execute(select(tables.exports.c.storage_key))).scalars())


async def _namesakes(uow: UnitOfWork, traces: Traces) -> tuple[UUID, ...]:
    """Other accounts with the name or address."""
    if traces.sql_pattern is None:
        return ()
    alike = or_(_users.c.name.op("~")(traces.sql_pattern), _users.c.email.op("~")(traces.sql_pattern))
    statement = select(_users.c.user_id).where(_users.c.user_id != traces.user_id, alike)
    return tuple((await uow.connection.execute(statement.order_by(_users.c.user_id))).scalars())

"""Webhooks as stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import any_, case, delete, func, insert, or_, select, text, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.enums import Role, Scope
from domain.errors import NotFoundException
from domain.webhook import Webhook
from persistence import tables
from persistence.deliveries import earliest_failing
from persistence.mapping import Row
from persistence.unit_of_work import UnitOfWork

_webhooks = tables.webhooks
_LOCK = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('callboard webhooks ' || CAST(:owner AS text), 0))"
)
_NOTED_EVERY = timedelta(seconds=10)


async def add(uow: UnitOfWork, webhook: Webhook) -> None:
    """Store a new webhook."""
    values = {
        "webhook_id": webhook.webhook_id,
        "owner_id": webhook.owner_id,
        "role": int(webhook.role),
        "url": webhook.url,
        "description": webhook.description,
        "fact_types": sorted(webhook.fact_types),
        "secret_number": webhook.secret_number,
        "created_at": webhook.created_at,
        "version": webhook.version,
        "failures": 0,
    }
    await uow.connection.execute(insert(_webhooks).values(values))


async def locked_count(uow: UnitOfWork) -> int:
    """How many webhooks the viewer has, until this transaction ends: no other makes one meanwhile."""
    await uow.connection.execute(_LOCK, {"owner": str(uow.viewer.user_id)})
    owned = _webhooks.c.owner_id == uow.viewer.user_id
    statement = select(func.count()).select_from(_webhooks).where(owned)
    return int((await uow.connection.execute(statement)).scalar_one())


async def of_owner(uow: UnitOfWork, owner_id: UUID) -> list[Webhook]:
    """Somebody's webhooks, oldest first."""
    statement = select(_webhooks).where(_webhooks.c.owner_id == owner_id).order_by(_webhooks.c.webhook_id)
    return [_webhook_from(row) for row in (await uow.connection.execute(statement)).mappings()]


async def get(uow: UnitOfWork, webhook_id: UUID, *, locked: bool = False) -> Webhook:
    """The webhook, if it is the viewer's or the viewer an Admin. Raises NotFoundException.

    locked: nobody changes it until this transaction ends.
    """
    statement = select(_webhooks).where(_webhooks.c.webhook_id == webhook_id)
    if locked:
        statement = statement.with_for_update()
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFoundException("Webhook", webhook_id)
    return _webhook_from(row)


async def change(uow: UnitOfWork, webhook: Webhook) -> None:
    """Store what its owner has changed. One that is switched on again starts afresh."""
    again = webhook.disabled_at is None
    values = {
        "url": webhook.url,
        "description": webhook.description,
        "fact_types": sorted(webhook.fact_types),
        "secret_number": webhook.secret_number,
        "rotated_at": webhook.rotated_at,
        "version": webhook.version,
        "disabled_at": webhook.disabled_at,
    }
    if again:
        values |= {"failing_since": None, "failing_sequence": None, "failures": 0, "resting_until": None}
    statement = update(_webhooks).where(_webhooks.c.webhook_id == webhook.webhook_id).values(values)
    await uow.connection.execute(statement)


async def remove(uow: UnitOfWork, webhook_id: UUID) -> None:
    """End a webhook; what was to be sent to it is not."""
    await uow.connection.execute(delete(_webhooks).where(_webhooks.c.webhook_id == webhook_id))


async def active_webhooks(connection: AsyncConnection) -> list[tuple[UUID, frozenset[str]]]:
    """Those that get facts, each with the types that it wants."""
    c = _webhooks.c
    statement = select(c.webhook_id, c.fact_types).where(c.disabled_at.is_(None))
    return [(row.webhook_id, frozenset(row.fact_types)) for row in await connection.execute(statement)]


async def for_delivery(uow: UnitOfWork, webhook_id: UUID) -> Webhook | None:
    """The webhook with what its owner's role is by now, for the worker; None when it is gone.

    Nor is it for somebody who may not come in, or a service account that may not read, by now.
    """
    owner = tables.users.c
    now_at_most = func.least(_webhooks.c.role, owner.role).label("present_role")
    statement = (
        select(_webhooks, now_at_most)
        .outerjoin(tables.users, owner.user_id == _webhooks.c.owner_id)
        .where(
            _webhooks.c.webhook_id == webhook_id,
            owner.disabled_at.is_(None),
            or_(owner.scopes.is_(None), any_(owner.scopes) == Scope.Read.value),
        )
    )
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    return None if row is None else _webhook_from({**row, "role": row["present_role"]})


async def note_success(uow: UnitOfWork, webhook_id: UUID, sequence: int) -> None:
    """It has taken a fact. While all goes well, that is noted every few seconds only.

    Older facts may still be on their way: the earliest of those stays noted until it arrives or is given up.
    """
    c = _webhooks.c
    still_failing = earliest_failing(webhook_id, c.failing_sequence, delivered=sequence)
    worth_it = or_(
        c.failures > 0,
        c.failing_sequence.is_not(None),
        c.delivered_at.is_(None),
        c.delivered_at < uow.now - _NOTED_EVERY,
    )
    values = {
        "failing_since": None,
        "failing_sequence": case((c.failing_sequence.is_not(None), still_failing), else_=None),
        "failures": 0,
        "resting_until": None,
        "last_error": None,
        "delivered_at": uow.now,
    }
    await uow.connection.execute(update(_webhooks).where(c.webhook_id == webhook_id, worth_it).values(values))


async def note_failure(
    uow: UnitOfWork,
    webhook_id: UUID,
    sequence: int,
    error: str,
    *,
    resting_until: datetime,
    patience: timedelta,
    gone: bool = False,
) -> bool:
    """It has not answered as it should; whether that disables it comes back.

    patience: how long every attempt may fail before nothing is sent any more. gone: it never will be again.
    """
    c = _webhooks.c
    since = func.coalesce(c.failing_since, uow.now)
    given_up = true() if gone else since <= uow.now - patience
    statement = (
        update(_webhooks)
        .where(c.webhook_id == webhook_id, c.disabled_at.is_(None))
        .values(
            failing_since=since,
            failing_sequence=func.least(c.failing_sequence, sequence),
            failures=c.failures + 1,
            resting_until=func.greatest(c.resting_until, resting_until),
            last_error=error,
            disabled_at=case((given_up, uow.now), else_=None),
            version=case((given_up, c.version + 1), else_=c.version),
        )
        .returning(c.disabled_at)
    )
    disabled_at = (await uow.connection.execute(statement)).scalar_one_or_none()
    return disabled_at is not None


async def note_unsent(uow: UnitOfWork, webhook_id: UUID, sequence: int) -> None:
    """A fact was not sent because the webhook is disabled."""
    c = _webhooks.c
    statement = update(_webhooks).where(c.webhook_id == webhook_id)
    await uow.connection.execute(statement.values(failing_sequence=func.least(c.failing_sequence, sequence)))


def _webhook_from(row: Row) -> Webhook:
    return Webhook(
        webhook_id=row["webhook_id"],
        owner_id=row["owner_id"],
        role=Role(row["role"]),
        url=row["url"],
        fact_types=frozenset(row["fact_types"]),
        created_at=row["created_at"],
        description=row["description"],
        secret_number=row["secret_number"],
        rotated_at=row["rotated_at"],
        version=row["version"],
        failing_since=row["failing_since"],
        failing_sequence=row["failing_sequence"],
        failures=row["failures"],
        resting_until=row["resting_until"],
        last_error=row["last_error"],
        delivered_at=row["delivered_at"],
        disabled_at=row["disabled_at"],
    )

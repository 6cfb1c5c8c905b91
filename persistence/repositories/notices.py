"""Notices on their way to people, and how each wants them, as stored."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, false, func, not_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from domain.enums import Role
from domain.notice import Notice, NoticeFrequency, NoticeKind, NoticePreferences
from persistence import tables
from persistence.mapping import Row
from persistence.unit_of_work import UnitOfWork

_notices = tables.notices
_preferences = tables.notice_preferences
# One person's letters are written by one worker at a time.
_LOCK = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended('callboard letters ' || CAST(:person AS text), 0))"
)
_WAIT = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('callboard letters ' || CAST(:person AS text), 0))"
)
_PER_LETTER = 500

Key = tuple[UUID, NoticeKind, UUID, int]


@dataclass(frozen=True, slots=True)
class WaitingNotice:
    """A notice that nobody has been told yet. attempts: how many letters with it have failed."""

    notice_id: UUID
    notice: Notice
    attempts: int


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who is written to."""

    user_id: UUID
    name: str
    role: Role
    email: str | None


def key_of(notice: Notice) -> Key:
    """What tells it from all others."""
    return notice.recipient_id, notice.kind, notice.scheduled_event_id, notice.sequence


async def add(uow: UnitOfWork, notices: Sequence[Notice], due_at: Mapping[Key, datetime]) -> None:
    """Store notices, each with when it is due; those that are there already stay as they are."""
    if not notices:
        return
    rows = [
        {
            "notice_id": uow.ids.ordered(),
            "recipient_id": one.recipient_id,
            "kind": one.kind.value,
            "scheduled_event_id": one.scheduled_event_id,
            "sequence": one.sequence,
            "occurred_at": one.occurred_at,
            "details": dict(one.details),
            "due_at": due_at[key_of(one)],
            "attempts": 0,
        }
        for one in notices
    ]
    await uow.connection.execute(insert(_notices).on_conflict_do_nothing(), rows)


async def next_recipient(uow: UnitOfWork) -> UUID | None:
    """Somebody of whom a notice is due, locked for this transaction; None when there is nobody else.

    After a letter that failed the person is left alone for a while, whatever comes due meanwhile.
    """
    c = _notices.c
    rests = func.coalesce(func.bool_or(and_(c.attempts > 0, c.due_at > uow.now)), false())
    statement = (
        select(c.recipient_id)
        .where(c.settled_at.is_(None))
        .group_by(c.recipient_id)
        .having(and_(func.min(c.due_at) <= uow.now, not_(rests)))
        .order_by(func.min(c.due_at))
        .limit(20)
    )
    found: Sequence[UUID] = (await uow.connection.execute(statement)).scalars().all()
    for person in found:
        if (await uow.connection.execute(_LOCK, {"person": str(person)})).scalar_one():
            return person
    return None


async def wait_for_letters(uow: UnitOfWork, person: UUID) -> None:
    """Until nobody is writing to them; nobody does until this transaction ends."""
    await uow.connection.execute(_WAIT, {"person": str(person)})


async def waiting(uow: UnitOfWork, recipient_id: UUID) -> list[WaitingNotice]:
    """All that waits for a person, what is not due yet included, in the order it happened."""
    c = _notices.c
    statement = (
        select(_notices)
        .where(c.recipient_id == recipient_id, c.settled_at.is_(None))
        .order_by(c.sequence, c.notice_id)
        .limit(_PER_LETTER)
    )
    return [_waiting_from(row) for row in (await uow.connection.execute(statement)).mappings()]


async def settle(uow: UnitOfWork, notices: Collection[UUID], outcome: str) -> None:
    """Nothing more is to be done about them."""
    statement = update(_notices).where(_notices.c.notice_id.in_(sorted(notices)))
    await uow.connection.execute(statement.values(settled_at=uow.now, outcome=outcome))


async def postpone(uow: UnitOfWork, notices: Collection[UUID], until: datetime) -> None:
    """They could not be sent; they are tried again."""
    c = _notices.c
    statement = update(_notices).where(c.notice_id.in_(sorted(notices)))
    await uow.connection.execute(statement.values(due_at=until, attempts=c.attempts + 1))


async def recipient(uow: UnitOfWork, user_id: UUID) -> Recipient | None:
    """The person; None for somebody who has no account, or one that is disabled."""
    users = tables.users
    statement = select(users).where(users.c.user_id == user_id, users.c.disabled_at.is_(None))
    row = (await uow.connection.execute(statement)).one_or_none()
    return None if row is None else Recipient(row.user_id, row.name, Role(row.role), row.email)


async def preferences_of(uow: UnitOfWork, people: Collection[UUID]) -> dict[UUID, NoticePreferences]:
    """How each of them wants to be told, of those who have said so."""
    statement = select(_preferences).where(_preferences.c.user_id.in_(sorted(people)))
    return {row.user_id: _preferences_from(row._mapping) for row in await uow.connection.execute(statement)}


async def own_preferences(uow: UnitOfWork, *, locked: bool = False) -> NoticePreferences:
    """How the viewer wants to be told; what holds for everyone where they have not said."""
    statement = select(_preferences).where(_preferences.c.user_id == uow.viewer.user_id)
    if locked:
        statement = statement.with_for_update()
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    return NoticePreferences() if row is None else _preferences_from(row)


async def store_preferences(uow: UnitOfWork, wanted: NoticePreferences) -> None:
    """How the viewer wants to be told from now on."""
    values = {
        "unwanted": sorted(kind.value for kind in wanted.unwanted),
        "frequency": wanted.frequency.value,
        "invitations": wanted.invitations,
        "own_changes": wanted.own_changes,
        "version": wanted.version,
    }
    statement = insert(_preferences).values(user_id=uow.viewer.user_id, **values)
    await uow.connection.execute(statement.on_conflict_do_update(index_elements=["user_id"], set_=values))


def _waiting_from(row: Row) -> WaitingNotice:
    notice = Notice(
        row["recipient_id"],
        NoticeKind(row["kind"]),
        row["scheduled_event_id"],
        row["sequence"],
        row["occurred_at"],
        row["details"],
    )
    return WaitingNotice(row["notice_id"], notice, row["attempts"])


def _preferences_from(row: Row) -> NoticePreferences:
    return NoticePreferences(
        frozenset(NoticeKind(kind) for kind in row["unwanted"]),
        NoticeFrequency(row["frequency"]),
        row["invitations"],
        row["own_changes"],
        row["version"],
    )

"""Changes that wait for a manager, as stored (SCH-005)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update

from domain.enums import Role
from domain.time_slot import TimeSlot
from domain.viewer import Viewer
from persistence import tables
from persistence.mapping import Row, as_range, slot_of
from persistence.unit_of_work import UnitOfWork

_requests = tables.change_requests


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A change that was asked for.

    schedule_id: a booking or a series. schedule_version: which it had then.
    command, request: the message that makes the change: its name and its fields.
    calendar_id, slot: what it is to be; None where that stays, where it is to be removed, and for a calendar
        that the viewer does not see. requested_by: None for viewers who are not to know.
    lapses_at: from then on nobody can approve it any more.
    """

    change_request_id: UUID
    schedule_id: UUID
    schedule_version: int
    command: str
    request: Mapping[str, Any]
    calendar_id: UUID | None
    slot: TimeSlot | None
    reason: str | None
    requested_by: UUID | None
    requested_at: datetime
    lapses_at: datetime

    @property
    def document(self) -> dict[str, Any]:
        """What the audit log keeps of it."""
        return {
            "command": self.command,
            "request": dict(self.request),
            "reason": self.reason,
            "requestedBy": None if self.requested_by is None else str(self.requested_by),
        }


async def add(uow: UnitOfWork, change: ChangeRequest) -> None:
    """Store a new request; what is shown of the booking is touched by whoever knows its occurrences."""
    values = {
        "change_request_id": change.change_request_id,
        "schedule_id": change.schedule_id,
        "schedule_version": change.schedule_version,
        "command": change.command,
        "request": dict(change.request),
        "wanted_calendar_id": change.calendar_id,
        "wanted_during": None if change.slot is None else as_range(change.slot),
        "reason": change.reason,
        "requested_by": change.requested_by,
        "requested_at": change.requested_at,
        "lapses_at": change.lapses_at,
    }
    await uow.connection.execute(insert(_requests).values(values))


async def waiting_for(uow: UnitOfWork, schedule_id: UUID, version: int) -> ChangeRequest | None:
    """The change of a booking or series, at that version, that waits for a manager; None for none."""
    calendars = tables.calendars
    seen = select(calendars.c.calendar_id).where(calendars.c.calendar_id == _requests.c.wanted_calendar_id)
    statement = (
        select(
            _requests,
            seen.scalar_subquery().label("seen_calendar_id"),
            func.lower(_requests.c.wanted_during).label("start"),
            func.upper(_requests.c.wanted_during).label("end"),
        )
        .where(
            _requests.c.schedule_id == schedule_id,
            _requests.c.schedule_version == version,
            _requests.c.decision.is_(None),
            _requests.c.lapses_at > uow.now,
        )
        .order_by(_requests.c.requested_at.desc(), _requests.c.change_request_id.desc())
        .limit(1)
    )
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    return None if row is None else _request_from(row, uow.viewer)


async def decide(uow: UnitOfWork, change_request_id: UUID, decision: str, reason: str | None = None) -> bool:
    """Note what became of a request; False when somebody else has decided it meanwhile.

    decision: Approved, Rejected or Withdrawn.
    """
    statement = (
        update(_requests)
        .where(_requests.c.change_request_id == change_request_id, _requests.c.decision.is_(None))
        .values(decision=decision, decided_by=uow.viewer.user_id, decided_at=uow.now, decision_reason=reason)
    )
    return (await uow.connection.execute(statement)).rowcount == 1


def _request_from(row: Row, viewer: Viewer) -> ChangeRequest:
    """Without a calendar that the viewer does not see; Customers hear of nobody but themselves."""
    told = viewer.role > Role.Customer or row["requested_by"] == viewer.user_id
    return ChangeRequest(
        change_request_id=row["change_request_id"],
        schedule_id=row["schedule_id"],
        schedule_version=row["schedule_version"],
        command=row["command"],
        request=row["request"],
        calendar_id=row["seen_calendar_id"],
        slot=None if row["start"] is None else slot_of(row["start"], row["end"]),
        reason=row["reason"],
        requested_by=row["requested_by"] if told else None,
        requested_at=row["requested_at"],
        lapses_at=row["lapses_at"],
    )

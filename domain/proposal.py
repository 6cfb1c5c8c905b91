"""What a booking is asked to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.entities import Claim, ScheduledEvent
from domain.enums import ScheduleStatus
from domain.time_slot import TimeSlot


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a booking is to be: a new one, or an existing one changed.

    claims: what it uses; the claim on the resource that owns its calendar may be left out.
    created_at: the booking's, so that a moved booking keeps its place in the order of conflicts.
    is_new: whether there is no such booking yet.
    """

    scheduled_event_id: UUID
    event_id: UUID
    calendar_id: UUID
    slot: TimeSlot
    time_zone: str
    status: ScheduleStatus
    created_at: datetime
    claims: tuple[Claim, ...] = ()
    hold_expires_at: datetime | None = None
    override_reason: str | None = None
    is_new: bool = True

    @classmethod
    def of(cls, booking: ScheduledEvent) -> Proposal:
        """An existing booking as it is; `dataclasses.replace` says what is to change."""
        return cls(
            scheduled_event_id=booking.scheduled_event_id,
            event_id=booking.event_id,
            calendar_id=booking.calendar_id,
            slot=booking.slot,
            time_zone=booking.time_zone,
            status=booking.status,
            created_at=booking.created_at,
            claims=booking.claims,
            hold_expires_at=booking.hold_expires_at,
            is_new=False,
        )

    @property
    def is_hold(self) -> bool:
        return self.status is ScheduleStatus.Tentative

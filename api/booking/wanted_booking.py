"""A booking that somebody asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.entities import Claim
from domain.enums import ScheduleStatus
from domain.proposal import Proposal
from domain.rules.overbooking import override_reason
from domain.time_slot import TimeSlot
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class WantedBooking:
    """A slot to be booked. status: Scheduled, or Tentative for a hold, which may expire."""

    event_id: UUID
    calendar_id: UUID
    slot: TimeSlot
    time_zone: str
    status: ScheduleStatus = ScheduleStatus.Scheduled
    claims: tuple[Claim, ...] = ()
    hold_expires_at: datetime | None = None
    override_reason: str | None = None

    def proposal(self, uow: UnitOfWork) -> Proposal:
        """What is judged; only some may ask for an override."""
        return Proposal(
            scheduled_event_id=uow.ids.ordered(),
            event_id=self.event_id,
            calendar_id=self.calendar_id,
            slot=self.slot,
            time_zone=self.time_zone,
            status=self.status,
            created_at=uow.now,
            claims=self.claims,
            hold_expires_at=self.hold_expires_at,
            override_reason=override_reason(self.override_reason, uow.viewer.role),
        )

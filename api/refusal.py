"""What is kept of a booking that was refused, though nothing of the booking is."""

from __future__ import annotations

from domain.errors import ConflictException
from persistence.unit_of_work import UnitOfWork


def note_refusal(uow: UnitOfWork, refusal: ConflictException) -> None:
    """Leave the fact and the audit entry of a refused booking."""
    proposal = refusal.proposal
    uow.record(proposal.scheduled_event_id, refusal.fact(uow.viewer.user_id, uow.now))
    uow.audit(
        "BookingRefused",
        proposal.scheduled_event_id,
        after={"calendarId": str(proposal.calendar_id), "detail": refusal.detail},
    )

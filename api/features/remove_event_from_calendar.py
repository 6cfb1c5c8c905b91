"""Remove an event from its calendar: the booking is cancelled, its row stays."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.booking.place import remove
from api.message import Message
from domain.policy import Policy
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RemoveEventFromCalendar(Message[None]):
    """Cancel a booking, saying why if one likes; doing it twice changes nothing more."""

    scheduled_event_id: UUID
    reason: str | None = None
    expected_version: int | None = None


async def handle(command: RemoveEventFromCalendar, uow: UnitOfWork, policy: Policy) -> None:
    """Cancel the booking."""
    await remove(
        uow,
        command.scheduled_event_id,
        policy,
        reason=command.reason,
        expected_version=command.expected_version,
    )

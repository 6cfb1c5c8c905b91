"""One booking."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.errors import NotFoundException
from domain.policy import Policy
from persistence.readers.bookings import BookingDetail
from persistence.readers.schedules import get_schedule
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetScheduledEventById(Message[BookingDetail]):
    """Which booking."""

    scheduled_event_id: UUID


async def handle(query: GetScheduledEventById, uow: UnitOfWork, _policy: Policy) -> BookingDetail:
    """The booking, if the viewer may see it."""
    detail = await get_schedule(uow, query.scheduled_event_id)
    if detail is None:
        raise NotFoundException("Schedule", query.scheduled_event_id)
    return detail

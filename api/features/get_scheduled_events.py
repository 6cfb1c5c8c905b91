"""A page of bookings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from persistence.readers.bookings import BookingFilter, BookingSummary, list_bookings
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetScheduledEvents(Message[list[BookingSummary]]):
    """Which bookings, how many, and the start and id of the one to go on from."""

    wanted: BookingFilter
    limit: int
    after: tuple[datetime, UUID] | None = None


async def handle(query: GetScheduledEvents, uow: UnitOfWork, _policy: Policy) -> list[BookingSummary]:
    """The bookings the viewer may see, by start."""
    return await list_bookings(uow, query.wanted, query.limit, query.after)

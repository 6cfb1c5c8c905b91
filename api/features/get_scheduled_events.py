"""A page of bookings."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.policy import Policy
from persistence.readers.bookings import BookingFilter, BookingSummary, list_bookings
from persistence.sorting import Position, Sort
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetScheduledEvents(Message[list[BookingSummary]]):
    """Which bookings, in which order, how many, and the position of the one to go on from."""

    wanted: BookingFilter
    sort: Sort
    limit: int
    after: Position | None = None


async def handle(query: GetScheduledEvents, uow: UnitOfWork, _policy: Policy) -> list[BookingSummary]:
    """The bookings the viewer may see."""
    return await list_bookings(uow, query.wanted, query.sort, query.limit, query.after)

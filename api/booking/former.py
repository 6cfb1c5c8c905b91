"""Noting what bookings are before a fix moves them, so that it can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain.suggestion import Placement
from domain.undo import Former
from persistence.repositories.bookings import find_booking
from persistence.repositories.conflicts import standing_clashes
from persistence.unit_of_work import UnitOfWork


async def note_formers(uow: UnitOfWork, booking_ids: Sequence[UUID]) -> dict[UUID, Former]:
    """What each of the bookings is now, which must be locked. Raises NotFoundException."""
    clashes = await standing_clashes(uow, booking_ids)
    formers = {}
    for key in booking_ids:
        booking = await find_booking(uow, key)
        formers[key] = Former(
            Placement(booking.calendar_id, booking.slot, booking.claims),
            booking.status,
            booking.override_reason,
            booking.is_detached,
            booking.is_blocked,
            frozenset(one for one in clashes if key in (one.scheduled_event_id, one.conflicting_event_id)),
        )
    return formers

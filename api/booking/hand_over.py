"""Giving the bookings of an event to its new organizer (DESIGN 4.7).

Use: `lock_what_bookings_use`, then lock the event, then `hand_over`, all in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.entities import Event
from persistence.booking_store import Question, look
from persistence.repositories import claims, events
from persistence.unit_of_work import TransactionLost, UnitOfWork


@dataclass(frozen=True, slots=True)
class Locked:
    """Calendars and resources that nobody else books or judges again until the commit."""

    calendar_ids: frozenset[UUID]
    resource_ids: frozenset[UUID]


async def lock_what_bookings_use(uow: UnitOfWork, event_id: UUID) -> Locked:
    """Lock all that bookings of the event use: calendars first, then resources, in id order."""
    known = await claims.used_by_event(uow, event_id)
    picture = await look(uow, Question(sorted(known.calendar_ids), (), sorted(known.resource_ids)))
    return Locked(frozenset(picture.calendars), frozenset(picture.resources))


async def hand_over(uow: UnitOfWork, locked: Locked, event: Event) -> None:
    """Make the event's organizer the owner of all its bookings; the event must be locked by now.

    Raises TransactionLost when a booking that uses something else came in before the event was locked.
    """
    used = await claims.used_by_event(uow, event.event_id)
    if not (used.calendar_ids <= locked.calendar_ids and used.resource_ids <= locked.resource_ids):
        raise TransactionLost("a booking came in between")
    await events.hand_over_bookings(uow, event.event_id, event.organizer_id)

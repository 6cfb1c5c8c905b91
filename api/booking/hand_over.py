"""Giving the bookings of an event to its new organizer (DESIGN 4.7).

Use: `lock_what_bookings_use`, then lock the event, then `hand_over`, all in one transaction.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.entities import Event
from persistence.booking_store import Question, look
from persistence.repositories import claims, events
from persistence.repositories.series import lock_series_of, series_of
from persistence.unit_of_work import TransactionLost, UnitOfWork


@dataclass(frozen=True, slots=True)
class Locked:
    """Calendars, resources and series that nobody else books, judges again or changes until the commit."""

    series_ids: frozenset[UUID]
    calendar_ids: frozenset[UUID]
    resource_ids: frozenset[UUID]


async def lock_what_bookings_use(uow: UnitOfWork, event_id: UUID) -> Locked:
    """Lock all that bookings of the event use: series first, then calendars, then resources, in id order."""
    series_ids = await lock_series_of(uow, event_id)
    known = await claims.used_by_event(uow, event_id)
    picture = await look(uow, Question(sorted(known.calendar_ids), (), sorted(known.resource_ids)))
    return Locked(series_ids, frozenset(picture.calendars), frozenset(picture.resources))


async def hand_over(uow: UnitOfWork, locked: Locked, event: Event) -> None:
    """Make the event's organizer the owner of all its bookings; the event must be locked by now.

    Raises TransactionLost when a booking that uses something else came in before the event was locked.
    """
    used = await claims.used_by_event(uow, event.event_id)
    if not (used.calendar_ids <= locked.calendar_ids and used.resource_ids <= locked.resource_ids):
        raise TransactionLost("a booking came in between")
    if await series_of(uow, event.event_id) != locked.series_ids:
        raise TransactionLost("a series came in between")
    await events.hand_over_bookings(uow, event.event_id, event.organizer_id)

"""Look at how holds stand: tell of those that have expired, and of those that have moved up."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.facts import HoldExpired, HoldPromoted
from domain.policy import Policy
from persistence.repositories import hold_standings
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class HoldsNoted:
    """How many holds had expired and how many had moved up since the last look."""

    expired: int
    promoted: int


@dataclass(frozen=True, slots=True)
class NoteHolds(Message[HoldsNoted]):
    """Compare with the last look; each change is told once."""


async def handle(_command: NoteHolds, uow: UnitOfWork, _policy: Policy) -> HoldsNoted:
    """How much was news; for the worker alone."""
    found = await hold_standings.to_note(uow)
    changed = [one for one in found if one.rank != one.noted]
    expired = promoted = 0
    for one in changed:
        key = one.scheduled_event_id
        if one.rank == 0:
            assert one.hold_expires_at is not None
            uow.record(key, HoldExpired(key, one.calendar_id, one.hold_expires_at))
            expired += 1
        elif one.noted is not None and 0 < one.rank < one.noted:
            uow.record(key, HoldPromoted(key, one.calendar_id, one.noted, one.rank))
            promoted += 1
    await hold_standings.note(uow, changed)
    await hold_standings.forget(uow, {one.scheduled_event_id for one in found})
    return HoldsNoted(expired, promoted)

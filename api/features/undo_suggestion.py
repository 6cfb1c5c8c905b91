"""Undo an applied fix: what it moved goes back, and what it booked goes; all of it, once, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.booking.cancel_series import cancel_series
from api.booking.place import Change, place_changed, remove
from api.booking.stranding import restrand
from api.message import Message
from domain.advice import StoredSuggestion
from domain.booking import Picture
from domain.entities import ScheduledEvent
from domain.errors import NotFoundException, StaleVersion, StateConflict, ValidationException
from domain.policy import Policy
from domain.proposal import Proposal
from domain.suggestion import Placement
from domain.undo import Former, Undo
from persistence.booking_store import Question, look
from persistence.readers.bookings import BookingDetail
from persistence.readers.schedules import get_schedule
from persistence.repositories.bookings import find_booking
from persistence.repositories.claims import relax_all
from persistence.repositories.suggestions import lock_suggestion, mark_undone
from persistence.unit_of_work import UnitOfWork

STALE = "A booking has changed since this was applied, and nothing was undone"
REASON = "The fix that booked it was undone"


@dataclass(frozen=True, slots=True)
class UndoSuggestion(Message[tuple[BookingDetail, ...]]):
    """Which suggestion."""

    suggestion_id: UUID


async def handle(command: UndoSuggestion, uow: UnitOfWork, policy: Policy) -> tuple[BookingDetail, ...]:
    """Put everything back and answer with all bookings touched; clashes that the fix ended are back too."""
    stored = await lock_suggestion(uow, command.suggestion_id)
    undo = _ensure_undoable(stored)
    try:
        if stored.series is None:
            await _put_back(uow, undo, policy)
        else:
            await _cancel_series(uow, undo, policy)
    except (StaleVersion, NotFoundException) as error:
        raise StateConflict(STALE) from error
    except ValidationException as error:  # of what is put back: the request itself has no fields
        raise StateConflict(f"It cannot be put back as it was: {error.detail}; nothing was undone") from error
    await mark_undone(uow, stored.suggestion_id)
    uow.audit(
        "SuggestionUndone",
        stored.suggestion_id,
        after={"summary": stored.suggestion.summary, "bookings": [str(one) for one in undo.versions]},
    )
    details = [await get_schedule(uow, one) for one in undo.versions]
    return tuple(detail for detail in details if detail is not None)


def _ensure_undoable(stored: StoredSuggestion) -> Undo:
    if stored.undone_at is not None:
        raise StateConflict("This suggestion has been undone already")
    if stored.undo is None:
        raise StateConflict("This suggestion has not been applied; there is nothing to undo")
    return stored.undo


async def _cancel_series(uow: UnitOfWork, undo: Undo, policy: Policy) -> None:
    """Of a series goes what lies ahead."""
    assert undo.booked is not None
    version = undo.versions[undo.booked]
    await cancel_series(uow, undo.booked, policy, reason=REASON, expected_version=version)


async def _put_back(uow: UnitOfWork, undo: Undo, policy: Policy) -> None:
    """What was booked goes first, then the others go back, those last that moved first."""
    picture = await _lock_all(uow, undo)
    if undo.booked is not None:
        version = undo.versions[undo.booked]
        await remove(uow, undo.booked, policy, reason=REASON, expected_version=version)
    keys = list(undo.moved)[::-1]
    for position, key in enumerate(keys, start=1):
        await relax_all(uow, keys[position:])
        await _move_back(uow, undo, key, frozenset(keys[position:]), policy)
    for former in undo.moved.values():
        if former.is_blocked:
            for claim in former.placement.claims:
                await restrand(uow, picture.resources[claim.resource_id], former.placement.slot)


async def _lock_all(uow: UnitOfWork, undo: Undo) -> Picture:
    """Take every lock at once, in id order, of where the bookings are and of where they were."""
    now = [await find_booking(uow, key) for key in undo.versions]
    places = [Placement(one.calendar_id, one.slot, one.claims) for one in now]
    places += [former.placement for former in undo.moved.values()]
    return await look(
        uow,
        Question(
            sorted({place.calendar_id for place in places}),
            [],
            sorted({claim.resource_id for place in places for claim in place.claims}),
        ),
    )


async def _move_back(
    uow: UnitOfWork, undo: Undo, key: UUID, leaving: frozenset[UUID], policy: Policy
) -> None:
    former = undo.moved[key]

    def propose(booking: ScheduledEvent) -> Proposal:
        return _as_it_was(Proposal.of(booking), former)

    change = Change(key, "SuggestionUndone", propose, undo.versions[key], leaving=leaving, former=former)
    await place_changed(uow, change, policy)


def _as_it_was(proposal: Proposal, former: Former) -> Proposal:
    place = former.placement
    return replace(
        proposal,
        calendar_id=place.calendar_id,
        slot=place.slot,
        claims=place.claims,
        status=former.status,
    )

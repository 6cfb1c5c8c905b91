"""Apply a suggested fix: all of it, once, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.booking.place import Change, place_changed, place_new
from api.message import Message
from domain.advice import StoredSuggestion
from domain.entities import ScheduledEvent
from domain.errors import NotFoundException, StaleVersion, StateConflict
from domain.policy import Policy
from domain.proposal import Proposal
from domain.suggestion import Change as SuggestedChange
from domain.suggestion import Placement
from persistence.booking_store import Question, look
from persistence.readers.bookings import BookingDetail, get_booking
from persistence.repositories.suggestions import lock_suggestion, mark_applied
from persistence.unit_of_work import UnitOfWork

STALE = "A booking has changed since this was suggested, and nothing was applied; ask for suggestions again"


@dataclass(frozen=True, slots=True)
class ApplySuggestion(Message[tuple[BookingDetail, ...]]):
    """Which suggestion; and, when it must answer a certain conflict, which."""

    suggestion_id: UUID
    schedule_conflict_id: UUID | None = None


async def handle(command: ApplySuggestion, uow: UnitOfWork, policy: Policy) -> tuple[BookingDetail, ...]:
    """Make every change of the suggestion, book a refused request, and answer with all bookings touched."""
    stored = await lock_suggestion(uow, command.suggestion_id)
    _ensure_applicable(command, stored, uow)
    await _lock_all(uow, stored)
    touched = [
        await _move(uow, stored, change, policy)
        for change in stored.suggestion.changes
        if change.scheduled_event_id is not None
    ]
    if stored.request is not None:
        touched.append(await _book(uow, stored, stored.request, policy))
    await mark_applied(uow, stored.suggestion_id)
    uow.audit(
        "SuggestionApplied",
        stored.suggestion_id,
        after={"summary": stored.suggestion.summary, "bookings": [str(one) for one in touched]},
    )
    details = [await get_booking(uow, one) for one in touched]
    return tuple(detail for detail in details if detail is not None)


def _ensure_applicable(command: ApplySuggestion, stored: StoredSuggestion, uow: UnitOfWork) -> None:
    wanted = command.schedule_conflict_id
    if wanted is not None and stored.schedule_conflict_id != wanted:
        raise NotFoundException("Suggestion", stored.suggestion_id)
    if stored.applied_at is not None:
        raise StateConflict("This suggestion has been applied already")
    if stored.expires_at <= uow.now:
        raise StateConflict("This suggestion has expired; ask for suggestions again")


async def _lock_all(uow: UnitOfWork, stored: StoredSuggestion) -> None:
    """Take every lock the changes need at once, in id order, so that they cannot deadlock one by one."""
    places = [place for change in stored.suggestion.changes for place in (change.before, change.after)]
    question = Question(
        sorted({place.calendar_id for place in places}),
        [place.slot for place in places],
        sorted({claim.resource_id for place in places for claim in place.claims}),
    )
    await look(uow, question)


async def _move(uow: UnitOfWork, stored: StoredSuggestion, change: SuggestedChange, policy: Policy) -> UUID:
    key = change.scheduled_event_id
    assert key is not None

    def propose(booking: ScheduledEvent) -> Proposal:
        return _placed(Proposal.of(booking), change.after)

    try:
        await place_changed(uow, Change(key, "SuggestionApplied", propose, stored.versions[key]), policy)
    except (StaleVersion, NotFoundException) as error:
        raise StateConflict(STALE) from error
    return key


async def _book(uow: UnitOfWork, stored: StoredSuggestion, request: Proposal, policy: Policy) -> UUID:
    """Book the refused request where the suggestion puts it; where it moves only others, as asked."""
    places = [one.after for one in stored.suggestion.changes if one.scheduled_event_id is None]
    placed = _placed(request, places[0]) if places else request
    booking = await place_new(uow, replace(placed, created_at=uow.now), policy)
    return booking.scheduled_event_id


def _placed(proposal: Proposal, place: Placement) -> Proposal:
    return replace(proposal, calendar_id=place.calendar_id, slot=place.slot, claims=place.claims)

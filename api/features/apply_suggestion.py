"""Apply a suggested fix: all of it, once, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from api.booking.former import note_formers
from api.booking.place import Change, place_changed, place_new
from api.booking.series import place_series
from api.message import Message
from domain.advice import StoredSuggestion
from domain.entities import ScheduledEvent
from domain.errors import ConflictException, NotFoundException, StaleVersion, StateConflict
from domain.policy import Policy
from domain.proposal import Proposal
from domain.series import SeriesRequest
from domain.suggestion import Change as SuggestedChange
from domain.suggestion import Placement
from domain.undo import Former, Undo
from persistence.booking_store import Question, look
from persistence.readers.bookings import BookingDetail
from persistence.readers.occurrences import is_series
from persistence.readers.rivals import get_rivals
from persistence.readers.schedules import get_schedule
from persistence.repositories.bookings import find_booking, versions_of
from persistence.repositories.claims import relax_all
from persistence.repositories.suggestions import lock_suggestion, mark_applied
from persistence.unit_of_work import UnitOfWork

ALREADY_BOOKED = "This request has been booked already"
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
    formers: Mapping[UUID, Former] = {}
    booked = None
    if stored.series is not None:
        booked = await _book_series(uow, stored.series, policy)
    else:
        await _lock_all(uow, stored)
        formers = await note_formers(uow, _moved(stored))
        await _move_all(uow, stored, policy)
    if stored.request is not None:
        booked = await _book(uow, stored, stored.request, policy)
    touched = [*formers, *([] if booked is None else [booked])]
    uow.audit(
        "SuggestionApplied",
        stored.suggestion_id,
        after={"summary": stored.suggestion.summary, "bookings": [str(one) for one in touched]},
    )
    found = [await get_schedule(uow, one) for one in touched]
    details = tuple(one for one in found if one is not None)
    versions = {one.summary.scheduled_event_id: one.summary.version for one in details}
    await mark_applied(uow, stored.suggestion_id, Undo(formers, booked, versions))
    return details


def _ensure_applicable(command: ApplySuggestion, stored: StoredSuggestion, uow: UnitOfWork) -> None:
    wanted = command.schedule_conflict_id
    if wanted is not None and stored.schedule_conflict_id != wanted:
        raise NotFoundException("Suggestion", stored.suggestion_id)
    if stored.applied_at is not None:
        raise StateConflict("This suggestion has been applied already")
    if stored.expires_at <= uow.now:
        raise StateConflict("This suggestion has expired; ask for suggestions again")


async def _lock_all(uow: UnitOfWork, stored: StoredSuggestion) -> None:
    """Take every lock the changes and the request need at once, in id order: one by one they could deadlock.

    Raises StateConflict when a booking has changed since the suggestion was made.
    """
    changes, request = stored.suggestion.changes, stored.request
    places = [place for change in changes for place in (change.before, change.after)]
    if request is not None:
        places.append(Placement(request.calendar_id, request.slot, request.claims))
    question = Question(
        sorted({place.calendar_id for place in places}),
        [place.slot for place in places],
        sorted({claim.resource_id for place in places for claim in place.claims}),
    )
    await look(uow, question)
    if await versions_of(uow, list(stored.versions)) != stored.versions:
        raise StateConflict(STALE)


def _moved(stored: StoredSuggestion) -> list[UUID]:
    """The bookings that it moves, in order."""
    changes = stored.suggestion.changes
    return [key for one in changes if (key := one.scheduled_event_id) is not None]


async def _move_all(uow: UnitOfWork, stored: StoredSuggestion, policy: Policy) -> None:
    """Move the bookings one by one. One may take the place of another whose turn is still to come."""
    changes = stored.suggestion.changes
    moving = [(key, one) for one in changes if (key := one.scheduled_event_id) is not None]
    keys = _moved(stored)
    for position, (key, change) in enumerate(moving, start=1):
        await relax_all(uow, keys[position:])
        try:
            await _move(uow, stored, key, change, frozenset(keys[position:]), policy)
        except ConflictException as refusal:
            asked = await _asked(uow, stored) or refusal.proposal
            raise type(refusal)(asked, refusal.clashes) from refusal


async def _asked(uow: UnitOfWork, stored: StoredSuggestion) -> Proposal | None:
    """What the suggestion makes room for, and further ones must: None when it is to end a conflict."""
    if stored.request is not None or stored.schedule_conflict_id is not None:
        return stored.request
    last = stored.suggestion.changes[-1]
    assert last.scheduled_event_id is not None
    return _placed(Proposal.of(await find_booking(uow, last.scheduled_event_id)), last.after)


async def _move(
    uow: UnitOfWork,
    stored: StoredSuggestion,
    key: UUID,
    change: SuggestedChange,
    leaving: frozenset[UUID],
    policy: Policy,
) -> None:
    def propose(booking: ScheduledEvent) -> Proposal:
        return _placed(Proposal.of(booking), change.after)

    move = Change(key, "SuggestionApplied", propose, stored.versions[key], leaving=leaving)
    try:
        await place_changed(uow, move, policy)
    except (StaleVersion, NotFoundException) as error:
        raise StateConflict(STALE) from error


async def _book(uow: UnitOfWork, stored: StoredSuggestion, request: Proposal, policy: Policy) -> UUID:
    """Book the refused request where the suggestion puts it; where it moves only others, as asked."""
    if await get_rivals(uow, [request.scheduled_event_id]):
        raise StateConflict(ALREADY_BOOKED)
    places = [one.after for one in stored.suggestion.changes if one.scheduled_event_id is None]
    placed = _placed(request, places[0]) if places else request
    booking = await place_new(uow, placed, policy)
    return booking.scheduled_event_id


async def _book_series(uow: UnitOfWork, request: SeriesRequest, policy: Policy) -> UUID:
    """Book the refused series, with the dates moved and left out that the suggestion says."""
    if await is_series(uow, request.series_id):
        raise StateConflict(ALREADY_BOOKED)
    return (await place_series(uow, request, policy)).series_id


def _placed(proposal: Proposal, place: Placement) -> Proposal:
    return replace(proposal, calendar_id=place.calendar_id, slot=place.slot, claims=place.claims)

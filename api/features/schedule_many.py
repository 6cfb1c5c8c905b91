"""Schedule many events at once: all of them or none, or each that can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from api.booking.place import place_new
from api.booking.wanted_booking import WantedBooking
from api.message import Message
from api.refusal import note_refusal
from domain.errors import CallboardException, ConflictException
from domain.policy import Policy
from domain.proposal import Proposal
from persistence.booking_store import Question, look
from persistence.readers.bookings import BookingDetail
from persistence.readers.rivals import Rival, get_rivals
from persistence.readers.schedules import get_schedule
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a booking was not made. rivals: what is in its way, as the viewer may see it.

    rival_items: those of them that the same request asked for, by their position in it.
    """

    error: CallboardException
    rivals: Mapping[UUID, Rival]
    rival_items: Mapping[UUID, int]


Outcome = BookingDetail | Refusal


class ManyRefused(CallboardException):
    """Some of the bookings cannot be made, and so none was. refusals: by position."""

    def __init__(self, refusals: Mapping[int, Refusal], asked: int) -> None:
        self.refusals = refusals
        count = len(refusals)
        verb = "booking cannot" if count == asked == 1 else "bookings cannot"
        super().__init__(f"{count} of the {asked} {verb} be made, and nothing was booked")

    @property
    def refused_bookings(self) -> Sequence[ConflictException]:
        """Those that clash."""
        return [booking for one in self.refusals.values() for booking in one.error.refused_bookings]


@dataclass(frozen=True, slots=True)
class ScheduleMany(Message[Sequence[Outcome]]):
    """Book slots, in the order given. atomic: all or none; else each by itself, as far as they go."""

    items: tuple[WantedBooking, ...]
    atomic: bool


async def handle(command: ScheduleMany, uow: UnitOfWork, policy: Policy) -> Sequence[Outcome]:
    """Make the bookings and answer with what became of each; in one transaction, whatever the mode.

    Raises ManyRefused when all were wanted and some cannot be made.
    """
    await _lock_all(uow, command.items)
    made: dict[UUID, int] = {}
    refusals: dict[int, Refusal] = {}
    for index, wanted in enumerate(command.items):
        try:
            async with uow.attempt():
                made[(await _book(uow, wanted, policy)).scheduled_event_id] = index
        except CallboardException as error:
            refusals[index] = await _refusal(uow, error, made)
    if command.atomic and refusals:
        raise ManyRefused(refusals, len(command.items))
    for refusal in refusals.values():
        for booking in refusal.error.refused_bookings:
            note_refusal(uow, booking)
    # Only now: a later one may clash with an earlier.
    details = {index: await get_schedule(uow, key) for key, index in made.items()}
    outcomes = [refusals.get(index) or details[index] for index in range(len(command.items))]
    return [one for one in outcomes if one is not None]


async def _lock_all(uow: UnitOfWork, items: Sequence[WantedBooking]) -> None:
    """Take every lock at once, in id order: one booking after the other they could deadlock."""
    calendar_ids = {one.calendar_id for one in items}
    resource_ids = {claim.resource_id for one in items for claim in one.claims}
    await look(uow, Question(sorted(calendar_ids), [], sorted(resource_ids)))


async def _book(uow: UnitOfWork, wanted: WantedBooking, policy: Policy) -> Proposal:
    proposal = wanted.proposal(uow)
    await place_new(uow, proposal, policy)
    return proposal


async def _refusal(uow: UnitOfWork, error: CallboardException, made: Mapping[UUID, int]) -> Refusal:
    keys = sorted({clash.rival_id for one in error.refused_bookings for clash in one.clashes})
    rivals = await get_rivals(uow, keys) if keys else {}
    return Refusal(error, rivals, {key: made[key] for key in keys if key in made})

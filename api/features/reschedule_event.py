"""Move a booking, one occurrence, or what lies ahead of a series, to another time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from api.booking.move_series import SeriesMove, move_series
from api.booking.place import Change, place_changed
from api.message import Message
from domain.errors import FieldException
from domain.policy import Policy
from domain.proposal import Proposal
from domain.rules.overbooking import override_reason
from domain.time_slot import TimeSlot
from domain.versions import ensure_version
from persistence.readers.bookings import BookingDetail
from persistence.readers.occurrences import is_series
from persistence.readers.schedules import get_schedule
from persistence.repositories.bookings import find_booking
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RescheduleEvent(Message[BookingDetail]):
    """Keep calendar and resources, change the time.

    scope: None for a booking by itself, or for a whole series when its own id is given.
    """

    scheduled_event_id: UUID
    slot: TimeSlot
    reason: str | None = None
    override_reason: str | None = None
    expected_version: int | None = None
    scope: Literal["this", "thisAndFollowing", "all"] | None = None


async def handle(command: RescheduleEvent, uow: UnitOfWork, policy: Policy) -> BookingDetail:
    """Move the booking or the series and answer with it."""
    key = command.scheduled_event_id
    if await is_series(uow, key):
        if command.scope not in {None, "all"}:
            raise FieldException("scope", "Name the occurrence by its own id, or take scope all")
        move = SeriesMove(key, command.slot, expected_version=command.expected_version)
        key = await _move_series(command, uow, policy, move)
    elif command.scope in {None, "this"}:
        await _move_booking(command, uow, policy)
    else:
        booking = await find_booking(uow, key)
        if booking.series_id is None:
            raise FieldException("scope", "This booking is not part of a series")
        ensure_version(booking.version, command.expected_version)
        only_following = command.scope == "thisAndFollowing"
        move = SeriesMove(booking.series_id, command.slot, booking, only_following)
        key = await _move_series(command, uow, policy, move)
    detail = await get_schedule(uow, key)
    assert detail is not None
    return detail


async def _move_series(command: RescheduleEvent, uow: UnitOfWork, policy: Policy, move: SeriesMove) -> UUID:
    move = replace(
        move,
        reason=command.reason,
        override_reason=override_reason(command.override_reason, uow.viewer.role),
    )
    return (await move_series(uow, move, policy)).series_id


async def _move_booking(command: RescheduleEvent, uow: UnitOfWork, policy: Policy) -> None:
    override = override_reason(command.override_reason, uow.viewer.role)
    change = Change(
        command.scheduled_event_id,
        "EventRescheduled",
        lambda booking: replace(Proposal.of(booking), slot=command.slot, override_reason=override),
        command.expected_version,
        command.reason,
    )
    await place_changed(uow, change, policy)

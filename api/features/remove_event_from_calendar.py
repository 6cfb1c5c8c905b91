"""Remove an event from its calendar: a booking, or what lies ahead of a series; the rows stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from api.booking.cancel_series import cancel_series
from api.booking.place import remove
from api.message import Message
from domain.errors import FieldException
from domain.policy import Policy
from domain.versions import ensure_version
from persistence.readers.bookings import BookingDetail
from persistence.readers.occurrences import is_series
from persistence.repositories.bookings import find_booking
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RemoveEventFromCalendar(Message[BookingDetail | None]):
    """Cancel a booking, saying why if one likes; doing it twice changes nothing more. None when it is done.

    scope: of an occurrence, how much of its series goes with it.
    """

    scheduled_event_id: UUID
    reason: str | None = None
    expected_version: int | None = None
    scope: Literal["this", "thisAndFollowing", "all"] = "this"


async def handle(command: RemoveEventFromCalendar, uow: UnitOfWork, policy: Policy) -> None:
    """Cancel the booking or the series."""
    key, named = command.scheduled_event_id, None
    whole = await is_series(uow, key)
    if whole and command.scope == "thisAndFollowing":
        raise FieldException("scope", "Name the occurrence by its own id, or take scope all")
    if not whole and command.scope == "this":
        await remove(uow, key, policy, reason=command.reason, expected_version=command.expected_version)
        return
    if not whole:
        named = await find_booking(uow, key)
        if named.series_id is None:
            raise FieldException("scope", "This booking is not part of a series")
        ensure_version(named.version, command.expected_version)
        key = named.series_id
    await cancel_series(
        uow,
        key,
        policy,
        named=named,
        only_following=command.scope == "thisAndFollowing",
        reason=command.reason,
        expected_version=command.expected_version if whole else None,
    )

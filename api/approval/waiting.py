"""The change that waits for a booking or a series, and noting what became of it."""

from __future__ import annotations

from uuid import UUID

from api.approval.ask import touch_schedule
from domain.errors import NotFoundException, StateConflict
from persistence.readers.bookings import BookingDetail
from persistence.readers.schedules import get_schedule
from persistence.repositories import change_requests
from persistence.repositories.change_requests import ChangeRequest
from persistence.unit_of_work import TransactionLost, UnitOfWork

NONE_WAITS = "No change of this booking waits: it was decided, has lapsed, or the booking has changed since"


async def waiting_change(uow: UnitOfWork, schedule_id: UUID) -> tuple[BookingDetail, ChangeRequest]:
    """The booking or series with its change. Raises NotFoundException, and StateConflict when none waits."""
    detail = await seen_schedule(uow, schedule_id)
    if detail.waiting is None:
        raise StateConflict(NONE_WAITS)
    return detail, detail.waiting


async def close_change(
    uow: UnitOfWork, detail: BookingDetail, change: ChangeRequest, decision: str, reason: str | None = None
) -> None:
    """After the booking's locks, as when it is asked for; another decision in between: begin anew."""
    if not await change_requests.decide(uow, change.change_request_id, decision, reason):
        raise TransactionLost("somebody else has decided it")
    touch_schedule(uow, detail)


async def seen_schedule(uow: UnitOfWork, schedule_id: UUID) -> BookingDetail:
    """The booking or series as it is. Raises NotFoundException."""
    detail = await get_schedule(uow, schedule_id)
    if detail is None:
        raise NotFoundException("Schedule", schedule_id)
    return detail

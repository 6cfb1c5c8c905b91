"""Take somebody's access to a calendar away."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.errors import NotFoundException
from domain.policy import Policy
from persistence.repositories import calendar_access, calendars
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RevokeCalendarAccess(Message[None]):
    """Whose access to which calendar."""

    calendar_id: UUID
    user_id: UUID


async def handle(command: RevokeCalendarAccess, uow: UnitOfWork, _policy: Policy) -> None:
    """Remove the grant. Raises NotFoundException when there is none."""
    calendar = await calendars.lock(uow, command.calendar_id)
    grant = await calendar_access.find(uow, calendar.calendar_id, command.user_id)
    if grant is None:
        raise NotFoundException("Access of user", command.user_id)
    await calendar_access.remove(uow, calendar.calendar_id, command.user_id)
    uow.audit(
        "CalendarAccessRevoked",
        calendar.calendar_id,
        before={"userId": str(grant.user_id), "accessLevel": grant.access_level.name},
    )

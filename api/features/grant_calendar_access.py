"""Let somebody look at, or book on, a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.enums import AccessLevel
from domain.policy import Policy
from persistence.repositories import calendar_access, calendars
from persistence.repositories.calendar_access import Grant
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GrantCalendarAccess(Message[tuple[Grant, bool]]):
    """Who may do what with which calendar."""

    calendar_id: UUID
    user_id: UUID
    access_level: AccessLevel


async def handle(command: GrantCalendarAccess, uow: UnitOfWork, _policy: Policy) -> tuple[Grant, bool]:
    """The grant, and whether the user had none before."""
    calendar = await calendars.lock(uow, command.calendar_id)
    old = await calendar_access.find(uow, calendar.calendar_id, command.user_id)
    grant = Grant(command.user_id, calendar.calendar_id, command.access_level, uow.now, uow.viewer.user_id)
    await calendar_access.put(uow, grant)
    uow.audit(
        "CalendarAccessGranted",
        calendar.calendar_id,
        before=None if old is None else {"userId": str(old.user_id), "accessLevel": old.access_level.name},
        after={"userId": str(grant.user_id), "accessLevel": grant.access_level.name},
    )
    return grant, old is None

"""What is asked before a view of a calendar is given again."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, func, select

from domain.errors import NotFoundException
from persistence import tables
from persistence.revisions import RevisionKind
from persistence.unit_of_work import UnitOfWork

_calendars = tables.calendars
_revisions = tables.revisions


@dataclass(frozen=True, slots=True)
class CalendarRevision:
    """A calendar's zone, and the revision of all that its views show, who may see it included."""

    time_zone: str
    revision: str


async def read_calendar_revision(uow: UnitOfWork, calendar_id: UUID) -> CalendarRevision:
    """Both. Raises NotFoundException for a calendar that the viewer does not see."""
    of_views = and_(
        _revisions.c.kind == int(RevisionKind.Calendar), _revisions.c.id == _calendars.c.calendar_id
    )
    statement = (
        select(_calendars.c.time_zone, func.coalesce(_revisions.c.revision, 0).label("revision"))
        .outerjoin(_revisions, of_views)
        .where(_calendars.c.calendar_id == calendar_id)
    )
    row = (await uow.connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFoundException("Calendar", calendar_id)
    return CalendarRevision(row.time_zone, str(row.revision))

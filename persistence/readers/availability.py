"""What availability is judged by, read without locks; the entries that a cache can wrap."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from domain.booking import Picture
from domain.time_slot import TimeSlot
from persistence.booking_store import picture_from
from persistence.mapping import as_range
from persistence.unit_of_work import UnitOfWork

_GLANCE = text("SELECT glance(:now, CAST(:resources AS uuid[]), CAST(:slots AS tstzrange[]))")


async def read_availability(uow: UnitOfWork, resource_ids: Sequence[UUID], during: TimeSlot) -> Picture:
    """The resources that the viewer sees, their calendars and closures, and all that is taken of them.

    during: the time asked about, with any buffer; setup and teardown are looked at besides.
    Without titles: `persistence.readers.bookings.get_rivals` has those the viewer may see.
    """
    parameters = {"now": uow.now, "resources": list(resource_ids), "slots": [as_range(during)]}
    return picture_from((await uow.connection.execute(_GLANCE, parameters)).scalar_one())

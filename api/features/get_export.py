"""A file that was made for the viewer."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.errors import NotFoundException
from domain.policy import Policy
from persistence.repositories import calendars, exports
from persistence.repositories.exports import StoredExport
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetExport(Message[StoredExport]):
    """Which export."""

    export_id: UUID


async def handle(query: GetExport, uow: UnitOfWork, _policy: Policy) -> StoredExport:
    """The export, if the viewer made it and may still see its calendar with no lesser role than then.

    Raises NotFoundException else, and for one that has expired.
    """
    export = await exports.get(uow, query.export_id)
    if export.expires_at <= uow.now or uow.viewer.role < export.role:
        raise NotFoundException("Export", query.export_id)
    try:
        await calendars.get(uow, export.calendar_id)
    except NotFoundException:
        raise NotFoundException("Export", query.export_id) from None
    return export

"""Which booking an occurrence of a series is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from api.message import Message
from domain.errors import NotFoundException
from domain.policy import Policy
from persistence.readers.occurrences import find_occurrence
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetOccurrence(Message[UUID]):
    """The series and the start its rule gives the occurrence; that stays when it is moved."""

    series_id: UUID
    original_start: datetime


async def handle(query: GetOccurrence, uow: UnitOfWork, _policy: Policy) -> UUID:
    """The booking's id, if the viewer may see it."""
    found = await find_occurrence(uow, query.series_id, query.original_start)
    if found is None:
        raise NotFoundException("Occurrence of schedule", query.series_id)
    return found

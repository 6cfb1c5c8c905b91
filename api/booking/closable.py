"""Locking a resource that is to be closed or opened."""

from __future__ import annotations

from uuid import UUID

from domain.entities import Resource
from domain.enums import AccessLevel
from domain.errors import ForbiddenException
from persistence.booking_store import Question, look
from persistence.repositories import resources
from persistence.unit_of_work import TransactionLost, UnitOfWork


async def lock_closable(uow: UnitOfWork, resource_id: UUID) -> Resource:
    """The resource, locked as bookings lock it, so that a booking and a closure cannot pass each other.

    Who may claim a resource may close it: one with a calendar needs a grant to book that.
    Raises NotFoundException, ForbiddenException.
    """
    seen = await resources.get(uow, resource_id)
    picture = await look(uow, Question([], [], [resource_id]))
    resource = picture.resources.get(resource_id)
    if resource is None or not picture.sees(resource_id):
        raise TransactionLost("the resource changed while we waited for its lock")
    granted = picture.resource_access.get(resource_id) is AccessLevel.Book
    if not (uow.viewer.sees_all or granted or resource_id not in picture.resources_with_calendar):
        raise ForbiddenException(f"You may look at {seen.name}, but not close or open it")
    return resource

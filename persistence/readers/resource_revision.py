"""What is asked before an answer about a resource's availability is given again."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select

from domain.enums import ResourceType
from domain.errors import NotFoundException
from persistence import tables
from persistence.revisions import RevisionKind
from persistence.unit_of_work import UnitOfWork

_resources = tables.resources
_revisions = tables.revisions


@dataclass(frozen=True, slots=True)
class ResourceRevision:
    """A resource's type and zone, and the revision of all that its availability shows the viewer."""

    resource_type: ResourceType
    time_zone: str
    revision: str


async def read_resource_revision(uow: UnitOfWork, resource_id: UUID) -> ResourceRevision:
    """All three. Raises NotFoundException for a resource that the viewer does not see.

    Below Manager, what is granted decides whether a booking in the way is named, wherever it is.
    """
    shown = [(RevisionKind.Resource, resource_id)]
    if not uow.viewer.sees_all:
        shown.append((RevisionKind.Grants, uow.viewer.user_id))
    statement = select(
        _resources.c.resource_type,
        _resources.c.time_zone,
        func.concat_ws(".", *(_revision_of(kind, key) for kind, key in shown)).label("revision"),
    ).where(_resources.c.resource_id == resource_id)
    row = (await uow.connection.execute(statement)).one_or_none()
    if row is None:
        raise NotFoundException("Resource", resource_id)
    return ResourceRevision(ResourceType(row.resource_type), row.time_zone, row.revision)


def _revision_of(kind: RevisionKind, key: UUID) -> ScalarSelect[int]:
    of_key = (_revisions.c.kind == int(kind)) & (_revisions.c.id == key)
    return select(func.coalesce(func.max(_revisions.c.revision), 0)).where(of_key).scalar_subquery()

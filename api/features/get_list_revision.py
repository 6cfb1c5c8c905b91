"""Whether a list that somebody has seen is still so."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.policy import Policy
from persistence.revisions import WHOLE, RevisionKind, revision_for
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetListRevision(Message[str]):
    """Of which list: ConflictList or CalendarList."""

    kind: RevisionKind


async def handle(query: GetListRevision, uow: UnitOfWork, _policy: Policy) -> str:
    """The revision of all the list shows the viewer."""
    return await revision_for(uow.connection, uow.viewer, (query.kind, WHOLE))

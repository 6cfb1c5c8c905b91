"""/api/audit: who changed what, when, from what to what (spec 10.3)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import StringConstraints

from api.features.get_audit_entries import GetAuditEntries
from api.http.at_least import at_least
from api.http.endpoint import Endpoint
from api.http.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode_cursor, page_of
from api.http.problem_docs import problem_docs
from api.http.request import BusOf, ViewerOf
from api.http.wire import ByName, Instant, JsonResponse, Wire
from domain.enums import Role
from domain.viewer import SYSTEM
from persistence.readers.audit import AuditEntry, AuditFilter

router = APIRouter(prefix="/api/audit", tags=["audit"], route_class=Endpoint)

_OURSELVES = "Callboard"
_Operation = Annotated[str, StringConstraints(pattern="^[A-Za-z]{1,100}$")]


class AuditEntryDto(Wire):
    """Who did what to which thing. before, after: how it was; absent where there was, or is, no such thing.

    userName: of whoever has an account here. role: the one it was done with.
    """

    audit_id: UUID
    at: Instant
    user_id: UUID
    user_name: str | None = None
    role: Annotated[Role, ByName()]
    operation: str
    entity_id: UUID | None = None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    reason: str | None = None

    @classmethod
    def of(cls, entry: AuditEntry) -> AuditEntryDto:
        """The entry in JSON; the reason is that of the change, or of an override."""
        after = entry.after or {}
        return cls(
            audit_id=entry.audit_id,
            at=entry.occurred_at,
            user_id=entry.user_id,
            user_name=_OURSELVES if entry.user_id == SYSTEM.user_id else entry.user_name,
            role=entry.role,
            operation=entry.action,
            entity_id=entry.subject_id,
            before=entry.before,
            after=entry.after,
            reason=after.get("reason") or after.get("overrideReason"),
        )


@router.get(
    "",
    response_model=Page[AuditEntryDto],
    responses=problem_docs(400, 403),
    dependencies=[at_least(Role.Manager)],
)
async def list_audit_entries(
    bus: BusOf,
    viewer: ViewerOf,
    limit: Limit = DEFAULT_LIMIT,
    cursor: Cursor = None,
    user_id: Annotated[UUID | None, Query(alias="userId", description="Only what this user did")] = None,
    operation: Annotated[
        list[_Operation] | None,
        Query(description="Only these, as EventScheduled; may be given several times", max_length=50),
    ] = None,
    entity_id: Annotated[
        UUID | None,
        Query(
            alias="entityId",
            description="Only what was done to this booking, series, calendar or other thing",
        ),
    ] = None,
    since: Annotated[Instant | None, Query(alias="from", description="At this instant or after it")] = None,
    until: Annotated[Instant | None, Query(alias="to", description="Before this instant")] = None,
) -> Response:
    """List what was changed, the newest first (Manager)."""
    wanted = AuditFilter(user_id, operation or (), entity_id, since, until)
    position = decode_cursor(cursor, datetime)
    query = GetAuditEntries(wanted, limit + 1, None if position is None else position[1])
    found = await bus.send(query, viewer)
    return JsonResponse(page_of(found, limit, lambda one: (one.occurred_at, one.audit_id), AuditEntryDto.of))

"""Suggestions as rows, their changes as documents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from domain.advice import StoredSuggestion
from domain.enums import ScheduleStatus, SuggestionKind
from domain.errors import NotFoundException
from domain.proposal import Proposal
from domain.suggestion import Change, Cost, Suggestion
from domain.undo import Undo
from persistence import tables
from persistence.mapping import Row, as_instant, as_uuid, slot_of
from persistence.placement_document import claims_document, claims_from, placement_document, placement_from
from persistence.readers.suggestions import as_seen
from persistence.series_request_document import series_request_document, series_request_from
from persistence.undo_document import undo_document, undo_from
from persistence.unit_of_work import UnitOfWork

_suggestions = tables.suggestions


async def save_suggestions(uow: UnitOfWork, stored: Sequence[StoredSuggestion]) -> None:
    """Keep suggestions for their requester."""
    if stored:
        await uow.connection.execute(insert(_suggestions), [_values(one) for one in stored])


async def lock_suggestion(uow: UnitOfWork, suggestion_id: UUID) -> StoredSuggestion:
    """The suggestion, locked so that it is applied once.

    Raises NotFoundException when there is none of this viewer's.
    """
    statement = select(_suggestions).where(_suggestions.c.suggestion_id == suggestion_id).with_for_update()
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFoundException("Suggestion", suggestion_id)
    return _suggestion_from(row)


async def find_suggestion(uow: UnitOfWork, suggestion_id: UUID) -> StoredSuggestion:
    """The suggestion. Raises NotFoundException when there is none of this viewer's."""
    statement = select(_suggestions).where(_suggestions.c.suggestion_id == suggestion_id)
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFoundException("Suggestion", suggestion_id)
    (seen,) = await as_seen(uow, [_suggestion_from(row)])
    return seen


async def mark_applied(uow: UnitOfWork, suggestion_id: UUID, undo: Undo) -> None:
    """Note that the suggestion has been applied, and what takes it back."""
    await _note(uow, suggestion_id, {"applied_at": uow.now, "undo": undo_document(undo)})


async def mark_undone(uow: UnitOfWork, suggestion_id: UUID) -> None:
    """Note that the suggestion has been taken back."""
    await _note(uow, suggestion_id, {"undone_at": uow.now})


async def _note(uow: UnitOfWork, suggestion_id: UUID, values: Mapping[str, Any]) -> None:
    await uow.connection.execute(
        update(_suggestions).where(_suggestions.c.suggestion_id == suggestion_id).values(values)
    )


def _values(stored: StoredSuggestion) -> dict[str, Any]:
    suggestion = stored.suggestion
    return {
        "suggestion_id": stored.suggestion_id,
        "requester_id": stored.requester_id,
        "schedule_conflict_id": stored.schedule_conflict_id,
        "request": None if stored.request is None else _request_document(stored.request),
        "series": None if stored.series is None else series_request_document(stored.series),
        "kind": suggestion.kind.value,
        "summary": suggestion.summary,
        "changes": [_change_document(one, stored) for one in suggestion.changes],
        "cost": {"total": suggestion.cost.total, "terms": list(suggestion.cost.terms)},
        "optimal": suggestion.optimal,
        "created_at": stored.created_at,
        "expires_at": stored.expires_at,
        "applied_at": stored.applied_at,
    }


def _suggestion_from(row: Row) -> StoredSuggestion:
    changes: list[Row] = row["changes"]
    cost = row["cost"]
    return StoredSuggestion(
        suggestion_id=row["suggestion_id"],
        requester_id=row["requester_id"],
        suggestion=Suggestion(
            kind=SuggestionKind(row["kind"]),
            summary=row["summary"],
            changes=tuple(_change_from(one) for one in changes),
            cost=Cost(cost["total"], tuple((name, amount) for name, amount in cost["terms"])),
            optimal=row["optimal"],
        ),
        versions={
            as_uuid(one["scheduled_event_id"]): one["version"]
            for one in changes
            if one["version"] is not None
        },
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        schedule_conflict_id=row["schedule_conflict_id"],
        request=None if row["request"] is None else _request_from(row["request"]),
        series=None if row["series"] is None else series_request_from(row["series"]),
        applied_at=row["applied_at"],
        undo=None if row["undo"] is None else undo_from(row["undo"]),
        undone_at=row["undone_at"],
    )


def _change_document(change: Change, stored: StoredSuggestion) -> dict[str, Any]:
    key = change.scheduled_event_id
    return {
        "scheduled_event_id": None if key is None else str(key),
        "version": None if key is None else stored.versions[key],
        "title": change.title,
        "before": placement_document(change.before),
        "after": placement_document(change.after),
    }


def _change_from(document: Row) -> Change:
    key = document["scheduled_event_id"]
    return Change(
        None if key is None else as_uuid(key),
        placement_from(document["before"]),
        placement_from(document["after"]),
        document["title"],
    )


def _request_document(request: Proposal) -> dict[str, Any]:
    expires = request.hold_expires_at
    return {
        "scheduled_event_id": str(request.scheduled_event_id),
        "event_id": str(request.event_id),
        "calendar_id": str(request.calendar_id),
        "start": request.slot.start_date_time.isoformat(),
        "end": request.slot.end_date_time.isoformat(),
        "time_zone": request.time_zone,
        "status": int(request.status),
        "created_at": request.created_at.isoformat(),
        "claims": claims_document(request.claims),
        "hold_expires_at": None if expires is None else expires.isoformat(),
    }


def _request_from(document: Row) -> Proposal:
    expires = document["hold_expires_at"]
    return Proposal(
        scheduled_event_id=as_uuid(document["scheduled_event_id"]),
        event_id=as_uuid(document["event_id"]),
        calendar_id=as_uuid(document["calendar_id"]),
        slot=slot_of(document["start"], document["end"]),
        time_zone=document["time_zone"],
        status=ScheduleStatus(document["status"]),
        created_at=as_instant(document["created_at"]),
        claims=claims_from(document["claims"]),
        hold_expires_at=None if expires is None else as_instant(expires),
    )

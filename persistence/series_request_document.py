"""A series that was asked for, as a JSON document."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.enums import ScheduleStatus
from domain.series import SeriesRequest
from persistence.mapping import Row, as_instant, as_uuid
from persistence.placement_document import claims_document, claims_from, placement_document, placement_from
from persistence.recurrence_document import pattern_document, pattern_from


def series_request_document(request: SeriesRequest) -> dict[str, Any]:
    """What is stored of a series that was asked for."""
    expires = request.hold_expires_at
    return {
        "series_id": str(request.series_id),
        "event_id": str(request.event_id),
        "calendar_id": str(request.calendar_id),
        "first_start": request.first_start.isoformat(),
        "duration_seconds": request.duration.total_seconds(),
        "time_zone": request.time_zone,
        "pattern": pattern_document(request.pattern),
        "status": int(request.status),
        "created_at": request.created_at.isoformat(),
        "claims": claims_document(request.claims),
        "hold_expires_at": None if expires is None else expires.isoformat(),
        "skipped": sorted(start.isoformat() for start in request.skipped),
        "moved": {start.isoformat(): placement_document(place) for start, place in request.moved.items()},
    }


def series_request_from(document: Row) -> SeriesRequest:
    """The series of a stored document."""
    expires = document["hold_expires_at"]
    return SeriesRequest(
        series_id=as_uuid(document["series_id"]),
        event_id=as_uuid(document["event_id"]),
        calendar_id=as_uuid(document["calendar_id"]),
        first_start=as_instant(document["first_start"]),
        duration=timedelta(seconds=document["duration_seconds"]),
        time_zone=document["time_zone"],
        pattern=pattern_from(document["pattern"]),
        status=ScheduleStatus(document["status"]),
        created_at=as_instant(document["created_at"]),
        claims=claims_from(document["claims"]),
        hold_expires_at=None if expires is None else as_instant(expires),
        skipped=frozenset(as_instant(start) for start in document["skipped"]),
        moved={as_instant(start): placement_from(place) for start, place in document["moved"].items()},
    )

"""What takes an applied fix back, as a JSON document."""

from __future__ import annotations

from typing import Any

from domain.conflicts import Clash
from domain.enums import ConflictType, ScheduleStatus
from domain.undo import Former, Undo
from persistence.mapping import Row, as_uuid
from persistence.placement_document import placement_document, placement_from


def undo_document(undo: Undo) -> dict[str, Any]:
    """What is stored of it."""
    return {
        "moved": [[str(key), _former_document(former)] for key, former in undo.moved.items()],
        "booked": None if undo.booked is None else str(undo.booked),
        "versions": [[str(key), version] for key, version in undo.versions.items()],
    }


def undo_from(document: Row) -> Undo:
    """What a stored document says."""
    booked = document["booked"]
    return Undo(
        {as_uuid(key): _former_from(former) for key, former in document["moved"]},
        None if booked is None else as_uuid(booked),
        {as_uuid(key): version for key, version in document["versions"]},
    )


def _former_document(former: Former) -> dict[str, Any]:
    return {
        "placement": placement_document(former.placement),
        "status": int(former.status),
        "override_reason": former.override_reason,
        "is_detached": former.is_detached,
        "is_blocked": former.is_blocked,
        "clashes": [
            [
                str(one.scheduled_event_id),
                str(one.conflicting_event_id),
                int(one.conflict_type),
                None if one.resource_id is None else str(one.resource_id),
            ]
            for one in sorted(former.clashes, key=str)
        ],
    }


def _former_from(document: Row) -> Former:
    return Former(
        placement_from(document["placement"]),
        ScheduleStatus(document["status"]),
        document["override_reason"],
        document["is_detached"],
        document["is_blocked"],
        frozenset(
            Clash(as_uuid(one), as_uuid(other), ConflictType(kind), None if over is None else as_uuid(over))
            for one, other, kind, over in document["clashes"]
        ),
    )

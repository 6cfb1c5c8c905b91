"""Where a booking sits, as a JSON document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from domain.entities import Claim
from domain.enums import ClaimRole
from domain.suggestion import Placement
from persistence.mapping import Row, as_uuid, slot_of


def placement_document(placement: Placement) -> dict[str, Any]:
    """What is stored of a place."""
    return {
        "calendar_id": str(placement.calendar_id),
        "start": placement.slot.start_date_time.isoformat(),
        "end": placement.slot.end_date_time.isoformat(),
        "claims": claims_document(placement.claims),
    }


def placement_from(document: Row) -> Placement:
    """The place of a stored document."""
    return Placement(
        as_uuid(document["calendar_id"]),
        slot_of(document["start"], document["end"]),
        claims_from(document["claims"]),
    )


def claims_document(claims: Sequence[Claim]) -> list[list[Any]]:
    """What is stored of claims."""
    return [[str(one.resource_id), int(one.role), one.quantity] for one in claims]


def claims_from(document: list[list[Any]]) -> tuple[Claim, ...]:
    """The claims of a stored document."""
    return tuple(Claim(as_uuid(key), ClaimRole(role), quantity) for key, role, quantity in document)

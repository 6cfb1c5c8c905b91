"""A fact as those outside get it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PublishedFact:
    """A fact with its number in the public order.

    sequence: 1, 2, 3, ... without gaps. fact_id: the same however often the fact is delivered.
    aggregate_version: which state of its aggregate it is of; None where that has no versions.
    payload: as the receiver may know it.
    """

    sequence: int
    fact_id: UUID
    fact_type: str
    aggregate_id: UUID
    aggregate_version: int | None
    occurred_at: datetime
    payload: Mapping[str, Any]

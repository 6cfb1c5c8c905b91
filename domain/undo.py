"""What takes an applied fix back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.conflicts import Clash
from domain.enums import ScheduleStatus
from domain.suggestion import Placement


@dataclass(frozen=True, slots=True)
class Former:
    """What a booking was before a fix moved it, and is to be again.

    is_blocked: whether something it claims was closed to it there.
    clashes: those that stood there, and may stand there again.
    """

    placement: Placement
    status: ScheduleStatus
    override_reason: str | None
    is_detached: bool
    is_blocked: bool
    clashes: frozenset[Clash]


@dataclass(frozen=True, slots=True)
class Undo:
    """What each booking was that a fix moved, in the order it moved them, and what it booked.

    booked: the booking or series that it made; None where it only moved.
    versions: of all of them since; one that has changed after that is not put back.
    """

    moved: Mapping[UUID, Former]
    booked: UUID | None
    versions: Mapping[UUID, int]

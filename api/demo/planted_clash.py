"""A clash that is in the demo on purpose, and the fix that is known to be best."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.conflicts import Clash
from domain.enums import ConflictLevel, SuggestionKind


@dataclass(frozen=True, slots=True)
class BestFix:
    """The cheapest fix of a planted clash.

    moved: the one booking it changes. shift_minutes: later, or earlier when negative. new: in place of `old`.
    cost: all of it, the touch included.
    """

    kind: SuggestionKind
    moved: UUID
    cost: int
    shift_minutes: int = 0
    old: UUID | None = None
    new: UUID | None = None


@dataclass(frozen=True, slots=True)
class PlantedClash:
    """A clash that is in the demo on purpose. best: None where there is nothing to suggest, as for a hold."""

    about: str
    clash: Clash
    level: ConflictLevel
    best: BestFix | None

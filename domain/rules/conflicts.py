"""How bad a conflict is (SCH-010..013)."""

from collections.abc import Iterable

from domain.enums import ClaimRole, ConflictLevel


def time_overlap_level() -> ConflictLevel:
    """More events at once than a calendar that is no venue's holds is Severe (SCH-010)."""
    return ConflictLevel.Severe


def venue_conflict_level() -> ConflictLevel:
    """A venue claimed beyond its quantity is Critical (SCH-011)."""
    return ConflictLevel.Critical


def staff_conflict_level(roles: Iterable[ClaimRole]) -> ConflictLevel:
    """Staff are Moderate if primary in either booking, Minor if secondary in both (SCH-012)."""
    return ConflictLevel.Moderate if ClaimRole.Primary in roles else ConflictLevel.Minor


def equipment_conflict_level() -> ConflictLevel:
    """Equipment, and any other resource, is Moderate (SCH-013)."""
    return ConflictLevel.Moderate


def hold_overlap_level() -> ConflictLevel:
    """A firm booking over a hold is Minor: a hold is not counted in demand, and its holder is told."""
    return ConflictLevel.Minor


def refuses_booking(level: ConflictLevel) -> bool:
    """Severe and Critical conflicts refuse a booking; Moderate and Minor ones are recorded beside it."""
    return level >= ConflictLevel.Severe

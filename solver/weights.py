"""Every price in one place."""

from dataclasses import dataclass, fields

from solver.errors import InvalidProblem
from solver.reading import Reader
from solver.resource import ResourceKind


@dataclass(frozen=True, slots=True)
class Weights:
    """The integer prices of what a repair leaves and what it disturbs; settable per request.

    conflict_*: a conflict left, by level; they weigh only against each other, never against disruption.
    minute_moved: each minute between today's start and the new one.
    swap_*: a changed resource, by kind; swap_rank more for each place down the list of alternatives.
    occurrence_skipped: each date of a series that is left out.
    touch_*: what translate makes an activity's touch_cost of: a base, percentages of it by status, and
        additions by the people who come and by short notice.
    """

    conflict_minor: int = 1
    conflict_moderate: int = 20
    conflict_severe: int = 400
    conflict_critical: int = 8_000
    minute_moved: int = 1
    swap_venue: int = 45
    swap_staff: int = 30
    swap_equipment: int = 15
    swap_other: int = 15
    swap_rank: int = 1
    occurrence_skipped: int = 2_000
    touch_base: int = 1_000
    touch_request_percent: int = 10
    touch_tentative_percent: int = 50
    touch_confirmed_percent: int = 300
    touch_per_attendee: int = 2
    touch_attendees_counted_most: int = 1_000
    touch_short_notice: int = 500
    short_notice_minutes: int = 2_880

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value <= 1_000_000:
                raise InvalidProblem(f"weights.{field.name} must be 0..1000000, got {value}")

    def conflict(self, level: int) -> int:
        """The price of one conflict left at a level, 1 (Minor) to 4 (Critical)."""
        by_level = (self.conflict_minor, self.conflict_moderate, self.conflict_severe, self.conflict_critical)
        return by_level[level - 1]

    def swap(self, kind: ResourceKind, rank: int) -> int:
        """The price of taking the alternative at a place (from 0) in the list of its requirement."""
        by_kind = {
            ResourceKind.VENUE: self.swap_venue,
            ResourceKind.STAFF: self.swap_staff,
            ResourceKind.EQUIPMENT: self.swap_equipment,
        }
        return by_kind.get(kind, self.swap_other) + self.swap_rank * rank

    def to_dict(self) -> dict[str, int]:
        """Plain JSON values, complete."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_dict(cls, raw: object, where: str) -> "Weights":
        """Read back what `to_dict` wrote; raises InvalidProblem naming the place."""
        names = [field.name for field in fields(cls)]
        reader = Reader(raw, where, frozenset(names))
        return cls(**{name: reader.integer(name) for name in names})

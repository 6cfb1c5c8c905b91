"""On what terms bookings may be moved."""

from dataclasses import dataclass, field

from domain.enums import ScheduleStatus
from solver.weights import Weights


@dataclass(frozen=True, slots=True)
class MovingTerms:
    """What translation pins, and the grid and the prices of what it lets move.

    notice_minutes: bookings that start sooner than this after the snapshot stay; none moves there (SCH-005).
    step_minutes: new starts are multiples of this after midnight UTC.
    reach_minutes: how far a start may move either way; None for anywhere in the horizon.
    move_confirmed: whether Confirmed bookings may move.
    """

    notice_minutes: int = 120
    step_minutes: int = 15
    reach_minutes: int | None = None
    move_confirmed: bool = False
    weights: Weights = field(default_factory=Weights)

    def admits(self, status: ScheduleStatus) -> bool:
        """Whether bookings of a status may be moved at all."""
        if status is ScheduleStatus.Confirmed:
            return self.move_confirmed
        return status is not ScheduleStatus.Rescheduling

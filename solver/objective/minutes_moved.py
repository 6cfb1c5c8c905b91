"""What moving in time costs."""

from ortools.sat.python import cp_model

from solver.cp_sums import weighted
from solver.mover import Mover
from solver.weights import Weights


class MinutesMoved:
    """Each minute between an activity's start and today's, at its price."""

    def __init__(self, movers: list[Mover], weights: Weights) -> None:
        self.movers = movers
        self.weights = weights

    def add_to(self, model: cp_model.CpModel) -> None:
        """Bound each mover's minutes from below by its distance both ways."""
        for mover in self.movers:
            model.add(mover.minutes_moved >= mover.start - mover.now)
            model.add(mover.minutes_moved >= mover.now - mover.start)

    def expression(self) -> cp_model.LinearExpr:
        """The priced sum."""
        return weighted(
            [mover.minutes_moved for mover in self.movers], [self.weights.minute_moved] * len(self.movers)
        )

"""What touching bookings costs."""

from ortools.sat.python import cp_model

from solver.cp_sums import weighted
from solver.mover import Mover


class Touched:
    """The touch cost of each activity that does not stay."""

    def __init__(self, movers: list[Mover]) -> None:
        self.movers = movers

    def expression(self) -> cp_model.LinearExpr:
        """The priced sum."""
        return weighted(
            [mover.stay.negated() for mover in self.movers],
            [mover.activity.touch_cost for mover in self.movers],
        )

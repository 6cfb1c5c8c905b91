"""What conflicts left cost."""

from collections.abc import Mapping

from ortools.sat.python import cp_model

from solver.clash import Clash
from solver.cp_sums import weighted
from solver.weights import Weights


class Conflicts:
    """The conflicts left that a mover could end, each at its level's price."""

    def __init__(self, left: Mapping[Clash, cp_model.IntVar], weights: Weights) -> None:
        self.left = left
        self.weights = weights

    def expression(self) -> cp_model.LinearExpr:
        """The priced sum."""
        return weighted(list(self.left.values()), [self.weights.conflict(clash.level) for clash in self.left])

"""The conflicts that must go."""

from collections.abc import Iterable, Mapping

from ortools.sat.python import cp_model

from solver.clash import Clash


class Resolved:
    """Named conflicts are not left; one that no mover can end makes the model infeasible."""

    def __init__(self, targets: Iterable[Clash], left: Mapping[Clash, cp_model.IntVar]) -> None:
        self.targets = tuple(targets)
        self.left = left

    def add_to(self, model: cp_model.CpModel) -> None:
        """Turn each target's literal off."""
        for target in self.targets:
            if target in self.left:
                model.add(self.left[target] == 0)
            else:
                model.add_bool_or([])

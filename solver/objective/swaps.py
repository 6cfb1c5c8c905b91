"""What changed resources cost."""

from ortools.sat.python import cp_model

from solver.cost import swap_cost
from solver.cp_sums import weighted
from solver.mover import Mover
from solver.problem import ProblemData


class Swaps:
    """Each alternative held, at the price of its kind and its place in the list."""

    def __init__(self, movers: list[Mover], problem: ProblemData) -> None:
        self.movers = movers
        self.problem = problem

    def expression(self) -> cp_model.LinearExpr:
        """The priced sum."""
        literals: list[cp_model.IntVar] = []
        prices: list[int] = []
        for mover in self.movers:
            for place, choice in enumerate(mover.held):
                for resource, held in choice.items():
                    literals.append(held)
                    prices.append(swap_cost(self.problem, mover.activity, place, resource))
        return weighted(literals, prices)

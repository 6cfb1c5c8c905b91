"""Exactly one resource for each need."""

from ortools.sat.python import cp_model

from solver.mover import Mover


class OneResource:
    """Each requirement of an activity holds exactly one of its options, and no two hold the same."""

    def __init__(self, mover: Mover) -> None:
        self.mover = mover

    def add_to(self, model: cp_model.CpModel) -> None:
        """Add the choice of each requirement and their mutual exclusion."""
        holders: dict[int, list[cp_model.IntVar]] = {}
        for choice in self.mover.held:
            model.add_exactly_one(choice.values())
            for resource, held in choice.items():
                holders.setdefault(resource, []).append(held)
        for rivals in holders.values():
            if len(rivals) > 1:
                model.add_at_most_one(rivals)

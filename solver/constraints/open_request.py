"""A request has no grandfather rights."""

from ortools.sat.python import cp_model

from solver.check import blocks
from solver.mover import Mover
from solver.resource import Resource


class OpenRequest:
    """A request may not take what it asked for where that is closed."""

    def __init__(self, mover: Mover, resources: tuple[Resource, ...]) -> None:
        self.mover = mover
        self.resources = resources

    def add_to(self, model: cp_model.CpModel) -> None:
        """Forbid each claim as asked for that its resource's hours forbid."""
        activity = self.mover.activity
        if not activity.is_request:
            return
        for place, needed in enumerate(activity.requirements):
            reason = blocks(self.resources[needed.resource], activity.start_minute, activity.duration_minutes)
            if reason is not None:
                model.add(self.mover.kept[place] == 0)

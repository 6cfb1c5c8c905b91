"""No needless half in a fix of both kinds."""

from ortools.sat.python import cp_model

from solver.cp_ranges import domain_of
from solver.mover import Mover
from solver.ranges import difference, intersection


class NothingIdle:
    """When one activity changes time and resources, neither change alone would have done.

    clashing: the requirements whose claim as it is today is in a conflict to be resolved.
    """

    def __init__(self, mover: Mover, clashing: frozenset[int]) -> None:
        self.mover = mover
        self.clashing = clashing

    def add_to(self, model: cp_model.CpModel) -> None:
        """Ask for a resource not free today, and for a time at which today's resources are not all free."""
        mover = self.mover
        only_later = [
            mover.held[place][resource]
            for place, options in enumerate(mover.options)
            for resource in options
            if (place in self.clashing if resource == options[0] else not mover.fits_now(place, resource))
        ]
        model.add_bool_or(only_later)
        enough = mover.reach
        for place, options in enumerate(mover.options):
            enough = intersection(enough, mover.free[place][options[0]])
        starts = mover.steps(difference(mover.reach, enough))
        if starts:
            model.add_linear_expression_in_domain(mover.grid, domain_of(starts)).only_enforce_if(
                mover.same_time.negated()
            )
        else:
            model.add(mover.same_time == 1)

"""New claims fit what stays."""

from ortools.sat.python import cp_model

from solver.cp_ranges import domain_of
from solver.mover import Mover
from solver.ranges import Ranges


class FreeStarts:
    """A claim that is not today's starts where its resource is open and clear of everything that stays."""

    def __init__(self, mover: Mover) -> None:
        self.mover = mover

    def add_to(self, model: cp_model.CpModel) -> None:
        """Bind the start, on its grid, to the free starts of each resource newly held."""
        mover = self.mover
        moves = mover.same_time.negated()
        if not mover.can_move_in_time:
            model.add(mover.same_time == 1)
        elif mover.grid is mover.start:
            _bind(model, mover, mover.reach, [moves])
        else:
            model.add(mover.start == mover.step * mover.grid).only_enforce_if(moves)
            if mover.now % mover.step == 0:
                model.add(mover.grid != mover.now // mover.step).only_enforce_if(moves)
        for place, choice in enumerate(mover.fresh):
            for resource, fresh in choice.items():
                if resource != mover.options[place][0] and not mover.fits_now(place, resource):
                    model.add_implication(fresh, moves)
                _bind(model, mover, mover.free[place][resource], [fresh, moves])


def _bind(model: cp_model.CpModel, mover: Mover, starts: Ranges, when: list[cp_model.BoolVarT]) -> None:
    steps = mover.steps(starts)
    if steps:
        model.add_linear_expression_in_domain(mover.grid, domain_of(steps)).only_enforce_if(when)
    else:
        model.add_bool_or([literal.negated() for literal in when])

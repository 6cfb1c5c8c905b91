"""Staying as a choice of its own."""

from ortools.sat.python import cp_model

from solver.mover import Mover


class StayOrMove:
    """An activity stays exactly when its time and all its resources do."""

    def __init__(self, mover: Mover) -> None:
        self.mover = mover

    def add_to(self, model: cp_model.CpModel) -> None:
        """Tie stay, same_time, kept and fresh to start and resources."""
        mover = self.mover
        model.add(mover.start == mover.now).only_enforce_if(mover.same_time)
        model.add_implication(mover.stay, mover.same_time)
        for place, options in enumerate(mover.options):
            kept, today = mover.kept[place], options[0]
            model.add_implication(kept, mover.same_time)
            model.add_implication(mover.fresh[place][today], mover.same_time.negated())
            model.add(mover.held[place][today] == kept + mover.fresh[place][today])
            model.add_implication(mover.stay, kept)
        # The other direction, without which "touched" would be free to lie.
        model.add_bool_or([mover.stay, mover.same_time.negated(), *(kept.negated() for kept in mover.kept)])

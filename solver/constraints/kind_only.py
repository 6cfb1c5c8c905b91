"""One kind of fix at a time."""

from ortools.sat.python import cp_model

from solver.kind import Kind
from solver.mover import Mover


class KindOnly:
    """An answer changes only times, only resources, or at least one of each."""

    def __init__(self, movers: list[Mover], kind: Kind) -> None:
        self.movers = movers
        self.kind = kind

    def add_to(self, model: cp_model.CpModel) -> None:
        """Forbid what the kind does not change, and ask for what it does."""
        if self.kind is Kind.RESCHEDULED:
            for mover in self.movers:
                for place, options in enumerate(mover.options):
                    model.add(mover.held[place][options[0]] == 1)
        elif self.kind is Kind.RESOURCE_CHANGED:
            for mover in self.movers:
                model.add(mover.same_time == 1)
        else:
            model.add_bool_or([mover.same_time.negated() for mover in self.movers])
            model.add_bool_or(
                [
                    mover.held[place][options[0]].negated()
                    for mover in self.movers
                    for place, options in enumerate(mover.options)
                ]
            )

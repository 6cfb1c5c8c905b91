"""Answers unlike those already given."""

from collections.abc import Mapping

from ortools.sat.python import cp_model

from solver.mover import Mover
from solver.placement import Placement


class Different:
    """An answer differs from an earlier one in a resource, in who moves, or by a clear stretch of time.

    apart_minutes: how far a start must lie from the earlier answer's to count as different.
    """

    def __init__(self, movers: list[Mover], earlier: Mapping[int, Placement], apart_minutes: int) -> None:
        self.movers = movers
        self.earlier = earlier
        self.apart_minutes = apart_minutes

    def add_to(self, model: cp_model.CpModel) -> None:
        """Ask for at least one difference."""
        different: list[cp_model.BoolVarT] = []
        for mover in self.movers:
            placement = self.earlier[mover.index]
            stayed = placement.start_minute == mover.now and all(
                resource == options[0]
                for resource, options in zip(placement.resources, mover.options, strict=True)
            )
            different.append(mover.stay.negated() if stayed else mover.stay)
            if stayed:
                continue
            different.extend(
                mover.held[place][resource].negated() for place, resource in enumerate(placement.resources)
            )
            different.extend(self._apart(model, mover, placement.start_minute))
        model.add_bool_or(different)

    def _apart(self, model: cp_model.CpModel, mover: Mover, start: int) -> list[cp_model.BoolVarT]:
        earlier = model.new_bool_var(f"a{mover.index}.before{start}")
        later = model.new_bool_var(f"a{mover.index}.after{start}")
        model.add(mover.start <= start - self.apart_minutes).only_enforce_if(earlier)
        model.add(mover.start >= start + self.apart_minutes).only_enforce_if(later)
        return [earlier, later]

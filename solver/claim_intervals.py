"""New claims of movers as optional intervals."""

from collections.abc import Iterable
from dataclasses import dataclass

from ortools.sat.python import cp_model

from solver.mover import Mover
from solver.resource import Resource


@dataclass(frozen=True, slots=True)
class FreshClaim:
    """One mover's possible new claim on a resource, setup and teardown included."""

    mover: int
    interval: cp_model.IntervalVar
    quantity: int


def fresh_claims(
    model: cp_model.CpModel, movers: Iterable[Mover], resource: int, held: Resource
) -> list[FreshClaim]:
    """The possible new claims of movers on one resource."""
    found = []
    for mover in movers:
        for place, choice in enumerate(mover.fresh):
            fresh = choice.get(resource)
            if fresh is None or not mover.free[place][resource]:
                continue
            interval = model.new_optional_fixed_size_interval_var(
                mover.start - held.setup_minutes,
                held.setup_minutes + mover.activity.duration_minutes + held.teardown_minutes,
                fresh,
                f"a{mover.index}.{place}.on{resource}",
            )
            found.append(FreshClaim(mover.index, interval, mover.activity.requirements[place].quantity))
    return found


def kept_literals(movers: Iterable[Mover], resource: int) -> dict[int, cp_model.IntVar]:
    """For each mover that holds a resource today, the literal that it goes on as it is."""
    return {
        mover.index: mover.kept[place]
        for mover in movers
        for place, needed in enumerate(mover.activity.requirements)
        if needed.resource == resource
    }

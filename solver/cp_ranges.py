"""Half-open ranges as CP-SAT domains."""

from ortools.sat.python import cp_model

from solver.ranges import Ranges


def domain_of(ranges: Ranges) -> cp_model.Domain:
    """The integers of the ranges."""
    return cp_model.Domain.from_intervals([[low, high - 1] for low, high in ranges])

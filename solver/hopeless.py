"""Conflicts that no mover can end."""

from collections.abc import Iterable

from solver.clash import Clash, clashing_pairs
from solver.occupancy import Occupancy


def hopeless_clashes(occupancy: Occupancy, clashes: Iterable[Clash]) -> frozenset[Clash]:
    """The conflicts that those who stay would have even if every mover were gone."""
    resources = occupancy.problem.resources
    staying: dict[int, set[tuple[int, int]]] = {}
    found = set()
    for clash in clashes:
        if {clash.first, clash.second} & occupancy.movers:
            continue
        resource = clash.resource
        if resource not in staying:
            staying[resource] = clashing_pairs(occupancy.claims(resource), resources[resource].capacity)
        if (clash.first, clash.second) in staying[resource]:
            found.add(clash)
    return frozenset(found)

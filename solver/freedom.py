"""How much of an activity's freedom a model looks at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Freedom:
    """What of an activity's choices enters a model; the less, the faster it is proven.

    time: whether it may move in time. swaps: whether it may change resources.
    detour_limit: leave out each move and each swap that alone costs more than this; None for no limit.
    """

    time: bool = True
    swaps: bool = True
    detour_limit: int | None = None

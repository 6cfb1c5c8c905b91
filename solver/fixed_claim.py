"""What activities outside the problem hold."""

from typing import NamedTuple


class FixedClaim(NamedTuple):
    """A claim of something that stays and is not asked about: less to build than a pinned activity.

    low, high: the half-open range held, in minutes from the horizon's start, setup and teardown included.
    """

    resource: int
    low: int
    high: int
    quantity: int = 1
    primary: bool = False

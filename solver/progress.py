"""News from a long solve."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """The best so far and what it cannot go below, in one tier's price."""

    tier: str
    incumbent: int
    bound: int
    seconds: float

"""How long a solve may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop short of a proof.

    deterministic: CP-SAT's own reproducible clock, the limit that is meant to bind.
    wall_seconds: the safety net; an answer it cut short is never called optimal.
    seed: of the one search worker.
    """

    deterministic: float = 2.0
    wall_seconds: float = 10.0
    seed: int = 1

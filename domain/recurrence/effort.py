"""How much work finding the starts of many series may take together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Effort:
    """Steps that are left to several expansions, such as those of all series of one file."""

    left: int

    @property
    def is_spent(self) -> bool:
        """Whether a rule was, or the next will be, given up for want of steps."""
        return self.left <= 0

"""How much work finding the starts of many series may take together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Effort:
    """Steps that are left to several expansions, such as those of all series of one file.

    whole: what this is a share of; each step of the share is one of the whole.
    """

    left: int
    whole: Effort | None = None

    @property
    def is_spent(self) -> bool:
        """Whether a rule was, or the next will be, given up for want of steps."""
        return self.left <= 0

    def share(self, most: int) -> Effort:
        """So many of the steps, or what is left of them."""
        return Effort(min(most, max(0, self.left)), self)

    def step(self) -> None:
        """One step less, here and in the whole."""
        self.left -= 1
        if self.whole is not None:
            self.whole.step()

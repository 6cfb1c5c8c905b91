"""Who calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls, and until when their token is good."""

    viewer: Viewer
    until: datetime


class Recognizes(Protocol):
    """Knows tokens."""

    async def bearer(self, token: str) -> Bearer:
        """Whose token it is. Raises UnauthorizedException for anything but a valid one."""
        ...

"""Who calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls, and until when their token is good."""

    viewer: Viewer
    until: datetime

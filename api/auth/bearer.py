"""Who calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class ForeignPerson:
    """What a foreign issuer says of somebody; None for what it does not say."""

    issuer: str
    name: str | None
    email: str | None


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls, and until when their token is good. person: of a foreign issuer's."""

    viewer: Viewer
    until: datetime
    person: ForeignPerson | None = None

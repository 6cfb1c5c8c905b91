"""What the domain's users need from outside."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...


class IdSource(Protocol):
    """Makes identifiers."""

    def ordered(self) -> UUID:
        """A UUIDv7: sorts by the time it was made."""
        ...

    def scattered(self) -> UUID:
        """A UUIDv4: for resources, whose GiST index prefers ids that differ in their first bits."""
        ...

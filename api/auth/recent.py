"""What was found out lately."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Remembers so many things for so long; of too many, the oldest go first."""

    def __init__(self, lifetime: timedelta, most: int, now: Callable[[], datetime]) -> None:
        self._lifetime = lifetime
        self._most = most
        self._now = now
        self._found: OrderedDict[K, tuple[datetime, V]] = OrderedDict()

    def get(self, key: K) -> V | None:
        """What is known of it; None when nothing is, or not any more."""
        found_at, value = self._found.get(key, (None, None))
        return value if found_at is not None and self._now() < found_at + self._lifetime else None

    def put(self, key: K, value: V) -> None:
        """Remember it from now on."""
        self._found[key] = (self._now(), value)
        self._found.move_to_end(key)
        if len(self._found) > self._most:
            self._found.popitem(last=False)

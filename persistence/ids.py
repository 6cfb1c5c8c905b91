"""Identifiers and time from the machine."""

import os
import threading
import time
from datetime import UTC, datetime
from uuid import UUID, uuid4

_VERSION_7, _VARIANT = 0x7 << 76, 0x2 << 62
_VERSION_BITS, _VARIANT_BITS = 0xF << 76, 0x3 << 62


class RandomIds:
    """Makes UUIDv7 and UUIDv4 (RFC 9562). Ids that one process makes in a row sort in that order."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def ordered(self) -> UUID:
        """A UUIDv7: milliseconds since 1970 and random bits; within a millisecond, one more than the last."""
        milliseconds = time.time_ns() // 1_000_000
        value = milliseconds << 80 | int.from_bytes(os.urandom(10))
        value = value & ~(_VERSION_BITS | _VARIANT_BITS) | _VERSION_7 | _VARIANT
        with self._lock:
            self._last = value = value if value > self._last else self._last + 1
        return UUID(int=value)

    def scattered(self) -> UUID:
        """A UUIDv4."""
        return uuid4()


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        return datetime.now(UTC)

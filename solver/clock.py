"""Instants as whole minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.time_slot import TimeSlot

_MINUTE = timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Minutes since an origin; seconds round outward, which may make neighbours touch."""

    origin: datetime

    @classmethod
    def of(cls, horizon: TimeSlot) -> Clock:
        """A clock whose origin is midnight UTC before the horizon, so that grids fall on round times."""
        return cls(horizon.start_date_time.replace(hour=0, minute=0, second=0, microsecond=0))

    @property
    def epoch_minute(self) -> int:
        """The origin in minutes since 1970."""
        return (self.origin - _EPOCH) // _MINUTE

    def floor(self, instant: datetime) -> int:
        """The last whole minute at or before an instant."""
        return (instant - self.origin) // _MINUTE

    def ceiling(self, instant: datetime) -> int:
        """The first whole minute at or after an instant."""
        return -((self.origin - instant) // _MINUTE)

    def outward(self, slot: TimeSlot) -> tuple[int, int]:
        """The smallest range of whole minutes around a slot, at least one minute long."""
        low = self.floor(slot.start_date_time)
        return low, max(low + 1, self.ceiling(slot.end_date_time))

    def inward(self, slot: TimeSlot) -> tuple[int, int]:
        """The largest range of whole minutes inside a slot; it may be empty."""
        return self.ceiling(slot.start_date_time), self.floor(slot.end_date_time)

    def instant(self, minute: int) -> datetime:
        """The instant of a whole minute."""
        return self.origin + minute * _MINUTE

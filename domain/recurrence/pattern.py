"""How a series repeats, as the contract puts it (spec 2.5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.enums import DayOfWeek, RecurrenceType


@dataclass(frozen=True, slots=True)
class RecurrencePattern:
    """How a series repeats; what it does not say comes from the first start (RFC 5545).

    interval: every how many days, weeks, months or years; 1 for Custom, whose rule says its own.
    days_of_week: of a Weekly series; empty means the first start's.
    day_of_month: of a Monthly series, 1 to 31; months without it are skipped. None means the first start's.
    end_date: aware; the last instant at which an occurrence may start.
    occurrence_count: how many there are. With neither this nor an end the series is as long as one may be.
    rrule: the rule of a Custom series, such as `FREQ=MONTHLY;BYDAY=-1FR`.
    """

    recurrence_type: RecurrenceType
    interval: int = 1
    days_of_week: tuple[DayOfWeek, ...] = ()
    day_of_month: int | None = None
    end_date: datetime | None = None
    occurrence_count: int | None = None
    rrule: str | None = None

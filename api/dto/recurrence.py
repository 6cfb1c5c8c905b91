"""Recurrence patterns in JSON (spec 2.5.1, 18.3)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from api.http.wire import ByName, Instant, Wire
from domain.enums import DayOfWeek, RecurrenceType
from domain.recurrence.pattern import RecurrencePattern as Pattern

Rule = Annotated[str, StringConstraints(max_length=1000)]


class RecurrencePattern(Wire):
    """How a series repeats. rrule: of a Custom one, its RFC 5545 rule, such as FREQ=MONTHLY;BYDAY=-1FR."""

    type: Annotated[RecurrenceType, ByName()]
    interval: int = Field(default=1, strict=True, ge=1, le=1_000_000)
    days_of_week: list[Annotated[DayOfWeek, ByName()]] | None = Field(default=None, max_length=7)
    day_of_month: int | None = Field(default=None, strict=True, ge=1, le=31)
    end_date: Instant | None = None
    occurrence_count: int | None = Field(default=None, ge=1, le=1_000_000)
    rrule: Rule | None = None

    @classmethod
    def of(cls, pattern: Pattern) -> RecurrencePattern:
        """The pattern in JSON."""
        return cls(
            type=pattern.recurrence_type,
            interval=pattern.interval,
            days_of_week=list(pattern.days_of_week) or None,
            day_of_month=pattern.day_of_month,
            end_date=pattern.end_date,
            occurrence_count=pattern.occurrence_count,
            rrule=pattern.rrule,
        )

    def pattern(self) -> Pattern:
        """The pattern the caller asks for."""
        return Pattern(
            self.type,
            self.interval,
            tuple(self.days_of_week or ()),
            self.day_of_month,
            self.end_date,
            self.occurrence_count,
            self.rrule,
        )

"""The occurrences of an event of an iCalendar file: its rules, further and excluded dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from api.imports.ical_event import IcalEvent, RefusedEvent
from domain.enums import RecurrenceType
from domain.errors import FieldException, TooManyOccurrences
from domain.recurrence.effort import Effort
from domain.recurrence.expansion import expand
from domain.recurrence.pattern import RecurrencePattern

_ENDS = ("COUNT=", "UNTIL=")


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The starts of an event as its own clock shows them, each with its length if that is its own.

    note: that there are more of them than were taken.
    """

    starts: dict[datetime, timedelta | None]
    note: str | None = None


def occurrences_of(event: IcalEvent, limit: int, effort: Effort) -> Occurrences:
    """Every start of the event, of a series at most the limit; raises RefusedEvent for what is no rule."""
    first = event.start.wall_clock
    if not event.is_series:
        return Occurrences({first: None})
    found: dict[datetime, timedelta | None] = {}
    note = None
    for text in event.rules:
        starts, cut = _expanded(text, event, limit, effort)
        note = note or cut
        found.update(dict.fromkeys(starts))
    # DTSTART counts as the first, also where no rule says so.
    is_counted = any("COUNT=" in text.upper() for text in event.rules)
    if first not in found and is_counted and len(event.rules) == 1 and found:
        del found[max(found)]
    found.setdefault(first, None)
    for time, length in event.further:
        start = time.on_the_clock_of(event.start)
        found[_at_the_time_of(first, start) if time.is_date and not event.start.is_date else start] = length
    for start in _excluded(event, limit, effort):
        found.pop(start, None)
    dates = {time.wall_clock.date() for time in event.excluded if time.is_date}
    kept = sorted(start for start in found if start.date() not in dates)
    if len(kept) > limit:
        note = f"it has more than {limit} occurrences, of which the first {limit} are taken"
    return Occurrences({start: found[start] for start in kept[:limit]}, note)


def _expanded(
    text: str, event: IcalEvent, limit: int, effort: Effort
) -> tuple[tuple[datetime, ...], str | None]:
    """The starts that a rule gives, cut at the limit, and what to say of the cut."""
    has_end = any(end in text.upper() for end in _ENDS)
    try:
        starts = _starts(text, event, limit, effort)
    except TooManyOccurrences:
        open_ended = ";".join(part for part in text.split(";") if not part.upper().startswith(_ENDS))
        cut = f"it has more than {limit} occurrences, of which the first {limit} are taken"
        return _starts(open_ended, event, limit, effort), cut
    if has_end:
        return starts, None
    return starts, f"it repeats without an end; its first {len(starts)} occurrences are taken"


def _starts(text: str, event: IcalEvent, limit: int, effort: Effort) -> tuple[datetime, ...]:
    pattern = RecurrencePattern(RecurrenceType.Custom, rrule=text)
    try:
        return expand(pattern, event.start.wall_clock, event.start.zone, limit=limit, effort=effort)
    except TooManyOccurrences:
        raise
    except FieldException as error:
        raise RefusedEvent(error.detail[:1].lower() + error.detail[1:]) from None


def _excluded(event: IcalEvent, limit: int, effort: Effort) -> set[datetime]:
    found = {time.on_the_clock_of(event.start) for time in event.excluded}
    for text in event.excluded_rules:
        found.update(_expanded(text, event, limit, effort)[0])
    return found


def _at_the_time_of(first: datetime, day: datetime) -> datetime:
    return datetime.combine(day.date(), first.time())

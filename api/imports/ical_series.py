"""The occurrences of an event of an iCalendar file: its rules, further and excluded dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from api.imports.ical_event import IcalEvent, RefusedEvent
from domain.enums import RecurrenceType
from domain.errors import FieldException, TooManyOccurrences
from domain.local_time import to_utc
from domain.recurrence.effort import Effort
from domain.recurrence.expansion import expand
from domain.recurrence.pattern import RecurrencePattern
from domain.recurrence.rule_text import read_rule

_ENDS = ("COUNT=", "UNTIL=")


@dataclass(frozen=True, slots=True)
class Occurrences:
    """The starts of an event as its own clock shows them, each with its length if that is its own.

    note: that there are more of them than were taken.
    rule: that gives all of them, and perhaps more; None where no single rule does, and `because` says why.
    """

    starts: dict[datetime, timedelta | None]
    note: str | None = None
    rule: str | None = None
    because: str | None = None


def occurrences_of(event: IcalEvent, limit: int, effort: Effort) -> Occurrences:
    """Every start of the event, of a series at most the limit; raises RefusedEvent for what is no rule."""
    first = event.start.wall_clock
    if not event.is_series:
        return Occurrences({first: None})
    found: dict[datetime, timedelta | None] = {}
    note = None
    given: list[_Expanded] = []
    for text in event.rules:
        one = _expanded(text, event, limit, effort)
        given.append(one)
        note = note or one.note
        found.update(dict.fromkeys(one.starts))
    # DTSTART counts as the first, also where no rule says so.
    is_counted = any("COUNT=" in text.upper() for text in event.rules)
    if first not in found and is_counted and len(event.rules) == 1 and found:
        del found[max(found)]
    found.setdefault(first, None)
    for time, length in event.further:
        start = time.on_the_clock_of(event.start)
        found[_at_the_time_of(first, start) if time.is_date and not event.start.is_date else start] = length
    excluded = _excluded(event, limit, effort)
    for start in [one for one in found if event.start.at(one).instant in excluded]:
        del found[start]
    dates = {time.wall_clock.date() for time in event.excluded if time.is_date}
    kept = sorted(start for start in found if start.date() not in dates)
    if len(kept) > limit:
        note = f"it has more than {limit} occurrences, of which the first {limit} are taken"
    because = _why_no_rule(event, given)
    rule = str(read_rule(given[0].text)) if because is None else None
    return Occurrences({start: found[start] for start in kept[:limit]}, note, rule, because)


def time_zone_of(event: IcalEvent) -> str | None:
    """The IANA name of the zone that the event is in; None for one that only its file defines."""
    zone = event.start.zone
    if isinstance(zone, ZoneInfo):
        return zone.key
    return "UTC" if zone is UTC else None


def regular_length(event: IcalEvent) -> timedelta:
    """How long an occurrence takes where no clocks change."""
    return event.length if event.days is None else timedelta(days=event.days)


@dataclass(frozen=True, slots=True)
class _Expanded:
    """What a rule gives, cut at a limit. text: of the rule; without its end where it was cut."""

    text: str
    starts: tuple[datetime, ...]
    note: str | None = None


def _why_no_rule(event: IcalEvent, given: Sequence[_Expanded]) -> str | None:
    """Why no single rule, which begins at the first start, gives all occurrences; None where one does."""
    if event.further:
        return "it has dates besides those of its rule (RDATE)"
    if len(given) > 1:
        return "it has more than one rule"
    starts, zone = given[0].starts, event.start.zone
    if not starts or starts[0] != event.start.wall_clock:
        return "its first date is not one that its rule gives"
    if time_zone_of(event) is None:
        return "its time zone is defined by the file alone"
    length = regular_length(event)
    if any(to_utc(after, zone) - to_utc(before, zone) < length for before, after in pairwise(starts)):
        return "its occurrences overlap each other"
    return None


def _expanded(text: str, event: IcalEvent, limit: int, effort: Effort) -> _Expanded:
    """The starts that a rule gives, cut at the limit, and what to say of the cut."""
    has_end = any(end in text.upper() for end in _ENDS)
    try:
        starts = _starts(text, event, limit, effort)
    except TooManyOccurrences:
        open_ended = ";".join(part for part in text.split(";") if not part.upper().startswith(_ENDS))
        cut = f"it has more than {limit} occurrences, of which the first {limit} are taken"
        return _Expanded(open_ended, _starts(open_ended, event, limit, effort), cut)
    if has_end:
        return _Expanded(text, starts)
    note = f"it repeats without an end; its first {len(starts)} occurrences are taken"
    return _Expanded(text, starts, note)


def _starts(text: str, event: IcalEvent, limit: int, effort: Effort) -> tuple[datetime, ...]:
    pattern = RecurrencePattern(RecurrenceType.Custom, rrule=text)
    try:
        return expand(pattern, event.start.wall_clock, event.start.zone, limit=limit, effort=effort)
    except TooManyOccurrences:
        raise
    except FieldException as error:
        raise RefusedEvent(error.detail[:1].lower() + error.detail[1:]) from None


def _excluded(event: IcalEvent, limit: int, effort: Effort) -> set[datetime]:
    """The instants that are left out: the same one may be written on any clock, and in a gap as two times."""
    found = {time.instant for time in event.excluded}
    for text in event.excluded_rules:
        starts = _expanded(text, event, limit, effort).starts
        found.update(event.start.at(start).instant for start in starts)
    return found


def _at_the_time_of(first: datetime, day: datetime) -> datetime:
    return datetime.combine(day.date(), first.time())

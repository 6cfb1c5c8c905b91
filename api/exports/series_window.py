"""The part of a series that a file covers: a rule cut to it, or its dates where no rule gives them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import takewhile
from zoneinfo import ZoneInfo

from domain.errors import FieldException
from domain.exported_schedule import ExportedSeries
from domain.local_time import to_utc
from domain.recurrence.rrule import SearchedTooLong, starts
from domain.recurrence.rule_text import read_rule

MOST_SKIPPED = 366
"""Beyond this many exceptions a rule says less than a list of dates."""


@dataclass(frozen=True, slots=True)
class SeriesWindow:
    """What gives exactly the wanted occurrences. Times are the naive wall clock of the series' zone.

    included: all occurrences in order; the first starts the recurrence set.
    rule: parts of an RRULE as name and value; None when `dates`, all but the first, are listed instead.
    excluded: what the rule gives and is not wanted.
    """

    included: tuple[datetime, ...]
    rule: tuple[tuple[str, str], ...] | None
    excluded: tuple[datetime, ...] = ()

    @property
    def first(self) -> datetime:
        return self.included[0]

    @property
    def dates(self) -> tuple[datetime, ...]:
        return self.included[1:] if self.rule is None else ()


def series_window(series: ExportedSeries, wanted: Collection[datetime]) -> SeriesWindow:
    """The recurrence set with exactly the wanted instants, at least one, of the series."""
    zone = ZoneInfo(series.time_zone)
    by_rule = _by_rule(series, zone, frozenset(wanted))
    if by_rule is not None:
        return by_rule
    return SeriesWindow(tuple(_wall_clock(one, zone) for one in sorted(wanted)), None)


def _by_rule(series: ExportedSeries, zone: ZoneInfo, wanted: frozenset[datetime]) -> SeriesWindow | None:
    """The series' own rule from its first wanted occurrence to its last; None when that gives others."""
    parts = _parts(series.rrule)
    if parts is None:
        return None
    # A wall-clock time in a gap is written as the rule has it, which only the rule itself can tell.
    last = max(wanted)
    own = _expanded(_text(parts), series.first_start, _wall_clock(last, zone))
    start = next((one for one in own if to_utc(one, zone) in wanted), None)
    if start is None:
        return None
    cut = _cut(parts, last)
    given = {to_utc(one, zone): one for one in _expanded(_text(cut), start, _wall_clock(last, zone))}
    excluded = tuple(one for instant, one in given.items() if instant not in wanted)
    if not wanted <= given.keys() or len(excluded) > MOST_SKIPPED:
        return None
    return SeriesWindow(tuple(given[one] for one in sorted(wanted)), tuple(cut), excluded)


def _parts(rrule: str) -> list[tuple[str, str]] | None:
    """The rule's parts; None for what is more than one plain RRULE."""
    if "\n" in rrule or ":" in rrule.removeprefix("RRULE:"):
        return None
    pairs = (part.partition("=") for part in rrule.removeprefix("RRULE:").strip(";").upper().split(";"))
    return [(name, value) for name, _, value in pairs]


def _without(parts: Sequence[tuple[str, str]], *names: str) -> list[tuple[str, str]]:
    return [part for part in parts if part[0] not in names]


def _cut(parts: Sequence[tuple[str, str]], last: datetime) -> list[tuple[str, str]]:
    until = last.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return [*_without(parts, "COUNT", "UNTIL"), ("UNTIL", until)]


def _text(parts: Sequence[tuple[str, str]]) -> str:
    """The rule without its end: callers stop by themselves."""
    return ";".join(f"{name}={value}" for name, value in _without(parts, "COUNT", "UNTIL"))


def _expanded(rule: str, start: datetime, last: datetime) -> list[datetime]:
    """Every start the rule gives up to the last; none of a rule that cannot be read or has no next one."""
    try:
        # Within a gap the wall clock shows later than the rule says, by an hour and never by a day.
        return list(takewhile(lambda one: one <= last, starts(read_rule(rule), start)))
    except (FieldException, SearchedTooLong):
        return []


def _wall_clock(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)

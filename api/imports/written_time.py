"""Dates, times and durations as people write them, and how to write others the same way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMERIC = re.compile(r"(?<![\d:.])(?P<a>\d{1,2})(?P<s>[/.-])(?P<b>\d{1,2})(?P=s)(?P<y>\d{4}|\d{2})(?![\d:])")
_ISO = re.compile(r"(?<!\d)(?P<y>\d{4})(?P<s>[-/.]?)(?P<m>\d{2})(?P=s)(?P<d>\d{2})(?!\d)")
_MONTH = r"(?P<name>(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*)\.?"
_DAY_NAME = re.compile(
    rf"(?i)(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.?[ -]+{_MONTH}[ ,-]+(?P<y>\d{{4}}|\d{{2}})(?!\d)"
)
_NAME_DAY = re.compile(rf"(?i)\b{_MONTH}[ ]+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?,?[ ]+(?P<y>\d{{4}})(?!\d)")
_WEEKDAY = re.compile(r"(?i)\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b")
_TIME = re.compile(
    r"(?i)(?<![\d:])(?P<h>\d{1,2})(?:(?P<s>[:.h])(?P<m>\d{2})(?::(?P<sec>\d{2})(?P<f>[.,]\d+)?)?)?"
    r"(?P<gap>\s?)(?P<half>[ap]\.?m\.?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?(?![\d:])"
)
_JOINT = re.compile(r"^[\s,;T@-]*(?:at|um|uhr)?[\s,;T@-]*$", re.IGNORECASE)


class NotWritten(Exception):
    """The text is no date or time; the message says why."""


@dataclass(frozen=True, slots=True)
class Written:
    """A date, a time or both, as some text or cell says them.

    is_numeric: whether day and month are told apart by their order alone, and could be the other way round.
    render: the same text with another moment in it.
    """

    day: date | None
    clock: time | None
    offset: timedelta | None
    render: Callable[[datetime], str]


def numeric_date(text: str) -> tuple[int, int, str] | None:
    """The two first numbers of a date such as 3/4/2026, and the whole of it."""
    found = None if _ISO.search(text) else _NUMERIC.search(text)
    return None if found is None else (int(found["a"]), int(found["b"]), found[0])


def has_half_days(text: str) -> bool:
    """Whether a time in it is said with am or pm."""
    return any(found["half"] for found in _TIME.finditer(text))


def read_written(text: str, *, day_first: bool) -> Written:
    """A date, a time or both; raises NotWritten."""
    if len(text) > 80:
        raise NotWritten("it is too long for a date")
    found = _date(text, day_first=day_first)
    rest = text
    if found is not None:
        rest = text[: found.start] + " " * (found.end - found.start) + text[found.end :]
    clock = _clock(rest)
    if found is None and clock is None:
        raise NotWritten("it is no date and no time")
    return Written(
        None if found is None else found.day,
        None if clock is None else clock.clock,
        None if clock is None else clock.offset,
        lambda moment: _rendered(text, found, clock, moment),
    )


@dataclass(frozen=True, slots=True)
class _FoundDate:
    start: int
    end: int
    day: date
    parts: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class _FoundClock:
    match: re.Match[str]
    clock: time
    offset: timedelta | None


def _date(text: str, *, day_first: bool) -> _FoundDate | None:
    for pattern in (_ISO, _NUMERIC, _DAY_NAME, _NAME_DAY):
        match = pattern.search(text)
        if match is not None:
            return _checked(match, day_first=day_first)
    return None


def _checked(match: re.Match[str], *, day_first: bool) -> _FoundDate:
    groups = match.groupdict()
    names = {"a": "d" if day_first else "m", "b": "m" if day_first else "d"}
    parts = tuple(
        (names.get(group, group), match.start(group), match.end(group)) for group in groups if group != "s"
    )
    values = {kind: match.string[start:end] for kind, start, end in parts}
    month = _month(values["name"]) if "name" in values else int(values["m"])
    year = int(values["y"]) + (2000 if len(values["y"]) == 2 else 0)
    try:
        day = date(year, month, int(values["d"]))
    except ValueError:
        raise NotWritten("it is not a date that exists") from None
    return _FoundDate(match.start(), match.end(), day, parts)


def _month(name: str) -> int:
    return [one[:3] for one in _MONTHS].index(name[:3].lower()) + 1


def _clock(rest: str) -> _FoundClock | None:
    bare = _WEEKDAY.sub(lambda found: " " * len(found[0]), rest)
    for match in _TIME.finditer(bare):
        if match["m"] is None and match["half"] is None:
            continue
        before, after = bare[: match.start()], bare[match.end() :]
        if _JOINT.match(before) is None or after.strip(" .,;").lower() not in ("", "h", "uhr"):
            break
        return _FoundClock(match, _time_of(match), _offset_of(match))
    if bare.strip(" ,.;T"):
        raise NotWritten("it is not a date or a time")
    return None


def _time_of(match: re.Match[str]) -> time:
    hour = int(match["h"])
    if match["half"] is not None:
        if not 1 <= hour <= 12:
            raise NotWritten("it is not a time of day")
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    try:
        return time(hour, int(match["m"] or 0), int(match["sec"] or 0))
    except ValueError:
        raise NotWritten("it is not a time of day") from None


def _offset_of(match: re.Match[str]) -> timedelta | None:
    zone = match["zone"]
    if zone is None:
        return None
    if zone in "Zz":
        return timedelta()
    digits = zone[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset >= timedelta(hours=24):
        raise NotWritten("its offset from UTC is not one")
    return -offset if zone[0] == "-" else offset


def _rendered(text: str, found: _FoundDate | None, clock: _FoundClock | None, moment: datetime) -> str:
    if clock is not None and clock.offset is not None and moment.tzinfo is not None:
        moment = moment.astimezone(timezone(clock.offset))
    edits: list[tuple[int, int, str]] = []
    if found is not None:
        edits += [(start, end, _date_part(kind, text[start:end], moment)) for kind, start, end in found.parts]
        edits += [
            (one.start(), one.end(), _like(one[0], _DAYS[moment.weekday()]))
            for one in _WEEKDAY.finditer(text)
            if not found.start <= one.start() < found.end
        ]
    if clock is not None:
        edits += list(_clock_edits(clock.match, moment))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _date_part(kind: str, old: str, moment: datetime) -> str:
    match kind:
        case "y":
            return f"{moment.year:04}"[-len(old) :]
        case "name":
            return _like(old, _MONTHS[moment.month - 1])
        case _:
            number = moment.day if kind == "d" else moment.month
            return f"{number:02}" if old.startswith("0") or len(old) == 2 else str(number)


def _like(old: str, name: str) -> str:
    """A name as long and as capital as another."""
    short = name[:3] if len(old) <= 4 and old.lower() not in (*_MONTHS, *_DAYS) else name
    return short.upper() if old.isupper() else short if old.islower() else short.capitalize()


def _clock_edits(match: re.Match[str], moment: datetime) -> Iterable[tuple[int, int, str]]:
    half = match["half"]
    hour = moment.hour if half is None else (moment.hour - 1) % 12 + 1
    padded = match["h"].startswith("0") or (half is None and len(match["h"]) == 2)
    new = f"{hour:02}" if padded else str(hour)
    if match["m"] is None and moment.minute:
        new += f":{moment.minute:02}"
    yield match.start("h"), match.end("h"), new
    if match["m"] is not None:
        yield match.start("m"), match.end("m"), f"{moment.minute:02}"
    if match["sec"] is not None:
        yield match.start("sec"), match.end("sec"), f"{moment.second:02}"
    if half is not None:
        letter = "p" if moment.hour >= 12 else "a"
        yield match.start("half"), match.start("half") + 1, letter.upper() if half[0].isupper() else letter


_LENGTH = re.compile(
    r"(?i)^\s*(?:(?P<h>\d+(?:[.,]\d+)?)\s*(?:h|hr|hrs|hour|hours|std)\.?)?"
    r"\s*(?:(?P<m>\d+)\s*(?:m|min|mins|minutes?)?\.?)?\s*$"
)


def read_duration(text: str, *, in_hours: bool) -> timedelta:
    """A length of time such as 90, 1:30, 1h30 or 1.5 hours; a bare number is minutes, or hours if so told."""
    clock = re.fullmatch(r"(\d{1,3}):(\d{2})(?::(\d{2}))?", text.strip())
    if clock is not None:
        return timedelta(hours=int(clock[1]), minutes=int(clock[2]), seconds=int(clock[3] or 0))
    bare = re.fullmatch(r"\d{1,6}(?:[.,]\d{1,4})?", text.strip())
    if bare is not None:
        return _length(float(text.replace(",", ".")), in_hours=in_hours)
    found = _LENGTH.match(text) if len(text) < 40 else None
    if found is None or (found["h"] is None and found["m"] is None):
        raise NotWritten("it is not a length of time")
    hours = float((found["h"] or "0").replace(",", "."))
    return _length(hours, in_hours=True) + _length(float(found["m"] or 0), in_hours=False)


def _length(amount: float, *, in_hours: bool) -> timedelta:
    if amount > 1_000_000:
        raise NotWritten("it is too long")
    return timedelta(seconds=round(amount * (3600 if in_hours else 60)))

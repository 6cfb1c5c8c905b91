"""Reads the text of a recurrence rule (RFC 5545, section 3.3.10)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time
from typing import Any

from domain.enums import DayOfWeek
from domain.errors import FieldException
from domain.recurrence.fields import RRULE
from domain.recurrence.rule import DAY_CODES, NUMBERS, Frequency, RecurrenceRule, RuleDay

MAXIMUM_LENGTH = 1_000
MAXIMUM_INTERVAL = 9_999

_RANGES = {
    "BYMONTH": (1, 12, False),
    "BYWEEKNO": (1, 53, True),
    "BYYEARDAY": (1, 366, True),
    "BYMONTHDAY": (1, 31, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 59, False),
    "BYSETPOS": (1, 366, True),
}
"""The least and the greatest amount, and whether it may be counted from the end."""

_MISPLACED = {
    "BYWEEKNO": frozenset(Frequency) - {Frequency.YEARLY},
    "BYYEARDAY": frozenset({Frequency.MONTHLY, Frequency.WEEKLY, Frequency.DAILY}),
    "BYMONTHDAY": frozenset({Frequency.WEEKLY}),
}
"""The frequencies a part must not be used with."""

_DAY = re.compile(r"([+-]?\d{1,2})?(SU|MO|TU|WE|TH|FR|SA)")
_MOMENT = re.compile(r"\d{8}(T\d{6}Z?)?")


def read_rule(text: str) -> RecurrenceRule:
    """The rule that a text says; a FieldException on `recurrencePattern.rrule` tells what is wrong."""
    parts = _parts(text)
    if "FREQ" not in parts:
        raise _wrong("it has no FREQ")
    if "COUNT" in parts and "UNTIL" in parts:
        raise _wrong("COUNT and UNTIL must not both be given")
    fields: dict[str, Any] = {}
    for name, value in parts.items():
        field, read = _READERS[name] if name in _READERS else (NUMBERS[name], _numbers)
        fields[field] = read(name, value)
    rule = RecurrenceRule(**fields)
    _ensure_fitting(rule, parts)
    return rule


def _wrong(reason: str) -> FieldException:
    return FieldException(RRULE, f"Not a recurrence rule: {reason}")


def _parts(text: str) -> dict[str, str]:
    if len(text) > MAXIMUM_LENGTH:
        raise _wrong(f"it is longer than {MAXIMUM_LENGTH} characters")
    if len(text.strip().splitlines()) > 1 or ":" in text:
        raise _wrong("give one rule such as FREQ=MONTHLY;BYDAY=-1FR, without DTSTART or RRULE:")
    found: dict[str, str] = {}
    for part in text.strip().upper().removesuffix(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals:
            raise _wrong(f"{part!r} is not NAME=VALUE")
        if name not in _READERS and name not in NUMBERS:
            raise _wrong(f"{name!r} is not a part of a rule")
        if name in found:
            raise _wrong(f"{name} is given twice")
        found[name] = value
    return found


def _ensure_fitting(rule: RecurrenceRule, parts: dict[str, str]) -> None:
    for name, frequencies in _MISPLACED.items():
        if name in parts and rule.frequency in frequencies:
            raise _wrong(f"{name} does not go with FREQ={rule.frequency}")
    if any(one.nth for one in rule.by_day):
        if rule.frequency not in (Frequency.MONTHLY, Frequency.YEARLY):
            raise _wrong(f"BYDAY with a number does not go with FREQ={rule.frequency}")
        if rule.by_week_number:
            raise _wrong("BYDAY with a number does not go with BYWEEKNO")
    if rule.by_set_position and not any(name.startswith("BY") and name != "BYSETPOS" for name in parts):
        raise _wrong("BYSETPOS needs another BY part")


def _frequency(_name: str, value: str) -> Frequency:
    try:
        return Frequency(value)
    except ValueError:
        raise _wrong(f"FREQ is one of {', '.join(Frequency)}") from None


def _amount(name: str, value: str, least: int, greatest: int) -> int:
    # isdecimal alone accepts other scripts' digits, and int() a hundred thousand of them slowly.
    if not (value.isascii() and value.isdecimal() and len(value) <= 9):
        raise _wrong(f"{name} is not a number")
    amount = int(value)
    if not least <= amount <= greatest:
        raise _wrong(f"{name} is from {least} to {greatest}")
    return amount


def _interval(name: str, value: str) -> int:
    return _amount(name, value, 1, MAXIMUM_INTERVAL)


def _count(name: str, value: str) -> int:
    return _amount(name, value, 1, 999_999_999)


def _numbers(name: str, value: str) -> tuple[int, ...]:
    least, greatest, from_the_end = _RANGES[name]
    found = set()
    for item in value.split(","):
        is_from_the_end = from_the_end and item.startswith("-")
        digits = item[1:] if is_from_the_end else item.removeprefix("+")
        amount = _amount(name, digits, least, greatest)
        found.add(-amount if is_from_the_end else amount)
    return tuple(sorted(found))


def _days(name: str, value: str) -> tuple[RuleDay, ...]:
    found = set()
    for item in value.split(","):
        match = _DAY.fullmatch(item)
        if match is None:
            raise _wrong(f"{name} lists days such as MO or -1FR")
        nth = 0 if match[1] is None else int(match[1])
        if match[1] is not None and not 1 <= abs(nth) <= 53:
            raise _wrong(f"{name} counts from 1 to 53")
        found.add(RuleDay(DAY_CODES[match[2]], nth))
    return tuple(sorted(found))


def _week_start(name: str, value: str) -> DayOfWeek:
    if value not in DAY_CODES:
        raise _wrong(f"{name} is one of {', '.join(DAY_CODES)}")
    return DAY_CODES[value]


def _until(name: str, value: str) -> datetime:
    if _MOMENT.fullmatch(value) is None or not value.isascii():
        raise _wrong(f"{name} is a date such as 20261231 or a time such as 20261231T235959Z")
    try:
        moment = datetime.fromisoformat(value.removesuffix("Z"))
    except ValueError:
        raise _wrong(f"{name} is not a date that exists") from None
    if "T" not in value:
        return datetime.combine(moment, time.max)
    return moment.replace(tzinfo=UTC) if value.endswith("Z") else moment


_READERS = {
    "FREQ": ("frequency", _frequency),
    "INTERVAL": ("interval", _interval),
    "COUNT": ("count", _count),
    "UNTIL": ("until", _until),
    "BYDAY": ("by_day", _days),
    "WKST": ("week_start", _week_start),
}

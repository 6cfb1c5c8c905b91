"""Texts of rules, good and bad."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from domain.enums import DayOfWeek
from domain.errors import FieldException
from domain.recurrence.rule import Frequency, RecurrenceRule, RuleDay
from domain.recurrence.rule_text import read_rule

MANY = "BYYEARDAY=-366;BYMONTHDAY=31;BYHOUR=0,23;BYMINUTE=59;BYSECOND=0;BYSETPOS=-1"


def naive(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type,misc]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "rule", "spelt"),
    [
        ("FREQ=DAILY", RecurrenceRule(Frequency.DAILY), "FREQ=DAILY"),
        (
            " freq=weekly;interval=2;wkst=su;byday=tu,mo,tu; ",
            RecurrenceRule(
                Frequency.WEEKLY,
                2,
                by_day=(RuleDay(DayOfWeek.Monday), RuleDay(DayOfWeek.Tuesday)),
                week_start=DayOfWeek.Sunday,
            ),
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU;WKST=SU",
        ),
        (
            "FREQ=MONTHLY;BYDAY=-1FR,+2SA;COUNT=3",
            RecurrenceRule(
                Frequency.MONTHLY,
                by_day=(RuleDay(DayOfWeek.Friday, -1), RuleDay(DayOfWeek.Saturday, 2)),
                count=3,
            ),
            "FREQ=MONTHLY;BYDAY=-1FR,2SA;COUNT=3",
        ),
        (
            f"FREQ=YEARLY;BYMONTH=2,1;BYWEEKNO=-1,53;{MANY};UNTIL=20261231T235959Z",
            RecurrenceRule(
                Frequency.YEARLY,
                by_month=(1, 2),
                by_week_number=(-1, 53),
                by_year_day=(-366,),
                by_month_day=(31,),
                by_hour=(0, 23),
                by_minute=(59,),
                by_second=(0,),
                by_set_position=(-1,),
                until=datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC),
            ),
            f"FREQ=YEARLY;BYMONTH=1,2;BYWEEKNO=-1,53;{MANY};UNTIL=20261231T235959Z",
        ),
        (
            "FREQ=HOURLY;UNTIL=20261231T120000",
            RecurrenceRule(Frequency.HOURLY, until=naive(2026, 12, 31, 12)),
            "FREQ=HOURLY;UNTIL=20261231T120000",
        ),
        (
            "FREQ=DAILY;UNTIL=20261231",
            RecurrenceRule(Frequency.DAILY, until=datetime.combine(naive(2026, 12, 31), time.max)),
            "FREQ=DAILY;UNTIL=20261231T235959",
        ),
    ],
)
def test_good_texts(text: str, rule: RecurrenceRule, spelt: str) -> None:
    assert read_rule(text) == rule
    assert str(rule) == spelt


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "'' is not NAME=VALUE"),
        ("weekly", "'WEEKLY' is not NAME=VALUE"),
        ("INTERVAL=2", "it has no FREQ"),
        ("FREQ=FORTNIGHTLY", "FREQ is one of YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ is given twice"),
        ("FREQ=DAILY;BYEASTER=1", "'BYEASTER' is not a part of a rule"),
        ("FREQ=DAILY;;COUNT=2", "'' is not NAME=VALUE"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20261231", "COUNT and UNTIL must not both be given"),
        ("FREQ=DAILY;COUNT=0", "COUNT is from 1 to 999999999"),
        ("FREQ=DAILY;COUNT=-1", "COUNT is not a number"),
        ("FREQ=DAILY;COUNT=" + "9" * 500, "COUNT is not a number"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL is from 1 to 9999"),
        ("FREQ=DAILY;INTERVAL=10000", "INTERVAL is from 1 to 9999"),
        ("FREQ=DAILY;INTERVAL=\u0663", "INTERVAL is not a number"),
        ("FREQ=DAILY;INTERVAL=\u00b2", "INTERVAL is not a number"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR is from 0 to 23"),
        ("FREQ=DAILY;BYHOUR=-1", "BYHOUR is not a number"),
        ("FREQ=DAILY;BYMINUTE=60", "BYMINUTE is from 0 to 59"),
        ("FREQ=DAILY;BYSECOND=60", "BYSECOND is from 0 to 59"),
        ("FREQ=DAILY;BYMONTH=13", "BYMONTH is from 1 to 12"),
        ("FREQ=DAILY;BYMONTH=1,", "BYMONTH is not a number"),
        ("FREQ=MONTHLY;BYMONTHDAY=-32", "BYMONTHDAY is from 1 to 31"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY is from 1 to 31"),
        ("FREQ=YEARLY;BYYEARDAY=367", "BYYEARDAY is from 1 to 366"),
        ("FREQ=YEARLY;BYWEEKNO=54", "BYWEEKNO is from 1 to 53"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=367", "BYSETPOS is from 1 to 366"),
        ("FREQ=MONTHLY;BYDAY=", "BYDAY lists days such as MO or -1FR"),
        ("FREQ=MONTHLY;BYDAY=XX", "BYDAY lists days such as MO or -1FR"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY counts from 1 to 53"),
        ("FREQ=MONTHLY;BYDAY=54MO", "BYDAY counts from 1 to 53"),
        ("FREQ=WEEKLY;WKST=1", "WKST is one of SU, MO, TU, WE, TH, FR, SA"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL is a date such as 20261231 or a time such as 20261231T235959Z"),
        ("FREQ=DAILY;UNTIL=20260231", "UNTIL is not a date that exists"),
        ("FREQ=DAILY;UNTIL=20260228T250000Z", "UNTIL is not a date that exists"),
        (
            "FREQ=DAILY;UNTIL=\u0662\u0660\u0662\u0666\u0661\u0662\u0663\u0661",
            "UNTIL is a date such as 20261231 or a time such as 20261231T235959Z",
        ),
        ("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO does not go with FREQ=MONTHLY"),
        ("FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY does not go with FREQ=DAILY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY does not go with FREQ=WEEKLY"),
        ("FREQ=WEEKLY;BYDAY=1MO", "BYDAY with a number does not go with FREQ=WEEKLY"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "BYDAY with a number does not go with BYWEEKNO"),
        ("FREQ=DAILY;BYSETPOS=1", "BYSETPOS needs another BY part"),
        ("FREQ=DAILY;" * 200, "it is longer than 1000 characters"),
        ("RRULE:FREQ=DAILY", "give one rule such as FREQ=MONTHLY;BYDAY=-1FR, without DTSTART or RRULE:"),
        (
            "DTSTART=20260101\nFREQ=DAILY",
            "give one rule such as FREQ=MONTHLY;BYDAY=-1FR, without DTSTART or RRULE:",
        ),
        ("DTSTART=20260101;FREQ=DAILY", "'DTSTART' is not a part of a rule"),
    ],
)
def test_bad_texts_say_what_is_wrong(text: str, reason: str) -> None:
    with pytest.raises(FieldException) as refused:
        read_rule(text)
    assert refused.value.errors == {"recurrencePattern.rrule": [f"Not a recurrence rule: {reason}"]}


def test_naughty_strings_are_refused(shared_data: Path) -> None:
    strings: list[str] = json.loads((shared_data / "strings" / "blns.json").read_text())
    for naughty in strings:
        for text in (naughty, f"FREQ=DAILY;UNTIL={naughty}", f"FREQ={naughty}"):
            with pytest.raises(FieldException):
                read_rule(text)

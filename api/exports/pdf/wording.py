"""Dates in words, the same on every machine."""

from __future__ import annotations

from datetime import date

from api.exports.pdf.day_slices import EN_DASH

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day_heading(day: date) -> str:
    """A day with its weekday."""
    return f"{WEEKDAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    """A day above a column."""
    return f"{WEEKDAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]}"


def month_heading(year: int, month: int) -> str:
    """A month with its year."""
    return f"{MONTHS[month - 1]} {year}"


def week_heading(first: date, last: date) -> str:
    """A week by its number and its days."""
    start = f"{first.day}"
    if first.month != last.month:
        start += f" {MONTHS[first.month - 1]}"
    if first.year != last.year:
        start += f" {first.year}"
    end = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    number = f"Week {first.isocalendar().week}, " if first.weekday() == 0 else ""
    return f"{number}{start} {EN_DASH} {end}"

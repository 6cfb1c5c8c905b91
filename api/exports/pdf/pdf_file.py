"""A schedule as a PDF: a month grid, a week grid, or a day's timeline a calendar."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from io import BytesIO
from threading import Lock
from zoneinfo import ZoneInfo

from reportlab.pdfgen.canvas import Canvas

from api.exports.pdf.agenda import CONTINUED
from api.exports.pdf.day_slices import DaySlice, days_between, slices_of
from api.exports.pdf.marks import legend_texts
from api.exports.pdf.month_grid import MonthGrid
from api.exports.pdf.sheet import (
    A4_LANDSCAPE,
    A4_PORTRAIT,
    DrawPage,
    Sheet,
    generated_text,
    zone_text,
)
from api.exports.pdf.time_grid import Column, TimeGrid
from api.exports.pdf.typesetter import Typesetter
from api.exports.pdf.wording import day_heading, month_heading, short_day, week_heading
from api.exports.plain_text import plain_text
from domain.enums import ExportPeriod
from domain.exported_schedule import ExportedBooking, ExportedSchedule

_MOST_CALENDARS = 4
"""Beside each other on a day's page."""
_SATURDAY = 5
_DRAWING = Lock()
"""reportlab keeps its fonts for the whole process: one document at a time."""


def pdf_file(schedule: ExportedSchedule, period: ExportPeriod, first: date) -> bytes:
    """The schedule from its first day, without what is cancelled."""
    heading = _period_heading(period, first)
    content = BytesIO()
    canvas = Canvas(content, pagesize=_size(period), invariant=1)
    canvas.setTitle(f"{plain_text(schedule.title)}, {heading}")
    canvas.setAuthor("Callboard")
    canvas.setCreator("Callboard")
    with _DRAWING, Typesetter(_texts(schedule, heading)) as typesetter:
        sheet = Sheet(
            _size(period),
            schedule.title,
            heading,
            schedule.time_zone,
            schedule.generated_at,
            _bookings(schedule),
            typesetter,
        )
        sheet.draw(canvas, _pages(sheet, schedule, period, first))
        canvas.save()
    return content.getvalue()


def _size(period: ExportPeriod) -> tuple[float, float]:
    return A4_PORTRAIT if period is ExportPeriod.Daily else A4_LANDSCAPE


def _period_heading(period: ExportPeriod, first: date) -> str:
    match period:
        case ExportPeriod.Daily:
            return day_heading(first)
        case ExportPeriod.Weekly:
            return week_heading(first, first + timedelta(days=6))
        case ExportPeriod.Monthly:
            return month_heading(first.year, first.month)


def _bookings(schedule: ExportedSchedule) -> list[ExportedBooking]:
    return [booking for calendar_ in schedule.calendars for booking in calendar_.live]


def _texts(schedule: ExportedSchedule, heading: str) -> Iterator[str]:
    """All that may be set; fonts are cut to it."""
    yield from (schedule.title, heading, CONTINUED, zone_text(schedule.time_zone), *legend_texts())
    yield generated_text(schedule.generated_at, schedule.time_zone)
    for calendar_ in schedule.calendars:
        yield calendar_.name
        yield from (booking.title for booking in calendar_.live)


def _pages(sheet: Sheet, schedule: ExportedSchedule, period: ExportPeriod, first: date) -> Sequence[DrawPage]:
    match period:
        case ExportPeriod.Daily:
            return _day_pages(sheet, schedule, first)
        case ExportPeriod.Weekly:
            return _week_pages(sheet, schedule, first)
        case ExportPeriod.Monthly:
            return _month_pages(sheet, schedule, first)


def _month_pages(sheet: Sheet, schedule: ExportedSchedule, first: date) -> Sequence[DrawPage]:
    weeks = calendar.Calendar(calendar.MONDAY).monthdatescalendar(first.year, first.month)
    days = [day for week in weeks for day in week]
    slices = _slices(schedule, days)
    return MonthGrid(sheet, (first.year, first.month), weeks, slices).pages()


def _week_pages(sheet: Sheet, schedule: ExportedSchedule, first: date) -> Sequence[DrawPage]:
    days = days_between(first, first + timedelta(days=6))
    slices = _slices(schedule, days)
    columns = [
        Column(short_day(day), day_heading(day), slices[day], is_tinted=day.weekday() >= _SATURDAY)
        for day in days
    ]
    return TimeGrid(sheet, columns).pages()


def _day_pages(sheet: Sheet, schedule: ExportedSchedule, day: date) -> Sequence[DrawPage]:
    zone = ZoneInfo(schedule.time_zone)
    columns = [
        Column(one.name, one.name, slices_of(one.live, [day], zone)[day]) for one in schedule.calendars
    ] or [Column(schedule.title, schedule.title, ())]
    pages: list[DrawPage] = []
    for index in range(0, len(columns), _MOST_CALENDARS):
        grid = TimeGrid(sheet, columns[index : index + _MOST_CALENDARS], first_page=len(pages) + 1)
        pages.extend(grid.pages())
    return pages


def _slices(schedule: ExportedSchedule, days: Sequence[date]) -> dict[date, list[DaySlice]]:
    """All calendars' slices together; where there are several, each says which it is of."""
    zone = ZoneInfo(schedule.time_zone)
    found: dict[date, list[DaySlice]] = {day: [] for day in days}
    for one in schedule.calendars:
        place = one.name if len(schedule.calendars) > 1 else None
        for day, slices in slices_of(one.live, days, zone, place).items():
            found[day].extend(slices)
    for slices in found.values():
        slices.sort(key=lambda one: (one.start_minute, -one.end_minute, one.title))
    return found

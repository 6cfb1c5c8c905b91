"""A month on a page: weeks as rows from Monday, each day's bookings in its cell (SCH-041, SCH-042)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from reportlab.lib.colors import white
from reportlab.pdfgen.canvas import Canvas

from api.exports.pdf.agenda import Agenda
from api.exports.pdf.day_slices import DaySlice
from api.exports.pdf.marks import FAINT_INK, INK, RULE, TINT, draw_bar, draw_mark
from api.exports.pdf.sheet import DrawPage, Frame, Sheet
from api.exports.pdf.wording import WEEKDAYS, day_heading
from domain.enums import ConflictLevel

_HEAD, _NUMBER = 15.0, 13.0
_SIZES = ((5, 8.0), (9, 7.2), (10_000, 6.4))
"""The size of type by the bookings of the fullest day."""
_LEADING = 1.34
_MOST_LINES = 4
_SMALLEST_ROW = 0.11


@dataclass(frozen=True, slots=True)
class _Line:
    """A line in a cell. slice: whose first line it is."""

    text: str
    slice: DaySlice | None
    booking: DaySlice


@dataclass(frozen=True, slots=True)
class _Cell:
    """What stands in a day's cell, and what does not."""

    lines: tuple[_Line, ...]
    left_out: tuple[DaySlice, ...]


class MonthGrid:
    """The month's page, and pages for what its cells have no room for."""

    def __init__(
        self,
        sheet: Sheet,
        month: tuple[int, int],
        weeks: Sequence[Sequence[date]],
        slices: Mapping[date, Sequence[DaySlice]],
    ) -> None:
        self._sheet = sheet
        self._month = month
        self._weeks = weeks
        self._slices = slices
        fullest = max((len(found) for found in slices.values()), default=0)
        self._size = next(size for most, size in _SIZES if fullest <= most)
        self._heights = self._row_heights()
        self._cells = {
            day: self._cell(day, height)
            for week, height in zip(weeks, self._heights, strict=True)
            for day in week
            if self._is_in_month(day)
        }
        self._agenda = Agenda(sheet, first_page=2)

    def pages(self) -> list[DrawPage]:
        """The grid, then the lists."""
        rest = {day_heading(day): cell.left_out for day, cell in self._cells.items()}
        return [self._draw, *self._agenda.lay_out(rest)]

    def _is_in_month(self, day: date) -> bool:
        return (day.year, day.month) == self._month

    def _row_heights(self) -> list[float]:
        """A week with more bookings gets more of the page."""
        available = self._sheet.frame.height - _HEAD
        fullest = [
            max(2, *(len(self._slices[day]) for day in week if self._is_in_month(day)))
            for week in self._weeks
        ]
        smallest = available * _SMALLEST_ROW
        spare = available - smallest * len(fullest)
        return [smallest + spare * one / sum(fullest) for one in fullest]

    def _cell(self, day: date, height: float) -> _Cell:
        slices = self._slices[day]
        capacity = max(1, int((height - _NUMBER - 1) / (self._size * _LEADING)))
        shown = slices[:capacity]
        spare = capacity - len(shown)
        lines: list[_Line] = []
        for one in shown:
            wrapped = self._wrapped(one, 1 + min(spare, _MOST_LINES - 1))
            spare -= len(wrapped) - 1
            lines.extend(_Line(text, one if not index else None, one) for index, text in enumerate(wrapped))
        return _Cell(tuple(lines), tuple(slices[len(shown) :]))

    def _wrapped(self, one: DaySlice, lines: int) -> list[str]:
        room = self._sheet.frame.width / 7 - 6 - self._indent(one)
        return self._sheet.typesetter.wrapped(one.title, self._size, room, lines)

    def _indent(self, one: DaySlice) -> float:
        """How far the title stands from the bar: behind the time and the mark."""
        time = self._sheet.typesetter.width(one.short_time, self._size, bold=True)
        has_mark = one.booking.conflict_level is not ConflictLevel.NONE
        return 4 + time + 2.5 + (self._size if has_mark else 0)

    def _draw(self, canvas: Canvas) -> None:
        frame, set_ = self._sheet.frame, self._sheet.typesetter
        width = frame.width / 7
        canvas.setFillColor(FAINT_INK)
        for index, name in enumerate(WEEKDAYS):
            set_.draw(canvas, frame.x + index * width + 3, frame.top - _HEAD + 5, name, 8, bold=True)
        top = frame.top - _HEAD
        for week, height in zip(self._weeks, self._heights, strict=True):
            for index, day in enumerate(week):
                self._draw_cell(canvas, day, Frame(frame.x + index * width, top - height, width, height))
            top -= height

    def _draw_cell(self, canvas: Canvas, day: date, place: Frame) -> None:
        set_ = self._sheet.typesetter
        is_in_month = self._is_in_month(day)
        canvas.setFillColor(white if is_in_month and day.weekday() < 5 else TINT)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.5)
        canvas.rect(place.x, place.y, place.width, place.height, stroke=1, fill=1)
        canvas.setFillColor(INK if is_in_month else RULE)
        set_.draw(canvas, place.x + 3, place.top - 10, str(day.day), 9, bold=is_in_month)
        if not is_in_month:
            return
        cell = self._cells[day]
        if cell.left_out:
            page = self._agenda.pages[day_heading(day)]
            canvas.setFillColor(FAINT_INK)
            text = f"+{len(cell.left_out)} more, page {page}"
            set_.draw_right(canvas, place.x + place.width - 3, place.top - 9.5, text, 6.8, bold=True)
        baseline = place.top - _NUMBER - self._size * 0.95
        for line in cell.lines:
            self._draw_line(canvas, line, place.x + 3, baseline)
            baseline -= self._size * _LEADING

    def _draw_line(self, canvas: Canvas, line: _Line, x: float, baseline: float) -> None:
        set_, size, booking = self._sheet.typesetter, self._size, line.booking.booking
        is_last_of_more = line.slice is None
        draw_bar(canvas, booking, x, baseline - size * 0.25, size * (_LEADING if is_last_of_more else 1.12))
        title_x = x + self._indent(line.booking)
        if line.slice is not None:
            left = x + 4
            if booking.conflict_level is not ConflictLevel.NONE:
                draw_mark(canvas, booking.conflict_level, left, baseline - 0.4, size - 1.2)
                left += size
            canvas.setFillColor(INK)
            set_.draw(canvas, left, baseline, line.slice.short_time, size, bold=True)
        canvas.setFillColor(FAINT_INK if booking.is_hidden else INK)
        set_.draw(canvas, title_x, baseline, line.text, size)

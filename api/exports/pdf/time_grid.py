"""Days or calendars as columns beside a time axis, bookings as boxes (SCH-040, SCH-041)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reportlab.lib.colors import white
from reportlab.pdfgen.canvas import Canvas

from api.exports.pdf.agenda import Agenda
from api.exports.pdf.day_slices import DaySlice, clock
from api.exports.pdf.lanes import SHORTEST_MINUTES, LanedSlice, in_lanes
from api.exports.pdf.marks import FAINT_INK, INK, RULE, TINT, draw_box, draw_mark
from api.exports.pdf.sheet import DrawPage, Frame, Sheet
from domain.enums import ConflictLevel

FIRST_HOUR, LAST_HOUR = 6, 23
"""What the axis shows at least (SCH-040)."""

_HEAD, _AXIS = 26.0, 30.0
_NARROWEST_LANE = 30.0
_LARGEST, _SMALLEST, _LEADING = 7.2, 5.2, 1.26


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the grid. detail: how it is called where its rest is listed."""

    heading: str
    detail: str
    slices: Sequence[DaySlice]
    is_tinted: bool = False


class TimeGrid:
    """A page of columns, and pages for what found no place in them."""

    def __init__(self, sheet: Sheet, columns: Sequence[Column], first_page: int = 1) -> None:
        self._sheet = sheet
        self._columns = columns
        frame = sheet.frame
        self._body = Frame(frame.x + _AXIS, frame.y, frame.width - _AXIS, frame.height - _HEAD)
        self._width = self._body.width / len(columns)
        most_lanes = max(1, int(self._width / _NARROWEST_LANE))
        self._placed = [in_lanes(column.slices, most_lanes) for column in columns]
        self._first, self._last = _hours([one for column in columns for one in column.slices])
        self._agenda = Agenda(sheet, first_page=first_page + 1)

    def pages(self) -> list[DrawPage]:
        """The grid, then the lists."""
        rest = {
            column.detail: left_out for column, (_, left_out) in zip(self._columns, self._placed, strict=True)
        }
        return [self._draw, *self._agenda.lay_out(rest)]

    def _y(self, minute: float) -> float:
        minute = min(max(minute, self._first * 60), self._last * 60)
        share = (minute - self._first * 60) / ((self._last - self._first) * 60)
        return self._body.top - share * self._body.height

    def _draw(self, canvas: Canvas) -> None:
        self._draw_columns(canvas)
        self._draw_axis(canvas)
        for index, (placed, left_out) in enumerate(self._placed):
            x = self._body.x + index * self._width
            if left_out:
                page = self._agenda.pages[self._columns[index].detail]
                text = f"+{len(left_out)} more, page {page}"
                canvas.setFillColor(FAINT_INK)
                self._sheet.typesetter.draw(canvas, x + 4, self._body.top + 4, text, 6.8, bold=True)
            for one in placed:
                self._draw_booking(canvas, one, x)

    def _draw_columns(self, canvas: Canvas) -> None:
        set_ = self._sheet.typesetter
        for index, column in enumerate(self._columns):
            x = self._body.x + index * self._width
            canvas.setFillColor(TINT if column.is_tinted else white)
            canvas.rect(x, self._body.y, self._width, self._body.height, stroke=0, fill=1)
            canvas.setFillColor(INK)
            heading = set_.fitted(column.heading, 9, self._width - 8, bold=True)
            set_.draw(canvas, x + 4, self._body.top + 13, heading, 9, bold=True)

    def _draw_axis(self, canvas: Canvas) -> None:
        right = self._body.x + self._body.width
        canvas.setStrokeColor(RULE)
        for hour in range(self._first, self._last + 1):
            y = self._y(hour * 60)
            canvas.setLineWidth(0.5)
            canvas.line(self._body.x, y, right, y)
            canvas.setFillColor(FAINT_INK)
            self._sheet.typesetter.draw_right(canvas, self._body.x - 4, y - 2.4, clock(hour * 60), 7)
            if hour < self._last:
                canvas.setLineWidth(0.2)
                half = self._y(hour * 60 + 30)
                canvas.line(self._body.x, half, right, half)
        canvas.setLineWidth(0.6)
        for index in range(len(self._columns) + 1):
            x = self._body.x + index * self._width
            canvas.line(x, self._body.y, x, self._body.top + _HEAD - 4)

    def _draw_booking(self, canvas: Canvas, one: LanedSlice, column_x: float) -> None:
        lane = (self._width - 3) / one.lanes
        top = self._y(one.slice.start_minute)
        end = max(one.slice.end_minute, min(one.slice.start_minute + SHORTEST_MINUTES, self._last * 60))
        bottom = self._y(end) + 0.7
        x = column_x + 1.5 + one.lane * lane
        draw_box(canvas, one.slice.booking, x, bottom, lane - 1, top - bottom)
        self._draw_text(canvas, one.slice, Frame(x + 3.6, bottom, lane - 5.4, top - bottom))

    def _draw_text(self, canvas: Canvas, one: DaySlice, place: Frame) -> None:
        """Time and title, on one line when the box is low, else the time above the title."""
        set_ = self._sheet.typesetter
        size = min(_LARGEST, max(_SMALLEST, (place.height - 1.6) / _LEADING))
        lines = max(1, int((place.height - 1.2) / (size * _LEADING)))
        baseline = place.top - size * 1.02
        x, room = place.x, place.width
        level = one.booking.conflict_level
        if level is not ConflictLevel.NONE:
            draw_mark(canvas, level, x, baseline - 0.4, size - 1)
            x, room = x + size + 0.8, room - size - 0.8
        canvas.setFillColor(FAINT_INK if one.booking.is_hidden else INK)
        if lines == 1:
            self._draw_in_one_line(canvas, one, x, baseline, size, room)
            return
        time = one.time if set_.width(one.time, size, bold=True) <= room else one.short_time
        set_.draw(canvas, x, baseline, set_.fitted(time, size, room, bold=True), size, bold=True)
        for index, line in enumerate(set_.wrapped(one.title, size, place.width, lines - 1), start=1):
            set_.draw(canvas, place.x, baseline - index * size * _LEADING, line, size)

    def _draw_in_one_line(
        self, canvas: Canvas, one: DaySlice, x: float, baseline: float, size: float, room: float
    ) -> None:
        set_ = self._sheet.typesetter
        time = set_.width(one.short_time, size, bold=True) + 2
        if time < room * 0.5:
            set_.draw(canvas, x, baseline, one.short_time, size, bold=True)
            x, room = x + time, room - time
        set_.draw(canvas, x, baseline, set_.fitted(one.title, size, room), size)


def _hours(slices: Iterable[DaySlice]) -> tuple[int, int]:
    """From which hour to which the axis goes: a booking of several days need not be seen at night."""
    first, last = FIRST_HOUR, LAST_HOUR
    for one in slices:
        if not one.starts_before:
            first, last = min(first, one.start_minute // 60), max(last, one.start_minute // 60 + 1)
        if not one.ends_after:
            first, last = min(first, max(one.end_minute - 1, 0) // 60), max(last, -(-one.end_minute // 60))
    return first, last

"""Pages that list what found no room in a grid, in full, so that nothing is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from reportlab.pdfgen.canvas import Canvas

from api.exports.pdf.day_slices import DaySlice
from api.exports.pdf.marks import FAINT_INK, INK, RULE, draw_bar, draw_mark
from api.exports.pdf.sheet import DrawPage, Frame, Sheet
from domain.enums import ConflictLevel

CONTINUED = "(continued)"
_SIZE, _LEADING, _HEADING, _GAP = 7.5, 9.6, 9.0, 3.5
_TIME_WIDTH, _MARK, _COLUMN_GAP, _MOST_LINES = 50.0, 6.5, 18.0, 12


@dataclass(frozen=True, slots=True)
class _Entry:
    """A booking, or the heading above some; top: of its first line."""

    page: int
    column: int
    top: float
    lines: tuple[str, ...]
    slice: DaySlice | None = None


@dataclass(slots=True)
class Agenda:
    """The lists of some headings, laid out behind the pages that have a grid.

    first_page: the number of the page it begins on.
    pages: on which page each heading's list begins, once laid out.
    """

    sheet: Sheet
    first_page: int
    pages: dict[str, int] = field(default_factory=dict)
    _entries: list[_Entry] = field(default_factory=list)
    _page: int = 0
    _column: int = 0
    _top: float = 0

    @property
    def _columns(self) -> int:
        return 3 if self.sheet.size[0] > self.sheet.size[1] else 2

    @property
    def _width(self) -> float:
        return (self.sheet.frame.width - _COLUMN_GAP * (self._columns - 1)) / self._columns

    def lay_out(self, lists: Mapping[str, Sequence[DaySlice]]) -> list[DrawPage]:
        """The pages on which each heading's slices stand."""
        frame = self.sheet.frame
        self._top = frame.top - 6
        for heading, slices in lists.items():
            if not slices:
                continue
            self._make_room(3 * _LEADING + 2 * _HEADING, frame)
            self.pages[heading] = self.first_page + self._page
            self._add_heading(heading)
            for one in slices:
                self._add(one, heading, frame)
            self._top -= _HEADING
        if not self.pages:
            return []
        return [self._drawing(number) for number in range(self._page + 1)]

    def _add(self, one: DaySlice, heading: str, frame: Frame) -> None:
        room = self._width - _TIME_WIDTH - _MARK - 4
        lines = self.sheet.typesetter.wrapped(one.title, _SIZE, room, _MOST_LINES)
        if self._make_room(len(lines) * _LEADING + _GAP, frame):
            self._add_heading(f"{heading} {CONTINUED}")
        self._entries.append(_Entry(self._page, self._column, self._top, tuple(lines), one))
        self._top -= len(lines) * _LEADING + _GAP

    def _add_heading(self, heading: str) -> None:
        self._entries.append(_Entry(self._page, self._column, self._top, (heading,)))
        self._top -= _HEADING * 1.9

    def _make_room(self, height: float, frame: Frame) -> bool:
        """Go on in the next column when this one is full; True when that was so."""
        if self._top - height >= frame.y:
            return False
        self._column += 1
        self._top = frame.top - 6
        if self._column == self._columns:
            self._column = 0
            self._page += 1
        return True

    def _drawing(self, page: int) -> DrawPage:
        def draw(canvas: Canvas) -> None:
            for entry in self._entries:
                if entry.page == page:
                    x = self.sheet.frame.x + entry.column * (self._width + _COLUMN_GAP)
                    if entry.slice is None:
                        self._draw_heading(canvas, entry, x)
                    else:
                        self._draw_slice(canvas, entry, entry.slice, x)

        return draw

    def _draw_heading(self, canvas: Canvas, entry: _Entry, x: float) -> None:
        set_, baseline = self.sheet.typesetter, entry.top - _HEADING
        canvas.setFillColor(INK)
        text = set_.fitted(entry.lines[0], _HEADING, self._width, bold=True)
        set_.draw(canvas, x, baseline, text, _HEADING, bold=True)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.6)
        canvas.line(x, baseline - 3.5, x + self._width, baseline - 3.5)

    def _draw_slice(self, canvas: Canvas, entry: _Entry, one: DaySlice, x: float) -> None:
        set_, baseline = self.sheet.typesetter, entry.top - _SIZE
        height = len(entry.lines) * _LEADING
        draw_bar(canvas, one.booking, x, entry.top - height + 1, height - 1.5)
        canvas.setFillColor(INK)
        set_.draw(canvas, x + 4, baseline, one.time, _SIZE, bold=True)
        left = x + 4 + _TIME_WIDTH
        level = one.booking.conflict_level
        if level is not ConflictLevel.NONE:
            draw_mark(canvas, level, left, baseline - 0.5, _MARK - 0.5)
        canvas.setFillColor(FAINT_INK if one.booking.is_hidden else INK)
        for index, line in enumerate(entry.lines):
            set_.draw(canvas, left + _MARK + 2, baseline - index * _LEADING, line, _SIZE)

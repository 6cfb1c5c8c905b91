"""A sheet of paper: what stands on every page of a document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from reportlab.pdfgen.canvas import Canvas

from api.exports.pdf.marks import FAINT_INK, INK, RULE, draw_legend
from api.exports.pdf.typesetter import Typesetter
from domain.exported_schedule import ExportedBooking

A4_PORTRAIT = (595.28, 841.89)
A4_LANDSCAPE = (841.89, 595.28)
MARGIN = 28.0
_HEADER, _FOOTER = 44.0, 22.0

DrawPage = Callable[[Canvas], None]


@dataclass(frozen=True, slots=True)
class Frame:
    """The rectangle that a page has for its content, in points from the lower left."""

    x: float
    y: float
    width: float
    height: float

    @property
    def top(self) -> float:
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Sheet:
    """The pages of one document.

    heading: whose schedule it is. period: of when, in words.
    bookings: all that are on it, for the legend.
    """

    size: tuple[float, float]
    heading: str
    period: str
    time_zone: str
    generated_at: datetime
    bookings: Sequence[ExportedBooking]
    typesetter: Typesetter

    @property
    def frame(self) -> Frame:
        width, height = self.size
        bottom = MARGIN + _FOOTER
        return Frame(MARGIN, bottom, width - 2 * MARGIN, height - MARGIN - _HEADER - bottom)

    def draw(self, canvas: Canvas, pages: Sequence[DrawPage]) -> None:
        """All pages, each with its heading and its number."""
        for number, draw_page in enumerate(pages, start=1):
            self._draw_heading(canvas)
            self._draw_footing(canvas, f"Page {number} of {len(pages)}")
            draw_page(canvas)
            canvas.showPage()

    def _draw_heading(self, canvas: Canvas) -> None:
        frame, set_ = self.frame, self.typesetter
        baseline = self.size[1] - MARGIN - 16
        period_width = set_.width(self.period, 15)
        room = frame.width - period_width - 18
        canvas.setFillColor(INK)
        set_.draw(canvas, frame.x, baseline, set_.fitted(self.heading, 18, room, bold=True), 18, bold=True)
        set_.draw_right(canvas, frame.x + frame.width, baseline, self.period, 15)
        canvas.setFillColor(FAINT_INK)
        set_.draw(canvas, frame.x, baseline - 13, zone_text(self.time_zone), 7.5)
        made = generated_text(self.generated_at, self.time_zone)
        set_.draw_right(canvas, frame.x + frame.width, baseline - 13, made, 7.5)
        canvas.setStrokeColor(INK)
        canvas.setLineWidth(1)
        canvas.line(frame.x, baseline - 19, frame.x + frame.width, baseline - 19)

    def _draw_footing(self, canvas: Canvas, number: str) -> None:
        frame, set_ = self.frame, self.typesetter
        right = frame.x + frame.width
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.5)
        canvas.line(frame.x, MARGIN + 12, right, MARGIN + 12)
        draw_legend(canvas, set_, self.bookings, frame.x, MARGIN + 1)
        canvas.setFillColor(INK)
        set_.draw_right(canvas, right, MARGIN + 1, number, 7.5, bold=True)


def zone_text(time_zone: str) -> str:
    """What times are to be read in."""
    return f"Times in {time_zone}"


def generated_text(instant: datetime, time_zone: str) -> str:
    """When the document was made: what is pinned to a wall grows old."""
    return f"Printed {instant.astimezone(ZoneInfo(time_zone)):%Y-%m-%d %H:%M}"

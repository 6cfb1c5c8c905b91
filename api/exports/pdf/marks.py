"""The signs on a page: how a booking stands and how bad its worst conflict is, by shape before colour."""

from __future__ import annotations

from collections.abc import Iterable

from reportlab.lib.colors import Color, HexColor, white
from reportlab.pdfgen.canvas import Canvas

from api.exports.pdf.typesetter import Typesetter
from domain.enums import ConflictLevel, ScheduleStatus
from domain.exported_schedule import ExportedBooking

INK, FAINT_INK, RULE, TINT = (
    HexColor("#1F2D3A"),
    HexColor("#6A7885"),
    HexColor("#CBD3DA"),
    HexColor("#F4F6F8"),
)
_CONFIRMED, _SCHEDULED, _HIDDEN = HexColor("#15405C"), HexColor("#4C8FBF"), HexColor("#9AA5AE")
_SCHEDULED_FILL, _CONFIRMED_FILL, _HIDDEN_FILL = HexColor("#EAF3F9"), HexColor("#D5E6F1"), HexColor("#ECEEF0")
_LEVEL_COLOURS = {
    ConflictLevel.Critical: HexColor("#B3261E"),
    ConflictLevel.Severe: HexColor("#C75B12"),
    ConflictLevel.Moderate: HexColor("#A67C00"),
    ConflictLevel.Minor: HexColor("#6A7885"),
}
_DASHES = (2, 1.5)


def bar_colour(booking: ExportedBooking) -> Color:
    """The colour of the bar beside a booking."""
    if booking.is_hidden:
        return _HIDDEN
    return _CONFIRMED if booking.status is ScheduleStatus.Confirmed else _SCHEDULED


def draw_bar(canvas: Canvas, booking: ExportedBooking, x: float, y: float, height: float) -> None:
    """A bar that says how a booking stands: dashed for a hold, darker when it is confirmed."""
    canvas.saveState()
    if booking.is_hold:
        canvas.setStrokeColor(_SCHEDULED)
        canvas.setLineWidth(1.4)
        canvas.setDash(*_DASHES)
        canvas.line(x + 0.9, y, x + 0.9, y + height)
    else:
        canvas.setFillColor(bar_colour(booking))
        canvas.rect(x, y, 1.8, height, stroke=0, fill=1)
    canvas.restoreState()


def draw_box(
    canvas: Canvas, booking: ExportedBooking, x: float, y: float, width: float, height: float
) -> None:
    """A booking's box: dashed for a hold, grey for one that is hidden."""
    canvas.saveState()
    canvas.setLineWidth(0.6)
    canvas.setStrokeColor(bar_colour(booking))
    if booking.is_hold:
        canvas.setFillColor(white)
        canvas.setDash(*_DASHES)
    elif booking.is_hidden:
        canvas.setFillColor(_HIDDEN_FILL)
    else:
        is_confirmed = booking.status is ScheduleStatus.Confirmed
        canvas.setFillColor(_CONFIRMED_FILL if is_confirmed else _SCHEDULED_FILL)
    canvas.roundRect(x, y, width, height, min(2, height / 3), stroke=1, fill=1)
    canvas.restoreState()
    draw_bar(canvas, booking, x, y, height)


def draw_mark(canvas: Canvas, level: ConflictLevel, x: float, y: float, size: float) -> None:
    """The sign of a conflict in a square: a full diamond, a full triangle, a half-full square, a ring."""
    canvas.saveState()
    colour = _LEVEL_COLOURS[level]
    canvas.setFillColor(colour)
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(size / 9)
    half = size / 2
    match level:
        case ConflictLevel.Critical:
            _polygon(canvas, (x + half, y), (x + size, y + half), (x + half, y + size), (x, y + half))
        case ConflictLevel.Severe:
            _polygon(canvas, (x, y), (x + size, y), (x + half, y + size))
        case ConflictLevel.Moderate:
            inset = size * 0.1
            canvas.rect(x + inset, y + inset, size * 0.8, size * 0.8, stroke=1, fill=0)
            canvas.rect(x + inset, y + inset, size * 0.8, size * 0.4, stroke=0, fill=1)
        case _:
            canvas.circle(x + half, y + half, size * 0.38, stroke=1, fill=0)
    canvas.restoreState()


def draw_legend(
    canvas: Canvas, typesetter: Typesetter, bookings: Iterable[ExportedBooking], x: float, y: float
) -> None:
    """What the signs of these bookings mean, on one line from x."""
    size, gap = 6.5, 11
    kinds = _kinds(bookings)
    for label, example in kinds.items():
        if isinstance(example, ConflictLevel):
            draw_mark(canvas, example, x, y - 0.6, size - 0.5)
            x += size + 2
        else:
            draw_box(canvas, example, x, y - 1, 11, size)
            x += 14
        canvas.setFillColor(INK)
        typesetter.draw(canvas, x, y, label, size)
        x += typesetter.width(label, size) + gap


def legend_texts() -> list[str]:
    """Every text that a legend may have."""
    return [
        "Scheduled",
        "Confirmed",
        "Hold",
        "Another booking",
        *(f"{one.name} conflict" for one in _LEVEL_COLOURS),
    ]


def _kinds(bookings: Iterable[ExportedBooking]) -> dict[str, ExportedBooking | ConflictLevel]:
    """What there is, each with an example, in the legend's order."""
    found: dict[str, ExportedBooking | ConflictLevel] = {}
    for one in bookings:
        found.setdefault(_kind(one), one)
        if one.conflict_level is not ConflictLevel.NONE:
            found[f"{one.conflict_level.name} conflict"] = one.conflict_level
    return {label: found[label] for label in legend_texts() if label in found}


def _kind(booking: ExportedBooking) -> str:
    if booking.is_hidden:
        return "Another booking"
    if booking.is_hold:
        return "Hold"
    return "Confirmed" if booking.status is ScheduleStatus.Confirmed else "Scheduled"


def _polygon(canvas: Canvas, *points: tuple[float, float]) -> None:
    path = canvas.beginPath()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.close()
    canvas.drawPath(path, stroke=0, fill=1)

"""Whether a sheet's dates say the day or the month first."""

from __future__ import annotations

from api.imports.columns import TIME_FIELDS, Columns
from api.imports.reading_options import ReadingOptions
from api.imports.table import Sheet
from api.imports.written_time import has_half_days, numeric_date


class DayOrder:
    """Whether 3/4/2026 is in April or in March, decided by all dates of the sheet."""

    def __init__(self, sheet: Sheet, columns: Columns, options: ReadingOptions) -> None:
        texts = [
            cell.value
            for line in sheet.lines[columns.heading_row + 1 :]
            for cell in (line.cell(columns[field]) for field in TIME_FIELDS)
            if isinstance(cell.value, str)
        ]
        dates = [found for text in texts if (found := numeric_date(text)) is not None]
        self.notes: list[str] = []
        self.is_day_first = True
        if not dates:
            return
        day_first = sum(first > 12 for first, _, _ in dates)
        month_first = sum(second > 12 for _, second, _ in dates)
        told = options.columns.get("dates")
        if told is not None:
            self.is_day_first, why = told == "day-first", "as you say"
        elif day_first or month_first:
            self.is_day_first, why = day_first >= month_first, "as some of them can only be read so"
        elif any("." in text for _, _, text in dates):
            why = "as dates with dots are"
        else:
            self.is_day_first = not any(has_half_days(text) for text in texts)
            why = "but nothing in them says so; say dates=day-first or dates=month-first to be sure"
        shown = dates[0][2]
        order = "day first" if self.is_day_first else "month first"
        self.notes.append(f"dates such as {shown} are read {order}, {why}")

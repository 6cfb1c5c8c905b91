"""A schedule in the format that was asked for (SCH-044)."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from api.exports.excel_file import excel_file
from api.exports.icalendar_file import icalendar_file
from api.exports.pdf import pdf_file
from domain.enums import ExportFormat, ExportPeriod
from domain.exported_schedule import ExportedSchedule

MEDIA_TYPES = {
    ExportFormat.Pdf: "application/pdf",
    ExportFormat.Excel: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.ICalendar: "text/calendar; charset=utf-8",
}
EXTENSIONS = {ExportFormat.Pdf: "pdf", ExportFormat.Excel: "xlsx", ExportFormat.ICalendar: "ics"}
_LONGEST_NAME = 60


def rendered(
    schedule: ExportedSchedule, period: ExportPeriod, first_day: date, file_format: ExportFormat
) -> bytes:
    """The schedule as a file."""
    match file_format:
        case ExportFormat.Pdf:
            return pdf_file(schedule, period, first_day)
        case ExportFormat.Excel:
            return excel_file(schedule)
        case ExportFormat.ICalendar:
            return icalendar_file(schedule)


def file_name(title: str, period: ExportPeriod, first_day: date, file_format: ExportFormat) -> str:
    """What the file is saved as, in letters that every file system takes."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_NAME].strip("-") or "calendar"
    when = f"{first_day:%Y-%m}" if period is ExportPeriod.Monthly else first_day.isoformat()
    return f"{name}-{when}.{EXTENSIONS[file_format]}"

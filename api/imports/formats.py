"""The schedule formats that can be read and written; a new one is a module and a row here."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol

from api.imports import csv_format, ical_reader, ical_writer, pentabarf_reader, pentabarf_writer, xlsx_format
from api.imports.bounds import ensure_bounded
from api.imports.import_errors import UnreadableSchedule
from api.imports.reading_options import DEFAULT_OPTIONS, ReadingOptions
from api.imports.schedule_file import Move, ScheduleFile
from api.imports.xml_text import BYTE_ORDER_MARKS
from domain.errors import FieldException

HEAD_BYTES = 1024


class Read(Protocol):
    """Read a file of this format; raises UnreadableSchedule."""

    def __call__(self, source: bytes, options: ReadingOptions, /) -> ScheduleFile: ...


class Rewrite(Protocol):
    """Write moves into a file that was read with these options; to naive times, aware moves are UTC."""

    def __call__(self, source: bytes, moves: Iterable[Move], options: ReadingOptions, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class ScheduleFormat:
    """A way to write a schedule down.

    suffixes: of file names, in lower case with the dot.
    recognises: whether a file that begins like this is one, whatever its name.
    has_columns: whether it is a table, whose columns can be named.
    """

    name: str
    suffixes: frozenset[str]
    recognises: Callable[[bytes], bool]
    read: Read
    rewrite: Rewrite
    has_columns: bool = False


def _looks_like_xml(head: bytes) -> bool:
    mark = next((mark for mark, _ in BYTE_ORDER_MARKS if head.startswith(mark)), b"")
    return head.removeprefix(mark).replace(b"\0", b"").lstrip().startswith(b"<")


def _looks_like_ical(head: bytes) -> bool:
    return head.removeprefix(codecs.BOM_UTF8).lstrip()[:15].upper() == b"BEGIN:VCALENDAR"


def _read_pentabarf(source: bytes, _options: ReadingOptions) -> ScheduleFile:
    return pentabarf_reader.read(source)


def _rewrite_pentabarf(source: bytes, moves: Iterable[Move], _options: ReadingOptions) -> bytes:
    return pentabarf_writer.rewrite(source, moves)


FORMATS = (
    ScheduleFormat(
        name="pentabarf/frab XML",
        suffixes=frozenset({".xml"}),
        recognises=_looks_like_xml,
        read=_read_pentabarf,
        rewrite=_rewrite_pentabarf,
    ),
    ScheduleFormat(
        name="iCalendar",
        suffixes=frozenset({".ics", ".ical", ".ifb", ".icalendar"}),
        recognises=_looks_like_ical,
        read=ical_reader.read,
        rewrite=ical_writer.rewrite,
    ),
    ScheduleFormat(
        name="Excel workbook",
        suffixes=frozenset({".xlsx", ".xlsm"}),
        recognises=xlsx_format.recognises,
        read=xlsx_format.read,
        rewrite=xlsx_format.rewrite,
        has_columns=True,
    ),
    ScheduleFormat(
        name="CSV",
        suffixes=frozenset({".csv", ".tsv", ".tab", ".txt"}),
        recognises=csv_format.recognises,
        read=csv_format.read,
        rewrite=csv_format.rewrite,
        has_columns=True,
    ),
)


def reader_for(filename: str, head: bytes) -> ScheduleFormat:
    """The format of a file, by how it begins, else by its name; raises UnreadableSchedule for any other.

    head: the file's first HEAD_BYTES bytes, or more.
    """
    suffix = PurePath(filename).suffix.lower()
    for known in FORMATS:
        if known.recognises(head[:HEAD_BYTES]):
            return known
    for known in FORMATS:
        if suffix in known.suffixes:
            return known
    names = ", ".join(known.name for known in FORMATS)
    raise UnreadableSchedule(f"this is not a schedule in a format known here ({names})")


def read_schedule(filename: str, content: bytes, options: ReadingOptions = DEFAULT_OPTIONS) -> ScheduleFile:
    """Read a whole file of any known format; raises UnreadableSchedule, also for one beyond all bounds.

    Raises FieldException where the columns named are not the file's.
    """
    known = reader_for(filename, content)
    if options.columns and not known.has_columns:
        raise FieldException("map", f"there are no columns to name in a file of {known.name}")
    schedule = known.read(content, options)
    ensure_bounded(schedule)
    return schedule

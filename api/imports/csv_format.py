"""CSV files: any usual delimiter and encoding; rewriting touches the cells of moved rows alone."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass

from api.imports.bounds import MOST_ROWS
from api.imports.columns import columns_of
from api.imports.import_errors import UnreadableSchedule, UnwritableMove
from api.imports.reading_options import DEFAULT_OPTIONS, ReadingOptions
from api.imports.schedule_file import Move, ScheduleFile
from api.imports.table import Cell, Line, Sheet
from api.imports.table_reader import TableReading, read_table
from api.imports.table_writer import changes_for, ensure_told

MOST_COLUMNS = 500
MOST_CELLS = 200_000
MOST_LINES = 200_000
LONGEST_CELL = 32_767
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 50


@dataclass(frozen=True, slots=True)
class _CsvText:
    """A file's characters, how they were encoded, and where each cell is in them (by its address)."""

    characters: str
    codec: str
    mark: bytes
    delimiter: str
    spans: dict[str, tuple[int, int]]
    sheet: Sheet


def recognises(head: bytes) -> bool:
    """Whether it begins with a heading."""
    try:
        text, _, _ = _decoded(head)
    except UnreadableSchedule:
        return False
    return "\0" not in text and any(
        columns_of(_parsed(text, delimiter, limit=_SAMPLE)[0], {}) is not None for delimiter in _DELIMITERS
    )


def read(source: bytes, options: ReadingOptions = DEFAULT_OPTIONS) -> ScheduleFile:
    """Read a file; raises UnreadableSchedule where it has no heading, FieldException for a wrong mapping."""
    return _reading_of(source, options)[1].file


def rewrite(source: bytes, moves: Iterable[Move], options: ReadingOptions = DEFAULT_OPTIONS) -> bytes:
    """The same file with bookings moved, written as their cells were; every other character stays.

    Raises UnwritableMove for an unknown key and for what the cells cannot say.
    """
    text, reading = _reading_of(source, options)
    changes = changes_for(reading, moves)
    if not changes.moved:
        return source
    characters = text.characters
    nowhere = (0, 0)
    for change in sorted(
        changes.cells, key=lambda one: text.spans.get(one.cell.address, nowhere), reverse=True
    ):
        if change.cell.address not in text.spans:
            raise UnwritableMove(change.key, f"its row has no cell for its {change.field}")
        start, end = text.spans[change.cell.address]
        value = "" if change.value is None else str(change.value)
        new = _quoted(value, characters[start:end], text.delimiter)
        characters = characters[:start] + new + characters[end:]
    try:
        written = text.mark + characters.encode(text.codec)
    except UnicodeEncodeError:
        raise UnwritableMove(changes.moved[0], "the file's encoding lacks a character of it") from None
    ensure_told(read(written, options), changes)
    return written


def _reading_of(source: bytes, options: ReadingOptions) -> tuple[_CsvText, TableReading]:
    text = _text_of(source, options)
    notes = [f"read as {text.codec} with {_DELIMITERS[text.delimiter]} between columns"]
    return text, read_table([text.sheet], "", options, notes)


def _text_of(source: bytes, options: ReadingOptions) -> _CsvText:
    characters, codec, mark = _decoded(source)
    if "\0" in characters:
        raise UnreadableSchedule("there are NUL characters: this is not a text file")
    delimiter = _delimiter(characters, options)
    sheet, spans = _parsed(characters, delimiter)
    return _CsvText(characters, codec, mark, delimiter, spans, sheet)


def _decoded(source: bytes) -> tuple[str, str, bytes]:
    for mark, codec in _MARKS:
        if source.startswith(mark):
            try:
                return source[len(mark) :].decode(codec), codec, mark
            except UnicodeDecodeError:
                raise UnreadableSchedule(f"the file says it is {codec}, but it is not") from None
    for codec in ("utf-8", "cp1252"):
        try:
            return source.decode(codec), codec, b""
        except UnicodeDecodeError:
            continue
    return source.decode("latin-1"), "latin-1", b""


def _delimiter(characters: str, options: ReadingOptions) -> str:
    """The one with which most headings are known; else the most frequent of the first line."""

    def known(delimiter: str) -> tuple[int, int]:
        sample = _parsed(characters, delimiter, limit=_SAMPLE)[0]
        columns = columns_of(sample, {})
        first = sample.lines[0].cells if sample.lines else ()
        wanted = sum(name in {cell.text for cell in first} for name in options.columns.values())
        return (0 if columns is None else len(columns.by_field)) + wanted, len(first)

    return max(_DELIMITERS, key=known)


def _parsed(
    characters: str, delimiter: str, limit: int | None = None
) -> tuple[Sheet, dict[str, tuple[int, int]]]:
    """All rows (RFC 4180) but empty ones, and by address from where to where each cell is, quotes included.

    limit: how many rows are enough; without it all are read, and more than may be are refused.
    """
    pattern = _pattern(delimiter)
    lines: list[Line] = []
    spans: dict[str, tuple[int, int]] = {}
    cells: list[Cell] = []
    position, number, first_number = 0, 1, 1
    while position < len(characters) or cells:
        match = pattern.match(characters, position)
        assert match is not None
        quoted, plain, terminator = match.groups()
        value = plain if quoted is None else quoted.replace('""', '"')
        if len(value) > LONGEST_CELL or len(cells) >= MOST_COLUMNS:
            raise UnreadableSchedule("a row is longer than any of a sheet", number)
        address = f"{len(lines)}/{len(cells)}"
        spans[address] = (match.start(), match.start(3))
        cells.append(Cell(value, address))
        number += _breaks(match[0])
        position = match.end()
        if terminator != delimiter:
            line = Line(f"line {first_number}", tuple(cells))
            cells, first_number = [], number
            if not line.is_empty:
                lines.append(line)
            if limit is not None and len(lines) >= limit:
                break
            _ensure_bounded(len(lines), number, len(spans))
    return Sheet("", tuple(lines)), spans


def _ensure_bounded(rows: int, lines: int, cells: int) -> None:
    if rows > MOST_ROWS + _SAMPLE or lines > MOST_LINES or cells > MOST_CELLS:
        raise UnreadableSchedule(f"there are more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells")


def _pattern(delimiter: str) -> re.Pattern[str]:
    between = re.escape(delimiter)
    return re.compile(
        rf'(?:"((?:[^"]|"")*+)"(?=[{between}\r\n]|\Z)|([^{between}\r\n]*+))({between}|\r\n|\n|\r|\Z)'
    )


def _breaks(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _quoted(value: str, before: str, delimiter: str) -> str:
    """The value as a cell: in quotes where the cell had them, or where it needs them."""
    if before.startswith('"') or any(one in value for one in (delimiter, '"', "\n", "\r")):
        return '"' + value.replace('"', '""') + '"'
    return value

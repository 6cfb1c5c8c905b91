"""How to name the columns of a table that could not be read as it is."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence

from api.imports.columns import Columns, guessed_above
from api.imports.table import Cell, Line, Sheet
from api.imports.typed_cell import moment_of
from api.imports.written_time import NotWritten, read_duration
from api.imports.xml_outline import shortened

_SAMPLE = 50
_MOST_SHOWN = 20
_KINDS: Mapping[str, tuple[str, ...]] = {
    "day": ("date", "endDate"),
    "moment": ("start", "date", "end"),
    "clock": ("start", "end"),
    "length": ("duration",),
    "text": ("title", "room", "people"),
}
"""By what most cells of a column are: what it may hold, the likeliest first. Of a number nobody knows."""
_SAID = {"when": "date", "what": "title"}
_ORDER = ("date", "start", "end", "endDate", "duration", "title", "room", "people")


def column_advice(sheet: Sheet, columns: Columns | None) -> str | None:
    """Which headings are not used, and the `--map` that would; None where there are none.

    columns: those that were found; without them the first row of several texts is taken for the heading.
    """
    row = _heading_row(sheet) if columns is None else columns.heading_row
    if row is None:
        return None
    line, below = sheet.lines[row], sheet.lines[row + 1 : row + 1 + _SAMPLE]
    found, counted = guessed_above(line, below) if columns is None else (columns.by_field, columns.counted)
    unused = [
        (at, cell)
        for at, cell in enumerate(line.cells)
        if cell.text and at not in (*found.values(), *counted)
    ]
    if not unused:
        return None
    names = ", ".join(shortened(cell.text) for _, cell in unused[:_MOST_SHOWN])
    options = " ".join(_options(unused, found, below))
    how = f": {options} (over HTTP, a parameter map for each)" if options else ""
    return f"the columns {names} are not used; name those that count{how}"


def _heading_row(sheet: Sheet) -> int | None:
    for number, line in enumerate(sheet.lines):
        if sum(_kind(cell) == "text" for cell in line.cells) > 1:
            return number
    return None


def _options(
    unused: Sequence[tuple[int, Cell]], found: Container[str], below: Sequence[Line]
) -> Iterator[str]:
    told: dict[str, str] = {}
    for at, cell in unused:
        kinds = Counter(kind for line in below if (kind := _kind(line.cell(at))) is not None)
        fields = _KINDS.get(kinds.most_common(1)[0][0], ()) if kinds else ()
        likely = (_SAID.get(cell.text.casefold()), *fields)
        field = next((one for one in likely if one and one not in found and one not in told), None)
        if field is not None and not (field == "duration" and "end" in found):
            told[field] = cell.text
    for field in sorted(told, key=_ORDER.index):
        yield f"--map {shlex.quote(f'{field}={told[field]}')}"


def _kind(cell: Cell) -> str | None:
    if not cell.text:
        return None
    try:
        moment = moment_of(cell, None, day_first=True, dates_alone=True)
    except NotWritten:
        pass
    else:
        return "clock" if moment.day is None else "day" if moment.clock is None else "moment"
    if not isinstance(cell.value, str) or cell.text.replace(".", "").isdecimal():
        return "number"
    try:
        read_duration(cell.text, in_hours=False)
    except NotWritten:
        return "text"
    return "length"

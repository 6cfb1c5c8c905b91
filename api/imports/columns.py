"""Which column of a table holds what: guessed from the headings, unless told."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.imports.people_cell import counts_people, persons_in
from api.imports.table import Line, Sheet
from api.imports.xml_outline import shortened
from domain.errors import FieldException
from domain.local_time import is_time_zone

_HEADINGS = {
    "title": "title event eventname eventtitle name subject session sessiontitle talk activity booking course"
    " summary show titel veranstaltung titre evenement titulo",
    "date": "date day startdate eventdate bookingdate datum jour fecha",
    "start": "start starttime startdatetime starts startsat startat from begin begins beginning"
    " starting time dtstart datetime beginn von debut inicio",
    "end": "end endtime enddatetime ends endsat endat to until till finish finishes ending dtend ende bis",
    "endDate": "enddate lastday finishdate enddatum",
    "duration": "duration length minutes mins hours durationminutes durationmin"
    " durationmins durationhours lengthminutes dauer duree",
    "room": "room venue location place hall stage space site where roomname venuename raum saal salle ort"
    " sala lugar",
    "people": "people person persons speaker speakers staff presenter presenters host hosts instructor"
    " instructors teacher teachers lecturer lecturers attendee attendees participant participants performer"
    " performers artist artists crew who assignee personen referent",
    "id": "id key uid eventid bookingid sessionid reference ref",
    "status": "status",
}
FIELDS = (*_HEADINGS, "dates")
"""What --map can name; `dates` is no column but how to read them: day-first or month-first."""
TIME_FIELDS = ("date", "start", "end", "endDate")
DATE_ORDERS = ("day-first", "month-first")
_BY_HEADING = {heading: field for field, headings in _HEADINGS.items() for heading in headings.split()}
_FILLERS = frozenset(("when", "it", "is", "the", "of", "local", "at", "on", "in", "utc", "gmt", "s", "a"))
_IN_BRACKETS = re.compile(r"\(([\w/+-]+)\)\s*\Z")
_LOOK_AHEAD = 30


@dataclass(frozen=True, slots=True)
class Columns:
    """The heading's row and, by field, the column: 0 is the first.

    counted: by column, the headings of those that count people, in some cells or in all.
    zones: the IANA zones that headings of dates and times name, such as `Start (Europe/Brussels)`.
    """

    heading_row: int
    by_field: Mapping[str, int]
    named: tuple[tuple[str, str], ...]
    counted: Mapping[int, str] = dataclasses.field(default_factory=dict)
    zones: tuple[str, ...] = ()

    def __getitem__(self, field: str) -> int | None:
        return self.by_field.get(field)

    @property
    def zone(self) -> ZoneInfo | None:
        """What the times are in, where the headings agree on it."""
        return ZoneInfo(self.zones[0]) if len(self.zones) == 1 else None


def ensure_known_fields(columns: Mapping[str, str]) -> None:
    """Reject a mapping of fields there are not."""
    unknown = sorted(set(columns) - set(FIELDS))
    if unknown:
        raise FieldException("map", f"{unknown[0]!r} is not one of {', '.join(FIELDS)}")
    order = columns.get("dates")
    if order is not None and order not in DATE_ORDERS:
        raise FieldException("map", f"dates is one of {', '.join(DATE_ORDERS)}")


def columns_of(sheet: Sheet, told: Mapping[str, str]) -> Columns | None:
    """The columns of a sheet; None where no row looks like its heading.

    told: by field, the column's heading, letter or number (from 1).
    Raises FieldException for a column there is not.
    """
    for number, line in enumerate(sheet.lines[:_LOOK_AHEAD]):
        found, counted = guessed_above(line, () if "people" in told else sheet.lines[number + 1 :])
        named = {field: at for field, name in told.items() if (at := _column(line, name)) is not None}
        found = {field: at for field, at in found.items() if at not in named.values()} | named
        if _is_enough(found):
            _ensure_all(line, told, named)
            headings = tuple((field, _shown(line, found[field])) for field in _HEADINGS if field in found)
            heads_counted = {at: _shown(line, at) for at in counted}
            return Columns(number, found, headings, heads_counted, _zones(line, found))
    return None


def _is_enough(found: Mapping[str, int]) -> bool:
    return ("start" in found or "date" in found) and ("title" in found or "room" in found)


def _ensure_all(line: Line, told: Mapping[str, str], named: Mapping[str, int]) -> None:
    for field, name in told.items():
        if field != "dates" and field not in named:
            headings = ", ".join(cell.text for cell in line.cells if cell.text)
            raise FieldException(
                "map", f"there is no column {shortened(name)!r} for {field}; there are {headings[:300]}"
            )


def guessed_above(line: Line, below: Sequence[Line]) -> tuple[dict[str, int], list[int]]:
    """By field the column; and those that count people: one that does nothing else names nobody."""
    counted: list[int] = []
    while True:
        found = _guessed(line, counted)
        at = found.get("people")
        cells = [one.cell(at) for one in below if at is not None and one.cell(at).text]
        if at is None or not any(counts_people(cell) for cell in cells):
            return found, counted
        counted.append(at)
        if any(True for cell in cells for _ in persons_in(cell, with_numbers=False)):
            return found, counted


def _guessed(line: Line, passed_over: Collection[int]) -> dict[str, int]:
    """By field the first column with a heading for it; then longer headings that are made of such words."""
    found: dict[str, int] = {}
    open_columns = [
        (at, cell)
        for at, cell in enumerate(line.cells)
        if at not in passed_over and isinstance(cell.value, str)
    ]
    for at, cell in open_columns:
        field = _BY_HEADING.get(_plain(_without_zone(cell.text)))
        if field is not None:
            found.setdefault(field, at)
    for at, cell in open_columns:
        if at not in found.values() and len(cell.text) <= 40:
            said = re.findall(r"\w+", _without_zone(cell.text).casefold())
            words = [word for word in said if word not in _FILLERS]
            fields = [_BY_HEADING.get(word) for word in words]
            if fields and None not in fields and fields[-1] is not None:
                found.setdefault(fields[-1], at)
    return found


def _zones(line: Line, found: Mapping[str, int]) -> tuple[str, ...]:
    """The zones that the headings of dates and times name, each once."""
    named = (_zone_in(line.cell(found[field]).text) for field in TIME_FIELDS if field in found)
    return tuple(dict.fromkeys(zone for zone in named if zone is not None))


def _zone_in(heading: str) -> str | None:
    """The IANA zone in brackets at the heading's end, if there is one."""
    bracketed = _IN_BRACKETS.search(heading)
    return bracketed[1] if bracketed is not None and is_time_zone(bracketed[1]) else None


def _without_zone(heading: str) -> str:
    return heading if _zone_in(heading) is None else heading[: heading.rindex("(")]


def _column(line: Line, name: str) -> int | None:
    """The column of that heading, else of that letter or number."""
    plain = _plain(name)
    for at, cell in enumerate(line.cells):
        if cell.text and (cell.text == name.strip() or _plain(cell.text) == plain):
            return at
    if re.fullmatch(r"[1-9]\d{0,3}", name):
        at = int(name) - 1
    elif re.fullmatch(r"[A-Za-z]{1,2}", name):
        at = 0
        for letter in name.upper():
            at = at * 26 + ord(letter) - ord("A") + 1
        at -= 1
    else:
        return None
    return at if at < len(line.cells) else None


def _plain(heading: str) -> str:
    return re.sub(r"[\W_]+", "", heading.casefold())


def _shown(line: Line, at: int) -> str:
    return shortened(line.cell(at).text) or f"column {at + 1}"

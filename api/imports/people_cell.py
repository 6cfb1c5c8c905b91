"""Who a cell names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from api.imports.schedule_file import FilePerson
from api.imports.table import Cell

_NUMBER = r"\d[\d.,'\u2019\s]*"
_ABOUT = r"(?:ca\.?|[~<>\u2248\u2264\u2265])?\s*"
_COUNT = re.compile(rf"(?i){_ABOUT}{_NUMBER}(?:[-\u2013]\s*{_NUMBER})?\+?")


def persons_in(cell: Cell, *, with_numbers: bool) -> Iterator[FilePerson]:
    """Everybody whom a cell names, each once. with_numbers: whether a number is somebody's, not a count."""
    seen: set[str] = set()
    for name in _names(cell):
        if name.casefold() not in seen and (with_numbers or _COUNT.fullmatch(name) is None):
            seen.add(name.casefold())
            yield FilePerson(name.casefold(), name)


def counts_people(cell: Cell) -> bool:
    """Whether a cell says how many come, be it next to names."""
    return any(_COUNT.fullmatch(name) is not None for name in _names(cell))


def _names(cell: Cell) -> Iterator[str]:
    """Names apart by semicolons, lines, slashes or ampersands; by commas where none of these is."""
    text = "" if cell.value is None else str(cell.value)
    names = re.split(r"[;\n\r/&|]", text)
    if len(names) == 1:
        names = text.split(",")
    for one in names:
        if name := " ".join(one.split()):
            yield name

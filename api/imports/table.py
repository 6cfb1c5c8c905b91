"""A sheet of rows and columns, whatever file it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

Value = str | int | float | bool | date | datetime | time | timedelta | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell's value, and its address for whoever writes it."""

    value: Value
    address: str = ""

    @property
    def text(self) -> str:
        """What it says, on one line."""
        return "" if self.value is None else " ".join(str(self.value).split())


EMPTY = Cell(None)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet with its place in the file."""

    place: str
    cells: tuple[Cell, ...]

    def cell(self, column: int | None) -> Cell:
        """The cell in a column; empty where the row is shorter or the column is none."""
        return self.cells[column] if column is not None and column < len(self.cells) else EMPTY

    @property
    def is_empty(self) -> bool:
        return not any(cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All rows of a sheet. serial_date: what a bare number means as a date, where numbers can be dates."""

    name: str
    lines: tuple[Line, ...]
    serial_date: Callable[[float], datetime] | None = None

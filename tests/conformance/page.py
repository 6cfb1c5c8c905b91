"""docs/conformance.md as values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "conformance.md"

_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is owed. what: the second column, whatever its heading."""

    section: str
    identifier: str
    what: str
    status: str
    shown_by: str

    @property
    def is_built(self) -> bool:
        return self.status == "built"

    @property
    def references(self) -> list[str]:
        """The tests and commands named, each between backticks."""
        return _CODE.findall(self.shown_by)

    def __str__(self) -> str:
        return f"{self.section}: {self.identifier}"


def rows_of(text: str) -> list[Row]:
    """Every row of every table, with the section it stands in. Raises ValueError for one of another shape."""
    rows: list[Row] = []
    section = ""
    for line in text.splitlines():
        if line.startswith("## "):
            section = line.removeprefix("## ").strip()
        if not line.startswith("|") or line.startswith(("|---", "| id |")):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 4:
            raise ValueError(f"not a row of four cells: {line}")
        identifier = _CODE.fullmatch(cells[0])
        if identifier is None:
            raise ValueError(f"its id is not code: {line}")
        rows.append(Row(section, identifier[1], cells[1], cells[2], cells[3]))
    return rows


def rows() -> list[Row]:
    """Every row of the page."""
    return rows_of(PAGE.read_text())


def section(*names: str) -> dict[str, Row]:
    """The rows of some sections by id."""
    return {row.identifier: row for row in rows() if row.section in names}

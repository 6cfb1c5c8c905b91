"""libical's vectors of recurrence rules, read from its test file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Vector:
    """A rule, a first start and the starts that libical finds; None where libical gives up."""

    rrule: str
    first: datetime
    instances: tuple[datetime, ...] | None

    def __str__(self) -> str:
        return f"{self.rrule} from {self.first:%Y%m%dT%H%M%S}"


def vectors(folder: Path) -> list[Vector]:
    """Every vector of the file; START-AT is how libical seeks, its instances begin at DTSTART."""
    text = (folder / "recurrence" / "icalrecur_test.txt").read_text()
    blocks = [block for block in text.split("\n\n") if "RRULE:" in block]
    return [_vector(block) for block in blocks]


def _vector(block: str) -> Vector:
    lines = (line.split(":", 1) for line in block.splitlines() if line and not line.startswith("#"))
    values = {name: value.strip() for name, value in lines}
    instances = values["INSTANCES"]
    found = None if "UNIMPLEMENTED" in instances else tuple(_moment(one) for one in instances.split(","))
    return Vector(values["RRULE"], _moment(values["DTSTART"]), found)


def _moment(text: str) -> datetime:
    """A naive time; the vectors' zone is UTC, and a date alone is its midnight."""
    return datetime.fromisoformat(text.removesuffix("Z"))

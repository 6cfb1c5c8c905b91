"""What a reader is told besides the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from zoneinfo import ZoneInfo

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """How to read what a file leaves open.

    zone: in which a file that has both kinds of times reads those without a zone.
    columns: of a table: which column a field is in, by its heading, letter or number; the others are guessed.
    maximum_occurrences: of a series; those beyond it are left out.
    """

    zone: ZoneInfo = _UTC
    columns: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    maximum_occurrences: int = 365


DEFAULT_OPTIONS = ReadingOptions()

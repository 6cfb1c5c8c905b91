"""The schedule formats that can be read and written; a new one is a module and a row here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import PurePath
from typing import Protocol
from zoneinfo import ZoneInfo

from api.imports import pentabarf_reader, pentabarf_writer
from api.imports.bounds import ensure_bounded
from api.imports.import_errors import UnreadableSchedule
from api.imports.schedule_file import Move, ScheduleFile
from api.imports.xml_text import BYTE_ORDER_MARKS

HEAD_BYTES = 1024


class Rewrite(Protocol):
    """Write moves into a file of this format; a file of naive times has them in the zone."""

    def __call__(self, source: bytes, moves: Iterable[Move], zone: ZoneInfo = ...) -> bytes: ...


@dataclass(frozen=True, slots=True)
class ScheduleFormat:
    """A way to write a schedule down.

    suffixes: of file names, in lower case with the dot.
    recognises: whether a file that begins like this is one, whatever its name.
    """

    name: str
    suffixes: frozenset[str]
    recognises: Callable[[bytes], bool]
    read: Callable[[bytes], ScheduleFile]
    rewrite: Rewrite


def _looks_like_xml(head: bytes) -> bool:
    mark = next((mark for mark, _ in BYTE_ORDER_MARKS if head.startswith(mark)), b"")
    return head.removeprefix(mark).replace(b"\0", b"").lstrip().startswith(b"<")


FORMATS = (
    ScheduleFormat(
        name="pentabarf/frab XML",
        suffixes=frozenset({".xml"}),
        recognises=_looks_like_xml,
        read=pentabarf_reader.read,
        rewrite=pentabarf_writer.rewrite,
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


def read_schedule(filename: str, content: bytes) -> ScheduleFile:
    """Read a whole file of any known format; raises UnreadableSchedule, also for one beyond all bounds."""
    schedule = reader_for(filename, content).read(content)
    ensure_bounded(schedule)
    return schedule

"""A schedule file on disk: read whole, and written whole or not at all."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from api.imports.formats import ScheduleFormat, read_schedule, reader_for
from api.imports.import_errors import UnreadableSchedule
from api.imports.schedule_file import ScheduleFile

MOST_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class ScheduleSource:
    """A file that was read."""

    path: Path
    content: bytes
    schedule_format: ScheduleFormat
    schedule: ScheduleFile

    def ensure_other(self, out: Path) -> None:
        """Raise UnreadableSchedule when that is this very file, under whatever name."""
        if out.exists() and out.samefile(self.path):
            raise UnreadableSchedule(f"{out} is the schedule that is read; write to another file")


def read_source(path: Path) -> ScheduleSource:
    """Read a schedule file; raises OSError and UnreadableSchedule."""
    with path.open("rb") as handle:
        content = handle.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UnreadableSchedule(f"the file is over {MOST_BYTES:,} bytes")
    schedule = read_schedule(path.name, content)
    return ScheduleSource(path, content, reader_for(path.name, content), schedule)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name beside it first, so that it is never there in part; raises OSError."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        draft.unlink(missing_ok=True)

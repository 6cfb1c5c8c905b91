"""A schedule file on disk: read whole, and written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from api.imports.columns import FIELDS
from api.imports.formats import ScheduleFormat, read_schedule, reader_for
from api.imports.import_errors import UnreadableSchedule
from api.imports.reading_options import DEFAULT_OPTIONS, ReadingOptions
from api.imports.schedule_file import ScheduleFile

MOST_BYTES = 100_000_000
STANDARD_STREAM = Path("-")
_STANDARD_INPUT = 0
_FIELDS = ", ".join(field for field in FIELDS if field != "dates")
MAP_HELP = (
    f"Which column of a table has what; repeatable. FIELD is one of {_FIELDS}, COLUMN a heading, a letter or"
    " a number. dates=day-first or dates=month-first says how to read dates."
)


@dataclass(frozen=True, slots=True)
class ScheduleSource:
    """A file that was read. status: what the system said of it then."""

    path: Path
    status: os.stat_result
    content: bytes
    schedule_format: ScheduleFormat
    schedule: ScheduleFile
    options: ReadingOptions

    def ensure_other(self, out: Path) -> None:
        """Raise UnreadableSchedule when that is this very file, under whatever name."""
        if out.exists() and os.path.samestat(out.stat(), self.status):
            raise UnreadableSchedule(f"{out} is the schedule that is read; write to another file")


def read_source(path: Path, options: ReadingOptions = DEFAULT_OPTIONS) -> ScheduleSource:
    """Read a schedule file, or standard input for `-`; raises OSError and UnreadableSchedule."""
    is_file = path != STANDARD_STREAM
    with open(path if is_file else _STANDARD_INPUT, "rb", closefd=is_file) as handle:
        status = os.fstat(handle.fileno())
        content = handle.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UnreadableSchedule(f"the file is over {MOST_BYTES:,} bytes")
    schedule = read_schedule(path.name, content, options)
    return ScheduleSource(path, status, content, reader_for(path.name, content), schedule, options)


def ensure_writable(path: Path) -> int | None:
    """The permissions of a file that may be replaced, None where there is none; raises OSError for all else.

    A device, a pipe or a folder that a file takes the place of is lost to everybody.
    """
    if path == STANDARD_STREAM:
        raise OSError(errno.EINVAL, "standard output has the report; write to a file", str(path))
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "is no regular file; write to another", str(path))
    return stat.S_IMODE(mode)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file under another name beside it first, so that it is never there in part; raises OSError.

    Links are followed and stay. A file that was there keeps its permissions.
    """
    permissions = ensure_writable(path)
    target = Path(os.path.realpath(path))
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("xb") as handle:
            if permissions is not None:
                os.fchmod(handle.fileno(), permissions)
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(target)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        draft.unlink(missing_ok=True)

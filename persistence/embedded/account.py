"""Whom the server runs as."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from persistence.embedded.errors import EmbeddedPostgresFailed

_UNPRIVILEGED_NAMES = ("callboard", "postgres", "nobody")

# A caller's PGDATA, PGPORT or LC_ALL must not change what the server is.
_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """The account the server runs as: our own, or an unprivileged one when we are root, which it refuses.

    dropped: whether that account is another than ours.
    """

    uid: int
    gid: int
    dropped: bool

    @classmethod
    def for_data(cls, data: Path | None) -> "ServerAccount":
        """The account that owns existing data, else the one that new data should belong to."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), dropped=False)
        if data is not None and data.exists() and data.stat().st_uid != 0:
            return cls(data.stat().st_uid, data.stat().st_gid, dropped=True)
        for name in _UNPRIVILEGED_NAMES:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid, dropped=True)
        raise EmbeddedPostgresFailed(
            "PostgreSQL refuses to run as root, and this machine has none of the accounts "
            f"{', '.join(_UNPRIVILEGED_NAMES)}.\n"
            "  Add one (useradd --system callboard), or start as another user."
        )

    def popen(
        self, arguments: list[str], *, stdin: int | IO[bytes], output: int | IO[bytes]
    ) -> "subprocess.Popen[bytes]":
        """Start a program as this account, out of reach of our terminal's signals."""
        return subprocess.Popen(
            arguments,
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_ENVIRONMENT,
            umask=0o077,
            start_new_session=True,
            user=self.uid if self.dropped else None,
            group=self.gid if self.dropped else None,
            extra_groups=[] if self.dropped else None,
        )

    def run(self, *arguments: str | Path) -> tuple[int, str]:
        """Run a program to its end as this account; its exit code and all it printed."""
        process = self.popen(
            [str(part) for part in arguments], stdin=subprocess.DEVNULL, output=subprocess.PIPE
        )
        printed, _ = process.communicate()
        return process.returncode, printed.decode(errors="replace").strip()

    def can_enter(self, folder: Path) -> bool:
        """Whether this account gets into a folder through all its parents: the kernel's own answer."""
        code, _ = self.run("/bin/sh", "-c", 'cd -- "$1"', "sh", folder)
        return code == 0

    def make_own_folder(self, folder: Path) -> None:
        """Make sure of a folder that only this account may enter."""
        folder.mkdir(mode=0o700, exist_ok=True)
        self.give(folder)
        folder.chmod(0o700)

    def give(self, path: Path) -> None:
        """Hand a file or folder to this account."""
        if self.dropped:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def parent_mode() -> int:
    """The mode of a folder of ours that holds the account's folders: as closed as it can be."""
    return 0o711 if os.geteuid() == 0 else 0o700

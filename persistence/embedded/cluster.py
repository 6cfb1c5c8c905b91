"""One home's cluster on disk."""

import fcntl
import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from persistence.embedded import databases
from persistence.embedded.account import ServerAccount, parent_mode
from persistence.embedded.errors import EmbeddedPostgresFailed
from persistence.embedded.note import ClusterNote
from persistence.embedded.options import initdb_options
from persistence.embedded.place import choose_place
from persistence.embedded.programs import Programs


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where a home's cluster lies, its passwords, and the account its server runs as.

    keep: the folder of the home with the note, the log and the lock that starts and stops wait for.
    """

    keep: Path
    note: ClusterNote
    account: ServerAccount

    @classmethod
    def of_home(cls, keep: Path, shelter: Path) -> Self:
        """The home's cluster, or the place and the passwords for one yet to be made."""
        found = cls.existing(keep)
        if found is None:
            account = ServerAccount.for_data(None)
            found = cls(keep, ClusterNote.fresh(choose_place(keep, account, shelter)), account)
            found.note.write(_note_path(keep))
        if not found.place.exists():
            raise EmbeddedPostgresFailed(
                f"The database of {keep.parent} lay in {found.place}, which is gone.\n"
                f"  Put it back, or delete {keep} to begin with an empty one."
            )
        return found

    @classmethod
    def existing(cls, keep: Path) -> Self | None:
        """The cluster that the home has a note of."""
        note = ClusterNote.read(_note_path(keep))
        return None if note is None else cls(keep, note, ServerAccount.for_data(keep / note.place / "data"))

    @property
    def place(self) -> Path:
        """The folder with the data, the socket and, where needed, a copy of the programs."""
        return self.keep / self.note.place

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.place / "data"

    @property
    def log(self) -> Path:
        """What the server wrote since it last started."""
        return self.keep / "server.log"

    def take(self, held: ExitStack) -> bool:
        """Become the one who runs this cluster's server until the stack closes; false if somebody is.

        The kernel lets go of the lock when its holder dies, however it dies.
        """
        descriptor = open_lock(self.place / "owner.lock")
        held.callback(os.close, descriptor)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def make(self, programs: Programs, *, durable: bool) -> None:
        """Make the cluster's files, over whatever an interrupted try has left."""
        shutil.rmtree(self.data, ignore_errors=True)
        self.account.make_own_folder(self.data)
        password_file = self.place / "password"
        password_file.unlink(missing_ok=True)
        with os.fdopen(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self.note.superuser_password)
        self.account.give(password_file)
        options = initdb_options(databases.SUPERUSER, password_file, durable=durable)
        code, printed = self.account.run(programs / "initdb", "-D", self.data, *options)
        password_file.unlink()
        if code != 0:
            raise EmbeddedPostgresFailed(
                f"The database could not be made in {self.data}:\n    {printed}\n"
                "  Free some disk space or choose another CALLBOARD_HOME, then start again."
            )

    def complete(self) -> None:
        """Remember that the cluster was made to the end."""
        self.note.completed().write(_note_path(self.keep))

    def ensure_readable_by(self, programs: Programs) -> None:
        """Refuse data that another major version of PostgreSQL wrote."""
        made_by = (self.data / "PG_VERSION").read_text().strip()
        if made_by != str(programs.major):
            raise EmbeddedPostgresFailed(
                f"The database in {self.data} was made by PostgreSQL {made_by}; the programs here are "
                f"{programs.major}.\n"
                f"  Dump it with pg_dump {made_by} and load the dump, or begin with an empty CALLBOARD_HOME."
            )

    def delete(self) -> None:
        """Delete the cluster's files and all that the home keeps of it."""
        shutil.rmtree(self.place, ignore_errors=True)
        shutil.rmtree(self.keep)


def open_lock(path: Path) -> int:
    """Open a lock file that nobody else can open: whoever opens one can hold it."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def make_keep(keep: Path) -> None:
    """Make sure of the home and of the folder it keeps for the database."""
    if not keep.exists():
        keep.parent.mkdir(parents=True, exist_ok=True)
        keep.mkdir(exist_ok=True)
        keep.chmod(parent_mode())


def _note_path(keep: Path) -> Path:
    return keep / "cluster.json"

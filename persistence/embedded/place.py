"""Where a cluster lies."""

import secrets
import tempfile
from pathlib import Path

from persistence.embedded.account import ServerAccount, parent_mode
from persistence.embedded.errors import EmbeddedPostgresFailed

SHELTER = Path("/var/lib/callboard")
"""Where a cluster goes when its server's account cannot enter the home."""

_IN_HOME = "cluster"
_LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432")
_SPECIAL_TO_LIBPQ = frozenset(",'\"\\@")


def choose_place(keep: Path, account: ServerAccount, shelter: Path) -> str:
    """Make the folder of a new cluster: in the home where the account can work there, else outside it.

    No folder that exists is opened up for this: a private home stays private.
    """
    if (keep / _IN_HOME).exists():
        raise EmbeddedPostgresFailed(
            f"There is a database in {keep / _IN_HOME}, but not the note with its passwords.\n"
            f"  Put cluster.json back, or delete {keep} to begin with an empty database."
        )
    if _make_usable(keep / _IN_HOME, account):
        return _IN_HOME
    if _is_ours_alone(shelter):
        sheltered = shelter / secrets.token_hex(8)
        if _make_usable(sheltered, account):
            return str(sheltered)
    temporary = Path(tempfile.mkdtemp(prefix="callboard-"))
    if _make_usable(temporary, account):
        return str(temporary)
    raise EmbeddedPostgresFailed(
        f"The account the server runs as (uid {account.uid}) can enter none of these:\n"
        f"    {keep}\n    {shelter}\n    {temporary.parent}\n"
        "  Choose a CALLBOARD_HOME it can enter, or start as a user who is not root."
    )


def socket_folder(place: Path, account: ServerAccount) -> Path:
    """A private folder for the server's socket whose path the system and libpq can take."""
    candidate = place / "socket"
    short_enough = len(str(candidate).encode()) <= _LONGEST_SOCKET_FOLDER
    if short_enough and not _SPECIAL_TO_LIBPQ & set(str(candidate)):
        account.make_own_folder(candidate)
        return candidate
    for parent in dict.fromkeys((tempfile.gettempdir(), "/tmp", "/var/tmp")):  # noqa: S108 - mkdtemp below
        folder = Path(tempfile.mkdtemp(prefix="callboard-", dir=parent))
        account.make_own_folder(folder)
        if len(str(folder).encode()) <= _LONGEST_SOCKET_FOLDER and account.can_enter(folder):
            return folder
        folder.rmdir()
    raise EmbeddedPostgresFailed(
        f"No folder for the server's socket has a path short enough: {candidate} is too long, and so is "
        f"{tempfile.gettempdir()}.\n  Set TMPDIR to a folder with a short path."
    )


def _make_usable(place: Path, account: ServerAccount) -> bool:
    """Make a place with a folder of the account's own inside; false when that cannot be or is not reached."""
    try:
        place.mkdir(exist_ok=True)
        place.chmod(parent_mode())
        account.make_own_folder(place / "data")
    except OSError:
        return False
    if account.can_enter(place / "data"):
        return True
    (place / "data").rmdir()
    place.rmdir()
    return False


def _is_ours_alone(shelter: Path) -> bool:
    """Make the shelter if need be; false when somebody else could swap what lies in it."""
    try:
        if not shelter.exists():
            shelter.mkdir(parents=True)
            shelter.chmod(0o711)
        found = shelter.stat()
    except OSError:
        return False
    return found.st_uid == 0 and not found.st_mode & 0o022

"""What the home remembers of its cluster."""

import json
import os
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ClusterNote:
    """Where the home's cluster lies and the passwords of its roles; readable by its writer alone.

    place: the cluster's folder, relative to the note's when it lies in the home.
    complete: whether the cluster was made to the end; one that was not is made anew.
    """

    place: str
    complete: bool
    superuser_password: str
    owner_password: str
    application_password: str
    worker_password: str

    @classmethod
    def fresh(cls, place: str) -> "ClusterNote":
        """The note of a cluster about to be made, with passwords nobody can guess."""
        return cls(place, False, *(secrets.token_hex(32) for _ in range(4)))

    @classmethod
    def read(cls, path: Path) -> "ClusterNote | None":
        """The note as it was written, or nothing when the home has none."""
        try:
            text = path.read_text()
        except FileNotFoundError:
            return None
        return cls(**json.loads(text))

    def completed(self) -> "ClusterNote":
        """The same cluster, made to the end."""
        return replace(self, complete=True)

    def write(self, path: Path) -> None:
        """Store the note whole or not at all."""
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)

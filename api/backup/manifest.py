"""What a backup says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from persistence.backup.errors import BackupFailed

FORMAT = 1
"""The newest way of writing a backup that this version knows."""


class Manifest(BaseModel):
    """What is in a backup, and what it was made of.

    rows: of each table, in the instant that was backed up. checksums: SHA-256 of each member of the archive.
    missing_files: exported files that the database knows of and the store did not have.
    """

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    format: int
    application_version: str
    revision: str
    server_major: int
    made_at: datetime
    rows: Mapping[str, int]
    checksums: Mapping[str, str]
    missing_files: tuple[str, ...] = ()

    @classmethod
    def read(cls, document: bytes) -> Manifest:
        """The manifest of a backup. Raises BackupFailed."""
        try:
            found = cls.model_validate_json(document)
        except ValidationError as error:
            raise BackupFailed("this is no backup of Callboard: its manifest cannot be read") from error
        if found.format > FORMAT:
            raise BackupFailed(
                f"this backup was made by a newer Callboard ({found.application_version});"
                " restore it with that version"
            )
        return found


def application_version() -> str:
    """This Callboard's version."""
    return version("callboard")

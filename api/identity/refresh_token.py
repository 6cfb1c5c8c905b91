"""Refresh tokens: a session's id, which is no secret in itself, and 256 random bits."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from uuid import UUID

_TOKEN = re.compile(r"cbr_([0-9a-f]{32})([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A token as its bearer has it."""

    session_id: UUID
    secret: str

    @classmethod
    def new(cls, session_id: UUID) -> RefreshToken:
        """The next token of a session."""
        return cls(session_id, secrets.token_urlsafe(32))

    @classmethod
    def read(cls, text: str) -> RefreshToken | None:
        """The token; None for what is none."""
        found = _TOKEN.fullmatch(text)
        return None if found is None else cls(UUID(found[1]), found[2])

    @property
    def digest(self) -> bytes:
        """What is stored of it."""
        return hashlib.sha256(self.secret.encode()).digest()

    def __str__(self) -> str:
        """As it is handed out."""
        return f"cbr_{self.session_id.hex}{self.secret}"

"""The secret in a feed's address."""

from __future__ import annotations

import hashlib
import re
import secrets

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_PATH = re.compile(r"/feeds/[^\s?\"]+")


def new_token() -> str:
    """256 random bits, in letters that an address can have."""
    return secrets.token_urlsafe(32)


def is_token(text: str) -> bool:
    """Whether the text has a token's form."""
    return _TOKEN.fullmatch(text) is not None


def token_hash(token: str) -> bytes:
    """What is stored of a token: it is random enough that nobody finds it from this."""
    return hashlib.sha256(token.encode()).digest()


def without_tokens(text: str) -> str:
    """The text as it can be logged."""
    return _PATH.sub("/feeds/...", text)

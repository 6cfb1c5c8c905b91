"""Tokens of service accounts: opaque, looked up, and believed for a few seconds."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from api.auth.bearer import Bearer
from api.auth.recent import Recent
from domain.errors import UnauthorizedException

PREFIX = "cb_"
"""By which a token is known for what it is, also to those who look for leaked secrets."""

_TOKEN = re.compile(r"cb_[A-Za-z0-9_-]{43}")
_BELIEVED = timedelta(seconds=5)
_MOST = 10_000


def new_token() -> str:
    """256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_of(token: str) -> bytes:
    """What is stored of a token: it is random enough that nobody finds it from this."""
    return hashlib.sha256(token.encode()).digest()


class ServiceTokens:
    """Recognizes the tokens of service accounts. find: the bearer by the hash, from the database.

    A token that was good is good for five seconds more; one that was not is looked up each time.
    """

    def __init__(
        self, find: Callable[[bytes], Awaitable[Bearer | None]], now: Callable[[], datetime]
    ) -> None:
        self._find = find
        self._recent: Recent[bytes, Bearer] = Recent(_BELIEVED, _MOST, now)

    async def bearer(self, token: str) -> Bearer:
        """Whose token it is. Raises UnauthorizedException."""
        digest = hash_of(token)
        believed = self._recent.get(digest)
        if believed is not None:
            return believed
        found = await self._find(digest) if _TOKEN.fullmatch(token) else None
        if found is None:
            raise UnauthorizedException("The bearer token is not valid: it is unknown, revoked or expired")
        self._recent.put(digest, found)
        return found

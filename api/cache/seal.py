"""Entries that only this service could have written, each for its own key."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

_SIZE = sha256().digest_size


@dataclass(frozen=True, slots=True)
class Seal:
    """Closes and opens entries: whoever can write to the cache cannot say anything in our name.

    secret: the same in every process that shares a cache.
    """

    secret: bytes = field(repr=False)

    def close(self, key: str, content: bytes) -> bytes:
        """The content as it is stored under the key."""
        return self._mark(key, content) + content

    def open(self, key: str, stored: bytes) -> bytes | None:
        """The content; None for what was not closed for this key with this secret."""
        mark, content = stored[:_SIZE], stored[_SIZE:]
        return content if hmac.compare_digest(mark, self._mark(key, content)) else None

    def _mark(self, key: str, content: bytes) -> bytes:
        return hmac.digest(self.secret, key.encode() + b"\0" + content, sha256)

"""An answer with all that decides whether it may be given again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b

import orjson


@dataclass(frozen=True, slots=True)
class Fresh:
    """An answer just made.

    lapses_at: when it is no longer so, if nothing is written; None for never.
    tag: what its ETag says; None for one made of the answer.
    """

    body: bytes
    lapses_at: datetime | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A kept answer.

    revision: of what it shows, read before it was made. until: when it is to be made anew, whatever happens.
    tag: stands for the answer, its scope and revision, as an ETag does.
    """

    revision: str
    until: datetime
    tag: str
    body: bytes

    def encoded(self) -> bytes:
        """The entry as bytes."""
        head = orjson.dumps([self.revision, self.until.timestamp(), self.tag])
        return head + b"\n" + self.body

    @classmethod
    def decoded(cls, content: bytes) -> Entry | None:
        """The entry of such bytes; None for any others."""
        head, _, body = content.partition(b"\n")
        try:
            revision, until, tag = orjson.loads(head)
            return cls(str(revision), datetime.fromtimestamp(until, UTC), str(tag), body)
        except (ValueError, TypeError, OverflowError, OSError):
            return None


def tag_of(key: str, revision: str, body: bytes) -> str:
    """What an ETag says: another for another answer, revision, or viewer's scope, which is in the key."""
    digest = blake2b(key.encode() + bytes(1) + body, digest_size=12).hexdigest()
    return f"{revision}-{digest}"

"""Answers given again for as long as nothing that they show has changed (DESIGN 4.9)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.cache.entry import Entry, Fresh, tag_of
from api.cache.kind import CacheKind
from api.cache.seal import Seal
from api.cache.store import Store

LARGEST_BYTES = 4_000_000
"""A larger answer is not kept."""


@dataclass(slots=True)
class Counts:
    """How often an answer of a kind was there already, and how often it was not."""

    hits: int = 0
    misses: int = 0

    @property
    def hit_rate(self) -> float:
        """The share of hits; 0 before anybody has asked."""
        asked = self.hits + self.misses
        return self.hits / asked if asked else 0.0


class Cache:
    """Keeps answers, each with the revision of what it shows.

    To cache an answer, say of a resource's availability:

    1. In a unit of work, authorise the viewer and read the revision of all the answer shows, here
       `(RevisionKind.Resource, resource_id)`, with `persistence.revisions.revision_for`, which adds what the
       viewer is granted.
    2. After that unit of work, ask `answer(CacheKind.ResourceAvailability, key, revision, make)`. `key` names
       the rest of the question and `api.cache.scope.scope_of(viewer)`. `make` reads the answer in a unit of
       work of its own, as the viewer, and says when it lapses: a hold behind it expires, or a slot is past.
    3. Whatever writes what is shown says so: `uow.touch(resource_ids=...)`.

    The revision is as old as what `make` reads, or older: an entry is never newer in name than in content.

    now: tells the time; holds expire by it. lifetimes: how long each kind is kept at most.
    """

    def __init__(
        self,
        store: Store,
        seal: Seal,
        now: Callable[[], datetime],
        lifetimes: Mapping[CacheKind, timedelta],
    ) -> None:
        self._store = store
        self._seal = seal
        self._now = now
        self._lifetimes = lifetimes
        self.counts = {kind: Counts() for kind in CacheKind}

    async def answer(
        self, kind: CacheKind, key: str, revision: str, make: Callable[[], Awaitable[Fresh]]
    ) -> Entry:
        """The answer that is kept for the key with this revision, or a new one, which is then kept."""
        full_key = kind + key
        kept = await self._kept(full_key, revision)
        if kept is not None:
            self.counts[kind].hits += 1
            return kept
        self.counts[kind].misses += 1
        fresh = await make()
        now = self._now()
        until = now + self._lifetimes[kind]
        if fresh.lapses_at is not None:
            until = min(until, fresh.lapses_at)
        tag = fresh.tag or tag_of(full_key, revision, fresh.body)
        entry = Entry(revision, until, tag, fresh.body)
        seconds = (until - now).total_seconds()
        if seconds > 0 and len(entry.body) <= LARGEST_BYTES:
            await self._store.put(full_key, self._seal.close(full_key, entry.encoded()), seconds)
        return entry

    def hit_rates(self) -> dict[str, float]:
        """The share of hits of each kind that was asked for."""
        return {
            kind.name: counts.hit_rate for kind, counts in self.counts.items() if counts.hits + counts.misses
        }

    async def close(self) -> None:
        """Let go of the store."""
        await self._store.close()

    async def _kept(self, key: str, revision: str) -> Entry | None:
        """What is kept, if it is ours, of this revision and not over yet."""
        stored = await self._store.get(key)
        content = None if stored is None else self._seal.open(key, stored)
        entry = None if content is None else Entry.decoded(content)
        if entry is None or entry.revision != revision or entry.until <= self._now():
            return None
        return entry

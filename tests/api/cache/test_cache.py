"""What is kept, for whom, for how long, and what counts as nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from redis import Redis

from api.cache.cache import LARGEST_BYTES, Cache
from api.cache.entry import Entry, Fresh, tag_of
from api.cache.kind import CacheKind
from api.cache.seal import Seal
from api.cache.store import Store
from tests.api.conftest import StandingClock

KIND = CacheKind.ConflictList
LIFETIME = timedelta(minutes=1)


class Maker:
    """Makes answers, each another one, and counts them."""

    def __init__(self, lapses_at: datetime | None = None, size: int = 0) -> None:
        self.made = 0
        self._lapses_at = lapses_at
        self._size = size

    async def __call__(self) -> Fresh:
        self.made += 1
        return Fresh(f"answer {self.made}".encode().ljust(self._size), self._lapses_at)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(datetime.now(UTC))


@pytest.fixture(params=["mem", "redis"])
async def store(request: pytest.FixtureRequest) -> Any:
    url = "mem://" if request.param == "mem" else request.getfixturevalue("redis_url")
    store = Store(url, patience_seconds=20)
    yield store
    await store.close()


@pytest.fixture
def key(request: pytest.FixtureRequest) -> str:
    """No other test's key."""
    return f"{request.node.name}:{datetime.now(UTC).timestamp()}"


def cache_on(store: Store, clock: StandingClock, secret: bytes = b"secret") -> Cache:
    return Cache(store, Seal(secret), clock.now, dict.fromkeys(CacheKind, LIFETIME))


async def test_an_answer_is_given_again_until_its_revision_changes(
    store: Store, clock: StandingClock, key: str
) -> None:
    cache, make = cache_on(store, clock), Maker()
    first = await cache.answer(KIND, key, "1", make)
    assert await cache.answer(KIND, key, "1", make) == first
    second = await cache.answer(KIND, key, "2", make)
    assert (first.body, second.body) == (b"answer 1", b"answer 2")
    # An older revision is another one too: nothing says that what is newer may be shown.
    third = await cache.answer(KIND, key, "1", make)
    assert third.body == b"answer 3"
    counts = cache.counts[KIND]
    assert (counts.hits, counts.misses, counts.hit_rate) == (1, 3, 0.25)
    assert cache.counts[CacheKind.CalendarViews].hit_rate == 0


async def test_kinds_and_keys_are_kept_apart(store: Store, clock: StandingClock, key: str) -> None:
    cache, make = cache_on(store, clock), Maker()
    for kind, name in ((KIND, key), (CacheKind.CalendarViews, key), (KIND, key + "x")):
        await cache.answer(kind, name, "1", make)
    assert make.made == 3


async def test_an_answer_dies_with_its_lifetime(store: Store, clock: StandingClock, key: str) -> None:
    cache, make = cache_on(store, clock), Maker()
    await cache.answer(KIND, key, "1", make)
    clock.forward(LIFETIME - timedelta(microseconds=1))
    await cache.answer(KIND, key, "1", make)
    assert make.made == 1
    clock.forward(timedelta(microseconds=1))
    await cache.answer(KIND, key, "1", make)
    assert make.made == 2


async def test_an_answer_dies_with_the_hold_it_shows(store: Store, clock: StandingClock, key: str) -> None:
    cache = cache_on(store, clock)
    make = Maker(clock.now() + timedelta(seconds=10))
    await cache.answer(KIND, key, "1", make)
    clock.forward(timedelta(seconds=9))
    await cache.answer(KIND, key, "1", make)
    assert make.made == 1
    clock.forward(timedelta(seconds=1))
    await cache.answer(KIND, key, "1", make)
    # What has lapsed while it was made is not kept at all.
    await cache.answer(KIND, key, "1", make)
    assert make.made == 3


async def test_what_is_too_large_is_not_kept(store: Store, clock: StandingClock, key: str) -> None:
    cache, make = cache_on(store, clock), Maker(size=LARGEST_BYTES + 1)
    for _ in range(2):
        await cache.answer(KIND, key, "1", make)
    assert make.made == 2


async def test_a_lifetime_of_nothing_keeps_nothing(store: Store, clock: StandingClock, key: str) -> None:
    cache = Cache(store, Seal(b"secret"), clock.now, dict.fromkeys(CacheKind, timedelta(0)))
    make = Maker()
    for _ in range(2):
        await cache.answer(KIND, key, "1", make)
    assert make.made == 2


async def test_what_another_secret_sealed_counts_as_nothing(
    store: Store, clock: StandingClock, key: str
) -> None:
    make = Maker()
    await cache_on(store, clock, b"theirs").answer(KIND, key, "1", make)
    found = await cache_on(store, clock).answer(KIND, key, "1", make)
    assert found.body == b"answer 2"


async def test_whatever_lies_in_redis_instead_counts_as_nothing(
    redis_url: str, clock: StandingClock, key: str
) -> None:
    store, make = Store(redis_url, patience_seconds=20), Maker()
    cache = cache_on(store, clock)
    redis = Redis.from_url(redis_url)
    await cache.answer(KIND, key, "1", make)
    mine = redis.get(KIND + key)
    await cache.answer(KIND, key + "'s neighbour", "1", Maker())
    neighbours = redis.get(f"{KIND}{key}'s neighbour")
    assert isinstance(mine, bytes)
    assert isinstance(neighbours, bytes)
    pickled = b"cos\nsystem\n(S'echo pwned'\ntR."
    tampered = [
        b"",
        b"1",
        b"\x00",
        pickled,
        b"bytes:" + pickled,
        mine[:-1],
        mine + b"x",
        mine[:-1] + b"9",
        mine.replace(b"answer 1", b"answer 9"),
        neighbours,
        b"bytes:" + bytes(32) + b"[]\nx",
    ]
    for number, content in enumerate(tampered):
        redis.set(KIND + key, content)
        found = await cache.answer(KIND, key, "1", make)
        assert found.body == f"answer {number + 2}".encode()
    redis.delete(KIND + key)
    redis.lpush(KIND + key, "a list")
    assert (await cache.answer(KIND, key, "1", make)).body == f"answer {len(tampered) + 2}".encode()
    redis.close()
    await store.close()


async def test_memory_keeps_the_latest_used(clock: StandingClock) -> None:
    store, make = Store("mem://", entries=2), Maker()
    cache = cache_on(store, clock)
    for name in ("a", "b", "a", "c", "a", "b"):
        await cache.answer(KIND, name, "1", make)
    assert cache.counts[KIND].hits == 2
    await store.close()


def test_an_entry_is_read_back_as_it_was() -> None:
    entry = Entry("7.3", datetime(2027, 1, 1, 12, tzinfo=UTC), "7.3-abc", b'{"a":\n1}')
    assert Entry.decoded(entry.encoded()) == entry
    for content in (b"", b"\n", b"[]\n", b"[1,2]\n", b'["1","x","y"]\n', b'["1",1e300,"y"]\n', b"nonsense"):
        assert Entry.decoded(content) is None


def test_a_tag_tells_answers_keys_and_revisions_apart() -> None:
    tags = {
        tag_of(key, revision, body)
        for key in ("calendar:all", "calendar:Customer-1")
        for revision in ("1", "2")
        for body in (b"a", b"b")
    }
    assert len(tags) == 8


def test_a_secret_is_not_shown() -> None:
    assert "secret-of-ours" not in repr(Seal(b"secret-of-ours"))

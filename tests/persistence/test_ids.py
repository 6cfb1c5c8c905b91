"""Identifiers."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from persistence.ids import RandomIds, SystemClock


def test_ordered_ids_are_version_7_and_sort_as_made() -> None:
    ids = RandomIds()
    made = [ids.ordered() for _ in range(20_000)]
    assert made == sorted(set(made))
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}
    seconds = made[0].int >> 80
    assert abs(seconds / 1000 - datetime.now(UTC).timestamp()) < 60


def test_ordered_ids_are_distinct_across_threads() -> None:
    ids = RandomIds()
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: ids.ordered(), range(20_000)))
    assert len(set(made)) == 20_000


def test_scattered_ids_are_version_4() -> None:
    assert RandomIds().scattered().version == 4


def test_the_clock_is_aware() -> None:
    assert SystemClock().now().tzinfo is UTC

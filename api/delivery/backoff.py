"""When what did not arrive is tried again."""

from __future__ import annotations

import random
from datetime import timedelta

_WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400)
)
_FIRST_REST, _LONGEST_REST = timedelta(seconds=2), timedelta(minutes=10)
_JITTER = 0.2


def next_wait(attempt: int) -> timedelta | None:
    """How long a fact waits whose attempt (0: the first) failed; None when it is given up, after two days."""
    return None if attempt >= len(_WAITS) else _scattered(_WAITS[attempt])


def rest(failures: int) -> timedelta:
    """How long a receiver is left alone after it has failed so often in a row (1 for the first)."""
    return _scattered(min(_FIRST_REST * 2 ** min(failures - 1, 16), _LONGEST_REST))


def _scattered(wait: timedelta) -> timedelta:
    """A little longer, each time by another share: what failed together is not tried together."""
    return wait * (1 + random.uniform(0, _JITTER))  # noqa: S311

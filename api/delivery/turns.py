"""Whose turn it is at a webhook that has more deliveries than it takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from domain.ports import Clock

_SOONEST = timedelta(milliseconds=50)
_FORGOTTEN = 0.7
"""What an attempt's length weighs less with each that follows."""


class Turns:
    """How many deliveries a process has under way to each webhook: a slow one leaves room for the others.

    Who finds no place is told when to come back: one after the other, as fast as the webhook takes them.
    """

    def __init__(self, clock: Clock, most: int) -> None:
        self._clock = clock
        self._most = most
        self._under_way: Counter[UUID] = Counter()
        self._lengths: dict[UUID, timedelta] = {}
        self._last_turn: dict[UUID, datetime] = {}

    def later(self, webhook_id: UUID) -> datetime | None:
        """When to come back; None when there is a place now."""
        if self._under_way[webhook_id] < self._most:
            return None
        apart = max(self._lengths.get(webhook_id, timedelta()) / self._most, _SOONEST)
        turn = max(self._clock.now(), self._last_turn.get(webhook_id, self._clock.now())) + apart
        self._last_turn[webhook_id] = turn
        return turn

    @contextmanager
    def place(self, webhook_id: UUID) -> Iterator[None]:
        """One of the places, for as long as the block takes."""
        begun = self._clock.now()
        self._under_way[webhook_id] += 1
        try:
            yield
        finally:
            self._under_way[webhook_id] -= 1
            self._note(webhook_id, self._clock.now() - begun)

    def _note(self, webhook_id: UUID, length: timedelta) -> None:
        known = self._lengths.get(webhook_id, length)
        self._lengths[webhook_id] = known * _FORGOTTEN + length * (1 - _FORGOTTEN)
        if not self._under_way[webhook_id]:
            # Nobody is there: whoever comes next finds a place.
            for kept in (self._under_way, self._lengths, self._last_turn):
                kept.pop(webhook_id, None)

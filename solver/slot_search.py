"""Slots in which enough resources of several groups are free at once, by sets of starts instead of search."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from solver.ranges import Ranges

Chosen = tuple[tuple[int, ...], ...]
"""By group, the resources it takes."""


@dataclass(frozen=True, slots=True)
class Group:
    """So many of some resources, each at most once.

    candidates: indices of resources, the preferred first.
    free: by candidate, the minutes at which a slot with it may start.
    """

    candidates: tuple[int, ...]
    free: tuple[Ranges, ...]
    count: int = 1


@dataclass(frozen=True, slots=True)
class SearchWeights:
    """What makes an offer worse.

    hour_waited: each hour before the first occurrence. preference_rank: each place down a list of candidates.
    change: each resource that an occurrence has and the one before has not.
    """

    hour_waited: int = 1
    preference_rank: int = 5
    change: int = 200


@dataclass(frozen=True, slots=True)
class Offer:
    """A slot with what every occurrence takes, and what its score is made of; the lower the better.

    position: of its start among those looked at.
    """

    position: int
    chosen: tuple[Chosen, ...]
    waiting: int
    preference: int
    changes: int

    @property
    def score(self) -> int:
        return self.waiting + self.preference + self.changes

    @property
    def same_resources(self) -> bool:
        """Whether all occurrences take the same."""
        return len(set(self.chosen)) == 1


@dataclass(frozen=True)
class SlotSearch:
    """Looks at all starts at once: a set of starts is a number with a bit for each.

    starts: by position, the start minutes of its occurrences.
    since: the minute from which waiting counts.
    """

    starts: Sequence[Sequence[int]]
    groups: Sequence[Group]
    duration_minutes: int
    since: int = 0
    weights: SearchWeights = field(default_factory=SearchWeights)

    def offers(self, limit: int) -> list[Offer]:
        """The best offers, best first. Of those that overlap and take the same, only the best."""
        ranked = sorted(self._all_offers(), key=lambda one: (one.score, one.position))
        listed: list[Offer] = []
        for offer in ranked:
            if len(listed) == limit:
                break
            if not any(self._is_like(offer, other) for other in listed):
                listed.append(offer)
        return listed

    def free_counts(self) -> list[list[int]]:
        """By group and candidate, at how many positions it is free for every occurrence."""
        return [[_all(masks).bit_count() for masks in group] for group in self._masks]

    def group_counts(self) -> list[int]:
        """By group, at how many positions it is served, whatever the others are."""
        masks = self._masks
        return [self._served(group, one).bit_count() for group, one in zip(self.groups, masks, strict=True)]

    def always(self, ranges: Ranges) -> int:
        """The positions at which every occurrence starts in some range."""
        return _all([grid.within(ranges) for grid in self._grids], self._every)

    def _all_offers(self) -> Iterator[Offer]:
        masks = self._masks
        served = _all([self._served(*pair) for pair in zip(self.groups, masks, strict=True)], self._every)
        for position in _bits(served):
            chosen = self._choose(masks, position)
            if chosen is not None:
                yield self._offer(position, chosen)

    @property
    def _every(self) -> int:
        return (1 << len(self.starts)) - 1

    @cached_property
    def _masks(self) -> list[list[list[int]]]:
        """By group, candidate and occurrence, the positions at which it is free."""
        return [[[grid.within(free) for grid in self._grids] for free in group.free] for group in self.groups]

    @cached_property
    def _grids(self) -> list[_Grid]:
        occurrences = range(len(self.starts[0]) if self.starts else 0)
        return [_Grid([one[number] for one in self.starts]) for number in occurrences]

    def _served(self, group: Group, masks: list[list[int]]) -> int:
        """The positions at which each occurrence finds enough of the group, not always the same."""
        by_occurrence = zip(*masks, strict=True)
        return _all([_at_least(list(some), group.count, self._every) for some in by_occurrence], self._every)

    def _choose(self, masks: list[list[list[int]]], position: int) -> tuple[Chosen, ...] | None:
        """What to take: the same for all occurrences where that can be, else what changes least."""
        bit = 1 << position
        always = [[all(mask & bit for mask in one) for one in group] for group in masks]
        same = self._match(always, frozenset())
        occurrences = len(self.starts[0])
        if same is not None:
            return (same,) * occurrences
        chosen: list[Chosen] = []
        kept: frozenset[int] = frozenset()
        for number in range(occurrences):
            now = [[bool(one[number] & bit) for one in group] for group in masks]
            some = self._match(now, kept)
            if some is None:
                return None
            chosen.append(some)
            kept = frozenset(resource for group in some for resource in group)
        return tuple(chosen)

    def _match(self, free: list[list[bool]], preferred: frozenset[int]) -> Chosen | None:
        """Resources for every group, each used once: augmenting paths, in order of preference."""
        taken: dict[int, int] = {}
        wanted = [
            sorted(
                (one for one, is_free in zip(group.candidates, some, strict=True) if is_free),
                key=lambda one: one not in preferred,
            )
            for group, some in zip(self.groups, free, strict=True)
        ]
        for number, group in enumerate(self.groups):
            for _ in range(group.count):
                if not _augment(number, wanted, taken, set()):
                    return None
        return tuple(
            tuple(one for one in group.candidates if taken.get(one) == number)
            for number, group in enumerate(self.groups)
        )

    def _offer(self, position: int, chosen: tuple[Chosen, ...]) -> Offer:
        ranks = sum(
            group.candidates.index(one)
            for some in chosen
            for group, taken in zip(self.groups, some, strict=True)
            for one in taken
        )
        flat = [frozenset(one for group in some for one in group) for some in chosen]
        changes = sum(len(later - earlier) for earlier, later in pairwise(flat))
        weights = self.weights
        hours = max(0, self.starts[position][0] - self.since) // 60
        return Offer(
            position,
            chosen,
            waiting=hours * weights.hour_waited,
            preference=ranks * weights.preference_rank,
            changes=changes * weights.change,
        )

    def _is_like(self, one: Offer, other: Offer) -> bool:
        apart = abs(self.starts[one.position][0] - self.starts[other.position][0])
        return one.chosen == other.chosen and apart < self.duration_minutes


class _Grid:
    """The starts of one occurrence, found by time; where clocks change they are not in order of position."""

    def __init__(self, starts: list[int]) -> None:
        ordered = sorted(range(len(starts)), key=starts.__getitem__)
        self._minutes = [starts[position] for position in ordered]
        self._positions = None if ordered == list(range(len(starts))) else ordered

    def within(self, ranges: Ranges) -> int:
        """The positions whose start some range holds."""
        mask = 0
        for low, high in ranges:
            first, last = bisect_left(self._minutes, low), bisect_left(self._minutes, high)
            if self._positions is None:
                mask |= ((1 << (last - first)) - 1) << first
            else:
                for position in self._positions[first:last]:
                    mask |= 1 << position
        return mask


def _at_least(masks: list[int], count: int, every: int) -> int:
    """The positions that at least `count` of the sets hold."""
    held = [every] + [0] * count
    for mask in masks:
        for number in range(count, 0, -1):
            held[number] |= held[number - 1] & mask
    return held[count]


def _all(masks: Sequence[int], every: int = -1) -> int:
    found = every
    for mask in masks:
        found &= mask
    return found if masks or every >= 0 else 0


def _bits(mask: int) -> Iterator[int]:
    return (position for position, digit in enumerate(reversed(f"{mask:b}")) if digit == "1")


def _augment(group: int, wanted: list[list[int]], taken: dict[int, int], seen: set[int]) -> bool:
    """Take one more resource for a group, others giving way where they can have another."""
    for resource in wanted[group]:
        if taken.get(resource) == group or resource in seen:
            continue
        seen.add(resource)
        if resource not in taken or _augment(taken[resource], wanted, taken, seen):
            taken[resource] = group
            return True
    return False

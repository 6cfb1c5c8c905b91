"""Looks for slots in a snapshot: the search's indices become resources and instants again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from uuid import UUID

from domain.entities import Resource
from domain.schedule import ScheduleSnapshot
from domain.time_slot import TimeSlot
from solver.occupancy import Occupancy, open_starts, taken_starts
from solver.ranges import Ranges, difference
from solver.slot_query import SlotQuery, WantedGroup
from solver.slot_search import Chosen, Group, Offer, SlotSearch
from solver.translate import translate


@dataclass(frozen=True, slots=True)
class FoundOccurrence:
    """One occurrence of a slot, and by group the resources it takes."""

    slot: TimeSlot
    groups: tuple[tuple[UUID, ...], ...]


@dataclass(frozen=True, slots=True)
class FoundSlot:
    """A slot in which all that is wanted is free; the lower its score, the better.

    terms: what the score is made of, by name.
    """

    occurrences: tuple[FoundOccurrence, ...]
    same_resources: bool
    score: int
    terms: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class CandidateReport:
    """How often a candidate is free, of the starts looked at, and how often what keeps it from being so."""

    resource_id: UUID
    free: int
    closed: int
    taken: int


@dataclass(frozen=True, slots=True)
class GroupReport:
    """How often a group is served, whatever the others are."""

    free: int
    candidates: tuple[CandidateReport, ...]


class SlotFinder:
    """One question put to one snapshot, which must hold what is taken of every candidate."""

    def __init__(self, snapshot: ScheduleSnapshot, query: SlotQuery) -> None:
        self.query = query
        self.starts = query.grid.starts(snapshot.now)
        self._translation = translate(snapshot)
        self._clock = self._translation.clock
        self._minutes = [[self._clock.floor(one) for one in some] for some in self.starts]
        self._occupancy = Occupancy(self._translation.problem, frozenset())
        self._index = {
            key: index for index, key in enumerate(self._translation.resource_ids) if key is not None
        }
        self._open_positions: dict[int, int] = {}
        self._length = self._clock.ceiling(self._clock.origin + query.grid.duration)

    def find(self, limit: int) -> list[FoundSlot]:
        """The best slots, best first."""
        return [self._found(offer) for offer in self._search.offers(limit)]

    def reports(self) -> tuple[GroupReport, ...]:
        """For each group, what keeps it from being served."""
        search, wanted = self._search, self.query.groups
        counts = zip(wanted, search.group_counts(), search.free_counts(), strict=False)
        return tuple(
            GroupReport(
                free,
                tuple(self._candidate(key, one) for key, one in zip(group.resource_ids, some, strict=True)),
            )
            for group, free, some in counts
        )

    def claimed(self, resource: Resource, slot: TimeSlot) -> TimeSlot:
        """What a slot takes of a resource, with the buffer around it."""
        buffer = timedelta(minutes=self.query.buffer_minutes)
        return resource.claimed_range(slot).widened(buffer, buffer)

    def is_open(self, resource_id: UUID, position: int) -> bool:
        """Whether closures and hours let every occurrence at a start have the resource."""
        index = self._index[resource_id]
        if index not in self._open_positions:
            self._open_positions[index] = self._search.always(self._open(index))
        return bool(self._open_positions[index] >> position & 1)

    @cached_property
    def _search(self) -> SlotSearch:
        groups = [self._group(one) for one in self.query.groups]
        limit = self._calendar_group()
        return SlotSearch(
            self._minutes,
            groups if limit is None else [*groups, limit],
            self._length,
            since=self._clock.floor(
                max(self.query.grid.window.start_date_time, self._translation.snapshot.now)
            ),
        )

    def _group(self, wanted: WantedGroup) -> Group:
        candidates = tuple(self._index[one] for one in wanted.resource_ids)
        return Group(candidates, tuple(self._free(one, wanted.quantity) for one in candidates), wanted.count)

    def _calendar_group(self) -> Group | None:
        """The calendar's own limit, as a group of the one thing that it is."""
        if self.query.calendar_id is None or self.query.calendar_id not in self._translation.calendar_ids:
            return None
        index = self._translation.calendar_ids.index(self.query.calendar_id)
        return Group((index,), (self._free(index, 1),))

    def _free(self, index: int, quantity: int) -> Ranges:
        return difference(self._open(index), self._taken(index, quantity))

    def _open(self, index: int) -> Ranges:
        return open_starts(self._translation.problem.resources[index], self._all, self._length)

    def _taken(self, index: int, quantity: int) -> Ranges:
        held = self._translation.problem.resources[index]
        taken = self._occupancy.blocked(index, quantity)
        return taken_starts(held, taken, self._length, self.query.buffer_minutes)

    @cached_property
    def _all(self) -> Ranges:
        minutes = [minute for some in self._minutes for minute in some]
        return ((min(minutes), max(minutes) + 1),) if minutes else ()

    def _candidate(self, key: UUID, free: int) -> CandidateReport:
        opened = self._search.always(self._open(self._index[key]))
        closed = len(self.starts) - opened.bit_count()
        return CandidateReport(key, free, closed, len(self.starts) - closed - free)

    def _found(self, offer: Offer) -> FoundSlot:
        starts = self.starts[offer.position]
        return FoundSlot(
            tuple(
                FoundOccurrence(TimeSlot(start, start + self.query.grid.duration), self._named(some))
                for start, some in zip(starts, offer.chosen, strict=True)
            ),
            offer.same_resources,
            offer.score,
            (("waiting", offer.waiting), ("preference", offer.preference), ("changes", offer.changes)),
        )

    def _named(self, chosen: Chosen) -> tuple[tuple[UUID, ...], ...]:
        ids = self._translation.resource_ids
        groups = chosen[: len(self.query.groups)]
        return tuple(tuple(key for one in some if (key := ids[one]) is not None) for some in groups)

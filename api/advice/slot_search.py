"""Finds slots for several resources at once and, where there is none, what to move for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.advice.few_threads import FewThreads
from api.advice.service import AdviceService
from api.advice.wanted import CalendarPlace, Wanted, place_on, resolve
from api.booking.access import UNKNOWN_EVENT
from domain.advice import StoredSuggestion
from domain.entities import Resource
from domain.enums import Role
from domain.errors import FieldException
from domain.policy import Policy
from domain.schedule import FixedUses, ScheduleSnapshot, SnapshotBooking
from domain.slot_grid import SlotGrid
from domain.time_slot import TimeSlot
from domain.viewer import Viewer
from persistence.database import Database
from persistence.readers.availability import Premises, Taker, read_premises, read_taken, read_takers
from persistence.readers.events import sees_event
from persistence.unit_of_work import UnitOfWork
from solver.clock import Clock
from solver.moving_terms import MovingTerms
from solver.slot_finder import FoundOccurrence, FoundSlot, GroupReport, SlotFinder
from solver.slot_query import SlotQuery
from solver.touch_cost import touch_cost
from solver.unlock import InTheWay, Unlock, UnlockFinder

LONGEST_BUFFER = timedelta(days=8)
"""Longer than any setup or teardown, which may reach into the window from without."""

MAXIMUM_TRIES = 3
"""How many of the cheapest slots are tried to be freed."""

MAXIMUM_LOOKS = 1_000_000
"""How many times a search looks whether a resource is free, which takes a second or so."""

LOOKS_OF_A_START = 10
"""What an occurrence of a start costs besides, in looks."""

PATIENCE_SECONDS = 5.0
"""How long a search waits for those before it; then it is shed."""

_ROUND_STEP_MINUTES = 30

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class UnlockedSlot:
    """A slot that is free once a suggestion has been applied."""

    occurrences: tuple[FoundOccurrence, ...]
    suggestion: StoredSuggestion


@dataclass(frozen=True, slots=True)
class SlotSearchAnswer:
    """The best slots; where there are none, what keeps each group from being served, and what to move.

    shown_groups: how many of the groups were asked for; one that the calendar adds comes after them.
    """

    query: SlotQuery
    premises: Premises
    slots: tuple[FoundSlot, ...]
    shown_groups: int
    starts_looked_at: int
    reports: tuple[GroupReport, ...] = ()
    unlocks: tuple[UnlockedSlot, ...] = ()

    def place(self, occurrence: FoundOccurrence) -> CalendarPlace | None:
        """The calendar to book it on."""
        return place_on(self.premises, self.query, occurrence)


class SlotSearchService:
    """Answers compound searches. Nothing is looked for inside an open transaction."""

    def __init__(self, database: Database, policy: Policy, advice: AdviceService, *, threads: int) -> None:
        self._threads = FewThreads(threads, PATIENCE_SECONDS, "slot-search")
        self._database = database
        self._policy = policy
        self._advice = advice

    async def search(self, wanted: Wanted, limit: int, viewer: Viewer) -> SlotSearchAnswer:
        """The best slots for all groups at once.

        Raises FieldException for what is unknown, hidden or too much to look at, ForbiddenException for
        what may not be booked, ThreadsBusy.
        """
        async with self._database.unit_of_work(viewer) as uow:
            during = wanted.grid.window.widened(LONGEST_BUFFER, LONGEST_BUFFER)
            premises = await read_premises(uow, during)
            query = resolve(premises, wanted, self._policy)
            ensure_bounded(query)
            if wanted.event_id is not None and not await sees_event(uow, wanted.event_id):
                raise FieldException("eventId", UNKNOWN_EVENT)
            snapshot = await self._snapshot(uow, premises, query, during)
        query = replace(query, grid=_bookable(query, snapshot, viewer, self._policy))
        shown = len(wanted.groups)

        def look() -> tuple[SlotFinder, list[FoundSlot], tuple[GroupReport, ...]]:
            finder = SlotFinder(snapshot, query)
            found = finder.find(limit)
            return finder, found, () if found else finder.reports()[:shown]

        finder, found, reports = await self._threads.run(look)
        answer = SlotSearchAnswer(query, premises, tuple(found), shown, len(finder.starts), reports)
        if found or not viewer.sees_all:
            return answer
        return replace(answer, unlocks=await self._unlocks(finder, premises, snapshot, viewer))

    def close(self) -> None:
        """Let running searches end and take no new ones."""
        self._threads.close()

    async def _snapshot(
        self, uow: UnitOfWork, premises: Premises, query: SlotQuery, during: TimeSlot
    ) -> ScheduleSnapshot:
        resource_ids = {key for group in query.groups for key in group.resource_ids}
        calendar_ids = () if query.calendar_id is None else (query.calendar_id,)
        limited = [key for key in calendar_ids if premises.calendars[key].limits_concurrency]
        return await read_taken(uow, premises, during, resource_ids, limited)

    async def _unlocks(
        self, finder: SlotFinder, premises: Premises, snapshot: ScheduleSnapshot, viewer: Viewer
    ) -> tuple[UnlockedSlot, ...]:
        """The slot that is cheapest to free, with a checked way to do so that one call applies."""
        resources = {one.resource_id: one for one in snapshot.resources}
        async with self._database.unit_of_work(viewer) as uow:
            takers = await read_takers(uow, resources, snapshot.horizon)

        def price() -> list[Unlock]:
            in_the_way = _in_the_way(takers, snapshot.now, self._advice.terms)
            return UnlockFinder(finder, resources, in_the_way).find(MAXIMUM_TRIES)

        cheapest = await self._threads.run(price)
        for unlock in cheapest:
            room = _room(unlock, finder, premises.resources)
            span = TimeSlot(
                unlock.occurrences[0].slot.start_date_time, unlock.occurrences[-1].slot.end_date_time
            )
            advice = await self._advice.for_room(unlock.booking_ids, room, span, viewer)
            if advice.suggestions:
                return (UnlockedSlot(unlock.occurrences, advice.suggestions[0]),)
        return ()


def ensure_bounded(query: SlotQuery) -> None:
    """Refuse what would take too long; a group is looked through once for each resource that it takes."""
    a_time = LOOKS_OF_A_START + sum(len(group.resource_ids) * group.count for group in query.groups)
    looks = query.grid.most_positions * query.grid.count * a_time
    if looks <= MAXIMUM_LOOKS:
        return
    step = query.grid.step_minutes
    if looks * step <= MAXIMUM_LOOKS * _ROUND_STEP_MINUTES:
        raise FieldException("stepMinutes", "These are too many starts to look at; take longer steps")
    raise FieldException(
        "window.to", "This is too much to look at; take a shorter window, longer steps or fewer resources"
    )


def _bookable(query: SlotQuery, snapshot: ScheduleSnapshot, viewer: Viewer, policy: Policy) -> SlotGrid:
    """The grid, no further ahead than the viewer may book."""
    grid = query.grid
    if viewer.role is not Role.Customer:
        return grid
    last = snapshot.now + timedelta(days=policy.customer_days_ahead)
    start = min(grid.window.start_date_time, last)
    return replace(grid, window=TimeSlot(start, min(grid.window.end_date_time, last)))


def _in_the_way(
    takers: Sequence[Taker], now: datetime, terms: MovingTerms
) -> Mapping[UUID, Sequence[InTheWay]]:
    """What is taken, by resource, each booking with the price of touching it."""
    found: defaultdict[UUID, list[InTheWay]] = defaultdict(list)
    for taker in takers:
        cost = _cost(taker, now, terms)
        found[taker.resource_id].append(
            InTheWay(taker.scheduled_event_id, taker.during, taker.quantity, cost)
        )
    return found


def _cost(taker: Taker, now: datetime, terms: MovingTerms) -> int | None:
    """The price of touching a booking; None for one that stays, as when the solver translates it."""
    booking = SnapshotBooking(
        scheduled_event_id=taker.scheduled_event_id,
        calendar_id=taker.scheduled_event_id,
        slot=taker.slot,
        status=taker.status,
        claims=(),
        created_at=now,
        attendees=taker.attendees,
    )
    notice = int((taker.slot.start_date_time - now).total_seconds() // 60)
    if notice < terms.notice_minutes or not terms.admits(taker.status):
        return None
    return touch_cost(booking, notice, terms.weights, is_request=False)


def _room(unlock: Unlock, finder: SlotFinder, resources: Mapping[UUID, Resource]) -> list[FixedUses]:
    """What the slot would take, for the solver to keep the moved bookings out of."""
    clock = Clock(_EPOCH)
    uses: defaultdict[UUID, list[tuple[int, int, int, bool]]] = defaultdict(list)
    for occurrence in unlock.occurrences:
        for group, some in zip(finder.query.groups, occurrence.groups, strict=True):
            for key in some:
                low, high = clock.outward(finder.claimed(resources[key], occurrence.slot))
                uses[key].append((low, high, group.quantity, True))
    return [FixedUses(key, None, tuple(some)) for key, some in uses.items()]

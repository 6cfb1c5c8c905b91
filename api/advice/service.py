"""Finds fixes for refused bookings and for conflicts. No solve runs inside an open transaction."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

from api.advice.moves import as_move, stays
from api.advice.request import as_booking
from api.advice.series import as_stored, clashing_dates, leaves_any
from api.booking.access import may_move
from api.telemetry.meters import Meters, timed
from domain.advice import StoredSuggestion
from domain.entities import ScheduledEvent
from domain.enums import Role, ScheduleStatus
from domain.errors import ConflictException, SeriesConflictException
from domain.policy import Policy
from domain.proposal import Proposal
from domain.schedule import FixedUses, ScheduleSnapshot
from domain.series import SeriesRequest
from domain.suggestion import Suggestion
from domain.time_slot import TimeSlot
from domain.viewer import Viewer
from persistence.database import Database
from persistence.readers.clashes import find_clash
from persistence.readers.snapshot import read_snapshot
from persistence.readers.suggestions import as_seen
from persistence.repositories import events
from persistence.repositories.bookings import find_booking
from persistence.repositories.suggestions import save_suggestions
from persistence.unit_of_work import UnitOfWork
from solver.advisor import advise_on_conflict, advise_on_request
from solver.limits import Limits
from solver.moving_terms import MovingTerms
from solver.room import advise_on_room
from solver.series_advisor import SeriesFix, advise_on_series

MAXIMUM_SUGGESTIONS = 5
T = TypeVar("T")

ROOM_PATIENCE = 4
"""Making room moves several bookings, and is waited for so many times as long as a fix for one."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What can be suggested. shed: there was no time to look; asking again later may find something."""

    suggestions: tuple[StoredSuggestion, ...] = ()
    shed: bool = False


class AdviceService:
    """Answers clashes with checked fixes, on a few threads and a budget of time.

    solve_seconds: what a caller waits at most; past it, or with every thread taken, the answer is shed.
    horizon_days: how far around the wanted time places are looked for, half of it on either side.
    """

    def __init__(
        self,
        database: Database,
        policy: Policy,
        *,
        threads: int,
        solve_seconds: float,
        horizon_days: int,
        meters: Meters,
    ) -> None:
        self._database = database
        self._meters = meters
        self._policy = policy
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="solver")
        self._free = threads
        self._solve_seconds = solve_seconds
        self._reach = timedelta(days=horizon_days) / 2
        self._terms = MovingTerms(notice_minutes=int(policy.approval_notice.total_seconds() // 60))

    async def for_refusal(self, refusal: ConflictException, viewer: Viewer) -> Advice:
        """Ways to fit in a booking that was refused; a Manager may also move what is in its way."""
        if isinstance(refusal, SeriesConflictException):
            return await self._for_series(refusal, viewer)
        proposal = refusal.proposal
        async with self._database.unit_of_work(viewer) as uow:
            horizon = self._horizon(uow, proposal.slot, moves_booking=not proposal.is_new)
            snapshot = await read_snapshot(
                uow, horizon, [clash.rival_id for clash in refusal.clashes], proposal
            )
            event = await events.get(uow, proposal.event_id)
            today = None if proposal.is_new else await find_booking(uow, proposal.scheduled_event_id)
        if not viewer.sees_all:
            snapshot = _with_rivals_fixed(snapshot)
        request = as_booking(snapshot, proposal, event)

        def solve(limits: Limits) -> tuple[Suggestion, ...]:
            return advise_on_request(
                snapshot,
                request,
                request_is_booked=today is not None,
                terms=self._terms,
                count=MAXIMUM_SUGGESTIONS,
                limits=limits,
            )

        solved = await self._solve(solve)
        if solved is None:
            return Advice(shed=True)
        if today is None:
            return await self._keep(viewer, snapshot, solved, request=proposal)
        # Its own place looks free without it; to stay there is no fix.
        moves = [move for one in solved if not stays(move := as_move(one, today, request))]
        return await self._keep(viewer, snapshot, moves, moved=today)

    async def _for_series(self, refusal: SeriesConflictException, viewer: Viewer) -> Advice:
        """Ways to book a series all the same, with its clashing dates moved or left out."""
        asked = refusal.asked_series
        if asked is None:
            return Advice()
        if self._free == 0:
            return Advice(shed=True)
        async with self._database.unit_of_work(viewer) as uow:
            event = await events.get(uow, asked.request.event_id)
            dates = await clashing_dates(uow, refusal, asked, event, partial(self._horizon, uow))

        def solve(limits: Limits) -> tuple[SeriesFix, ...]:
            return advise_on_series(dates, may_skip=leaves_any(refusal), terms=self._terms, limits=limits)

        solved = await self._solve(solve)
        if solved is None:
            return Advice(shed=True)
        fixes = [as_stored(refusal, asked, one) for one in solved]
        async with self._database.unit_of_work(viewer) as uow:
            kept = [self._stored(uow, one, series=series) for one, series in fixes]
            await save_suggestions(uow, kept)
            return Advice(tuple(await as_seen(uow, kept)))

    async def for_blocked(self, scheduled_event_id: UUID, viewer: Viewer) -> Advice:
        """Ways to move a booking from where a closed resource strands it, if the viewer may move it.

        Raises NotFoundException.
        """
        async with self._database.unit_of_work(viewer) as uow:
            today = await find_booking(uow, scheduled_event_id)
            lives = today.status_at(uow.now) is not ScheduleStatus.Cancelled
            if not (today.is_blocked and lives and await may_move(uow, today, self._policy)):
                return Advice()
            horizon = self._horizon(uow, today.slot, moves_booking=True)
            snapshot = await read_snapshot(uow, horizon, [], Proposal.of(today))
            event = await events.get(uow, today.event_id)
        request = as_booking(snapshot, Proposal.of(today), event)

        def solve(limits: Limits) -> tuple[Suggestion, ...]:
            return advise_on_request(
                snapshot,
                request,
                request_is_booked=True,
                terms=self._terms,
                count=MAXIMUM_SUGGESTIONS,
                limits=limits,
            )

        solved = await self._solve(solve)
        if solved is None:
            return Advice(shed=True)
        return await self._keep(
            viewer, snapshot, [as_move(one, today, request) for one in solved], moved=today
        )

    async def for_conflict(self, schedule_conflict_id: UUID, viewer: Viewer) -> Advice:
        """Ways to end a conflict by moving one of its bookings, of those the viewer may move."""
        async with self._database.unit_of_work(viewer) as uow:
            found = await find_clash(uow, schedule_conflict_id)
            if found is None:
                return Advice()
            clash, slot = found
            pair = (clash.scheduled_event_id, clash.conflicting_event_id)
            snapshot = await read_snapshot(uow, self._horizon(uow, slot), pair)
        if not any(booking.movable for booking in snapshot.bookings):
            return Advice()

        def solve(limits: Limits) -> tuple[Suggestion, ...]:
            return advise_on_conflict(
                snapshot, clash, terms=self._terms, count=MAXIMUM_SUGGESTIONS, limits=limits
            )

        solved = await self._solve(solve)
        if solved is None:
            return Advice(shed=True)
        return await self._keep(viewer, snapshot, solved, schedule_conflict_id=schedule_conflict_id)

    async def for_room(
        self, bookings: Sequence[UUID], room: Sequence[FixedUses], span: TimeSlot, viewer: Viewer
    ) -> Advice:
        """The best way to move some bookings together out of what is wanted; for managers.

        room: what is wanted. span: from its first start to its last end.
        """
        async with self._database.unit_of_work(viewer) as uow:
            snapshot = await read_snapshot(uow, self._horizon(uow, span), bookings)

        def solve(limits: Limits) -> tuple[Suggestion, ...]:
            return advise_on_room(snapshot, bookings, room, terms=self._terms, limits=limits)

        solved = await self._solve(solve, patience=ROOM_PATIENCE)
        if solved is None:
            return Advice(shed=True)
        return await self._keep(viewer, snapshot, solved)

    @property
    def terms(self) -> MovingTerms:
        """On what terms bookings are moved."""
        return self._terms

    def close(self) -> None:
        """Let running solves end and take no new ones."""
        self._threads.shutdown(cancel_futures=True)

    def _horizon(self, uow: UnitOfWork, slot: TimeSlot, *, moves_booking: bool = False) -> TimeSlot:
        """Where bookings may go: around the slot, not in the past, no further than the viewer may book.

        moves_booking: only a manager moves one to a start within the notice (SCH-005).
        """
        notice = self._policy.approval_notice if moves_booking and not uow.viewer.sees_all else timedelta(0)
        start = max(slot.start_date_time - self._reach, uow.now + notice)
        end = max(slot.end_date_time + self._reach, start + self._reach)
        if uow.viewer.role is Role.Customer:
            end = min(end, uow.now + timedelta(days=self._policy.customer_days_ahead))
        return TimeSlot(start, max(end, start + timedelta(days=1)))

    async def _solve(
        self, solve: Callable[[Limits], tuple[T, ...]], *, patience: int = 1
    ) -> tuple[T, ...] | None:
        """Run a solve on a free thread; None when there is none, or when it takes too long.

        patience: how many times the usual the caller waits.
        """
        if self._free == 0:
            self._meters.count_shed()
            return None
        self._free -= 1
        limits = Limits(wall_seconds=self._solve_seconds)
        running = asyncio.get_running_loop().run_in_executor(self._threads, solve, limits)
        running.add_done_callback(self._thread_is_free)
        try:
            with timed(self._meters.solves):
                return await asyncio.wait_for(asyncio.shield(running), patience * self._solve_seconds)
        except TimeoutError:
            self._meters.count_shed()
            return None

    def _thread_is_free(self, _solved: object) -> None:
        self._free += 1

    async def _keep(
        self,
        viewer: Viewer,
        snapshot: ScheduleSnapshot,
        solved: Sequence[Suggestion],
        *,
        request: Proposal | None = None,
        moved: ScheduledEvent | None = None,
        schedule_conflict_id: UUID | None = None,
    ) -> Advice:
        """Store the suggestions for their requester, with the versions of all they move."""
        versions = {one.scheduled_event_id: one.version for one in snapshot.bookings}
        if moved is not None:
            versions[moved.scheduled_event_id] = moved.version
        async with self._database.unit_of_work(viewer) as uow:
            kept = [
                replace(
                    self._stored(uow, one, request=request),
                    versions={
                        change.scheduled_event_id: versions[change.scheduled_event_id]
                        for change in one.changes
                        if change.scheduled_event_id is not None
                    },
                    schedule_conflict_id=schedule_conflict_id,
                )
                for one in solved
            ]
            await save_suggestions(uow, kept)
            return Advice(tuple(await as_seen(uow, kept)))

    def _stored(
        self,
        uow: UnitOfWork,
        suggestion: Suggestion,
        *,
        request: Proposal | None = None,
        series: SeriesRequest | None = None,
    ) -> StoredSuggestion:
        self._meters.count_suggestion(suggestion)
        return StoredSuggestion(
            suggestion_id=uow.ids.ordered(),
            requester_id=uow.viewer.user_id,
            suggestion=suggestion,
            versions={},
            created_at=uow.now,
            expires_at=uow.now + self._policy.suggestion_lifetime,
            request=request,
            series=series,
        )


def _with_rivals_fixed(snapshot: ScheduleSnapshot) -> ScheduleSnapshot:
    """The snapshot in which no booking moves: displacing others is for managers."""
    return replace(snapshot, bookings=tuple(replace(one, movable=False) for one in snapshot.bookings))

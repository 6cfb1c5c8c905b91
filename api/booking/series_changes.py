"""Changing what lies ahead of a series: all of its dates or none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from api.booking.access import ensure_may_change, with_hidden_claims
from api.booking.place import record_move, record_removed, record_scheduled
from api.booking.series import booking_of, ensure_may_place_all, question_of, record_decision
from api.booking.series_plan import SeriesPlan, Step, is_live, touched_series
from domain.booking import Picture
from domain.entities import ScheduledEvent
from domain.enums import Role, ScheduleStatus
from domain.errors import ForbiddenException
from domain.policy import Policy
from domain.proposal import Proposal
from domain.rules.scheduling import ensure_change_allowed, ensure_maximum_duration, ensure_not_in_past
from domain.series import Series, version_of
from domain.series_booking import SeriesDecision, decide_series
from domain.series_change import Cut, cut
from domain.versions import ensure_version
from persistence.booking_store import look
from persistence.documents import series_document
from persistence.repositories.bookings import versions_of
from persistence.repositories.series import (
    cancel_bookings,
    ensure_all_seen,
    insert_bookings,
    insert_series,
    lock_series,
    occurrences_of,
    replace_bookings,
    update_bookings,
    update_series,
)
from persistence.unit_of_work import TransactionLost, UnitOfWork


async def lock_whole(
    uow: UnitOfWork,
    series_id: UUID,
    *,
    named: ScheduledEvent | None = None,
    expected_version: int | None = None,
) -> tuple[Series, list[ScheduledEvent]]:
    """Lock a series and read it with its occurrences; its version counts every change of any of them.

    named: the occurrence that led to the series; it was read before, and may have changed or left since.
    Raises NotFoundException, StaleVersion, and ForbiddenException when an occurrence is hidden.
    """
    series = await lock_series(uow, series_id)
    occurrences = await occurrences_of(uow, series_id)
    await ensure_all_seen(uow, series_id, len(occurrences))
    series = replace(series, version=version_of(series.version, (one.version for one in occurrences)))
    ensure_version(series.version, expected_version)
    if named is not None and named not in occurrences:
        raise TransactionLost("the occurrence changed while we waited for its series")
    return series, occurrences


async def lock_part(
    uow: UnitOfWork,
    series_id: UUID,
    policy: Policy,
    *,
    since: datetime | None = None,
    named: ScheduledEvent | None = None,
    expected_version: int | None = None,
) -> Cut:
    """Lock a series whose rule is to change, and cut it where the change begins.

    since: an original start (naive) before which nothing changes.
    Raises NotFoundException, ForbiddenException, StaleVersion, and StateConflict when nothing lies ahead.
    """
    if uow.viewer.role is Role.Customer:
        raise ForbiddenException("Customers change single dates; ask the staff to change the series")
    series, occurrences = await lock_whole(uow, series_id, named=named, expected_version=expected_version)
    # Rules can take their time: others are answered meanwhile.
    return await asyncio.to_thread(cut, series, occurrences, uow.now, policy.maximum_occurrences, since)


async def carry_out(uow: UnitOfWork, plan: SeriesPlan, policy: Policy) -> Series:
    """Make all of a plan's steps, judged together like new bookings wherever their places change."""
    current = [one for one in plan.today if is_live(one, uow.now)]
    proposals = [one.wanted for one in plan.steps if one.wanted is not None]
    picture = await look(uow, question_of(plan.series.event_id, proposals, current))
    await _ensure_unchanged(uow, plan)
    _ensure_may_change(uow, plan, picture, current, policy)
    if proposals:
        steps = tuple(_with_hidden(picture, one) for one in plan.steps)
        changed = [(one.wanted, one.today) for one in steps if one.wanted is not None and one.is_change]
        owner_id = await ensure_may_place_all(uow, picture, changed, policy)
        plan = replace(plan, steps=steps, series=replace(plan.series, owner_id=owner_id))
        proposals = [one.wanted for one in steps if one.wanted is not None]
    if plan.guard is not None:
        await plan.guard(uow)
    decision = decide_series(picture, current, proposals, policy)
    await _store_series(uow, plan)
    stored = await _store_bookings(uow, plan, decision)
    await record_decision(uow, stored, decision, plan.method)
    await _note(uow, plan)
    return plan.series


async def _note(uow: UnitOfWork, plan: SeriesPlan) -> None:
    """The series as it was and as it is now, with all its occurrences, in the audit log."""
    key = plan.series.series_id
    occurrences = await occurrences_of(uow, key)
    version = version_of(plan.series.version, (one.version for one in occurrences))
    after = series_document(replace(plan.series, version=version), occurrences)
    if plan.reason:
        after["reason"] = plan.reason
    uow.audit(plan.action, key, before=series_document(plan.before, plan.today), after=after)


async def _ensure_unchanged(uow: UnitOfWork, plan: SeriesPlan) -> None:
    """The occurrences were read before their locks were held."""
    known = {one.scheduled_event_id: one.version for one in plan.today}
    if await versions_of(uow, sorted(known)) != known:
        raise TransactionLost("an occurrence changed while we waited for its locks")


def _ensure_may_change(
    uow: UnitOfWork,
    plan: SeriesPlan,
    picture: Picture,
    current: Sequence[ScheduledEvent],
    policy: Policy,
) -> None:
    for booking in current:
        access = picture.calendar_access.get(booking.calendar_id)
        ensure_may_change(uow.viewer, booking.owner_id, access)
    for step in plan.steps:
        today, wanted = step.today, step.wanted
        moved = wanted is not None and (today is None or wanted.slot != today.slot)
        if wanted is not None and moved:
            ensure_maximum_duration(wanted.slot, policy)
            ensure_not_in_past(wanted.slot, uow.now)
        if plan.needs_notice and (moved or (wanted is None and today in current)):
            starts = [one.slot.start_date_time for one in (today, wanted) if one is not None]
            ensure_change_allowed(tuple(starts), uow.now, uow.viewer.role, policy)


def _with_hidden(picture: Picture, step: Step) -> Step:
    """A change of an occurrence keeps what it claims and the viewer does not see."""
    if step.today is None or step.wanted is None:
        return step
    own = replace(picture, booking=step.today)
    return replace(step, wanted=with_hidden_claims(own, step.wanted))


async def _store_series(uow: UnitOfWork, plan: SeriesPlan) -> None:
    if plan.series.series_id == plan.before.series_id:
        await update_series(uow, plan.series)
        return
    assert plan.left_behind is not None
    await update_series(uow, replace(touched_series(uow, plan.before), pattern=plan.left_behind))
    await insert_series(uow, plan.series)


async def _store_bookings(
    uow: UnitOfWork, plan: SeriesPlan, decision: SeriesDecision
) -> list[ScheduledEvent]:
    """Write every occurrence: first those that go, then those that move, then those that come."""
    removed, renamed, moved, made = _sorted_out(uow, plan, decision)
    await cancel_bookings(uow, removed)
    await update_bookings(uow, renamed)
    in_place = frozenset(after.scheduled_event_id for today, after in moved if _is_where_it_was(today, after))
    await replace_bookings(uow, [one for _, one in moved], decision.placed, in_place)
    await insert_bookings(uow, made, decision.placed)
    for booking in removed:
        record_removed(uow, booking, plan.reason, booking.version)
    for today, booking in moved:
        record_move(uow, today, booking)
    for booking in made:
        record_scheduled(uow, booking)
    return [*(one for one in renamed if is_live(one, uow.now)), *(one for _, one in moved), *made]


def _sorted_out(
    uow: UnitOfWork, plan: SeriesPlan, decision: SeriesDecision
) -> tuple[
    list[ScheduledEvent],
    list[ScheduledEvent],
    list[tuple[ScheduledEvent, ScheduledEvent]],
    list[ScheduledEvent],
]:
    removed: list[ScheduledEvent] = []
    renamed: list[ScheduledEvent] = []
    moved: list[tuple[ScheduledEvent, ScheduledEvent]] = []
    made: list[ScheduledEvent] = []
    for step in plan.steps:
        if step.today is None:
            assert step.wanted is not None
            assert step.original_start is not None
            made.append(booking_of(uow, plan.series, step.original_start, step.wanted, decision))
        elif step.wanted is None:
            after = _placed_in(uow, plan, step, step.today)
            if is_live(step.today, uow.now):
                removed.append(replace(after, status=ScheduleStatus.Cancelled))
            else:
                renamed.append(after)
        else:
            after = _changed(_placed_in(uow, plan, step, step.today), step.wanted, decision)
            if _takes_the_same(step.today, after):
                renamed.append(after)
            else:
                moved.append((step.today, after))
    return removed, renamed, moved, made


def _placed_in(uow: UnitOfWork, plan: SeriesPlan, step: Step, today: ScheduledEvent) -> ScheduledEvent:
    """The occurrence with its place in the new rule. Its owner is the organizer of the event it shows."""
    event_id = today.event_id if step.wanted is None else step.wanted.event_id
    return replace(
        today,
        series_id=None if step.original_start is None else plan.series.series_id,
        original_start=step.original_start,
        is_detached=today.is_detached and step.original_start is not None,
        owner_id=plan.series.owner_id if event_id == plan.series.event_id else today.owner_id,
        modified_at=uow.now,
        modified_by=uow.viewer.user_id,
        version=today.version + 1,
    )


def _changed(booking: ScheduledEvent, wanted: Proposal, decision: SeriesDecision) -> ScheduledEvent:
    key = booking.scheduled_event_id
    reason = booking.override_reason if key in decision.inheriting else None
    return replace(
        booking,
        event_id=wanted.event_id,
        calendar_id=wanted.calendar_id,
        slot=wanted.slot,
        time_zone=wanted.time_zone,
        status=wanted.status,
        hold_expires_at=wanted.hold_expires_at,
        claims=tuple(one.claim for one in decision.placed[key]),
        override_reason=wanted.override_reason if key in decision.overridden else reason,
    )


def _is_where_it_was(today: ScheduledEvent, after: ScheduledEvent) -> bool:
    """Whether what is closed under the occurrence is closed under it still."""
    places = [(one.calendar_id, one.slot, set(one.claims)) for one in (today, after)]
    return places[0] == places[1]


def _takes_the_same(today: ScheduledEvent, after: ScheduledEvent) -> bool:
    """Whether what the occurrence claims stays as it is stored."""

    def takes(booking: ScheduledEvent) -> tuple[object, ...]:
        is_hold = booking.status is ScheduleStatus.Tentative
        return (
            booking.calendar_id,
            booking.owner_id,
            booking.slot,
            set(booking.claims),
            is_hold,
            booking.hold_expires_at,
        )

    return takes(today) == takes(after)

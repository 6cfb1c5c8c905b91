"""Placing series: expand, look under locks, judge all dates at once, write, and leave facts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from api.booking.access import ensure_may_book, ensure_may_place
from api.booking.place import ensure_hold_lies_ahead, record_overbooking, record_scheduled
from domain.booking import Picture
from domain.entities import ScheduledEvent
from domain.enums import ResolutionMethod, Role
from domain.errors import FieldException, ForbiddenException, SeriesConflictException
from domain.local_time import to_utc
from domain.policy import Policy
from domain.proposal import Proposal
from domain.recurrence.validation import ensure_series
from domain.rules.scheduling import ensure_bookable, ensure_not_in_past
from domain.series import AskedSeries, Series, SeriesRequest
from domain.series_booking import SeriesDecision, decide_series
from persistence.booking_store import Question, look, record_conflicts
from persistence.documents import series_document
from persistence.repositories.series import insert_bookings, insert_series
from persistence.unit_of_work import UnitOfWork


def wall_clock(instant: datetime, time_zone: str, field: str = "startDateTime") -> datetime:
    """What the clock in a zone shows then, naive.

    field: of the request, that gives the instant.
    Raises FieldException for the second of two times that look alike: a series starts at the first.
    """
    zone = ZoneInfo(time_zone)
    shown = instant.astimezone(zone).replace(tzinfo=None, fold=0)
    if to_utc(shown, zone) != instant:
        raise FieldException(
            field, f"Clocks in {time_zone} go back then and show this time twice; take the first"
        )
    return shown


async def place_series(uow: UnitOfWork, request: SeriesRequest, policy: Policy) -> Series:
    """Book every date of a series or none, in the order 403, 400, 422, 409 (DESIGN 4.5)."""
    if uow.viewer.role is Role.Customer:
        raise ForbiddenException("Customers book single dates; ask the staff for a series")
    ensure_bookable(request.slot_of(request.first_start), uow.now, policy)
    # Rules can take their time: others are answered meanwhile.
    starts = await asyncio.to_thread(_starts, request, policy)
    proposals = {
        start: request.proposal(uow.ids.ordered(), start) for start in starts if start not in request.skipped
    }
    picture = await look(uow, question_of(request.event_id, proposals.values()))
    proposals = {start: replace(one, created_at=uow.now) for start, one in proposals.items()}
    owner_id = await ensure_may_place_all(uow, picture, [(one, None) for one in proposals.values()], policy)
    for proposal in proposals.values():
        ensure_not_in_past(proposal.slot, uow.now)
    try:
        decision = decide_series(picture, (), list(proposals.values()), policy)
    except SeriesConflictException as refusal:
        asked = AskedSeries(request, proposals)
        raise SeriesConflictException(refusal.occurrences, refusal.asked, asked) from refusal
    series = Series(
        series_id=request.series_id,
        event_id=request.event_id,
        calendar_id=request.calendar_id,
        owner_id=owner_id,
        first_start=request.first_start,
        duration=request.duration,
        time_zone=request.time_zone,
        pattern=request.pattern,
        created_at=uow.now,
        created_by=uow.viewer.user_id,
    )
    await insert_series(uow, series)
    bookings = [
        booking_of(uow, series, start, proposal, decision, is_detached=start in request.moved)
        for start, proposal in proposals.items()
    ]
    await insert_bookings(uow, bookings, decision.placed)
    for booking in bookings:
        record_scheduled(uow, booking)
    await record_decision(uow, bookings, decision)
    uow.audit("SeriesScheduled", series.series_id, after=series_document(series, bookings))
    return series


def _starts(request: SeriesRequest, policy: Policy) -> tuple[datetime, ...]:
    """The naive starts of all dates, skipped ones included."""
    starts = ensure_series(request.pattern, request.first_start, request.duration, request.zone, policy)
    if not request.skipped.issubset(starts):
        raise FieldException("skippedOccurrences", "Not every one of these is the start of an occurrence")
    if request.skipped.issuperset(starts):
        raise FieldException("skippedOccurrences", "At least one occurrence must be left")
    return starts


def question_of(
    event_id: UUID, proposals: Iterable[Proposal], current: Iterable[ScheduledEvent] = ()
) -> Question:
    """What bears on these bookings, as they are and as they are to be. event_id: the series' event."""
    every: list[Proposal | ScheduledEvent] = [*proposals, *current]
    return Question(
        sorted({one.calendar_id for one in every}),
        sorted({one.slot for one in every if one.slot.start_date_time < one.slot.end_date_time}),
        sorted({claim.resource_id for one in every for claim in one.claims}),
        event_id=event_id,
    )


async def ensure_may_place_all(
    uow: UnitOfWork,
    picture: Picture,
    wanted: Iterable[tuple[Proposal, ScheduledEvent | None]],
    policy: Policy,
) -> UUID:
    """Judge each place that occurrences ask for once, and answer the organizer of the series' event.

    wanted: what each is to be, and what it is today, whose claims it may keep.
    """
    places = {
        (one.calendar_id, one.claims, today and (today.calendar_id, today.claims)): (one, today)
        for one, today in wanted
    }
    for proposal, today in places.values():
        own = replace(picture, booking=today)
        ensure_may_book(uow.viewer, own, proposal)
        ensure_hold_lies_ahead(uow, proposal)
        await ensure_may_place(uow, own, proposal, policy)
    assert picture.event is not None
    return picture.event.organizer_id


def booking_of(
    uow: UnitOfWork,
    series: Series,
    original_start: datetime,
    proposal: Proposal,
    decision: SeriesDecision,
    *,
    is_detached: bool = False,
) -> ScheduledEvent:
    """A new occurrence as it was decided on."""
    key = proposal.scheduled_event_id
    return ScheduledEvent(
        scheduled_event_id=key,
        event_id=proposal.event_id,
        calendar_id=proposal.calendar_id,
        owner_id=series.owner_id,
        slot=proposal.slot,
        time_zone=proposal.time_zone,
        status=proposal.status,
        created_at=proposal.created_at,
        created_by=uow.viewer.user_id,
        claims=tuple(one.claim for one in decision.placed[key]),
        hold_expires_at=proposal.hold_expires_at,
        override_reason=proposal.override_reason if key in decision.overridden else None,
        series_id=series.series_id,
        original_start=original_start,
        is_detached=is_detached,
    )


async def record_decision(
    uow: UnitOfWork,
    bookings: Iterable[ScheduledEvent],
    decision: SeriesDecision,
    method: ResolutionMethod = ResolutionMethod.Rescheduled,
) -> None:
    """Write down conflicts, warnings and overrides. method: what removed the conflicts that vanish."""
    by_id: Mapping[UUID, ScheduledEvent] = {one.scheduled_event_id: one for one in bookings}
    for warning in decision.warnings:
        uow.record(warning.calendar_id, warning)
    for key in sorted(decision.overridden):
        record_overbooking(uow, by_id[key])
    await record_conflicts(uow, decision.detected, decision.vanished, method)

"""Placing bookings: look under locks, judge, write, and leave facts; every placing use case comes here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from uuid import UUID

from api.booking.access import (
    ensure_may_book,
    ensure_may_change,
    ensure_may_place,
    status_for,
    with_hidden_claims,
)
from domain.booking import Decision, Picture, decide, decide_removal
from domain.entities import ScheduledEvent
from domain.enums import ResolutionMethod, ScheduleStatus
from domain.errors import FieldException, StateConflict
from domain.facts import (
    EventRemovedFromCalendar,
    EventRescheduled,
    EventScheduledOnCalendar,
    OverbookingAllowedByOverride,
)
from domain.policy import Policy
from domain.proposal import Proposal
from domain.rules.scheduling import (
    ensure_bookable,
    ensure_change_allowed,
    ensure_maximum_duration,
    ensure_minimum_duration,
    ensure_not_in_past,
    ensure_start_before_end,
)
from domain.time_slot import TimeSlot
from domain.undo import Former
from domain.versions import ensure_version
from persistence.booking_store import (
    Question,
    cancel_booking,
    insert_booking,
    look,
    record_conflicts,
    replace_booking,
    update_booking,
)
from persistence.documents import booking_document
from persistence.repositories.bookings import find_booking
from persistence.unit_of_work import TransactionLost, UnitOfWork


@dataclass(frozen=True, slots=True)
class Change:
    """How an existing booking is to change.

    action: its name in the audit log.
    propose: from the booking as it is to what it is to be.
    expected_version: what the caller last saw; None for whatever there is.
    needs_notice: whether SCH-005 applies, as it does to all changes but a confirmation.
    guard: judged last and under the locks; raises when the change may not be made after all.
    leaving: other bookings that are moved after this one in the same transaction.
    keeps_hidden: whether it goes on claiming what it claims and the viewer cannot see, named or not.
    former: what it was before, where the change puts it back.
    """

    scheduled_event_id: UUID
    action: str
    propose: Callable[[ScheduledEvent], Proposal]
    expected_version: int | None = None
    reason: str | None = None
    needs_notice: bool = True
    guard: Callable[[UnitOfWork], Awaitable[None]] | None = None
    leaving: frozenset[UUID] = frozenset()
    keeps_hidden: bool = False
    former: Former | None = None


async def place_new(uow: UnitOfWork, proposal: Proposal, policy: Policy) -> ScheduledEvent:
    """Book the proposal, in the order 403, 400, 422, 409 (DESIGN 4.5)."""
    question = Question(
        [proposal.calendar_id],
        _in_order(proposal.slot),
        [claim.resource_id for claim in proposal.claims],
        event_id=proposal.event_id,
    )
    picture = await look(uow, question)
    proposal = replace(proposal, created_at=uow.now)
    ensure_may_book(uow.viewer, picture, proposal)
    ensure_bookable(proposal.slot, uow.now, policy)
    ensure_hold_lies_ahead(uow, proposal)
    calendar, event = await ensure_may_place(uow, picture, proposal, policy)
    proposal = replace(proposal, status=status_for(uow.viewer, calendar, proposal.status))
    decision = decide(picture, proposal, policy)
    booking = ScheduledEvent(
        scheduled_event_id=proposal.scheduled_event_id,
        event_id=proposal.event_id,
        calendar_id=proposal.calendar_id,
        owner_id=event.organizer_id,
        slot=proposal.slot,
        time_zone=proposal.time_zone,
        status=proposal.status,
        created_at=proposal.created_at,
        created_by=uow.viewer.user_id,
        claims=tuple(one.claim for one in decision.claims),
        hold_expires_at=proposal.hold_expires_at,
        override_reason=proposal.override_reason if decision.overridden else None,
    )
    await insert_booking(uow, booking, decision.claims)
    record_scheduled(uow, booking)
    _record_overbooking(uow, booking, decision)
    await record_conflicts(uow, decision.detected, decision.vanished)
    uow.audit("EventScheduled", booking.scheduled_event_id, after=booking_document(booking))
    return booking


async def place_changed(uow: UnitOfWork, change: Change, policy: Policy) -> ScheduledEvent:
    """Change a booking, judged like a new one wherever its place changes."""
    current, proposal, picture = await _look_at(uow, change)
    ensure_may_change(uow.viewer, current.owner_id, picture.calendar_access.get(current.calendar_id))
    ensure_version(current.version, change.expected_version)
    _ensure_live(uow, current)
    ensure_may_book(uow.viewer, picture, proposal)
    if proposal == Proposal.of(current):
        return current
    if change.needs_notice:
        starts = (current.slot.start_date_time, proposal.slot.start_date_time)
        ensure_change_allowed(starts, uow.now, uow.viewer.role, policy)
    _ensure_slot_allowed(uow, current, proposal, policy)
    calendar, event = await ensure_may_place(uow, picture, proposal, policy)
    if change.guard is not None:
        await change.guard(uow)
    former = change.former
    if former is None and not _keeps_place(current, proposal, picture):
        proposal = replace(proposal, status=status_for(uow.viewer, calendar, proposal.status))
    booking = replace(
        current,
        event_id=proposal.event_id,
        calendar_id=proposal.calendar_id,
        owner_id=event.organizer_id,
        slot=proposal.slot,
        time_zone=proposal.time_zone,
        status=proposal.status,
        hold_expires_at=proposal.hold_expires_at,
        modified_at=uow.now,
        modified_by=uow.viewer.user_id,
        version=current.version + 1,
        override_reason=current.override_reason if former is None else former.override_reason,
        is_detached=_is_detached(current, proposal, picture) if former is None else former.is_detached,
    )
    if _keeps_place(current, proposal, picture) and booking.owner_id == current.owner_id:
        await update_booking(uow, booking)
    else:
        booking = await _move(uow, picture, proposal, booking, policy)
    record_move(uow, current, booking)
    uow.audit(
        change.action,
        booking.scheduled_event_id,
        before=booking_document(current),
        after=booking_document(booking) | ({"reason": change.reason} if change.reason else {}),
    )
    return booking


async def remove(
    uow: UnitOfWork,
    scheduled_event_id: UUID,
    policy: Policy,
    *,
    reason: str | None,
    expected_version: int | None,
) -> None:
    """Cancel a booking: its row stays, its claims hold nothing, and its clashes vanish."""
    change = Change(scheduled_event_id, "EventRemoved", Proposal.of, expected_version, reason)
    current, _, picture = await _look_at(uow, change)
    access = picture.calendar_access.get(current.calendar_id)
    ensure_may_change(uow.viewer, current.owner_id, access, what="remove")
    ensure_version(current.version, expected_version)
    if current.status_at(uow.now) is ScheduleStatus.Cancelled:
        return
    ensure_change_allowed((current.slot.start_date_time,), uow.now, uow.viewer.role, policy)
    cancelled = replace(
        current,
        status=ScheduleStatus.Cancelled,
        is_blocked=False,
        block_reason=None,
        modified_at=uow.now,
        modified_by=uow.viewer.user_id,
        version=current.version + 1,
    )
    await cancel_booking(uow, cancelled)
    removal = decide_removal(picture)
    await record_conflicts(uow, removal.detected, removal.vanished, ResolutionMethod.EventCancelled)
    record_removed(uow, current, reason, cancelled.version)
    uow.audit(
        change.action,
        scheduled_event_id,
        before=booking_document(current),
        after=booking_document(cancelled) | {"reason": reason},
    )


async def _look_at(uow: UnitOfWork, change: Change) -> tuple[ScheduledEvent, Proposal, Picture]:
    """The booking as it is, what it is to be, and all that bears on both, under locks."""
    current = await find_booking(uow, change.scheduled_event_id)
    proposal = change.propose(current)
    claimed = {claim.resource_id for claim in (*current.claims, *proposal.claims)}
    question = Question(
        [current.calendar_id, proposal.calendar_id],
        [current.slot, *_in_order(proposal.slot)],
        sorted(claimed),
        event_id=proposal.event_id,
        booking_id=current.scheduled_event_id,
    )
    picture = await look(uow, question)
    if picture.booking is None or picture.booking.version != current.version:
        raise TransactionLost("the booking changed while we waited for its locks")
    if change.keeps_hidden:
        proposal = with_hidden_claims(picture, proposal)
    # Its owner may have changed meanwhile; what was read under the locks counts.
    return picture.booking, proposal, replace(picture, leaving=change.leaving, former=change.former)


def _in_order(slot: TimeSlot) -> list[TimeSlot]:
    """The slot, or nothing where it ends before it starts: that is for SCH-001 to say, in its turn."""
    return [slot] if slot.start_date_time < slot.end_date_time else []


def ensure_hold_lies_ahead(uow: UnitOfWork, proposal: Proposal) -> None:
    """Reject a hold that has expired before it is made."""
    if proposal.hold_expires_at is not None and proposal.hold_expires_at <= uow.now:
        raise FieldException("holdExpiresAt", "A hold must expire in the future")


def _ensure_live(uow: UnitOfWork, booking: ScheduledEvent) -> None:
    if booking.status_at(uow.now) is ScheduleStatus.Cancelled:
        raise StateConflict("The booking is cancelled; book it anew")


def _ensure_slot_allowed(
    uow: UnitOfWork, current: ScheduledEvent, proposal: Proposal, policy: Policy
) -> None:
    """SCH-001..004; an imported booking may stay as short as it came, one that stays put may have begun."""
    ensure_start_before_end(proposal.slot)
    as_it_came = current.is_imported and proposal.slot.duration == current.slot.duration
    if not as_it_came:
        ensure_minimum_duration(proposal.slot, policy)
    ensure_maximum_duration(proposal.slot, policy)
    becomes_firm = current.status is ScheduleStatus.Tentative and not proposal.is_hold
    if proposal.slot != current.slot or becomes_firm:
        ensure_not_in_past(proposal.slot, uow.now)


def _keeps_place(current: ScheduledEvent, proposal: Proposal, picture: Picture) -> bool:
    """Whether calendar, time, claims and firmness stay, so that there is nothing to judge anew."""
    owner = picture.calendars[proposal.calendar_id].resource_id
    before = {claim for claim in current.claims if claim.resource_id != owner}
    after = {claim for claim in proposal.claims if claim.resource_id != owner}
    was_hold = current.status is ScheduleStatus.Tentative
    return (current.calendar_id, current.slot, before, was_hold, current.hold_expires_at) == (
        proposal.calendar_id,
        proposal.slot,
        after,
        proposal.is_hold,
        proposal.hold_expires_at,
    )


def _is_detached(current: ScheduledEvent, proposal: Proposal, picture: Picture) -> bool:
    """Whether a change of its whole series is to leave the occurrence alone from now on."""
    if current.series_id is None or current.is_detached:
        return current.is_detached
    firm = replace(proposal, status=current.status, hold_expires_at=current.hold_expires_at)
    return current.event_id != proposal.event_id or not _keeps_place(current, firm, picture)


async def _move(
    uow: UnitOfWork, picture: Picture, proposal: Proposal, booking: ScheduledEvent, policy: Policy
) -> ScheduledEvent:
    decision = decide(picture, proposal, policy)
    booking = replace(
        booking,
        claims=tuple(one.claim for one in decision.claims),
        override_reason=_override_reason(proposal, booking, decision),
        # Where it is now, everything it claims is open.
        is_blocked=False,
        block_reason=None,
    )
    assert picture.booking is not None
    moved_in_time = picture.booking.slot != booking.slot
    method = ResolutionMethod.Rescheduled if moved_in_time else ResolutionMethod.ResourceChanged
    await replace_booking(uow, booking, decision.claims)
    _record_overbooking(uow, booking, decision)
    await record_conflicts(uow, decision.detected, decision.vanished, method)
    return booking


def _override_reason(proposal: Proposal, booking: ScheduledEvent, decision: Decision) -> str | None:
    """Why the booking stands where it clashes: this override's reason, or the one that still covers it."""
    if decision.overridden:
        return proposal.override_reason
    return booking.override_reason if decision.inherits_clash else None


def record_scheduled(uow: UnitOfWork, booking: ScheduledEvent) -> None:
    """Leave the fact that a booking was made."""
    key = booking.scheduled_event_id
    slot = booking.slot
    uow.record(
        key,
        EventScheduledOnCalendar(
            key, booking.event_id, booking.calendar_id, slot.start_date_time, slot.end_date_time
        ),
        booking.version,
    )


def record_removed(uow: UnitOfWork, booking: ScheduledEvent, reason: str | None, version: int) -> None:
    """Leave the fact that a booking was taken off its calendar. version: which it has since."""
    key = booking.scheduled_event_id
    fact = EventRemovedFromCalendar(key, booking.event_id, booking.calendar_id, uow.viewer.user_id, reason)
    uow.record(key, fact, version)


def record_move(uow: UnitOfWork, old: ScheduledEvent, new: ScheduledEvent) -> None:
    """A new time is a rescheduling; a new calendar, a removal from the one and an addition to the other."""
    key = new.scheduled_event_id
    if old.calendar_id != new.calendar_id or old.event_id != new.event_id:
        record_removed(uow, old, None, new.version)
        record_scheduled(uow, new)
    if old.slot != new.slot:
        fact = EventRescheduled(
            key,
            old.slot.start_date_time,
            old.slot.end_date_time,
            new.slot.start_date_time,
            new.slot.end_date_time,
            uow.viewer.user_id,
        )
        uow.record(key, fact, new.version)


def _record_overbooking(uow: UnitOfWork, booking: ScheduledEvent, decision: Decision) -> None:
    if decision.warning is not None:
        uow.record(booking.calendar_id, decision.warning)
    if decision.overridden:
        record_overbooking(uow, booking)


def record_overbooking(uow: UnitOfWork, booking: ScheduledEvent) -> None:
    """Leave the fact that a manager let the booking through (SCH-025)."""
    assert booking.override_reason is not None
    fact = OverbookingAllowedByOverride(
        booking.calendar_id,
        booking.scheduled_event_id,
        uow.viewer.user_id,
        booking.override_reason,
        uow.now,
    )
    uow.record(booking.scheduled_event_id, fact, booking.version)

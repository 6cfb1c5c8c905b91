"""What a viewer may book, change and claim (spec 10.2, DESIGN 4.8)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from domain.booking import Picture, all_claims
from domain.entities import Calendar, Claim, Event, ScheduledEvent
from domain.enums import AccessLevel, Role, ScheduleStatus
from domain.errors import A_RESOURCE, FieldException, ForbiddenException
from domain.policy import Policy
from domain.proposal import Proposal
from domain.viewer import Viewer
from persistence.readers.events import sees_event
from persistence.repositories import calendar_access
from persistence.unit_of_work import UnitOfWork

UNKNOWN_CALENDAR = "Calendar does not exist or is inactive"
UNKNOWN_EVENT = "Event does not exist"
UNKNOWN_RESOURCE = "Resource does not exist or is inactive"


async def ensure_may_place(
    uow: UnitOfWork, picture: Picture, proposal: Proposal, policy: Policy
) -> tuple[Calendar, Event]:
    """Judge what is asked for: unknown or hidden ids are a 400 alike, a Customer's limits a 400 or 403.

    Returns the calendar and the event of the proposal.
    """
    calendar = _visible_calendar(picture, proposal.calendar_id, uow.viewer)
    event = await _visible_event(uow, picture)
    _ensure_resources_visible(picture, proposal)
    _ensure_quantities(picture, proposal)
    held = _held(picture)
    for index, claim in enumerate(proposal.claims):
        if claim not in held and not _may_claim(picture, claim.resource_id, uow.viewer):
            name = picture.resources[claim.resource_id].name
            raise ForbiddenException(f"You may look at {name} (resources[{index}]), but not book it")
    if uow.viewer.role is Role.Customer:
        _ensure_within_limits(uow, picture, proposal, policy)
    return calendar, event


def ensure_may_book(viewer: Viewer, picture: Picture, proposal: Proposal) -> None:
    """Raise ForbiddenException for a calendar that the viewer may look at, but not book.

    A calendar that is hidden is left to be refused like one that does not exist, unless the viewer's own
    booking is on it.
    """
    calendar = picture.calendars.get(proposal.calendar_id)
    access = picture.calendar_access.get(proposal.calendar_id)
    if calendar is None or viewer.sees_all or access is AccessLevel.Book:
        return
    if access is AccessLevel.View:
        raise ForbiddenException(f"You may look at {calendar.name}, but not book it")
    if picture.booking is not None and picture.booking.calendar_id == proposal.calendar_id:
        raise ForbiddenException("You may not book the calendar of this booking any more")


def ensure_may_change(
    viewer: Viewer, owner_id: UUID, access: AccessLevel | None, *, what: str = "change"
) -> None:
    """Managers change every booking, staff those on calendars they book, customers their own."""
    if viewer.sees_all or (viewer.role is Role.Staff and access is AccessLevel.Book):
        return
    if owner_id == viewer.user_id:
        return
    raise ForbiddenException(f"You may look at this booking, but not {what} it")


async def may_move(uow: UnitOfWork, booking: ScheduledEvent, policy: Policy) -> bool:
    """Whether the viewer may move a booking now: nobody is offered what they may not apply."""
    viewer = uow.viewer
    if viewer.sees_all:
        return True
    grant = await calendar_access.find(uow, booking.calendar_id, viewer.user_id)
    books = grant is not None and grant.access_level is AccessLevel.Book
    in_time = booking.slot.start_date_time - uow.now >= policy.approval_notice
    return books and in_time and (viewer.role is Role.Staff or booking.owner_id == viewer.user_id)


def _visible_calendar(picture: Picture, calendar_id: UUID, viewer: Viewer) -> Calendar:
    calendar = picture.calendars.get(calendar_id)
    visible = calendar is not None and (viewer.sees_all or calendar_id in picture.calendar_access)
    if calendar is None or not visible or not calendar.is_active:
        raise FieldException("calendarId", UNKNOWN_CALENDAR)
    owner = picture.resources.get(calendar.owner_id)
    if owner is not None and not owner.is_active and owner.resource_id not in _held_ids(picture):
        raise FieldException("calendarId", UNKNOWN_CALENDAR)
    return calendar


async def _visible_event(uow: UnitOfWork, picture: Picture) -> Event:
    event = picture.event
    if event is None:
        raise FieldException("eventId", UNKNOWN_EVENT)
    own = event.organizer_id == uow.viewer.user_id
    if not own and not uow.viewer.sees_all and not await sees_event(uow, event.event_id):
        raise FieldException("eventId", UNKNOWN_EVENT)
    return event


def _ensure_resources_visible(picture: Picture, proposal: Proposal) -> None:
    owner, held = picture.calendars[proposal.calendar_id].resource_id, _held(picture)
    held_ids = _held_ids(picture)
    for index, claim in enumerate(proposal.claims):
        resource = picture.resources.get(claim.resource_id)
        visible = claim.resource_id == owner or claim in held or picture.sees(claim.resource_id)
        usable = resource is not None and (resource.is_active or claim.resource_id in held_ids)
        if not visible or not usable:
            raise FieldException(f"resources[{index}].resourceId", UNKNOWN_RESOURCE)


def with_hidden_claims(picture: Picture, proposal: Proposal) -> Proposal:
    """The proposal with what its booking claims and the viewer cannot see, and so cannot mean to give up."""
    assert picture.booking is not None
    owner = picture.calendars[picture.booking.calendar_id].resource_id
    named = {owner, *(claim.resource_id for claim in proposal.claims)}
    kept = (
        claim
        for claim in picture.booking.claims
        if claim.resource_id not in named and not picture.sees(claim.resource_id)
    )
    return replace(proposal, claims=(*proposal.claims, *kept))


def _held(picture: Picture) -> frozenset[Claim]:
    """What the booking that is being changed claims already; it may keep that, whoever assigned it."""
    return frozenset(picture.booking.claims if picture.booking is not None else ())


def _held_ids(picture: Picture) -> frozenset[UUID]:
    return frozenset(claim.resource_id for claim in _held(picture))


def _may_claim(picture: Picture, resource_id: UUID, viewer: Viewer) -> bool:
    """A resource with a calendar of its own is claimed by who may book that calendar."""
    if viewer.sees_all or resource_id not in picture.resources_with_calendar:
        return True
    return picture.resource_access.get(resource_id) is AccessLevel.Book


def _ensure_quantities(picture: Picture, proposal: Proposal) -> None:
    calendar = picture.calendars[proposal.calendar_id]
    named = [claim.resource_id for claim in proposal.claims]
    for index, claim in enumerate(all_claims(calendar, proposal.claims)):
        resource = picture.resources[claim.resource_id]
        if claim.quantity > resource.quantity and not picture.sees(claim.resource_id):
            raise FieldException("resources", f"There are not as many of {A_RESOURCE} any more")
        if claim.quantity > resource.quantity:
            position = named.index(claim.resource_id) if claim.resource_id in named else index
            raise FieldException(
                f"resources[{position}].quantity", f"There are only {resource.quantity} of {resource.name}"
            )
    repeated = {one for one in named if named.count(one) > 1}
    if repeated:
        position = max(index for index, one in enumerate(named) if one in repeated)
        raise FieldException(f"resources[{position}].resourceId", "This resource is named twice")


def _ensure_within_limits(uow: UnitOfWork, picture: Picture, proposal: Proposal, policy: Policy) -> None:
    ahead = proposal.slot.start_date_time - uow.now
    if ahead.days >= policy.customer_days_ahead:
        message = f"Customers can book at most {policy.customer_days_ahead} days ahead"
        raise FieldException("startDateTime", message)
    if proposal.is_new and picture.open_bookings >= policy.customer_open_bookings:
        raise ForbiddenException(
            f"You have {picture.open_bookings} open bookings; {policy.customer_open_bookings} are allowed"
        )


def status_for(viewer: Viewer, calendar: Calendar, asked: ScheduleStatus) -> ScheduleStatus:
    """A Customer's booking is a hold unless the calendar takes instant bookings."""
    if viewer.role is Role.Customer and not calendar.instant_booking:
        return ScheduleStatus.Tentative
    return asked

"""What a viewer may book, change and claim (spec 10.2, DESIGN 4.8)."""

from __future__ import annotations

from uuid import UUID

from domain.booking import Picture, all_claims
from domain.entities import Calendar, Event
from domain.enums import AccessLevel, ResourceType, Role, ScheduleStatus
from domain.errors import FieldException, ForbiddenException
from domain.policy import Policy
from domain.proposal import Proposal
from domain.viewer import Viewer
from persistence.readers.events import sees_event
from persistence.unit_of_work import UnitOfWork

UNKNOWN_CALENDAR = "Calendar does not exist or is inactive"
UNKNOWN_EVENT = "Event does not exist"
UNKNOWN_RESOURCE = "Resource does not exist or is inactive"


async def ensure_may_place(
    uow: UnitOfWork, picture: Picture, proposal: Proposal, policy: Policy
) -> tuple[Calendar, Event]:
    """Judge who asks and what for: unknown or hidden ids are a 400 alike, visible but not bookable is a 403.

    Returns the calendar and the event of the proposal.
    """
    calendar = _visible_calendar(picture, proposal.calendar_id, uow.viewer)
    event = await _visible_event(uow, picture)
    _ensure_resources_visible(picture, proposal, uow.viewer)
    _ensure_quantities(picture, proposal)
    if not may_book(picture, calendar.calendar_id, uow.viewer):
        raise ForbiddenException(f"You may look at {calendar.name}, but not book it")
    held = _held(picture)
    for index, claim in enumerate(proposal.claims):
        if claim.resource_id not in held and not _may_claim(picture, claim.resource_id, uow.viewer):
            name = picture.resources[claim.resource_id].name
            raise ForbiddenException(f"You may look at {name} (resources[{index}]), but not book it")
    if uow.viewer.role is Role.Customer:
        _ensure_within_limits(uow, picture, proposal, policy)
    return calendar, event


def may_book(picture: Picture, calendar_id: UUID, viewer: Viewer) -> bool:
    """Whether the viewer may put bookings on the calendar."""
    return viewer.sees_all or picture.calendar_access.get(calendar_id) is AccessLevel.Book


def ensure_may_change(
    viewer: Viewer, owner_id: UUID, access: AccessLevel | None, *, what: str = "change"
) -> None:
    """Managers change every booking, staff those on calendars they book, customers their own."""
    if viewer.sees_all or (viewer.role is Role.Staff and access is AccessLevel.Book):
        return
    if owner_id == viewer.user_id:
        return
    raise ForbiddenException(f"You may look at this booking, but not {what} it")


def _visible_calendar(picture: Picture, calendar_id: UUID, viewer: Viewer) -> Calendar:
    calendar = picture.calendars.get(calendar_id)
    visible = calendar is not None and (viewer.sees_all or calendar_id in picture.calendar_access)
    if calendar is None or not visible or not calendar.is_active:
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


def _ensure_resources_visible(picture: Picture, proposal: Proposal, viewer: Viewer) -> None:
    known = {picture.calendars[proposal.calendar_id].resource_id, *_held(picture)}
    for index, claim in enumerate(proposal.claims):
        resource = picture.resources.get(claim.resource_id)
        visible = claim.resource_id in known or (
            resource is not None and _sees_resource(picture, claim.resource_id, viewer)
        )
        if resource is None or not visible or not resource.is_active:
            raise FieldException(f"resources[{index}].resourceId", UNKNOWN_RESOURCE)


def _held(picture: Picture) -> frozenset[UUID]:
    """What the booking that is being changed claims already; it may keep that, whoever assigned it."""
    claims = picture.booking.claims if picture.booking is not None else ()
    return frozenset(claim.resource_id for claim in claims)


def _sees_resource(picture: Picture, resource_id: UUID, viewer: Viewer) -> bool:
    """As the row policy of `resources` has it."""
    if viewer.sees_all or resource_id in picture.resource_access:
        return True
    if resource_id in picture.resources_with_calendar:
        return False
    kind = picture.resources[resource_id].resource_type
    return viewer.role is Role.Staff or kind in {ResourceType.Equipment, ResourceType.Other}


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

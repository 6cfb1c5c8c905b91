"""What a compound search asks for, as resources that the caller may book."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from domain.entities import Calendar, Claim, Resource
from domain.enums import ResourceType
from domain.errors import FieldException, ForbiddenException
from domain.policy import Policy
from domain.slot_grid import SlotGrid
from persistence.readers.availability import Premises
from solver.slot_finder import FoundOccurrence
from solver.slot_query import SlotQuery, WantedGroup

MAXIMUM_RESOURCES = 200
UNKNOWN_CALENDAR = "Calendar does not exist or is inactive"
UNKNOWN_RESOURCE = "Resource does not exist or is inactive"


@dataclass(frozen=True, slots=True)
class WantedKind:
    """Any resource of a type that holds enough people and has all features."""

    resource_type: ResourceType
    minimum_capacity: int | None = None
    features: frozenset[str] = frozenset()

    def admits(self, resource: Resource) -> bool:
        """Whether a resource is of this kind."""
        return (
            resource.resource_type is self.resource_type
            and (self.minimum_capacity is None or (resource.capacity or 0) >= self.minimum_capacity)
            and resource.features >= self.features
        )

    def __str__(self) -> str:
        """What it is, for people: `Venue that holds 300 people and has stage`."""
        asked = [] if self.minimum_capacity is None else [f"holds {self.minimum_capacity} people"]
        if self.features:
            asked.append(f"has {', '.join(sorted(self.features))}")
        return self.resource_type.name + (f" that {' and '.join(asked)}" if asked else "")


@dataclass(frozen=True, slots=True)
class AnyOf:
    """So many of some resources, named or of a kind. quantity: how many pieces of each."""

    wanted: tuple[UUID, ...] | WantedKind
    count: int = 1
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for.

    buffer: None for the policy's. calendar_id, event_id: where it is to be booked, and what, if given.
    """

    grid: SlotGrid
    groups: tuple[AnyOf, ...]
    buffer: timedelta | None = None
    calendar_id: UUID | None = None
    event_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CalendarPlace:
    """A calendar to book a found slot on, and what else the booking claims."""

    calendar: Calendar
    claims: tuple[Claim, ...]


def resolve(premises: Premises, wanted: Wanted, policy: Policy) -> SlotQuery:
    """The question in resources. One that the calendar claims anyway is the only choice of its group.

    Raises FieldException for ids unknown or hidden, too many resources or too few for a group;
    ForbiddenException for a resource or calendar the viewer may look at, but not book.
    """
    groups = tuple(_group(premises, index, one) for index, one in enumerate(wanted.groups))
    if sum(len(group.resource_ids) for group in groups) > MAXIMUM_RESOURCES:
        raise FieldException("allOf", f"These are more than {MAXIMUM_RESOURCES} resources; name fewer")
    if wanted.calendar_id is not None:
        groups = _on_calendar(premises, wanted.calendar_id, groups)
    buffer = policy.availability_buffer if wanted.buffer is None else wanted.buffer
    minutes = int(buffer.total_seconds() // 60)
    return SlotQuery(wanted.grid, groups, minutes, wanted.calendar_id)


def place_on(premises: Premises, query: SlotQuery, occurrence: FoundOccurrence) -> CalendarPlace | None:
    """The calendar asked for, or that of the first venue chosen; None where neither is there."""
    quantities = {
        key: group.quantity
        for group, some in zip(query.groups, occurrence.groups, strict=True)
        for key in some
    }
    calendar = _calendar_for(premises, query, quantities)
    if calendar is None:
        return None
    owner = calendar.resource_id
    claims = tuple(Claim(key, quantity=quantity) for key, quantity in quantities.items() if key != owner)
    return CalendarPlace(calendar, claims)


def _calendar_for(premises: Premises, query: SlotQuery, chosen: dict[UUID, int]) -> Calendar | None:
    if query.calendar_id is not None:
        return premises.calendars[query.calendar_id]
    by_owner = {one.owner_id: one for key, one in premises.calendars.items() if key in premises.bookable}
    venues = (key for key in chosen if premises.resources[key].resource_type is ResourceType.Venue)
    return next((by_owner[key] for key in venues if key in by_owner), None)


def _group(premises: Premises, index: int, wanted: AnyOf) -> WantedGroup:
    place = f"allOf[{index}]"
    found = (
        _of_kind(premises, wanted.wanted)
        if isinstance(wanted.wanted, WantedKind)
        else _named(premises, place, wanted.wanted)
    )
    if not found:
        raise FieldException(f"{place}.anyOf", f"There is no {wanted.wanted} for you to use")
    if len(found) < wanted.count:
        raise FieldException(f"{place}.count", f"There are fewer to choose from: {len(found)}")
    return WantedGroup(found, wanted.count, wanted.quantity)


def _of_kind(premises: Premises, kind: WantedKind) -> tuple[UUID, ...]:
    """What is of the kind and may be claimed, the closest fit first."""
    found = [
        one
        for key, one in premises.resources.items()
        if one.is_active and premises.may_claim(key) and kind.admits(one) and _calendar_is_used(premises, key)
    ]
    found.sort(key=lambda one: (one.capacity or 0, one.name, one.resource_id))
    return tuple(one.resource_id for one in found)


def _named(premises: Premises, place: str, ids: tuple[UUID, ...]) -> tuple[UUID, ...]:
    for index, key in enumerate(ids):
        field = f"{place}.anyOf[{index}]"
        resource = premises.resources.get(key)
        if resource is None or not resource.is_active or not _calendar_is_used(premises, key):
            raise FieldException(field, UNKNOWN_RESOURCE)
        if key in ids[:index]:
            raise FieldException(field, "This resource is named twice")
        if not premises.may_claim(key):
            raise ForbiddenException(f"You may look at {resource.name} ({field}), but not book it")
    return ids


def _calendar_is_used(premises: Premises, resource_id: UUID) -> bool:
    return all(one.is_active for one in premises.calendars.values() if one.owner_id == resource_id)


def _on_calendar(
    premises: Premises, calendar_id: UUID, groups: tuple[WantedGroup, ...]
) -> tuple[WantedGroup, ...]:
    """The groups, with the resource that owns the calendar taken for one that has it, or besides."""
    calendar = premises.calendars.get(calendar_id)
    if calendar is None or not calendar.is_active:
        raise FieldException("calendarId", UNKNOWN_CALENDAR)
    if calendar_id not in premises.bookable:
        raise ForbiddenException(f"You may look at {calendar.name}, but not book it")
    owner = calendar.resource_id
    if owner is None:
        return groups
    if owner not in premises.resources or not premises.resources[owner].is_active:
        raise FieldException("calendarId", UNKNOWN_CALENDAR)
    for index, group in enumerate(groups):
        if owner in group.resource_ids and group.count == 1:
            only = replace(group, resource_ids=(owner,))
            return (*groups[:index], only, *groups[index + 1 :])
    return (*groups, WantedGroup((owner,)))

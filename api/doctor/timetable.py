"""Bookings beside the rules of the house, asked of the code that makes the rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from api.doctor.patient import Patient
from domain.closures import stranded
from domain.conflicts import Clash
from domain.time_slot import TimeSlot
from persistence.conflict_sweep import Scope, calendars_to_sweep, compare, resources_to_sweep
from persistence.readers.invariants.blocks import noted_blocks
from persistence.readers.invariants.expired_holds import just_expired
from persistence.readers.invariants.invariant import Breach
from persistence.readers.invariants.occurrences import occurrences_off_the_rule
from persistence.readers.series_times import series_out_of_step
from persistence.repositories import closures, resources
from persistence.repositories.blocks import claimants
from persistence.repositories.resources import ResourceFilter
from persistence.sorting import Sort
from persistence.unit_of_work import UnitOfWork

_AT_ONCE = 50
_EVERY = 1_000_000
_DETECTED_WITHIN = timedelta(minutes=15)
_FIRST = UUID(int=0)
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


async def conflicts_out_of_line(patient: Patient) -> Sequence[Breach]:
    """Clashes that are not on record, and conflicts on record that are over, as detection finds them."""
    found: list[Breach] = []
    for over_calendars in (False, True):
        after: UUID | None = _FIRST
        while after is not None:
            async with patient.look() as uow:
                after = await _compare_next(uow, after, found, over_calendars=over_calendars)
    return found


async def _compare_next(
    uow: UnitOfWork, after: UUID, found: list[Breach], *, over_calendars: bool
) -> UUID | None:
    window = TimeSlot(uow.now, _END_OF_TIME)
    list_next = calendars_to_sweep if over_calendars else resources_to_sweep
    ids = await list_next(uow, Scope(window), after, _AT_ONCE)
    on_calendars, on_resources = (ids, []) if over_calendars else ([], ids)
    change = await compare(uow, on_calendars, on_resources, window, lock=False)
    found += [
        Breach(_pair(clash), f"clash ({clash.conflict_type.name}, {level.name}), which is not on record so")
        for clash, level in change.to_record.items()
    ]
    over = [(clash, method) for method, clashes in change.to_close.items() for clash in clashes]
    # A hold that expires ends its conflicts at once for all who look; detection writes that down later.
    expired = await just_expired(
        uow, {one for clash, _ in over for one in _bookings_of(clash)}, _DETECTED_WITHIN
    )
    found += [
        Breach(_pair(clash), f"do not clash any more ({clash.conflict_type.name}), by {method.name}")
        for clash, method in over
        if expired.isdisjoint(_bookings_of(clash))
    ]
    return ids[-1] if len(ids) == _AT_ONCE else None


def _bookings_of(clash: Clash) -> tuple[UUID, UUID]:
    return clash.scheduled_event_id, clash.conflicting_event_id


def _pair(clash: Clash) -> str:
    return f"{clash.scheduled_event_id} and {clash.conflicting_event_id}"


async def occurrences_out_of_step(patient: Patient) -> Sequence[Breach]:
    """Coming occurrences that are not where the clock of their zone puts them by today's time zone rules."""
    async with patient.look() as uow:
        _, found = await series_out_of_step(uow, TimeSlot(uow.now, _END_OF_TIME))
    return [
        Breach(str(series_id), f"{start.isoformat()} is at another instant than the zone's clock says")
        for series_id, starts in sorted(found.items())
        for start in sorted(starts)
    ]


async def occurrences_out_of_rule(patient: Patient) -> Sequence[Breach]:
    """Coming occurrences, not changed by themselves, on dates that their series' rule does not give."""
    async with patient.look() as uow:
        found = await occurrences_off_the_rule(uow, patient.settings.maximum_occurrences)
    return [
        Breach(str(series_id), f"{start.isoformat()} is no date of its rule")
        for series_id, starts in sorted(found.items())
        for start in sorted(starts)
    ]


async def blocks_out_of_line(patient: Patient) -> Sequence[Breach]:
    """Coming bookings whose blocks are not what closures and working hours make of them."""
    found: list[Breach] = []
    async with patient.look() as uow:
        for resource in await resources.listed(uow, ResourceFilter(), Sort("name"), None, _EVERY):
            bookings = await claimants(uow, resource.resource_id, TimeSlot(uow.now, _END_OF_TIME))
            if not bookings:
                continue
            reach = TimeSlot(
                min(slot.start_date_time for _, slot in bookings),
                max(slot.end_date_time for _, slot in bookings) + timedelta(microseconds=1),
            )
            closed = [one.closure for one in await closures.of_resource(uow, resource.resource_id, reach)]
            expected = stranded(resource, bookings, closed)
            noted = await noted_blocks(uow, resource.resource_id, [key for key, _ in bookings])
            found += [
                Breach(str(key), f"{resource.name} is {expected.get(key, 'open')}; noted is {noted.get(key)}")
                for key, _ in bookings
                if expected.get(key) != noted.get(key)
            ]
    return found

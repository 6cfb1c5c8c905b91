"""Suggestions as their requester may see them, and what they book over as things are now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select, text

from domain.advice import OverlappedHold, StoredSuggestion
from domain.time_slot import TimeSlot
from persistence import tables
from persistence.mapping import as_range
from persistence.readers.rivals import get_rivals
from persistence.unit_of_work import UnitOfWork

_HOLDS = text("SELECT * FROM holds_under(CAST(:resources AS uuid[]), CAST(:slots AS tstzrange[]), :now)")

_Taken = list[tuple[UUID, TimeSlot]]


async def as_seen(uow: UnitOfWork, stored: Sequence[StoredSuggestion]) -> list[StoredSuggestion]:
    """The suggestions, with what is hidden from their requester and the holds they book over by now."""
    hidden = await _hidden_resources(uow, stored)
    holds = await _holds_under(uow, stored)
    return [
        replace(one, hidden_resource_ids=frozenset(_claimed(one) & hidden), holds=over)
        for one, over in zip(stored, holds, strict=True)
    ]


def _claimed(stored: StoredSuggestion) -> set[UUID]:
    places = [place for change in stored.suggestion.changes for place in (change.before, change.after)]
    return {claim.resource_id for place in places for claim in place.claims}


async def _hidden_resources(uow: UnitOfWork, stored: Sequence[StoredSuggestion]) -> set[UUID]:
    if uow.viewer.sees_all or not stored:
        return set()
    claimed = set().union(*map(_claimed, stored))
    resources = tables.resources
    statement = select(resources.c.resource_id).where(resources.c.resource_id.in_(claimed))
    return claimed.difference((await uow.connection.execute(statement)).scalars())


async def _holds_under(
    uow: UnitOfWork, stored: Sequence[StoredSuggestion]
) -> list[tuple[OverlappedHold, ...]]:
    """By suggestion, the holds that applying it books over, by start."""
    owners = await _owners_of_asked(uow, stored)
    takes = [_taken(one, owners) for one in stored]
    flat = [(number, *take) for number, some in enumerate(takes) for take in some]
    parameters = {
        "resources": [resource_id for _, resource_id, _ in flat],
        "slots": [as_range(slot) for _, _, slot in flat],
        "now": uow.now,
    }
    found: list[set[UUID]] = [set() for _ in stored]
    for row in await uow.connection.execute(_HOLDS, parameters):
        number = flat[row.place - 1][0]
        if row.scheduled_event_id not in stored[number].versions:
            found[number].add(row.scheduled_event_id)
    return await _described(uow, found)


async def _described(uow: UnitOfWork, found: Sequence[Collection[UUID]]) -> list[tuple[OverlappedHold, ...]]:
    wanted = sorted(set().union(*found))
    rivals = await get_rivals(uow, wanted) if wanted else {}
    holds = {key: OverlappedHold(one.slot, one.scheduled_event_id, one.title) for key, one in rivals.items()}
    return [
        tuple(sorted((holds[key] for key in some if key in holds), key=lambda hold: hold.slot))
        for some in found
    ]


async def _owners_of_asked(uow: UnitOfWork, stored: Sequence[StoredSuggestion]) -> Mapping[UUID, UUID]:
    """Who owns the calendars of those requests that go where they were asked for."""
    calendars = tables.calendars
    wanted = {one.request.calendar_id for one in stored if one.request is not None and _goes_as_asked(one)}
    if not wanted:
        return {}
    statement = select(calendars.c.calendar_id, calendars.c.owner_id).where(
        calendars.c.calendar_id.in_(wanted)
    )
    return {row.calendar_id: row.owner_id for row in await uow.connection.execute(statement)}


def _goes_as_asked(stored: StoredSuggestion) -> bool:
    return all(one.scheduled_event_id is not None for one in stored.suggestion.changes)


def _taken(stored: StoredSuggestion, owners: Mapping[UUID, UUID]) -> _Taken:
    """What a suggestion takes, and when; a request that no change places goes where it was asked for."""
    changes, request = stored.suggestion.changes, stored.request
    taken = [(claim.resource_id, one.after.slot) for one in changes for claim in one.after.claims]
    if request is not None and _goes_as_asked(stored):
        used = [one.resource_id for one in request.claims]
        if request.calendar_id in owners:
            used.append(owners[request.calendar_id])
        taken.extend((resource_id, request.slot) for resource_id in used)
    return taken

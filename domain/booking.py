"""Deciding on a booking: what it clashes with, whether that refuses it, and what it will hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from domain.conflicts import Clash, Pool, Usage, find_clashes_around, peak_demand
from domain.entities import Calendar, Claim, Closure, Event, Resource, ScheduledEvent
from domain.enums import AccessLevel, ClaimRole, ConflictLevel, ResourceType, ScheduleStatus
from domain.errors import (
    A_RESOURCE,
    ConflictException,
    OverbookingException,
    RefusedClash,
    TimeSlotUnavailableException,
)
from domain.facts import OverbookingWarningTriggered
from domain.policy import Policy
from domain.proposal import Proposal
from domain.rules.availability import ensure_open
from domain.rules.conflicts import refuses_booking
from domain.rules.overbooking import crosses_warning, is_refused, warning_threshold
from domain.time_slot import TimeSlot
from domain.undo import Former

Occupancy = Mapping[Pool, tuple[Usage, ...]]


@dataclass(frozen=True, slots=True)
class Picture:
    """All that bears on a decision, read under the locks of its calendars and resources.

    others: what every other live booking takes in and around the slots at stake, by pool.
    booking: the one being changed, as it is; None for a new one.
    calendar_access, resource_access: the viewer's grants.
    visible_resource_ids: the resources that may be named to the viewer; None for all.
    open_bookings: how many bookings a Customer has ahead; 0 for other roles.
    leaving: bookings that will be moved before the commit: in nobody's way, and judged when they move.
    former: what the booking was and is to be again: what stood there then does not refuse it now.
    """

    calendars: Mapping[UUID, Calendar]
    resources: Mapping[UUID, Resource]
    others: Occupancy
    event: Event | None = None
    booking: ScheduledEvent | None = None
    closures: tuple[Closure, ...] = ()
    calendar_access: Mapping[UUID, AccessLevel] = field(default_factory=dict)
    resource_access: Mapping[UUID, AccessLevel] = field(default_factory=dict)
    resources_with_calendar: frozenset[UUID] = frozenset()
    visible_resource_ids: frozenset[UUID] | None = None
    open_bookings: int = 0
    leaving: frozenset[UUID] = frozenset()
    former: Former | None = None

    def sees(self, resource_id: UUID) -> bool:
        """Whether the viewer may see the resource at all."""
        return self.visible_resource_ids is None or resource_id in self.visible_resource_ids

    def pool_of(self, resource_id: UUID) -> Pool:
        resource = self.resources[resource_id]
        return Pool(resource_id, resource.resource_type, resource.quantity)

    def pool_of_calendar(self, calendar: Calendar) -> Pool:
        """What the calendar's own bookings share: its venue, or the calendar itself."""
        if calendar.limits_concurrency:
            return Pool(None, None, calendar.max_concurrent_events, calendar.calendar_id)
        return self.pool_of(calendar.owner_id)


@dataclass(frozen=True, slots=True)
class PlacedClaim:
    """A claim as it will be stored. enforced: guarded by the database's exclusion constraint too."""

    claim: Claim
    during: TimeSlot
    enforced: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """A booking that may be made.

    detected: the booking's own clashes, and those between others that it brings about, with their levels.
    vanished: those that were there before and are not afterwards, its own and others'.
    overridden: whether only the override let it through.
    inherits_clash: whether it keeps, or has again, a clash that would refuse a new booking.
    """

    claims: tuple[PlacedClaim, ...]
    detected: Mapping[Clash, ConflictLevel]
    vanished: frozenset[Clash]
    overridden: bool
    inherits_clash: bool
    warning: OverbookingWarningTriggered | None


def all_claims(calendar: Calendar, claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
    """The claim on the resource that owns the calendar, first, and the others."""
    owner = calendar.resource_id
    if owner is None:
        return claims
    named = next((one for one in claims if one.resource_id == owner), Claim(owner))
    return (named, *(one for one in claims if one.resource_id != owner))


def decide(picture: Picture, proposal: Proposal, policy: Policy) -> Decision:
    """Judge a proposal in the order closed (422), then clash (409).

    Raises TimeSlotUnavailableException, ConflictException or OverbookingException.
    """
    calendar = picture.calendars[proposal.calendar_id]
    claims = all_claims(calendar, proposal.claims)
    former = picture.former
    if former is None or not former.is_blocked:
        ensure_claims_open(picture, claims, proposal.slot)
    own = proposal.scheduled_event_id
    before = find_clashes_around(own, _occupancy_before(picture))
    leaving, picture = picture.leaving, _without_leaving(picture)
    judged = judged_clashes(picture, proposal)
    refusing = {clash: level for clash, level in judged.items() if refuses_booking(level)}
    inherited = {
        clash for clash in refusing if clash in before and is_kept(picture, picture.booking, proposal, clash)
    }
    if former is not None:
        inherited |= refusing.keys() & former.clashes
    refused = {clash: level for clash, level in refusing.items() if clash not in inherited}
    overridden = bool(refused) and proposal.override_reason is not None and not calendar.allow_overbooking
    if any(
        is_refused(level, allow_overbooking=calendar.allow_overbooking, overridden=overridden)
        for level in refused.values()
    ):
        raise _refusal(picture, proposal, judged)
    after = find_clashes_around(own, occupancy_with(picture, proposal))
    return Decision(
        claims=tuple(place_claim(picture, proposal, claim, refusing) for claim in claims),
        detected=clashes_to_record(frozenset({own}), before, after),
        vanished=frozenset(one for one in before.keys() - after.keys() if _is_told(one, own, leaving)),
        overridden=overridden,
        inherits_clash=bool(inherited),
        warning=warning_of(picture, proposal, policy),
    )


def is_kept(picture: Picture, booking: ScheduledEvent | None, proposal: Proposal, clash: Clash) -> bool:
    """Whether a booking that clashed already asks no more of what it clashes over, in time or quantity."""
    if booking is None or not booking.slot.contains(proposal.slot):
        return False
    if clash.resource_id is None:
        return booking.calendar_id == proposal.calendar_id
    held, wanted = (
        {claim.resource_id: claim.quantity for claim in all_claims(picture.calendars[key], claims)}
        for key, claims in ((booking.calendar_id, booking.claims), (proposal.calendar_id, proposal.claims))
    )
    return wanted[clash.resource_id] <= held.get(clash.resource_id, 0)


@dataclass(frozen=True, slots=True)
class Removal:
    """What taking a booking away leaves behind.

    detected: clashes between others that another of theirs, which vanishes, had silenced.
    vanished: those that were there before and are not afterwards.
    """

    detected: Mapping[Clash, ConflictLevel]
    vanished: frozenset[Clash]


def decide_removal(picture: Picture) -> Removal:
    """What becomes of the clashes when the picture's booking is taken away."""
    assert picture.booking is not None
    own = picture.booking.scheduled_event_id
    before = find_clashes_around(own, _occupancy_before(picture))
    after = find_clashes_around(own, picture.others)
    return Removal(
        clashes_to_record(frozenset({own}), before, after), frozenset(before.keys() - after.keys())
    )


def clashes_to_record(
    own: frozenset[UUID], before: Mapping[Clash, ConflictLevel], after: Mapping[Clash, ConflictLevel]
) -> dict[Clash, ConflictLevel]:
    """The clashes to write down. Others' that were there anyway are left alone: we know not all of them."""
    return {
        clash: level
        for clash, level in after.items()
        if clash.scheduled_event_id in own or clash.conflicting_event_id in own or clash not in before
    }


def _without_leaving(picture: Picture) -> Picture:
    """The picture in which the bookings that will be moved too have left."""
    if not picture.leaving:
        return picture
    staying = {
        pool: tuple(one for one in usages if one.scheduled_event_id not in picture.leaving)
        for pool, usages in picture.others.items()
    }
    return replace(picture, others=staying)


def _is_told(clash: Clash, own: UUID, leaving: frozenset[UUID]) -> bool:
    """Whether this decision tells what became of the clash: of one between others, theirs may have to."""
    pair = {clash.scheduled_event_id, clash.conflicting_event_id}
    return own in pair or pair.isdisjoint(leaving)


def ensure_claims_open(picture: Picture, claims: tuple[Claim, ...], slot: TimeSlot) -> None:
    """Reject a slot in which something claimed is closed; what is hidden is not named."""
    for claim in claims:
        own = [one for one in picture.closures if one.resource_id == claim.resource_id]
        try:
            ensure_open(picture.resources[claim.resource_id], slot, own)
        except TimeSlotUnavailableException:
            if picture.sees(claim.resource_id):
                raise
            raise TimeSlotUnavailableException(A_RESOURCE.capitalize(), slot) from None


def judged_clashes(picture: Picture, proposal: Proposal) -> dict[Clash, ConflictLevel]:
    """The proposal's own clashes. A hold is judged like a firm booking, though only against firm ones."""
    if proposal.is_hold:
        firm = {pool: tuple(u for u in usages if not u.is_hold) for pool, usages in picture.others.items()}
        picture = replace(picture, others=firm)
        proposal = replace(proposal, status=ScheduleStatus.Scheduled)
    own = proposal.scheduled_event_id
    return {
        clash: level
        for clash, level in find_clashes_around(own, occupancy_with(picture, proposal)).items()
        if own in (clash.scheduled_event_id, clash.conflicting_event_id)
    }


def _occupancy_before(picture: Picture) -> Occupancy:
    booking = picture.booking
    if booking is None:
        return picture.others
    return occupancy_with(picture, Proposal.of(booking))


def occupancy_with(picture: Picture, *proposals: Proposal) -> Occupancy:
    """What the others take plus what the proposals take."""
    added: defaultdict[Pool, list[Usage]] = defaultdict(list)
    for proposal in proposals:
        for pool, usage in _usages(picture, proposal):
            added[pool].append(usage)
    occupancy = dict(picture.others)
    for pool, usages in added.items():
        occupancy[pool] = (*occupancy.get(pool, ()), *usages)
    return occupancy


def _usages(picture: Picture, proposal: Proposal) -> Iterator[tuple[Pool, Usage]]:
    def usage(during: TimeSlot, quantity: int, role: ClaimRole) -> Usage:
        key, created_at = proposal.scheduled_event_id, proposal.created_at
        return Usage(key, during, created_at, quantity, role, proposal.is_hold)

    calendar = picture.calendars[proposal.calendar_id]
    for claim in all_claims(calendar, proposal.claims):
        during = picture.resources[claim.resource_id].claimed_range(proposal.slot)
        yield picture.pool_of(claim.resource_id), usage(during, claim.quantity, claim.role)
    if calendar.limits_concurrency:
        yield picture.pool_of_calendar(calendar), usage(proposal.slot, 1, ClaimRole.Primary)


def _refusal(
    picture: Picture, proposal: Proposal, judged: Mapping[Clash, ConflictLevel]
) -> ConflictException:
    clashes = refused_clashes(proposal, judged)
    capacities = [
        picture.resources[clash.resource_id].quantity
        if clash.resource_id is not None
        else picture.calendars[proposal.calendar_id].max_concurrent_events
        for clash in clashes
        if refuses_booking(clash.conflict_level)
    ]
    kind = OverbookingException if min(capacities) > 1 else ConflictException
    return kind(proposal, clashes)


def refused_clashes(proposal: Proposal, judged: Mapping[Clash, ConflictLevel]) -> tuple[RefusedClash, ...]:
    """A refused proposal's clashes, the worst first."""
    own = proposal.scheduled_event_id
    return tuple(
        RefusedClash(
            rival_id=(
                clash.conflicting_event_id if clash.scheduled_event_id == own else clash.scheduled_event_id
            ),
            conflict_type=clash.conflict_type,
            conflict_level=level,
            resource_id=clash.resource_id,
        )
        for clash, level in sorted(judged.items(), key=lambda item: (-item[1], str(item[0])))
    )


def place_claim(
    picture: Picture, proposal: Proposal, claim: Claim, refused: Mapping[Clash, ConflictLevel]
) -> PlacedClaim:
    """The claim with its range; a venue of quantity 1 is enforced unless this booking is exempt there."""
    resource = picture.resources[claim.resource_id]
    guarded = resource.resource_type is ResourceType.Venue and resource.quantity == 1
    exempt = picture.calendars[proposal.calendar_id].allow_overbooking or any(
        clash.resource_id == claim.resource_id for clash in refused
    )
    enforced = guarded and not exempt and not proposal.is_hold
    return PlacedClaim(claim, resource.claimed_range(proposal.slot), enforced)


def warning_of(picture: Picture, proposal: Proposal, policy: Policy) -> OverbookingWarningTriggered | None:
    calendar = picture.calendars[proposal.calendar_id]
    pool = picture.pool_of_calendar(calendar)
    threshold = warning_threshold(pool.quantity, policy)
    if threshold is None:
        return None
    after = occupancy_with(picture, proposal)[pool]
    peak_after = peak_demand(after, proposal.slot)
    peak_before = peak_demand(_occupancy_before(picture).get(pool, ()), proposal.slot)
    if not crosses_warning(peak_before, peak_after, pool.quantity, policy):
        return None
    return OverbookingWarningTriggered(calendar.calendar_id, peak_after, pool.quantity, threshold)

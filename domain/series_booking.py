"""Deciding on all occurrences of a series at once: what they clash with, and what they will hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.booking import (
    Picture,
    PlacedClaim,
    all_claims,
    clashes_to_record,
    ensure_claims_open,
    is_kept,
    occupancy_with,
    place_claim,
    refused_clashes,
    warning_of,
)
from domain.conflicts import Clash, find_clashes_around_all
from domain.entities import ScheduledEvent
from domain.enums import ConflictLevel, ScheduleStatus
from domain.errors import (
    FieldException,
    RefusedOccurrence,
    SeriesConflictException,
    SeriesUnavailableException,
    TimeSlotUnavailableException,
)
from domain.facts import OverbookingWarningTriggered
from domain.policy import Policy
from domain.proposal import Proposal
from domain.rules.conflicts import refuses_booking
from domain.rules.overbooking import is_refused

_Clashes = Mapping[Clash, ConflictLevel]


@dataclass(frozen=True, slots=True)
class SeriesDecision:
    """Occurrences that may be made, changed or taken away.

    placed: what each of them will hold, by booking.
    detected: their clashes, and those between others that they bring about, with their levels.
    vanished: those that were there before and are not afterwards.
    overridden: the bookings that only the override let through.
    inheriting: those that keep a clash which would refuse a new booking.
    """

    placed: Mapping[UUID, tuple[PlacedClaim, ...]]
    detected: Mapping[Clash, ConflictLevel]
    vanished: frozenset[Clash]
    overridden: frozenset[UUID]
    inheriting: frozenset[UUID]
    warnings: tuple[OverbookingWarningTriggered, ...]


def decide_series(
    picture: Picture, current: Sequence[ScheduledEvent], proposals: Sequence[Proposal], policy: Policy
) -> SeriesDecision:
    """Judge all occurrences together, in the order closed (422), then clash (409).

    picture: with no booking of its own; what its current ones take may be among the others.
    current: live occurrences as they are; those without a proposal are taken away.
    One that keeps its place may have been closed under it.
    Raises SeriesUnavailableException, SeriesConflictException, and FieldException for dates that are in each
    other's way.
    """
    known = {one.scheduled_event_id: one for one in current}
    own = frozenset(known) | {one.scheduled_event_id for one in proposals}
    picture = _without(picture, own)
    _ensure_open(picture, [one for one in proposals if not _stays(picture, one, known)])
    before = find_clashes_around_all(own, occupancy_with(picture, *map(Proposal.of, current)))
    verdicts = [
        _Verdict.of(picture, proposal, known.get(proposal.scheduled_event_id), judged, before)
        for proposal, judged in _judged(picture, proposals)
    ]
    refused = [one for one in verdicts if one.is_refused]
    if refused:
        raise _refusal(own, refused, len(proposals))
    after = find_clashes_around_all(own, occupancy_with(picture, *proposals))
    return SeriesDecision(
        placed={one.proposal.scheduled_event_id: one.placed for one in verdicts},
        detected=clashes_to_record(own, before, after),
        vanished=frozenset(before.keys() - after.keys()),
        overridden=frozenset(one.proposal.scheduled_event_id for one in verdicts if one.is_overridden),
        inheriting=frozenset(one.proposal.scheduled_event_id for one in verdicts if one.inherits),
        warnings=tuple(_warnings(picture, known, proposals, policy)),
    )


@dataclass(frozen=True, slots=True)
class _Verdict:
    proposal: Proposal
    refusing: _Clashes
    judged: _Clashes
    placed: tuple[PlacedClaim, ...]
    inherits: bool
    is_overridden: bool
    is_refused: bool

    @classmethod
    def of(
        cls,
        picture: Picture,
        proposal: Proposal,
        booking: ScheduledEvent | None,
        judged: _Clashes,
        before: _Clashes,
    ) -> _Verdict:
        """What becomes of one occurrence, by its own clashes."""
        calendar = picture.calendars[proposal.calendar_id]
        refusing = {clash: level for clash, level in judged.items() if refuses_booking(level)}
        kept = {one for one in refusing if one in before and is_kept(picture, booking, proposal, one)}
        left = {clash: level for clash, level in refusing.items() if clash not in kept}
        overridden = bool(left) and proposal.override_reason is not None and not calendar.allow_overbooking
        return cls(
            proposal,
            left,
            judged,
            tuple(
                place_claim(picture, proposal, claim, refusing)
                for claim in all_claims(calendar, proposal.claims)
            ),
            bool(kept),
            overridden,
            any(
                is_refused(level, allow_overbooking=calendar.allow_overbooking, overridden=overridden)
                for level in left.values()
            ),
        )


def _without(picture: Picture, own: frozenset[UUID]) -> Picture:
    others = {
        pool: tuple(one for one in usages if one.scheduled_event_id not in own)
        for pool, usages in picture.others.items()
    }
    return replace(picture, others=others, booking=None)


def _ensure_open(picture: Picture, proposals: Iterable[Proposal]) -> None:
    closed: list[TimeSlotUnavailableException] = []
    for proposal in proposals:
        claims = all_claims(picture.calendars[proposal.calendar_id], proposal.claims)
        try:
            ensure_claims_open(picture, claims, proposal.slot)
        except TimeSlotUnavailableException as error:
            closed.append(error)
    if closed:
        raise SeriesUnavailableException(tuple(closed))


def _stays(picture: Picture, proposal: Proposal, known: Mapping[UUID, ScheduledEvent]) -> bool:
    """Whether an occurrence keeps its place, which may have been closed under it."""
    booking = known.get(proposal.scheduled_event_id)
    if booking is None or booking.calendar_id != proposal.calendar_id:
        return False
    calendar = picture.calendars[proposal.calendar_id]
    today, wanted = (
        (one.slot, one.is_hold, frozenset(all_claims(calendar, one.claims)))
        for one in (Proposal.of(booking), proposal)
    )
    return today == wanted


def _judged(picture: Picture, proposals: Sequence[Proposal]) -> list[tuple[Proposal, _Clashes]]:
    """Each with its own clashes. Holds are judged like firm bookings, though only against firm ones."""
    firm = [one for one in proposals if not one.is_hold]
    found = find_clashes_around_all(_ids(firm), occupancy_with(picture, *proposals))
    holds = [one for one in proposals if one.is_hold]
    if holds:
        others = {pool: tuple(u for u in usages if not u.is_hold) for pool, usages in picture.others.items()}
        as_firm = [replace(one, status=ScheduleStatus.Scheduled) for one in proposals]
        met = find_clashes_around_all(_ids(holds), occupancy_with(replace(picture, others=others), *as_firm))
        held = _ids(holds)
        found = {
            **{one: level for one, level in found.items() if held.isdisjoint(_pair(one))},
            **{one: level for one, level in met.items() if not held.isdisjoint(_pair(one))},
        }
    by_booking: dict[UUID, dict[Clash, ConflictLevel]] = {one.scheduled_event_id: {} for one in proposals}
    for clash, level in found.items():
        for key in _pair(clash):
            if key in by_booking:
                by_booking[key][clash] = level
    return [(one, by_booking[one.scheduled_event_id]) for one in proposals]


def _ids(proposals: Iterable[Proposal]) -> frozenset[UUID]:
    return frozenset(one.scheduled_event_id for one in proposals)


def _pair(clash: Clash) -> tuple[UUID, UUID]:
    return clash.scheduled_event_id, clash.conflicting_event_id


def _refusal(own: frozenset[UUID], refused: Sequence[_Verdict], asked: int) -> Exception:
    if any(own.issuperset(_pair(clash)) for one in refused for clash in one.refusing):
        return FieldException(
            "recurrencePattern", "Its dates are in each other's way, setup and teardown included"
        )
    occurrences = tuple(
        RefusedOccurrence(one.proposal, refused_clashes(one.proposal, one.judged)) for one in refused
    )
    return SeriesConflictException(occurrences, asked)


def _warnings(
    picture: Picture, known: Mapping[UUID, ScheduledEvent], proposals: Iterable[Proposal], policy: Policy
) -> Iterable[OverbookingWarningTriggered]:
    for proposal in proposals:
        own = replace(picture, booking=known.get(proposal.scheduled_event_id))
        warning = warning_of(own, proposal, policy)
        if warning is not None:
            yield warning

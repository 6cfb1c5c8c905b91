"""A refused booking as the solver takes it."""

from __future__ import annotations

from domain.booking import all_claims
from domain.entities import Event
from domain.proposal import Proposal
from domain.schedule import ScheduleSnapshot, SnapshotBooking


def as_booking(snapshot: ScheduleSnapshot, proposal: Proposal, event: Event) -> SnapshotBooking:
    """The refused booking where it was asked for, free to go elsewhere."""
    calendar = next(one for one in snapshot.calendars if one.calendar_id == proposal.calendar_id)
    return SnapshotBooking(
        scheduled_event_id=proposal.scheduled_event_id,
        calendar_id=proposal.calendar_id,
        slot=proposal.slot,
        status=proposal.status,
        claims=all_claims(calendar, proposal.claims),
        created_at=proposal.created_at,
        title=event.title,
        attendees=event.attendees,
        priority=event.priority,
        time_zone=proposal.time_zone,
    )

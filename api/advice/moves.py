"""Suggestions for a booking that exists and was refused another place."""

from __future__ import annotations

from dataclasses import replace

from domain.entities import ScheduledEvent
from domain.schedule import SnapshotBooking
from domain.suggestion import Change, Placement, Suggestion


def as_move(suggestion: Suggestion, today: ScheduledEvent, wanted: SnapshotBooking) -> Suggestion:
    """The suggestion with the request named as the booking it is, moved last, from where it is today.

    wanted: where it was to go; where only rivals move, it goes there.
    """
    asked = Placement(wanted.calendar_id, wanted.slot, wanted.claims)
    placed = [one.after for one in suggestion.changes if one.scheduled_event_id is None]
    before = Placement(today.calendar_id, today.slot, today.claims)
    own = Change(today.scheduled_event_id, before, placed[0] if placed else asked, wanted.title)
    rivals = [one for one in suggestion.changes if one.scheduled_event_id is not None]
    return replace(suggestion, changes=(*rivals, own))


def stays(suggestion: Suggestion) -> bool:
    """Whether the booking that is moved last would be where it is today."""
    own = suggestion.changes[-1]
    return (own.before.calendar_id, own.before.slot, set(own.before.claims)) == (
        own.after.calendar_id,
        own.after.slot,
        set(own.after.claims),
    )

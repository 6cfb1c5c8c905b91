"""The plain sentence a person would write about a fix."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.entities import Resource
from domain.enums import ResourceType
from domain.suggestion import Change
from domain.time_slot import TimeSlot

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


class Phrase:
    """Says what changes do.

    resources: by id. nameable: those that may be named; None for all. now: whose year goes unsaid.
    """

    def __init__(
        self, resources: Mapping[UUID, Resource], nameable: frozenset[UUID] | None, now: datetime
    ) -> None:
        self._resources = resources
        self._nameable = nameable
        self._now = now

    def sentence(self, changes: tuple[tuple[Change, str], ...]) -> str:
        """All changes, each with the zone its times are said in, as one sentence."""
        parts = [self._change(change, ZoneInfo(zone)) for change, zone in changes]
        return parts[0] + "".join(f"; {part[0].lower()}{part[1:]}" for part in parts[1:])

    def _change(self, change: Change, zone: ZoneInfo) -> str:
        title = change.title if change.title is not None else "another booking"
        swaps = [
            (old.resource_id, new.resource_id)
            for old, new in zip(change.before.claims, change.after.claims, strict=True)
            if old.resource_id != new.resource_id
        ]
        venues = [new for old, new in swaps if self._is_venue(old)]
        others = [(old, new) for old, new in swaps if not self._is_venue(old)]
        moves = change.before.slot != change.after.slot
        when = self._when(change.after.slot, zone)
        if venues:
            place = " and ".join(self._name(venue) for venue in venues)
            said = f"Move {title} to {place}" + (f" on {when}" if moves else "")
        elif moves:
            same = "same room" if any(self._is_venue(c.resource_id) for c in change.before.claims) else ""
            said = f"Move {title} to {when}" + (f", {same}" if same and not others else "")
        else:
            first, *others = others
            swap = self._swap(*first)
            said = f"{swap[0].upper()}{swap[1:]} for {title}"
        said += "".join(f", {self._swap(old, new)}" for old, new in others)
        return said if moves else f"{said}, same time"

    def _swap(self, old: UUID, new: UUID) -> str:
        if self._nameable is not None and old not in self._nameable:
            return f"use {self._name(new)}"
        return f"use {self._name(new)} instead of {self._name(old)}"

    def _when(self, slot: TimeSlot, zone: ZoneInfo) -> str:
        start, end = slot.start_date_time.astimezone(zone), slot.end_date_time.astimezone(zone)
        if start.date() == end.date():
            return f"{self._day(start)}, {start:%H:%M}-{end:%H:%M}"
        return f"{self._day(start)}, {start:%H:%M} to {self._day(end)}, {end:%H:%M}"

    def _day(self, moment: datetime) -> str:
        year = "" if moment.year == self._now.year else f" {moment.year}"
        return f"{_DAYS[moment.weekday()]} {moment.day} {_MONTHS[moment.month - 1]}{year}"

    def _is_venue(self, resource_id: UUID) -> bool:
        return self._resources[resource_id].resource_type is ResourceType.Venue

    def _name(self, resource_id: UUID) -> str:
        return self._resources[resource_id].name

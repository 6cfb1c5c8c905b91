"""The plain sentence a person would write about a fix."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.entities import Claim, Resource
from domain.enums import ResourceType
from domain.suggestion import Change
from domain.time_slot import TimeSlot

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@dataclass(frozen=True, slots=True)
class Saying:
    """One change to be said.

    name: what the booking is called. zone_said: whether its times are followed by the name of their zone.
    """

    change: Change
    name: str
    time_zone: str
    zone_said: bool = False


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

    def sentence(self, sayings: Iterable[Saying]) -> str:
        """All changes as one sentence."""
        parts = [self._change(one) for one in sayings]
        return parts[0] + "".join(f"; {part[0].lower()}{part[1:]}" for part in parts[1:])

    def title(self, title: str | None) -> str:
        """What a booking is called that its title suffices for, or that the viewer may not see."""
        return "another booking" if title is None else title

    def start(self, slot: TimeSlot, zone: ZoneInfo) -> str:
        """The day and time of day at which a slot starts."""
        start = slot.start_date_time.astimezone(zone)
        return f"{self._day(start)}, {start:%H:%M}"

    def venues(self, claims: Iterable[Claim]) -> Iterator[str]:
        """The names of the venues among what is claimed, of those that may be named."""
        for claim in claims:
            nameable = self._nameable is None or claim.resource_id in self._nameable
            if nameable and self._is_venue(claim.resource_id):
                yield self._name(claim.resource_id)

    def _change(self, saying: Saying) -> str:
        change, name = saying.change, saying.name
        swaps = [
            (old.resource_id, new.resource_id)
            for old, new in zip(change.before.claims, change.after.claims, strict=True)
            if old.resource_id != new.resource_id
        ]
        venues = [new for old, new in swaps if self._is_venue(old)]
        others = [(old, new) for old, new in swaps if not self._is_venue(old)]
        moves = change.before.slot != change.after.slot
        when = self.when(change.after.slot, ZoneInfo(saying.time_zone))
        when += f" ({saying.time_zone})" if saying.zone_said else ""
        if venues:
            place = " and ".join(self._name(venue) for venue in venues)
            said = f"Move {name} to {place}" + (f" on {when}" if moves else "")
        elif moves:
            same = "same room" if any(self._is_venue(c.resource_id) for c in change.before.claims) else ""
            said = f"Move {name} to {when}" + (f", {same}" if same and not others else "")
        else:
            first, *others = others
            swap = self._swap(*first)
            said = f"{swap[0].upper()}{swap[1:]} for {name}"
        said += "".join(f", {self._swap(old, new)}" for old, new in others)
        return said if moves else f"{said}, same time"

    def _swap(self, old: UUID, new: UUID) -> str:
        if self._nameable is not None and old not in self._nameable:
            return f"use {self._name(new)}"
        return f"use {self._name(new)} instead of {self._name(old)}"

    def when(self, slot: TimeSlot, zone: ZoneInfo) -> str:
        """The days and times of day of a slot."""
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

"""Bringing recorded conflicts in line with the clashes there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.conflicts import Clash
from domain.entities import ScheduleConflict
from domain.enums import OPEN_CONFLICT_STATUSES, ConflictLevel, ResolutionMethod
from domain.time_slot import TimeSlot


@dataclass(frozen=True, slots=True)
class RecordedClash:
    """A conflict on record, with what has become of its two bookings.

    spans: what each of them takes today of what they clashed over; of one that left it, its own time.
    is_live: whether both still hold their place.
    is_shared: whether both still take some of what they clashed over.
    """

    conflict: ScheduleConflict
    spans: tuple[TimeSlot, TimeSlot]
    is_live: bool
    is_shared: bool

    @property
    def clash(self) -> Clash:
        one = self.conflict
        return Clash(one.scheduled_event_id, one.conflicting_event_id, one.conflict_type, one.resource_id)

    @property
    def is_open(self) -> bool:
        return self.conflict.status in OPEN_CONFLICT_STATUSES

    def touches(self, window: TimeSlot) -> bool:
        """Whether both bookings are in the window, so that a look at it tells whether they clash."""
        return all(span.overlaps(window) for span in self.spans)

    @property
    def ended_by(self) -> ResolutionMethod | None:
        """What keeps the two bookings apart now; None when they still meet."""
        if not self.is_live:
            return ResolutionMethod.EventCancelled
        if not self.is_shared:
            return ResolutionMethod.ResourceChanged
        return None if self.spans[0].overlaps(self.spans[1]) else ResolutionMethod.Rescheduled


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What is to be written, and how many conflicts are detected, resolved and open afterwards.

    to_record: clashes not on record, or at another level there.
    to_close: those that are over, by what ended them.
    """

    to_record: Mapping[Clash, ConflictLevel]
    to_close: Mapping[ResolutionMethod, list[Clash]]
    detected: int
    resolved: int
    open: int


def reconcile(
    found: Mapping[Clash, ConflictLevel], recorded: Iterable[RecordedClash], window: TimeSlot
) -> Reconciliation:
    """Compare what a look at a window found with what is on record.

    recorded: every conflict over the same resources or calendars whose clash is not known to be over.
    """
    known = {one.clash: one for one in recorded}
    to_close: defaultdict[ResolutionMethod, list[Clash]] = defaultdict(list)
    resolved = 0
    for clash, one in known.items():
        method = one.ended_by
        if method is None and clash not in found and one.touches(window):
            # They meet where there is enough for both now: the resource has grown, or a third one left.
            method = ResolutionMethod.ResourceChanged
        if method is not None:
            to_close[method].append(clash)
            resolved += one.is_open
    return Reconciliation(
        to_record={
            clash: level
            for clash, level in found.items()
            if clash not in known or known[clash].conflict.conflict_level is not level
        },
        to_close=to_close,
        detected=sum(clash not in known for clash in found),
        resolved=resolved,
        open=sum(clash not in known or known[clash].is_open for clash in found),
    )

"""What is still news when a letter is written: many notices of a booking are often one piece, or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.enums import ScheduleStatus
from domain.exported_schedule import ANOTHER_BOOKING
from domain.notice import Notice, NoticeKind
from domain.time_slot import TimeSlot
from persistence.readers.told_bookings import ToldBooking


@dataclass(frozen=True, slots=True)
class News:
    """One thing that a person is told of a booking.

    key: of the booking or series. was: where it was before, None for what has not changed.
    others: what it clashes with, as far as the person may know. about: the conflict to look at.
    """

    kind: NoticeKind
    key: UUID
    booking: ToldBooking
    was_slot: TimeSlot | None = None
    was_calendar: str | None = None
    others: tuple[str, ...] = ()
    about: UUID | None = None
    reason: str | None = None
    rank: int | None = None
    until: datetime | None = None

    @property
    def changes_calendar(self) -> bool:
        """Whether the person's calendar program has to hear of it."""
        return self.kind in _CALENDAR_KINDS


_CALENDAR_KINDS = frozenset(
    {NoticeKind.Booked, NoticeKind.Moved, NoticeKind.Cancelled, NoticeKind.HoldExpired}
)


@dataclass(frozen=True, slots=True)
class Present:
    """How things are now, as far as the person may know.

    bookings: those they see, rivals included. calendars: what those are called. open_conflicts: those of the
    notices' that go on. waiting: bookings and series of which a change waits.
    """

    bookings: Mapping[UUID, ToldBooking]
    calendars: Mapping[UUID, str] = field(default_factory=dict)
    open_conflicts: frozenset[UUID] = frozenset()
    waiting: frozenset[UUID] = frozenset()


def news_of(notices: Sequence[Notice], present: Present) -> list[News]:
    """What is left to tell, by booking in the order it happened; notices in that order, too."""
    by_booking: dict[UUID, list[Notice]] = defaultdict(list)
    for one in notices:
        by_booking[one.scheduled_event_id].append(one)
    return [
        news
        for key, group in by_booking.items()
        if (booking := present.bookings.get(key)) is not None
        for news in _Told.of(key, booking, group, present).news()
    ]


@dataclass(frozen=True, slots=True)
class _Told:
    """A booking, and all notices of it, by kind."""

    key: UUID
    booking: ToldBooking
    present: Present
    kinds: Mapping[NoticeKind, Sequence[Notice]]

    @classmethod
    def of(cls, key: UUID, booking: ToldBooking, group: Sequence[Notice], present: Present) -> _Told:
        kinds: dict[NoticeKind, list[Notice]] = {kind: [] for kind in NoticeKind}
        for one in group:
            kinds[one.kind].append(one)
        return cls(key, booking, present, kinds)

    def news(self) -> Iterator[News]:
        """All that is to be told, what was decided first."""
        yield from self._last(NoticeKind.ChangeApproved, NoticeKind.ChangeRejected)
        if self.booking.status is ScheduleStatus.Cancelled:
            # Of what came and went between two letters there is nothing to tell.
            if not self.kinds[NoticeKind.Booked]:
                yield from self._last(NoticeKind.Cancelled, NoticeKind.HoldExpired)
            return
        if self.kinds[NoticeKind.Booked]:
            yield News(NoticeKind.Booked, self.key, self.booking)
        else:
            yield from self._move()
        yield from self._blocks()
        for kind in (NoticeKind.Clash, NoticeKind.Displaced, NoticeKind.ConflictEscalated):
            yield from self._conflict(kind)
        if self.booking.status is ScheduleStatus.Tentative:
            yield from self._last(NoticeKind.HoldPromoted)
        if self.key in self.present.waiting:
            yield from self._last(NoticeKind.ChangeWaiting, NoticeKind.ApprovalWanted)

    def _last(self, *kinds: NoticeKind) -> Iterator[News]:
        """The last notice of each kind, with what it says besides."""
        for kind in kinds:
            for one in self.kinds[kind][-1:]:
                until = one.details.get("until")
                yield News(
                    kind,
                    self.key,
                    self.booking,
                    reason=one.details.get("reason"),
                    rank=one.details.get("rank"),
                    until=None if until is None else datetime.fromisoformat(until),
                )

    def _move(self) -> Iterator[News]:
        """From where the person last knew it to be; nothing when it is back there."""
        start, end = self._first_known("start"), self._first_known("end")
        slot = None
        if start is not None and end is not None:
            slot = TimeSlot(datetime.fromisoformat(start), datetime.fromisoformat(end))
        calendar = self._first_known("calendarId")
        name = None if calendar is None else self.present.calendars.get(UUID(calendar), "another calendar")
        slot = None if slot == self.booking.slot else slot
        name = None if name == self.booking.calendar_name else name
        if slot is not None or name is not None:
            yield News(NoticeKind.Moved, self.key, self.booking, was_slot=slot, was_calendar=name)

    def _first_known(self, name: str) -> str | None:
        moves = self.kinds[NoticeKind.Moved]
        return next((str(one.details[name]) for one in moves if name in one.details), None)

    def _blocks(self) -> Iterator[News]:
        blocked, freed = self.kinds[NoticeKind.Blocked], self.kinds[NoticeKind.Unblocked]
        if self.booking.is_blocked and blocked:
            yield News(NoticeKind.Blocked, self.key, self.booking)
        elif not self.booking.is_blocked and freed and not blocked:
            yield News(NoticeKind.Unblocked, self.key, self.booking)

    def _conflict(self, kind: NoticeKind) -> Iterator[News]:
        """Those that go on; all of a kind together."""
        open_ones = self.present.open_conflicts
        found = [one for one in self.kinds[kind] if UUID(one.details["conflictId"]) in open_ones]
        if not found:
            return
        ids = (UUID(one.details["otherId"]) for one in found if "otherId" in one.details)
        rivals = (self.present.bookings.get(key) for key in ids)
        others = dict.fromkeys(ANOTHER_BOOKING if one is None else one.title for one in rivals)
        last = found[-1].details
        yield News(
            kind,
            self.key,
            self.booking,
            others=tuple(others),
            about=UUID(last["conflictId"]),
            reason=last.get("reason"),
        )

"""What people are told of: which facts are news to whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.enums import ConflictLevel, ConflictType, ScheduleStatus
from domain.facts import PublishedFact


class NoticeKind(StrEnum):
    """What has happened to somebody's booking."""

    Booked = "Booked"
    Moved = "Moved"
    Cancelled = "Cancelled"
    Blocked = "Blocked"
    Unblocked = "Unblocked"
    Clash = "Clash"
    Displaced = "Displaced"
    HoldPromoted = "HoldPromoted"
    HoldExpired = "HoldExpired"
    ChangeWaiting = "ChangeWaiting"
    ChangeApproved = "ChangeApproved"
    ChangeRejected = "ChangeRejected"
    ApprovalWanted = "ApprovalWanted"
    ConflictEscalated = "ConflictEscalated"


class NoticeFrequency(StrEnum):
    """How often somebody is written to; what begins within a day is told soon in any case."""

    Soon = "Soon"
    Hourly = "Hourly"
    Daily = "Daily"
    Never = "Never"


@dataclass(frozen=True, slots=True)
class NoticePreferences:
    """How a person wants to be told.

    invitations: with what calendar programs read. own_changes: of what they do themselves as well.
    """

    unwanted: frozenset[NoticeKind] = frozenset()
    frequency: NoticeFrequency = NoticeFrequency.Soon
    invitations: bool = True
    own_changes: bool = False
    version: int = 0

    def wants(self, notice: Notice) -> bool:
        """Whether the person is to be told of it at all."""
        wanted = self.frequency is not NoticeFrequency.Never and notice.kind not in self.unwanted
        return wanted and (self.own_changes or not notice.is_own)


@dataclass(frozen=True, slots=True)
class Notice:
    """One piece of news for one person.

    scheduled_event_id: of the booking or series that it is about. sequence: of the fact that it comes from.
    details: how the booking was before (`calendarId`, `start`, `end`), and what else the fact tells.
    is_own: the recipient did it.
    """

    recipient_id: UUID
    kind: NoticeKind
    scheduled_event_id: UUID
    sequence: int
    occurred_at: datetime
    details: Mapping[str, Any] = field(default_factory=dict)
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """What notices have to know of a booking or series.

    starts_at: when it begins next. changed_at, changed_by: its last change, or that it was made.
    asked_by: by when it was decided, who had asked for a change of it.
    organizers: by event that the facts name, who organizes it.
    """

    scheduled_event_id: UUID
    owner_id: UUID
    status: ScheduleStatus
    starts_at: datetime
    created_at: datetime
    created_by: UUID
    changed_at: datetime
    changed_by: UUID
    is_imported: bool = False
    asked_by: Mapping[datetime, UUID] = field(default_factory=dict)
    organizers: Mapping[UUID, UUID] = field(default_factory=dict)

    @property
    def is_hold(self) -> bool:
        return self.status is ScheduleStatus.Tentative


def notices_of(
    fact: PublishedFact, subjects: Mapping[UUID, Subject], managers: Sequence[UUID]
) -> list[Notice]:
    """Who may want to be told of the fact.

    subjects: the bookings and series that the fact names; one that is missing is gone, and nobody's news.
    managers: who can approve changes.
    """
    tell = _TELLERS.get(fact.fact_type)
    if tell is None:
        return []
    one = subjects.get(UUID(fact.payload[_KEYS.get(fact.fact_type, _KEY)]))
    return [] if one is None else list(tell(_Telling(fact, one, subjects, managers)))


_JUST_NOW = timedelta(hours=1)
_KEY = "scheduledEventId"
_KEYS = {"ScheduleConflictEscalated": "scheduleConflictId"}


@dataclass(frozen=True, slots=True)
class _Telling:
    """A fact, the booking or series that it is about, and what else there is to know."""

    fact: PublishedFact
    subject: Subject
    subjects: Mapping[UUID, Subject]
    managers: Sequence[UUID]

    def by(self, name: str) -> UUID:
        """Whom the fact names so."""
        return UUID(self.fact.payload[name])

    def told(self, name: str) -> Any:  # noqa: ANN401
        """What the fact says of it."""
        return self.fact.payload.get(name)

    def notice(self, kind: NoticeKind, actor: UUID | None, to: UUID | None = None, **details: Any) -> Notice:  # noqa: ANN401
        """A notice for the booking's owner, or for somebody else. actor: who did it, if that is known."""
        recipient = to or self.subject.owner_id
        fact, known = self.fact, {name: value for name, value in details.items() if value is not None}
        key = self.subject.scheduled_event_id
        return Notice(recipient, kind, key, fact.sequence, fact.occurred_at, known, recipient == actor)


_Told = Iterator[Notice]


def _scheduled(one: _Telling) -> _Told:
    """A new booking; one that came from another calendar left a removal as well, which tells of the move.

    What was taken over from elsewhere, with the date it was made there, is no news.
    """
    subject = one.subject
    is_taken_over = subject.is_imported or one.fact.occurred_at - subject.created_at > _JUST_NOW
    if not is_taken_over and one.fact.aggregate_version == 1:
        yield one.notice(NoticeKind.Booked, one.subject.created_by)


def _rescheduled(one: _Telling) -> _Told:
    start, end = one.told("oldStartDateTime"), one.told("oldEndDateTime")
    yield one.notice(NoticeKind.Moved, one.by("rescheduledBy"), start=start, end=end)


def _removed(one: _Telling) -> _Told:
    """A cancellation, or one half of a move to another calendar, or to somebody else."""
    owner = one.subject.owner_id
    if one.subject.organizers.get(one.by("eventId"), owner) != owner:
        # It was somebody else's; whoever has it now hears of it for the first time.
        yield one.notice(NoticeKind.Booked, one.by("removedBy"))
    elif one.subject.status is ScheduleStatus.Cancelled:
        yield one.notice(NoticeKind.Cancelled, one.by("removedBy"), reason=one.told("reason"))
    else:
        yield one.notice(NoticeKind.Moved, one.by("removedBy"), calendarId=one.told("calendarId"))


def _blocked(one: _Telling) -> _Told:
    yield one.notice(NoticeKind.Blocked, one.by("blockedBy"))


def _unblocked(one: _Telling) -> _Told:
    yield one.notice(NoticeKind.Unblocked, one.by("unblockedBy"))


def _clash(one: _Telling) -> _Told:
    """Both owners; but a hold that is booked over concerns its holder alone."""
    rival = one.subjects.get(one.by("conflictingEventId"))
    if rival is None:
        return
    over_hold = one.told("conflictLevel") == ConflictLevel.Minor.name
    displaced = over_hold and one.told("conflictType") == ConflictType.TimeOverlap.name
    pair = (one.subject, rival)
    # Who did it, only the bookings tell.
    actors = {by.changed_by for by in pair if by.changed_at == one.fact.occurred_at}
    told: set[UUID] = set()
    for mine, other in (pair, pair[::-1]):
        if mine.owner_id in told or (displaced and not mine.is_hold):
            continue
        told.add(mine.owner_id)
        actor = mine.owner_id if mine.owner_id in actors else None
        kind = NoticeKind.Displaced if displaced else NoticeKind.Clash
        yield replace(one, subject=mine).notice(
            kind,
            actor,
            otherId=str(other.scheduled_event_id),
            conflictId=one.told("scheduleConflictId"),
            level=one.told("conflictLevel"),
        )


def _hold(one: _Telling) -> _Told:
    yield one.notice(NoticeKind(one.fact.fact_type), None, rank=one.told("rank"))


def _asked(one: _Telling) -> _Told:
    asker, owner = one.by("requestedBy"), one.subject.owner_id
    details = {"change": one.told("change"), "until": one.told("lapsesAt")}
    yield one.notice(NoticeKind.ChangeWaiting, asker, **details)
    for manager in one.managers:
        if manager not in {asker, owner}:
            yield one.notice(NoticeKind.ApprovalWanted, asker, manager, **details)


def _decided(one: _Telling) -> _Told:
    """Whoever had asked, and whose booking it is."""
    approved = one.fact.fact_type == "ScheduleChangeApproved"
    decider = one.by("approvedBy" if approved else "rejectedBy")
    kind = NoticeKind.ChangeApproved if approved else NoticeKind.ChangeRejected
    owner = one.subject.owner_id
    for person in dict.fromkeys((one.subject.asked_by.get(one.fact.occurred_at, owner), owner)):
        yield one.notice(kind, decider, person, reason=one.told("reason"))


def _escalated(one: _Telling) -> _Told:
    """To whom it was handed; the subject is the booking that the conflict is of."""
    reason, conflict = one.told("escalationReason"), one.told("scheduleConflictId")
    to = one.by("escalatedTo")
    yield one.notice(NoticeKind.ConflictEscalated, None, to, conflictId=conflict, reason=reason)


_TELLERS: Mapping[str, Callable[[_Telling], _Told]] = {
    "EventScheduledOnCalendar": _scheduled,
    "EventRescheduled": _rescheduled,
    "EventRemovedFromCalendar": _removed,
    "ScheduledEventBlocked": _blocked,
    "ScheduledEventUnblocked": _unblocked,
    "ScheduleConflictDetected": _clash,
    "ScheduleConflictEscalated": _escalated,
    "HoldExpired": _hold,
    "HoldPromoted": _hold,
    "ScheduleChangeRequested": _asked,
    "ScheduleChangeApproved": _decided,
    "ScheduleChangeRejected": _decided,
}

"""Who is told of which fact."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.enums import ScheduleStatus
from domain.facts import PublishedFact
from domain.notice import Notice, NoticeFrequency, NoticeKind, NoticePreferences, Subject, notices_of

OWNER, ACTOR, OTHER, BOSS, CHIEF = (UUID(int=one) for one in range(1, 6))
BOOKING, RIVAL, CONFLICT, CALENDAR, EVENT = (UUID(int=one) for one in range(11, 16))
THEN, EARLIER = datetime(2026, 5, 1, 9, tzinfo=UTC), datetime(2026, 4, 1, 9, tzinfo=UTC)
MINE = Subject(BOOKING, OWNER, ScheduleStatus.Scheduled, THEN, THEN, ACTOR, EARLIER, ACTOR)
THEIRS = Subject(RIVAL, OTHER, ScheduleStatus.Scheduled, THEN, THEN, ACTOR, EARLIER, ACTOR)
SUBJECTS = {BOOKING: MINE, RIVAL: THEIRS}


def fact(kind: str, version: int | None = None, **payload: Any) -> PublishedFact:
    told = {"scheduledEventId": str(BOOKING)} | {
        name: str(value) if isinstance(value, UUID) else value for name, value in payload.items()
    }
    return PublishedFact(7, UUID(int=99), kind, BOOKING, version, THEN, told)


def told(
    one: PublishedFact, subjects: dict[UUID, Subject] | None = None
) -> list[tuple[UUID, str, bool, dict[str, Any]]]:
    """Recipient, kind, whether they did it, and details of each notice, all of them of the booking's fact."""
    found = notices_of(one, SUBJECTS if subjects is None else subjects, (BOSS, CHIEF))
    assert {(notice.sequence, notice.occurred_at) for notice in found} <= {(7, THEN)}
    return [(one.recipient_id, one.kind.value, one.is_own, dict(one.details)) for one in found]


def test_what_concerns_nobody() -> None:
    assert told(fact("CalendarViewGenerated")) == []
    assert told(fact("EventScheduledOnCalendar", 1), {}) == []


def test_a_booking_is_news_when_it_is_made_but_not_when_imported_or_moved() -> None:
    assert told(fact("EventScheduledOnCalendar", 1)) == [(OWNER, "Booked", False, {})]
    own = {BOOKING: replace(MINE, created_by=OWNER)}
    assert told(fact("EventScheduledOnCalendar", 1), own) == [(OWNER, "Booked", True, {})]
    assert told(fact("EventScheduledOnCalendar", 2)) == []
    imported = {BOOKING: replace(MINE, is_imported=True)}
    assert told(fact("EventScheduledOnCalendar", 1), imported) == []
    for ago, kinds in ((timedelta(hours=1), ["Booked"]), (timedelta(hours=1, seconds=1), [])):
        made = {BOOKING: replace(MINE, created_at=THEN - ago)}
        assert [one[1] for one in told(fact("EventScheduledOnCalendar", 1), made)] == kinds


@pytest.mark.parametrize(("actor", "own"), [(ACTOR, False), (OWNER, True)])
def test_moves_and_cancellations(actor: UUID, own: bool) -> None:
    moved = fact("EventRescheduled", rescheduledBy=actor, oldStartDateTime="a", oldEndDateTime="b")
    assert told(moved) == [(OWNER, "Moved", own, {"start": "a", "end": "b"})]
    removed = fact(
        "EventRemovedFromCalendar", removedBy=actor, calendarId=CALENDAR, eventId=EVENT, reason="Rain"
    )
    assert told(removed) == [(OWNER, "Moved", own, {"calendarId": str(CALENDAR)})]
    gone = {BOOKING: replace(MINE, status=ScheduleStatus.Cancelled)}
    assert told(removed, gone) == [(OWNER, "Cancelled", own, {"reason": "Rain"})]
    assert told(replace(removed, payload={**removed.payload, "reason": None}), gone) == [
        (OWNER, "Cancelled", own, {})
    ]


def test_a_booking_that_is_given_to_somebody_is_news_to_them() -> None:
    removed = fact("EventRemovedFromCalendar", removedBy=ACTOR, calendarId=CALENDAR, eventId=EVENT)
    given = {BOOKING: replace(MINE, organizers={EVENT: OTHER})}
    assert told(removed, given) == [(OWNER, "Booked", False, {})]
    kept = {BOOKING: replace(MINE, organizers={EVENT: OWNER})}
    assert told(removed, kept) == [(OWNER, "Moved", False, {"calendarId": str(CALENDAR)})]


def test_blocks() -> None:
    assert told(fact("ScheduledEventBlocked", blockedBy=ACTOR)) == [(OWNER, "Blocked", False, {})]
    assert told(fact("ScheduledEventUnblocked", unblockedBy=OWNER)) == [(OWNER, "Unblocked", True, {})]


def clash(kind: str = "VenueConflict", level: str = "Critical") -> PublishedFact:
    return fact(
        "ScheduleConflictDetected",
        conflictingEventId=RIVAL,
        scheduleConflictId=CONFLICT,
        conflictType=kind,
        conflictLevel=level,
    )


def details(other: UUID, level: str = "Critical") -> dict[str, Any]:
    return {"otherId": str(other), "conflictId": str(CONFLICT), "level": level}


def test_a_clash_is_news_to_both_owners_and_the_bookings_say_who_brought_it_about() -> None:
    assert told(clash()) == [
        (OWNER, "Clash", False, details(RIVAL)),
        (OTHER, "Clash", False, details(BOOKING)),
    ]
    just_made = SUBJECTS | {RIVAL: replace(THEIRS, changed_at=THEN, changed_by=OTHER)}
    assert told(clash(), just_made) == [
        (OWNER, "Clash", False, details(RIVAL)),
        (OTHER, "Clash", True, details(BOOKING)),
    ]
    by_a_manager = SUBJECTS | {RIVAL: replace(THEIRS, changed_at=THEN, changed_by=ACTOR)}
    assert [one[2] for one in told(clash(), by_a_manager)] == [False, False]


def test_of_a_clash_of_ones_own_bookings_one_is_told() -> None:
    both = SUBJECTS | {RIVAL: replace(THEIRS, owner_id=OWNER)}
    assert told(clash(), both) == [(OWNER, "Clash", False, details(RIVAL))]
    assert told(clash(), {BOOKING: MINE}) == []


def test_a_hold_that_is_booked_over_is_its_holders_news_alone() -> None:
    hold = SUBJECTS | {RIVAL: replace(THEIRS, status=ScheduleStatus.Tentative)}
    assert told(clash("TimeOverlap", "Minor"), hold) == [
        (OTHER, "Displaced", False, details(BOOKING, "Minor"))
    ]
    assert [one[1] for one in told(clash("StaffConflict", "Minor"), hold)] == ["Clash", "Clash"]
    assert [one[1] for one in told(clash("TimeOverlap", "Severe"), hold)] == ["Clash", "Clash"]


def test_an_escalation_is_told_to_whom_it_was_handed() -> None:
    handed = fact(
        "ScheduleConflictEscalated", scheduleConflictId=CONFLICT, escalatedTo=BOSS, escalationReason="Old"
    )
    found = notices_of(handed, {CONFLICT: MINE}, ())
    assert found == [
        Notice(
            BOSS,
            NoticeKind.ConflictEscalated,
            BOOKING,
            7,
            THEN,
            {"conflictId": str(CONFLICT), "reason": "Old"},
        )
    ]


def test_holds_that_move_up_or_expire() -> None:
    assert told(fact("HoldPromoted", rank=2)) == [(OWNER, "HoldPromoted", False, {"rank": 2})]
    assert told(fact("HoldExpired")) == [(OWNER, "HoldExpired", False, {})]


def test_a_change_that_waits_is_its_owners_and_the_managers_news() -> None:
    asked = fact("ScheduleChangeRequested", requestedBy=ACTOR, lapsesAt="then", change="Move")
    about = {"change": "Move", "until": "then"}
    assert told(asked) == [
        (OWNER, "ChangeWaiting", False, about),
        (BOSS, "ApprovalWanted", False, about),
        (CHIEF, "ApprovalWanted", False, about),
    ]
    managers_own = SUBJECTS | {BOOKING: replace(MINE, owner_id=CHIEF)}
    by_boss = replace(asked, payload={**asked.payload, "requestedBy": str(BOSS)})
    assert told(by_boss, managers_own) == [(CHIEF, "ChangeWaiting", False, about)]


@pytest.mark.parametrize("name", ["Approved", "Rejected"])
def test_a_decision_is_told_to_whoever_asked_and_to_the_owner(name: str) -> None:
    decided = fact(f"ScheduleChange{name}", **{f"{name.lower()}By": BOSS, "reason": "Because"})
    why = {"reason": "Because"}
    kind = f"Change{name}"
    asked = {BOOKING: replace(MINE, asked_by={THEN: ACTOR, EARLIER: OTHER})}
    assert told(decided, asked) == [(ACTOR, kind, False, why), (OWNER, kind, False, why)]
    assert told(decided) == [(OWNER, kind, False, why)]
    withdrawn = {BOOKING: replace(MINE, asked_by={THEN: BOSS})}
    assert told(decided, withdrawn) == [(BOSS, kind, True, why), (OWNER, kind, False, why)]


def test_what_a_person_wants_to_be_told() -> None:
    theirs = Notice(OWNER, NoticeKind.Moved, BOOKING, 7, THEN)
    own = replace(theirs, is_own=True)
    everything = NoticePreferences()
    assert (everything.wants(theirs), everything.wants(own)) == (True, False)
    assert NoticePreferences(own_changes=True).wants(own)
    assert not NoticePreferences(frozenset({NoticeKind.Moved}), own_changes=True).wants(own)
    assert NoticePreferences(frozenset({NoticeKind.Booked})).wants(theirs)
    assert not NoticePreferences(frequency=NoticeFrequency.Never).wants(theirs)

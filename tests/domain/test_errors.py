"""What each error says to the caller, and what it keeps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.entities import Claim
from domain.enums import ConflictLevel, ConflictType, ScheduleStatus
from domain.errors import (
    ApprovalRequired,
    CallboardException,
    ConflictException,
    FieldException,
    ForbiddenException,
    NotFoundException,
    OverbookingException,
    OverrideReasonMissing,
    RefusedClash,
    RefusedOccurrence,
    SeriesConflictException,
    SeriesUnavailableException,
    SlotTooLong,
    SlotTooShort,
    StaleVersion,
    StartNotBeforeEnd,
    StartsInThePast,
    StateConflict,
    TimeSlotUnavailableException,
    UnauthorizedException,
    ValidationException,
)
from domain.facts import OverbookingPreventedBySystem
from domain.proposal import Proposal
from domain.time_slot import TimeSlot
from domain.versions import ensure_version

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
SLOT = TimeSlot(NOW, NOW + timedelta(hours=2))
KEY, CALENDAR = UUID(int=1), UUID(int=3)
PROPOSAL = Proposal(KEY, UUID(int=2), CALENDAR, SLOT, "UTC", ScheduleStatus.Scheduled, NOW, (Claim(KEY),))
CLASH = RefusedClash(UUID(int=4), ConflictType.VenueConflict, ConflictLevel.Critical, UUID(int=5))


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (StateConflict("Too late"), "Too late"),
        (UnauthorizedException(), "Authentication is required."),
        (ForbiddenException(), "The caller's role or grants do not allow this."),
        (ApprovalRequired(), "A change this close to the start needs a manager (SCH-005)."),
        (StateConflict(), "The thing is not in a state that allows this."),
        (StaleVersion(), "The thing has changed since the caller read it."),
        (CallboardException(), "The request cannot be carried out."),
        (NotFoundException("Event", KEY), "Event 00000000-0000-0000-0000-000000000001 does not exist"),
        (
            TimeSlotUnavailableException("Ballroom", SLOT, "closed"),
            "Ballroom is not available: closed",
        ),
    ],
)
def test_an_error_says_what_it_was_told_or_what_it_means(error: CallboardException, detail: str) -> None:
    assert error.detail == detail


def test_an_error_that_means_nothing_says_nothing() -> None:
    class Wordless(CallboardException):
        __doc__ = None

    assert Wordless().detail == ""


@pytest.mark.parametrize(
    ("error", "errors"),
    [
        (StartNotBeforeEnd(), {"endDateTime": ["End time must be after start time"]}),
        (
            SlotTooShort(timedelta(minutes=15, seconds=59)),
            {"endDateTime": ["Event duration must be at least 15 minutes"]},
        ),
        (
            SlotTooLong(timedelta(days=30, hours=3)),
            {"endDateTime": ["Event duration cannot exceed 30 days"]},
        ),
        (StartsInThePast(), {"startDateTime": ["Start time must be in the future"]}),
        (OverrideReasonMissing(), {"override.reason": ["An override must include a reason"]}),
        (FieldException("title", "Too long"), {"title": ["Too long"]}),
    ],
)
def test_a_field_that_is_not_valid_is_named(error: ValidationException, errors: dict[str, list[str]]) -> None:
    assert error.errors == errors
    assert error.detail == next(iter(errors.values()))[0]


def test_several_messages_are_said_one_after_the_other() -> None:
    error = ValidationException({"a": ("One", "Two"), "b": ["Three"]})
    assert (error.errors, error.detail) == ({"a": ["One", "Two"], "b": ["Three"]}, "One; Two; Three")


def test_what_does_not_exist_is_kept() -> None:
    error = NotFoundException("Calendar", KEY)
    assert (error.what, error.identifier) == ("Calendar", KEY)


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (ConflictException, "The selected time slot conflicts with an existing event"),
        (OverbookingException, "The calendar is at capacity in the selected time slot"),
    ],
)
def test_a_refusal_keeps_what_was_asked_and_leaves_a_fact(
    kind: type[ConflictException], sentence: str
) -> None:
    error = kind(PROPOSAL, (CLASH,))
    assert (error.detail, error.proposal, error.clashes) == (sentence, PROPOSAL, (CLASH,))
    assert error.fact(UUID(int=6), NOW) == OverbookingPreventedBySystem(CALENDAR, KEY, UUID(int=6), NOW)


def test_a_change_names_the_version_it_was_made_on() -> None:
    ensure_version(3, 3)
    ensure_version(3, None)
    for expected in (2, 4, 0):
        with pytest.raises(StaleVersion) as caught:
            ensure_version(3, expected)
        assert caught.value.detail == f"It is at version 3 now, not {expected}; read it again"
    assert StaleVersion.code == "StaleVersion"


def on_day(day: int) -> TimeSlot:
    return TimeSlot(SLOT.start_date_time + timedelta(days=day), SLOT.end_date_time + timedelta(days=day))


def test_a_refused_series_tells_its_dates_in_order() -> None:
    milder = RefusedClash(UUID(int=7), ConflictType.TimeOverlap, ConflictLevel.Severe, None)
    later = RefusedOccurrence(replace(PROPOSAL, scheduled_event_id=UUID(int=8), slot=on_day(7)), (milder,))
    first = RefusedOccurrence(PROPOSAL, (CLASH, milder))
    error = SeriesConflictException((later, first), 9)
    assert isinstance(error, ConflictException)
    assert (error.occurrences, error.asked) == ((first, later), 9)
    assert (error.proposal, error.clashes) == (PROPOSAL, (CLASH, milder, milder))
    assert error.detail == "2 of the 9 dates conflict with existing events"
    assert SeriesConflictException((later,), 9).detail == "1 of the 9 dates conflicts with existing events"
    assert error.fact(UUID(int=6), NOW) == OverbookingPreventedBySystem(CALENDAR, KEY, UUID(int=6), NOW)


@pytest.mark.parametrize(
    ("days", "more"),
    [((0,), ""), ((3, 0), ", and 1 more date"), ((3, 1, 0), ", and 2 more dates")],
)
def test_what_is_closed_on_some_dates_is_told_of_the_first(days: tuple[int, ...], more: str) -> None:
    dates = tuple(TimeSlotUnavailableException("Ballroom", on_day(day), f"closed {day}") for day in days)
    error = SeriesUnavailableException(dates)
    assert isinstance(error, TimeSlotUnavailableException)
    assert error.dates == tuple(reversed(dates))
    assert (error.resource_name, error.slot, error.reason) == ("Ballroom", SLOT, "closed 0")
    assert error.detail == f"Ballroom is not available at 2030-06-01T12:00:00Z: closed 0{more}"
    silent = SeriesUnavailableException((TimeSlotUnavailableException("A resource", SLOT),))
    assert silent.detail == "A resource is not available at 2030-06-01T12:00:00Z"

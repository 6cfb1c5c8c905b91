"""What the entities say of themselves."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.entities import Calendar, Claim, Closure, Event, Resource, ScheduledEvent
from domain.enums import CalendarType, ClaimRole, OwnerType, ResourceType, Role, ScheduleStatus
from domain.proposal import Proposal
from domain.time_slot import TimeSlot
from domain.viewer import Viewer

NOW = datetime(2030, 6, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
SLOT = TimeSlot(NOW, NOW + timedelta(hours=2))
OWNER = UUID(int=9)
HOLD = ScheduledEvent(
    scheduled_event_id=UUID(int=1),
    event_id=UUID(int=2),
    calendar_id=UUID(int=3),
    owner_id=UUID(int=4),
    slot=SLOT,
    time_zone="Europe/Berlin",
    status=ScheduleStatus.Tentative,
    created_at=NOW - timedelta(days=1),
    created_by=UUID(int=5),
    claims=(Claim(OWNER), Claim(UUID(int=6), ClaimRole.Secondary, 3)),
    hold_expires_at=NOW,
    is_blocked=True,
    block_reason="closed",
    override_reason="asked",
    is_imported=True,
    version=7,
)


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (NOW - TICK, ScheduleStatus.Tentative),
        (NOW, ScheduleStatus.Cancelled),
        (NOW + TICK, ScheduleStatus.Cancelled),
    ],
)
def test_a_hold_counts_as_cancelled_from_the_instant_it_expires(
    now: datetime, status: ScheduleStatus
) -> None:
    assert HOLD.status_at(now) is status


def test_a_hold_without_an_expiry_holds_on() -> None:
    assert replace(HOLD, hold_expires_at=None).status_at(NOW) is ScheduleStatus.Tentative


@pytest.mark.parametrize("status", [one for one in ScheduleStatus if one is not ScheduleStatus.Tentative])
def test_only_holds_expire(status: ScheduleStatus) -> None:
    assert replace(HOLD, status=status).status_at(NOW + TICK) is status


def test_a_claim_is_wider_than_its_slot_by_setup_and_teardown() -> None:
    hall = Resource(OWNER, "Hall", ResourceType.Venue, setup_minutes=30, teardown_minutes=45)
    assert hall.claimed_range(SLOT) == TimeSlot(
        NOW - timedelta(minutes=30), NOW + timedelta(hours=2, minutes=45)
    )
    assert Resource(OWNER, "Hall", ResourceType.Venue).claimed_range(SLOT) == SLOT


@pytest.mark.parametrize(
    ("owner_type", "owns", "limits"),
    [
        (OwnerType.Venue, True, False),
        (OwnerType.Staff, True, True),
        (OwnerType.Equipment, True, True),
        (OwnerType.Department, False, True),
        (OwnerType.Organization, False, True),
    ],
)
def test_who_owns_a_calendar_decides_what_its_bookings_claim(
    owner_type: OwnerType, owns: bool, limits: bool
) -> None:
    calendar = Calendar(UUID(int=3), "C", CalendarType.Master, OWNER, owner_type, "UTC", NOW)
    assert calendar.resource_id == (OWNER if owns else None)
    assert calendar.limits_concurrency is limits


def test_what_is_not_said_is_the_plainest() -> None:
    calendar = Calendar(UUID(int=3), "C", CalendarType.Venue, OWNER, OwnerType.Venue, "UTC", NOW)
    assert (calendar.is_active, calendar.allow_overbooking, calendar.max_concurrent_events) == (
        True,
        False,
        1,
    )
    assert (calendar.instant_booking, calendar.version, calendar.description) == (False, 1, None)
    assert Claim(OWNER) == Claim(OWNER, ClaimRole.Primary, 1)
    assert Event(UUID(int=2), "Gala", OWNER) == Event(UUID(int=2), "Gala", OWNER, None, None, 0, 1)
    assert Closure(UUID(int=8), OWNER, SLOT).reason is None


def test_entities_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        HOLD.version = 8  # type: ignore[misc]


def test_a_booking_proposed_as_it_is() -> None:
    proposal = Proposal.of(HOLD)
    assert proposal == Proposal(
        scheduled_event_id=UUID(int=1),
        event_id=UUID(int=2),
        calendar_id=UUID(int=3),
        slot=SLOT,
        time_zone="Europe/Berlin",
        status=ScheduleStatus.Tentative,
        created_at=NOW - timedelta(days=1),
        claims=HOLD.claims,
        hold_expires_at=NOW,
        override_reason=None,
        is_new=False,
    )


@pytest.mark.parametrize("status", ScheduleStatus)
def test_a_tentative_proposal_is_a_hold(status: ScheduleStatus) -> None:
    assert replace(Proposal.of(HOLD), status=status).is_hold is (status is ScheduleStatus.Tentative)


@pytest.mark.parametrize("role", Role)
def test_managers_and_admins_see_all(role: Role) -> None:
    assert Viewer(OWNER, role).sees_all is (role in {Role.Manager, Role.Admin})

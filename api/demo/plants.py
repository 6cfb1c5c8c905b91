"""Clashes planted in the demo, each alone on a Monday, when the house is dark, with its best fix.

A fix touches the booking with fewer attendees, and then costs a point a minute, 45 another hall, 30 another
person: the arithmetic of `solver.weights` beside each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from api.demo import house
from api.demo.draft import Draft, slot_on
from api.demo.people import MANAGER, STAFF
from api.demo.planted_clash import BestFix, PlantedClash
from domain.conflicts import Clash
from domain.entities import Calendar, Claim, Resource
from domain.enums import ClaimRole, ConflictLevel, ConflictType, ScheduleStatus, SuggestionKind

FIRST_MONDAY_DAYS = 6
"""The first planted day is the first Monday at least this many days ahead."""


@dataclass(frozen=True, slots=True)
class Plant:
    """The bookings of one planted day and what they clash over."""

    drafts: tuple[Draft, ...]
    planted: PlantedClash


@dataclass(frozen=True, slots=True)
class _Monday:
    """A dark day to put bookings on."""

    day: date
    booked_on: datetime

    def draft(
        self,
        title: str,
        venue: Resource | Calendar,
        hours: tuple[float, float],
        attendees: int,
        *claims: Claim,
        later: bool = False,
        status: ScheduleStatus = ScheduleStatus.Scheduled,
        override_reason: str | None = None,
        is_imported: bool = False,
    ) -> Draft:
        """A booking from one hour of the day to another. later: created after the other one of the clash."""
        start, end = (round(hour * 60) for hour in hours)
        return Draft(
            name=f"planted\0{title}",
            title=title,
            calendar=venue if isinstance(venue, Calendar) else house.calendar_of(venue),
            slot=slot_on(self.day, start, end - start),
            created_at=self.booked_on + timedelta(days=1 if later else 0),
            organizer_id=(STAFF if later else MANAGER).user_id,
            claims=claims,
            attendees=attendees,
            status=status,
            override_reason=override_reason,
            is_imported=is_imported,
        )


def plants(today: date) -> Iterator[Plant]:
    """Every planted clash, one a week."""
    first = today + timedelta(days=FIRST_MONDAY_DAYS)
    first += timedelta(days=-first.weekday() % 7)
    booked_on = datetime.combine(today, time(9), UTC) - timedelta(days=20)
    for week, make in enumerate(_MAKERS):
        yield make(_Monday(first + timedelta(weeks=week), booked_on))


def _clash(
    about: str,
    drafts: tuple[Draft, ...],
    conflict_type: ConflictType,
    level: ConflictLevel,
    over: Resource | None,
    best: BestFix | None,
) -> Plant:
    """The first two drafts clash; the second was created later."""
    earlier, later, *_ = drafts
    resource_id = None if over is None else over.resource_id
    clash = Clash(later.scheduled_event_id, earlier.scheduled_event_id, conflict_type, resource_id)
    return Plant(drafts, PlantedClash(about, clash, level, best))


def _imported_into_one_hall(monday: _Monday) -> Plant:
    wedding = monday.draft("Hartmann Wedding Reception", house.BALLROOM, (14, 22), 180, is_imported=True)
    dinner = monday.draft(
        "Rotary Club Charity Dinner", house.BALLROOM, (17, 23), 120, later=True, is_imported=True
    )
    # Later the evening is too short, earlier is 9 hours; only the Garden Pavilion caters for 120 besides.
    best = BestFix(
        SuggestionKind.ResourceChanged,
        dinner.scheduled_event_id,
        1_240 + 45,
        old=house.BALLROOM.resource_id,
        new=house.GARDEN_PAVILION.resource_id,
    )
    return _clash(
        "two imported bookings in one hall",
        (wedding, dinner),
        ConflictType.VenueConflict,
        ConflictLevel.Critical,
        house.BALLROOM,
        best,
    )


def _overridden(monday: _Monday) -> Plant:
    shoot = monday.draft("Podcast Recording: Night Trains", house.STUDIO_TWO, (10, 12), 60)
    reading = monday.draft(
        "Script Reading: The Lighthouse",
        house.STUDIO_TWO,
        (11.5, 13),
        40,
        later=True,
        override_reason="The author is in town on this day only",
    )
    # Half an hour later is 30; Studio One at the same time would be 45.
    best = BestFix(SuggestionKind.Rescheduled, reading.scheduled_event_id, 1_080 + 30, 30)
    return _clash(
        "a booking let through by an override",
        (shoot, reading),
        ConflictType.VenueConflict,
        ConflictLevel.Critical,
        house.STUDIO_TWO,
        best,
    )


def _technician_twice(monday: _Monday) -> Plant:
    ada, ben, *_ = house.TECHNICIANS
    concert = monday.draft("Youth Orchestra: Open Evening", house.CONCERT_HALL, (18, 21), 400, _claim(ada))
    broadcast = monday.draft("Live Radio Play", house.STUDIO_ONE, (19, 22), 90, _claim(ada), later=True)
    # Another technician is 30; two hours later would be 120.
    best = BestFix(
        SuggestionKind.ResourceChanged,
        broadcast.scheduled_event_id,
        1_180 + 30,
        old=ada.resource_id,
        new=ben.resource_id,
    )
    return _clash(
        "one technician needed in two halls",
        (concert, broadcast),
        ConflictType.StaffConflict,
        ConflictLevel.Moderate,
        ada,
        best,
    )


def _host_twice(monday: _Monday) -> Plant:
    lena = house.HOSTS[0]
    helping = Claim(lena.resource_id, ClaimRole.Secondary)
    lunch = monday.draft("Alumni Lunch", house.GARDEN_PAVILION, (12, 14.25), 60, helping)
    fair = monday.draft("Apprenticeship Fair", house.BALLROOM, (14, 17), 200, helping, later=True)
    # A quarter of an hour earlier is 15; another host would be 30.
    best = BestFix(SuggestionKind.Rescheduled, lunch.scheduled_event_id, 1_120 + 15, -15)
    return _clash(
        "one host helping at two events",
        (lunch, fair),
        ConflictType.StaffConflict,
        ConflictLevel.Minor,
        lena,
        best,
    )


def _grand_twice(monday: _Monday) -> Plant:
    grand = Claim(house.CONCERT_GRAND.resource_id)
    tuning = monday.draft("Recital: Late Schubert", house.CONCERT_HALL, (10, 12), 300, grand)
    lesson = monday.draft("Piano Masterclass", house.REHEARSAL_ROOM, (11.25, 13.25), 12, grand, later=True)
    # There is one grand: after the recital is 45 minutes later, before it over three hours earlier.
    best = BestFix(SuggestionKind.Rescheduled, lesson.scheduled_event_id, 1_024 + 45, 45)
    return _clash(
        "the one concert grand in two rooms",
        (tuning, lesson),
        ConflictType.EquipmentConflict,
        ConflictLevel.Moderate,
        house.CONCERT_GRAND,
        best,
    )


def _too_many_microphones(monday: _Monday) -> Plant:
    def of(quantity: int) -> Claim:
        return Claim(house.MICROPHONES.resource_id, quantity=quantity)

    debate = monday.draft("Town Hall Debate", house.BALLROOM, (9, 12), 200, of(8))
    panel = monday.draft("Panel: Music for Games", house.STUDIO_ONE, (11, 12.5), 80, of(6), later=True)
    best = BestFix(SuggestionKind.Rescheduled, panel.scheduled_event_id, 1_160 + 60, 60)
    return _clash(
        "14 microphones wanted of 12",
        (debate, panel),
        ConflictType.EquipmentConflict,
        ConflictLevel.Moderate,
        house.MICROPHONES,
        best,
    )


def _dock_twice(monday: _Monday) -> Plant:
    dock = Claim(house.LOADING_DOCK.resource_id)
    set_in = monday.draft("Load-in: Touring Ballet", house.MAIN_STAGE, (8, 12), 20, dock)
    truck = monday.draft("Load-in: Baroque Orchestra", house.CONCERT_HALL, (11.5, 13.5), 10, dock, later=True)
    best = BestFix(SuggestionKind.Rescheduled, truck.scheduled_event_id, 1_020 + 30, 30)
    return _clash(
        "two lorries at the loading dock",
        (set_in, truck),
        ConflictType.ResourceConflict,
        ConflictLevel.Moderate,
        house.LOADING_DOCK,
        best,
    )


def _department_twice(monday: _Monday) -> Plant:
    visit = monday.draft(
        "School Visit: Behind the Scenes",
        house.EDUCATION,
        (9, 11),
        24,
        Claim(house.STUDIO_TWO.resource_id),
        is_imported=True,
    )
    workshop = monday.draft(
        "Workshop: Stage Make-up",
        house.EDUCATION,
        (10.5, 12),
        18,
        Claim(house.REHEARSAL_ROOM.resource_id),
        later=True,
        is_imported=True,
    )
    # The two are in different rooms; only the team is there once.
    best = BestFix(SuggestionKind.Rescheduled, workshop.scheduled_event_id, 1_036 + 30, 30)
    return _clash(
        "a department that leads one group at a time",
        (visit, workshop),
        ConflictType.TimeOverlap,
        ConflictLevel.Severe,
        None,
        best,
    )


def _booked_over_a_hold(monday: _Monday) -> Plant:
    hold = monday.draft(
        "Engagement Party (pencilled)", house.GARDEN_PAVILION, (15, 18), 50, status=ScheduleStatus.Tentative
    )
    firm = monday.draft("Book Club Anniversary", house.GARDEN_PAVILION, (16, 19), 70, later=True)
    return _clash(
        "a firm booking over a hold",
        (hold, firm),
        ConflictType.TimeOverlap,
        ConflictLevel.Minor,
        house.GARDEN_PAVILION,
        None,
    )


def _setup_runs_into_teardown(monday: _Monday) -> Plant:
    matinee = monday.draft("Ballet Matinee", house.MAIN_STAGE, (10, 14), 700, is_imported=True)
    gala = monday.draft("Dance School Gala", house.MAIN_STAGE, (15, 18), 500, later=True, is_imported=True)
    # Teardown ends at 14:30 and an hour of setup must follow; no other hall has all the Main Stage has.
    best = BestFix(SuggestionKind.Rescheduled, gala.scheduled_event_id, 2_000 + 30, 30)
    return _clash(
        "setup that runs into a teardown",
        (matinee, gala),
        ConflictType.VenueConflict,
        ConflictLevel.Critical,
        house.MAIN_STAGE,
        best,
    )


def _elsewhere_and_later(monday: _Monday) -> Plant:
    forum = monday.draft("Small Business Forum", house.BALLROOM, (13, 18), 200, is_imported=True)
    tasting = monday.draft("Wine Tasting: Loire", house.BALLROOM, (14, 19), 100, later=True, is_imported=True)
    brunch = monday.draft(
        "Jubilee Brunch", house.GARDEN_PAVILION, (10, 14.5), 80, status=ScheduleStatus.Confirmed
    )
    # The Garden Pavilion is free half an hour later: 45 + 30; the Ballroom itself four hours later.
    best = BestFix(
        SuggestionKind.RescheduledAndResourceChanged,
        tasting.scheduled_event_id,
        1_200 + 45 + 30,
        30,
        house.BALLROOM.resource_id,
        house.GARDEN_PAVILION.resource_id,
    )
    return _clash(
        "a hall that is only free elsewhere and later",
        (forum, tasting, brunch),
        ConflictType.VenueConflict,
        ConflictLevel.Critical,
        house.BALLROOM,
        best,
    )


def _claim(person: Resource) -> Claim:
    return Claim(person.resource_id)


_MAKERS = (
    _imported_into_one_hall,
    _overridden,
    _technician_twice,
    _host_twice,
    _grand_twice,
    _too_many_microphones,
    _dock_twice,
    _department_twice,
    _booked_over_a_hold,
    _setup_runs_into_teardown,
    _elsewhere_and_later,
)

"""A season of bookings without a clash, drawn from a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from api.demo import house
from api.demo.diary import Diary
from api.demo.draft import Draft, slot_on
from api.demo.people import ADMIN, CUSTOMER, MANAGER, STAFF
from api.demo.programme import EDUCATION, PROGRAMMES, Number
from domain.entities import Calendar, Claim, Resource
from domain.enums import ClaimRole, ScheduleStatus
from domain.time_slot import TimeSlot

DAYS_BACK, DAYS_AHEAD = 7, 100
CUSTOMER_BOOKINGS = 5
"""Fewer than a Customer may have open, so that the demo's can book too."""

_MONDAY = 0


def season(today: date, seed: int) -> Iterator[Draft]:
    """Bookings from a week ago to about a hundred days ahead; Mondays are left to the planted clashes."""
    return iter(_Season(today, random.Random(seed)).drafts())  # noqa: S311 - a demo, not a secret


@dataclass(slots=True)
class _Season:
    today: date
    rng: random.Random
    customers: int = 0

    def drafts(self) -> list[Draft]:
        diary = Diary()
        found: list[Draft] = []
        for offset in range(-DAYS_BACK, DAYS_AHEAD):
            day = self.today + timedelta(days=offset)
            if day.weekday() != _MONDAY:
                found.extend(self._day(diary, day))
        return found

    def _day(self, diary: Diary, day: date) -> Iterator[Draft]:
        for venue, numbers in PROGRAMMES.items():
            for number in numbers:
                if self.rng.random() < number.chance:
                    yield from self._booking(diary, day, house.calendar_of(venue), venue, number)
        for number in EDUCATION:
            if self.rng.random() < number.chance:
                yield from self._booking(diary, day, house.EDUCATION, house.REHEARSAL_ROOM, number)

    def _booking(
        self, diary: Diary, day: date, calendar: Calendar, venue: Resource, number: Number
    ) -> Iterator[Draft]:
        rng = self.rng
        title = rng.choice(number.titles)
        slot = slot_on(day, rng.choice(number.starts) * 60, rng.choice(number.lengths) * 60)
        status = self._status(day)
        own = () if calendar.resource_id else (Claim(venue.resource_id),)
        claims = (*own, *self._staff(diary, slot, number), *self._equipment(diary, slot, number))
        attendees = rng.randint(number.fewest, max(number.fewest, round((venue.capacity or 1) * 0.95)))
        created_at = self._midnight - timedelta(minutes=rng.randint(10 * 1_440, 200 * 1_440))
        everything = (Claim(venue.resource_id), *(one for one in claims if one not in own))
        department = None if calendar.resource_id else calendar.calendar_id
        if not diary.fits(slot, everything, department):
            return
        if status is not ScheduleStatus.Cancelled:
            diary.enter(slot, everything, department)
        yield Draft(
            name=f"{day.isoformat()}\0{calendar.name}\0{slot.start_date_time.hour}\0{title}",
            title=title,
            calendar=calendar,
            slot=slot,
            created_at=created_at,
            organizer_id=self._organizer(day, venue, status),
            claims=claims,
            attendees=attendees,
            priority=rng.choice((0, 0, 0, 1, 2)),
            status=status,
            hold_expires_at=self._hold_end(slot) if status is ScheduleStatus.Tentative else None,
        )

    @property
    def _midnight(self) -> datetime:
        return datetime.combine(self.today, time(), UTC)

    def _status(self, day: date) -> ScheduleStatus:
        drawn = self.rng.random()
        if drawn < 0.06:
            return ScheduleStatus.Cancelled
        if day <= self.today + timedelta(days=2):
            return ScheduleStatus.Confirmed
        if drawn < 0.14:
            return ScheduleStatus.Tentative
        return ScheduleStatus.Confirmed if drawn < 0.4 else ScheduleStatus.Scheduled

    def _hold_end(self, slot: TimeSlot) -> datetime | None:
        """Half of the holds lapse a week before their slot, if that is ahead."""
        end = slot.start_date_time - timedelta(days=7)
        return end if self.rng.random() < 0.5 and end.date() > self.today else None

    def _organizer(self, day: date, venue: Resource, status: ScheduleStatus) -> UUID:
        wanted = (
            venue is house.GARDEN_PAVILION and day > self.today and status is not ScheduleStatus.Cancelled
        )
        if wanted and self.customers < CUSTOMER_BOOKINGS and self.rng.random() < 0.3:
            self.customers += 1
            return CUSTOMER.user_id
        return self.rng.choice((ADMIN, MANAGER, MANAGER, STAFF, STAFF)).user_id

    def _staff(self, diary: Diary, slot: TimeSlot, number: Number) -> Iterator[Claim]:
        """Of each team wanted, somebody who is free: the first in the Primary role, the others Secondary."""
        role = ClaimRole.Primary
        for team in number.teams:
            free = [one for one in team if diary.fits(slot, (Claim(one.resource_id),))]
            if free:
                yield Claim(self.rng.choice(free).resource_id, role)
                role = ClaimRole.Secondary

    def _equipment(self, diary: Diary, slot: TimeSlot, number: Number) -> Iterator[Claim]:
        for resource, most in number.equipment:
            claim = Claim(resource.resource_id, quantity=self.rng.randint(1, most))
            if diary.fits(slot, (claim,)):
                yield claim

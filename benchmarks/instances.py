"""Seeded venues, made before the methods that are measured on them."""

import random
from dataclasses import dataclass, replace

from solver import Activity, ProblemData, Requirement, Resource, ResourceKind, find_clashes

DAY_MINUTES = 1_440
OPENS_MINUTE = 480
CLOSES_MINUTE = 1_380
STEP_MINUTES = 15


@dataclass(frozen=True, slots=True)
class Season:
    """The shape of an instance.

    occupancy: the share of each venue's open hours that bookings fill.
    pinned_share: of bookings that may not change. reach_days: how far one may be moved, either way.
    """

    bookings: int = 3_000
    venues: int = 30
    days: int = 14
    staff: int = 90
    pools: int = 6
    occupancy: float = 0.55
    pinned_share: float = 0.15
    reach_days: int = 3


def conflict_free(season: Season, seed: int) -> ProblemData:
    """A season without conflicts: bookings in venues with 1-3 staff and up to two pools of equipment."""
    return _Builder(season, random.Random(seed)).build()


def with_one_clash(problem: ProblemData, seed: int) -> ProblemData:
    """The same season after one movable booking was put onto another's venue and time: one conflict."""
    rng = random.Random(seed)
    while True:
        moved, onto = rng.sample(range(len(problem.activities)), 2)
        activity, target = problem.activities[moved], problem.activities[onto]
        if activity.is_pinned or target.is_pinned:
            continue
        start = target.start_minute + STEP_MINUTES * rng.randint(0, 2)
        changed = _put(activity, target.requirements[0].resource, start)
        activities = (*problem.activities[:moved], changed, *problem.activities[moved + 1 :])
        candidate = replace(problem, activities=activities)
        if len(find_clashes(candidate)) == 1:
            return candidate


def _put(activity: Activity, venue: int, start: int) -> Activity:
    today, *others = activity.requirements
    alternatives = tuple(v for v in (today.resource, *today.alternatives) if v != venue)
    return replace(
        activity,
        start_minute=start,
        requirements=(replace(today, resource=venue, alternatives=alternatives), *others),
    )


class _Builder:
    def __init__(self, season: Season, rng: random.Random) -> None:
        self.season = season
        self.rng = rng
        self.resources = self._resources()
        self.busy: dict[int, list[tuple[int, int]]] = {index: [] for index in range(len(self.resources))}

    def build(self) -> ProblemData:
        season = self.season
        slots = self._slots()
        self.rng.shuffle(slots)
        activities = tuple(self._activity(*slot) for slot in slots[: season.bookings])
        if len(activities) < season.bookings:
            raise ValueError(f"{season} leaves room for {len(activities)} bookings only")
        return ProblemData(season.days * DAY_MINUTES, self.resources, activities)

    def _resources(self) -> tuple[Resource, ...]:
        season, rng = self.season, self.rng
        windows = tuple(
            (day * DAY_MINUTES + OPENS_MINUTE, day * DAY_MINUTES + CLOSES_MINUTE)
            for day in range(season.days)
        )
        venues = [
            Resource(1, ResourceKind.VENUE, open_windows=windows, seats=rng.choice((60, 120, 250, 500)))
            for _ in range(season.venues)
        ]
        staff = [Resource(1, ResourceKind.STAFF) for _ in range(season.staff)]
        pools = [Resource(season.venues, ResourceKind.EQUIPMENT) for _ in range(season.pools)]
        return (*venues, *staff, *pools)

    def _slots(self) -> list[tuple[int, int, int]]:
        """Fill each venue's days with bookings and gaps of about the wanted occupancy."""
        season, rng = self.season, self.rng
        mean = (
            season.venues * season.days * (CLOSES_MINUTE - OPENS_MINUTE) * season.occupancy / season.bookings
        )
        found = []
        for venue in range(season.venues):
            for day in range(season.days):
                lengths = self._lengths(mean)
                idle = CLOSES_MINUTE - OPENS_MINUTE - sum(lengths)
                cuts = sorted(rng.randint(0, idle // STEP_MINUTES) for _ in lengths)
                at = day * DAY_MINUTES + OPENS_MINUTE
                for length, cut in zip(lengths, cuts, strict=True):
                    found.append((venue, at + cut * STEP_MINUTES, length))
                    at += length
        return found

    def _lengths(self, mean: float) -> list[int]:
        """A day's bookings, a tenth more than the season needs so that it can be drawn from."""
        per_day = -(-self.season.bookings * 11 // (10 * self.season.venues * self.season.days))
        low = max(1, round(mean / 2 / STEP_MINUTES))
        high = max(low, round(mean * 3 / 2 / STEP_MINUTES))
        lengths = [STEP_MINUTES * self.rng.randint(low, high) for _ in range(per_day)]
        while sum(lengths) > CLOSES_MINUTE - OPENS_MINUTE:
            lengths.pop()
        return lengths

    def _activity(self, venue: int, start: int, length: int) -> Activity:
        season, rng, resources = self.season, self.rng, self.resources
        seats = resources[venue].seats or 0
        attendees = rng.randint(seats // 4, seats)
        alternatives = sorted(
            (v for v in range(season.venues) if v != venue and (resources[v].seats or 0) >= attendees),
            key=lambda v: (resources[v].seats or 0, v),
        )
        requirements = [Requirement(venue, alternatives=tuple(alternatives), seats_needed=attendees)]
        first_staff = season.venues
        free = [s for s in range(first_staff, first_staff + season.staff) if self._is_free(s, start, length)]
        team = rng.sample(free, min(len(free), rng.randint(1, 3)))
        for place, person in enumerate(team):
            self.busy[person].append((start, start + length))
            substitutes = sorted(rng.sample(range(first_staff, first_staff + season.staff), 6))
            stand_ins = tuple(s for s in substitutes if s not in team)
            requirements.append(Requirement(person, primary=place == 0, alternatives=stand_ins))
        first_pool = season.venues + season.staff
        pools = rng.sample(range(first_pool, first_pool + season.pools), rng.randint(0, 2))
        requirements.extend(Requirement(pool, quantity=rng.randint(1, 2)) for pool in pools)
        window = (
            max(0, start - season.reach_days * DAY_MINUTES),
            min(season.days * DAY_MINUTES, start + season.reach_days * DAY_MINUTES),
        )
        return Activity(
            start,
            length,
            tuple(requirements),
            () if rng.random() < season.pinned_share else (window,),
            start_step_minutes=STEP_MINUTES,
            attendees=attendees,
            touch_cost=1_000 * rng.randint(1, 5),
        )

    def _is_free(self, resource: int, start: int, length: int) -> bool:
        return all(start + length <= low or high <= start for low, high in self.busy[resource])

"""What bookings leave on record step by step, and what a sweep finds, is what an oracle finds in it all."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from domain.booking import all_claims, decide, decide_removal
from domain.conflicts import Clash, Pool, Usage, find_clashes
from domain.entities import Calendar, Claim, Resource, ScheduledEvent
from domain.enums import (
    CalendarType,
    ClaimRole,
    ConflictLevel,
    ConflictType,
    OwnerType,
    ResolutionMethod,
    ResourceType,
    Role,
    ScheduleStatus,
)
from domain.policy import Policy
from domain.proposal import Proposal
from domain.time_slot import TimeSlot
from domain.viewer import Viewer
from persistence.booking_store import (
    Question,
    cancel_booking,
    insert_booking,
    look,
    record_conflicts,
    replace_booking,
)
from persistence.conflict_sweep import Scope, calendars_to_sweep, resources_to_sweep, sweep
from persistence.database import Database
from persistence.embedded import EmbeddedUrls
from persistence.ids import RandomIds, SystemClock

IDS = RandomIds()
ADMIN = Viewer(IDS.scattered(), Role.Admin)
STAFF = Viewer(IDS.scattered(), Role.Staff)
EVENT = IDS.scattered()
FIRST = UUID(int=0)

_RESOURCE = text(
    "INSERT INTO resources VALUES (:id, :name, :kind, :quantity, NULL, '{}', :setup, 0, NULL, NULL, 'UTC',"
    " true, :calendar, now(), 1)"
)
_CALENDAR = text(
    "INSERT INTO calendars VALUES (:id, :name, NULL, :kind, :owner, :owner_type, true, false, :limit, 'UTC',"
    " false, now(), 1)"
)
_GRANT = text("INSERT INTO calendar_access VALUES (:user, :calendar, 1, now(), :user)")
_EVENT = text("INSERT INTO events VALUES (:id, 'Show', NULL, NULL, 0, :user, now(), :user, 1)")


@dataclass
class Board:
    """The database, and beside it in memory all the bookings there should be in it.

    maker: who books, changes and cancels.
    """

    database: Database
    dice: random.Random
    maker: Viewer = ADMIN
    resources: dict[UUID, Resource] = field(default_factory=dict)
    calendars: dict[UUID, Calendar] = field(default_factory=dict)
    bookings: dict[UUID, ScheduledEvent] = field(default_factory=dict)

    async def furnish(self) -> None:
        """Venues of one and of two, a person with a calendar, some lamps, and an office with a limit."""
        async with self.database.unit_of_work(ADMIN) as uow:
            await uow.connection.execute(_EVENT, {"id": EVENT, "user": ADMIN.user_id})
        for kind, quantity, setup in (
            (ResourceType.Venue, 1, 30),
            (ResourceType.Venue, 2, 0),
            (ResourceType.Venue, 1, 0),
            (ResourceType.Staff, 1, 0),
        ):
            await self._add(kind, quantity, setup, limit=quantity)
        await self._add(ResourceType.Equipment, 3, 0)
        await self._add(ResourceType.Other, 2, 15)
        await self._add(None, 1, 0, limit=2)

    async def _add(
        self, kind: ResourceType | None, quantity: int, setup: int, limit: int | None = None
    ) -> None:
        resource_id, calendar_id = IDS.scattered(), IDS.scattered()
        owner_type = OwnerType.Department if kind is None else OwnerType(int(kind) % 3)
        async with self.database.unit_of_work(ADMIN) as uow:
            if limit is not None:
                values = {"id": calendar_id, "name": "A calendar", "kind": 4, "owner": resource_id}
                values |= {"owner_type": int(owner_type), "limit": limit}
                await uow.connection.execute(_CALENDAR, values)
                await uow.connection.execute(_GRANT, {"user": STAFF.user_id, "calendar": calendar_id})
                self.calendars[calendar_id] = Calendar(
                    calendar_id,
                    "A calendar",
                    CalendarType.Department,
                    resource_id,
                    owner_type,
                    "UTC",
                    uow.now,
                    max_concurrent_events=limit,
                )
            if kind is not None:
                values = {"id": resource_id, "name": "A resource", "kind": int(kind), "quantity": quantity}
                values |= {"setup": setup, "calendar": None if limit is None else calendar_id}
                await uow.connection.execute(_RESOURCE, values)
                self.resources[resource_id] = Resource(
                    resource_id, "A resource", kind, quantity=quantity, setup_minutes=setup
                )

    def a_slot(self, day: datetime) -> TimeSlot:
        start = day + timedelta(minutes=30 * self.dice.randrange(20))
        return TimeSlot(start, start + timedelta(minutes=30 * self.dice.randint(1, 6)))

    def some_claims(self) -> tuple[Claim, ...]:
        some = [one for one in self.resources.values() if one.resource_type is not ResourceType.Venue]
        return tuple(
            Claim(
                one.resource_id,
                self.dice.choice(list(ClaimRole)),
                self.dice.randint(1, one.quantity),
            )
            for one in self.dice.sample(some, self.dice.randint(0, len(some)))
        )

    async def book(self, day: datetime) -> None:
        status = self.dice.choice([ScheduleStatus.Scheduled] * 3 + [ScheduleStatus.Tentative])
        async with self.database.unit_of_work(self.maker) as uow:
            proposal = Proposal(
                uow.ids.ordered(),
                EVENT,
                self.dice.choice(list(self.calendars)),
                self.a_slot(day),
                "UTC",
                status,
                uow.now,
                self.some_claims(),
                override_reason="All of it",
            )
            ids = [claim.resource_id for claim in proposal.claims]
            picture = await look(uow, Question([proposal.calendar_id], [proposal.slot], ids))
            decision = decide(picture, proposal, Policy())
            booking = ScheduledEvent(
                proposal.scheduled_event_id,
                EVENT,
                proposal.calendar_id,
                ADMIN.user_id,
                proposal.slot,
                "UTC",
                status,
                uow.now,
                ADMIN.user_id,
                tuple(one.claim for one in decision.claims),
            )
            await insert_booking(uow, booking, decision.claims)
            await record_conflicts(uow, decision.detected, decision.vanished)
        self.bookings[booking.scheduled_event_id] = booking

    async def change(self, day: datetime) -> None:
        """Move a booking to another time, calendar and claims, or make a hold firm."""
        old = self.dice.choice(list(self.bookings.values()))
        wanted = replace(
            Proposal.of(old),
            slot=self.a_slot(day),
            calendar_id=self.dice.choice(list(self.calendars)),
            claims=self.some_claims(),
            status=self.dice.choice([old.status, ScheduleStatus.Scheduled]),
            override_reason="All of it",
        )
        ids = [claim.resource_id for claim in (*old.claims, *wanted.claims)]
        question = Question(
            [old.calendar_id, wanted.calendar_id],
            [old.slot, wanted.slot],
            ids,
            booking_id=old.scheduled_event_id,
        )
        async with self.database.unit_of_work(self.maker) as uow:
            decision = decide(await look(uow, question), wanted, Policy())
            new = replace(
                old,
                slot=wanted.slot,
                calendar_id=wanted.calendar_id,
                claims=tuple(one.claim for one in decision.claims),
                status=wanted.status,
            )
            await replace_booking(uow, new, decision.claims)
            await record_conflicts(uow, decision.detected, decision.vanished)
        self.bookings[new.scheduled_event_id] = new

    async def cancel(self) -> None:
        old = self.bookings.pop(self.dice.choice(list(self.bookings)))
        ids = [claim.resource_id for claim in old.claims]
        question = Question([old.calendar_id], [old.slot], ids, booking_id=old.scheduled_event_id)
        async with self.database.unit_of_work(self.maker) as uow:
            removal = decide_removal(await look(uow, question))
            await cancel_booking(uow, replace(old, status=ScheduleStatus.Cancelled))
            method = ResolutionMethod.EventCancelled
            await record_conflicts(uow, removal.detected, removal.vanished, method)

    def oracle(self) -> dict[Clash, ConflictLevel]:
        """Every clash there is, from memory alone."""
        usages: dict[Pool, list[Usage]] = {}
        for one in self.bookings.values():
            calendar = self.calendars[one.calendar_id]
            is_hold = one.status is ScheduleStatus.Tentative
            for claim in all_claims(calendar, one.claims):
                resource = self.resources[claim.resource_id]
                during = resource.claimed_range(one.slot)
                pool = Pool(resource.resource_id, resource.resource_type, resource.quantity)
                usage = Usage(
                    one.scheduled_event_id, during, one.created_at, claim.quantity, claim.role, is_hold
                )
                usages.setdefault(pool, []).append(usage)
            if calendar.limits_concurrency:
                pool = Pool(None, None, calendar.max_concurrent_events, calendar.calendar_id)
                usage = Usage(one.scheduled_event_id, one.slot, one.created_at, is_hold=is_hold)
                usages.setdefault(pool, []).append(usage)
        return find_clashes(usages)

    async def on_record(self) -> dict[Clash, ConflictLevel]:
        async with self.database.unit_of_work(ADMIN) as uow:
            rows = await uow.connection.execute(text("SELECT * FROM schedule_conflicts WHERE status = 0"))
            return {
                Clash(
                    row.scheduled_event_id,
                    row.conflicting_event_id,
                    ConflictType(row.conflict_type),
                    row.resource_id,
                ): ConflictLevel(row.conflict_level)
                for row in rows
            }

    async def sweep_all(self, window: TimeSlot) -> tuple[int, int, int]:
        """Sweep two resources or calendars at a time; how many were detected, resolved and open."""
        scope = Scope(window)
        counts = [0, 0, 0]
        for list_next, over_calendars in ((resources_to_sweep, False), (calendars_to_sweep, True)):
            after = FIRST
            while True:
                async with self.database.unit_of_work(ADMIN) as uow:
                    ids: Sequence[UUID] = await list_next(uow, scope, after, 2)
                    done = await sweep(
                        uow, ids if over_calendars else (), () if over_calendars else ids, window
                    )
                counts = [
                    one + more
                    for one, more in zip(counts, (done.detected, done.resolved, done.open), strict=True)
                ]
                if len(ids) < 2:
                    break
                after = ids[-1]
        return counts[0], counts[1], counts[2]


async def forget(urls: EmbeddedUrls, share: float, seed: int) -> None:
    """Take a share of the conflicts off the record, as the owner."""
    worker = Database(urls.worker, SystemClock(), IDS, pool_size=1)
    async with worker.engine.begin() as connection:
        await connection.execute(text("SELECT setseed(:seed)"), {"seed": 1 / (seed + 1)})
        statement = text("DELETE FROM schedule_conflicts WHERE random() < :share")
        await connection.execute(statement, {"share": share})
    await worker.close()


@pytest.mark.parametrize("seed", range(4))
async def test_what_is_not_so_is_not_recorded_on_the_word_of_staff(database: Database, seed: int) -> None:
    board = Board(database, random.Random(seed), STAFF)
    await board.furnish()
    day = SystemClock().now() + timedelta(days=1)
    for _ in range(20):
        await board.book(day)
    true = board.oracle()
    assert len(true) > 10
    pairs = [board.dice.sample(list(board.bookings), 2) for _ in range(80)]
    over = [None, *board.resources]
    said = {
        Clash(later, earlier, kind, one) for later, earlier in pairs for kind in ConflictType for one in over
    }
    said |= {
        Clash(one.conflicting_event_id, one.scheduled_event_id, one.conflict_type, one.resource_id)
        for one in true
    }
    lies = sorted(said - true.keys(), key=str)
    async with database.unit_of_work(STAFF) as uow:
        await record_conflicts(uow, dict.fromkeys(lies, ConflictLevel.Minor), ())
        await record_conflicts(uow, {}, true)
        assert uow.facts == []
    assert await board.on_record() == true
    async with database.unit_of_work(ADMIN) as uow:
        await record_conflicts(uow, {}, true)
        assert len(uow.facts) == len(true)
    async with database.unit_of_work(STAFF) as uow:
        await record_conflicts(uow, true, ())
        assert len(uow.facts) == len(true)
    assert await board.on_record() == true


@pytest.mark.parametrize(("seed", "maker"), [(0, ADMIN), (1, STAFF), (2, ADMIN), (3, STAFF), (4, STAFF)])
async def test_record_sweep_and_oracle_agree(
    database: Database, urls: EmbeddedUrls, seed: int, maker: Viewer
) -> None:
    board = Board(database, random.Random(seed), maker)
    await board.furnish()
    day = SystemClock().now() + timedelta(days=1)
    for step in range(80):
        action: Any = board.dice.choice([board.book, board.book, board.change, board.cancel])
        if step < 12 or len(board.bookings) < 3:
            action = board.book
        await (action() if action == board.cancel else action(day))
        assert await board.on_record() == board.oracle(), f"step {step}"
    expected = board.oracle()
    assert len(expected) > 10
    window = TimeSlot(day - timedelta(days=2), day + timedelta(days=20))
    assert await board.sweep_all(window) == (0, 0, len(expected))
    await forget(urls, 0.5, seed)
    missing = len(expected) - len(await board.on_record())
    assert missing > 0
    assert await board.sweep_all(window) == (missing, 0, len(expected))
    assert await board.on_record() == expected

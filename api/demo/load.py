"""Loading the demo venue, once."""

from __future__ import annotations

from uuid import UUID

from api.demo.ids import demo_id
from api.demo.people import ADMIN, USERS, viewer_of
from api.demo.venue import demo_venue
from domain.user import User
from persistence.bulk_load import load
from persistence.database import Database
from persistence.readers.conflicts import ConflictFilter, list_conflicts
from persistence.repositories import calendar_access, milestones, users
from persistence.sorting import Sort

_ACTION = "DemoVenueLoaded"


async def load_demo(database: Database) -> bool:
    """Store the demo venue as of today, in one transaction; False when it has been loaded before."""
    async with database.unit_of_work(viewer_of(ADMIN)) as uow:
        if not await milestones.reach(uow, _ACTION, demo_id("demo", "venue")):
            return False
        venue = demo_venue(uow.now.date())
        for user in USERS:
            await users.add(uow, User(user.user_id, user.name, user.role, uow.now, user.email))
        await load(uow, venue.schedule)
        for grant in venue.grants:
            await calendar_access.put(uow, grant)
    return True


async def worst_conflict(database: Database) -> UUID | None:
    """The worst open conflict that is still ahead, the nearest of several; None when there is none."""
    async with database.unit_of_work(viewer_of(ADMIN)) as uow:
        found = await list_conflicts(
            uow, ConflictFilter(since=uow.now), Sort("conflictLevel"), limit=1, after=None
        )
    return found[0].conflict.schedule_conflict_id if found else None

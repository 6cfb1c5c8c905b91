"""HoldUpkeepJob: tell of holds that have expired, and of those that have moved up."""

from __future__ import annotations

from api.bootstrap import Callboard
from api.features.note_holds import NoteHolds
from api.jobs.job import Outcome
from domain.viewer import SYSTEM


async def look(service: Callboard) -> Outcome:
    """Look at every hold that lies ahead."""
    noted = await service.bus.send(NoteHolds(), SYSTEM)
    return {"expired": noted.expired, "promoted": noted.promoted}

"""ConflictDetectionJob: find clashes no booking has found, end those that are over (spec 13.1, SCH-014)."""

from __future__ import annotations

from datetime import UTC, datetime

from api.bootstrap import Callboard
from api.features.detect_conflicts import DetectConflicts
from api.jobs.job import Outcome
from domain.time_slot import TimeSlot
from domain.viewer import SYSTEM
from persistence.conflict_sweep import Scope

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


async def detect(service: Callboard) -> Outcome:
    """Detect over all that lies ahead, a few resources a transaction."""
    detected = resolved = open_now = 0
    scope = Scope(TimeSlot(service.database.clock.now(), _END_OF_TIME))
    step: DetectConflicts | None = DetectConflicts(scope)
    while step is not None:
        found = await service.bus.send(step, SYSTEM)
        detected, resolved, open_now = (
            detected + found.detected,
            resolved + found.resolved,
            open_now + found.open,
        )
        step = found.next
    return {"detected": detected, "resolved": resolved, "open": open_now}

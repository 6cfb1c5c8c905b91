"""AvailabilityCleanupJob: put closures away that are long over (spec 13.1)."""

from __future__ import annotations

from datetime import timedelta

from api.bootstrap import Callboard
from api.features.archive_closures import ArchiveClosures
from api.jobs.job import Outcome
from domain.viewer import SYSTEM

_AT_ONCE = 500


async def archive(service: Callboard) -> Outcome:
    """Archive them, some at a time; utilization still needs them."""
    command = ArchiveClosures(timedelta(days=service.settings.closure_retention_days), _AT_ONCE)
    archived = 0
    while count := await service.bus.send(command, SYSTEM):
        archived += count
    return {"archived": archived}

"""ExportCleanupJob: remove exported files that have expired."""

from __future__ import annotations

from api.bootstrap import Callboard
from api.jobs.job import Outcome
from domain.viewer import SYSTEM


async def remove(service: Callboard) -> Outcome:
    """Remove them, some at a time: the file, then its row."""
    removed = 0
    while count := await service.exports.remove_expired(SYSTEM):
        removed += count
    return {"removed": removed}

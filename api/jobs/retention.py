"""RetentionJob: clear away what is kept for a time only."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from api.bootstrap import Callboard
from api.cache.redis_url import MEMORY
from api.features.clear_away import ClearAway
from api.jobs.job import Outcome
from domain.viewer import SYSTEM

_AT_ONCE = 5_000


async def clear(service: Callboard) -> Outcome:
    """Clear away, some at a time, until nothing is left to go."""
    days = service.settings.audit_retention_days
    command = ClearAway(
        timedelta(days=service.settings.fact_retention_days),
        None if days is None else timedelta(days=days),
        ("notices",) if service.settings.cache_url == MEMORY else ("notices", "redis"),
        _AT_ONCE,
    )
    total: dict[str, int] = {}
    while True:
        cleared = asdict(await service.bus.send(command, SYSTEM))
        total = {kind: total.get(kind, 0) + count for kind, count in cleared.items()}
        if not any(cleared.values()):
            return {
                "facts": total["facts"],
                "suggestions": total["suggestions"],
                "jobRuns": total["job_runs"],
                "jobs": total["jobs"],
                "changeRequests": total["change_requests"],
                "idempotencyKeys": total["idempotency_keys"],
                "auditEntries": total["audit_entries"],
                "notices": total["notices"],
                "sessions": total["sessions"],
                "accessTokens": total["access_tokens"],
                "loginAttempts": total["login_attempts"],
            }

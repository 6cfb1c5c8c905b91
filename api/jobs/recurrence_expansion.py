"""RecurrenceExpansionJob: see that dates of series are where the clocks put them (spec 13.1, DESIGN 4.2)."""

from __future__ import annotations

import logging
from datetime import timedelta

from api.bootstrap import Callboard
from api.features.get_series_out_of_step import GetSeriesOutOfStep
from api.features.realign_series import RealignSeries
from api.jobs.job import Outcome
from domain.errors import CallboardException
from domain.viewer import SYSTEM

log = logging.getLogger("callboard.jobs")

_AHEAD = timedelta(days=90)


async def verify(service: Callboard) -> Outcome:
    """Look at the next 90 days, and move what the rules of a time zone have moved since it was booked.

    Series are expanded whole when they are written; nothing is left to expand.
    """
    found = await service.bus.send(GetSeriesOutOfStep(_AHEAD), SYSTEM)
    moved = failed = 0
    for series_id, starts in sorted(found.out_of_step.items()):
        try:
            moved += await service.bus.send(RealignSeries(series_id, starts), SYSTEM)
        except CallboardException as error:
            failed += len(starts)
            log.warning("series %s is out of step and could not be moved: %s", series_id, error.detail)
    return {"verified": found.occurrences, "moved": moved, "failed": failed}

"""Series whose coming dates are not where the clocks of their zones put them."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from api.message import Message
from domain.policy import Policy
from domain.time_slot import TimeSlot
from persistence.readers.series_times import series_out_of_step
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class VerifiedSeries:
    """What was found. out_of_step: by series, original starts (naive)."""

    occurrences: int
    out_of_step: Mapping[UUID, Set[datetime]]


@dataclass(frozen=True, slots=True)
class GetSeriesOutOfStep(Message[VerifiedSeries]):
    """Among the dates that start within so long from now."""

    ahead: timedelta


async def handle(query: GetSeriesOutOfStep, uow: UnitOfWork, _policy: Policy) -> VerifiedSeries:
    """How many dates were looked at, and which are out of step."""
    count, found = await series_out_of_step(uow, TimeSlot(uow.now, uow.now + query.ahead))
    return VerifiedSeries(count, found)

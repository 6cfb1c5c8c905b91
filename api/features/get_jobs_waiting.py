"""How many jobs wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.message import Message
from domain.policy import Policy
from persistence.job_queue import jobs_waiting
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetJobsWaiting(Message[Mapping[str, float]]):
    """By queue, those that are due."""


async def handle(_query: GetJobsWaiting, uow: UnitOfWork, _policy: Policy) -> Mapping[str, float]:
    """The count of each queue; 0 where nothing waits."""
    return await jobs_waiting(uow.connection)

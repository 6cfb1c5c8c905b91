"""A job: what it is called, when it runs, and what it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from api.bootstrap import Callboard

Outcome = Mapping[str, int]
"""What came of a run, as counts with the names that people read."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job of the contract (spec 13) or of the house.

    schedule: when it runs, in UTC, as cron writes it.
    run: does it once, as the worker; safe to repeat, for a run that was cut short begins anew.
    """

    name: str
    purpose: str
    schedule: str
    run: Callable[[Callboard], Awaitable[Outcome]]

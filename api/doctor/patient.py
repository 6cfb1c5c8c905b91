"""What the doctor looks at."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from api.settings import Settings
from api.storage import Storage
from persistence.database import Database
from persistence.readers.invariants.invariant import Breach, Invariant
from persistence.readers.invariants.look import looking
from persistence.unit_of_work import UnitOfWork

STATEMENT_SECONDS = 30.0
MOST_BREACHES = 100
"""Of one check; more say nothing new."""


@dataclass(frozen=True, slots=True)
class Patient:
    """A Callboard: its settings, its store of files, and its database as the worker or the owner.

    login: which of the two.
    """

    settings: Settings
    storage: Storage
    database: Database
    login: str

    def look(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """Read the database as it is at one instant, in the way of nobody."""
        return looking(self.database, STATEMENT_SECONDS)

    async def broken(self, invariant: Invariant, **parameters: object) -> Sequence[Breach]:
        """What breaks an invariant."""
        async with self.look() as uow:
            return await invariant.broken(uow, MOST_BREACHES, **parameters)

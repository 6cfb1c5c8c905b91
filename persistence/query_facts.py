"""Facts of queries, written to the outbox in batches; only these may be lost (DESIGN 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from domain.facts import Fact
from persistence.database import Database
from persistence.unit_of_work import append_facts


class FactsNotStored(Exception):
    """The database did not take the facts."""


@dataclass(frozen=True, slots=True)
class QueryFact:
    """A fact of a query that has been answered."""

    aggregate_id: UUID
    fact: Fact
    occurred_at: datetime


async def store_query_facts(database: Database, facts: Sequence[QueryFact]) -> None:
    """Write the facts in one transaction, on nobody's behalf: the outbox takes them from anyone.

    Raises FactsNotStored.
    """
    rows = [(one.aggregate_id, one.fact, one.occurred_at) for one in facts]
    try:
        async with database.engine.begin() as connection:
            await append_facts(connection, database.ids, rows)
    except SQLAlchemyError as error:
        raise FactsNotStored from error

"""Facts on their way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.facts import Fact
from domain.ports import IdSource
from persistence.documents import fact_document

# One JSON parameter however many rows: a clash with sixty others leaves sixty facts.
_APPEND = text(
    "INSERT INTO outbox (outbox_id, fact_type, aggregate_id, aggregate_version, payload, occurred_at,"
    " cause)"
    " SELECT outbox_id, fact_type, aggregate_id, aggregate_version, payload, occurred_at, cause"
    " FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS fact (outbox_id uuid, fact_type text,"
    " aggregate_id uuid, aggregate_version integer, payload jsonb, occurred_at timestamptz, cause jsonb)"
)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A fact about an aggregate, and when it became one. version: of the aggregate, as the fact left it."""

    aggregate_id: UUID
    fact: Fact
    occurred_at: datetime
    version: int | None = None


async def append_facts(
    connection: AsyncConnection,
    ids: IdSource,
    facts: Sequence[Occurrence],
    cause: Mapping[str, str] | None = None,
) -> None:
    """Store the facts in one statement, in their order. cause: the request and trace that they come from."""
    rows = [
        {
            "outbox_id": ids.ordered(),
            "fact_type": type(one.fact).__name__,
            "aggregate_id": one.aggregate_id,
            "aggregate_version": one.version,
            "payload": fact_document(one.fact),
            "occurred_at": one.occurred_at,
            "cause": cause or None,
        }
        for one in facts
    ]
    await connection.execute(_APPEND, {"rows": orjson.dumps(rows).decode()})

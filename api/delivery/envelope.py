"""A fact as every receiver gets it, whichever way it comes."""

from __future__ import annotations

from typing import Any

from domain.facts import PublishedFact
from persistence.documents import json_value


def envelope(fact: PublishedFact) -> dict[str, Any]:
    """The fact in JSON, in the shape that Standard Webhooks recommends (`type`, `timestamp`, `data`).

    `id` is the same however often the fact comes; `sequence` says what it comes after.
    """
    version = {} if fact.aggregate_version is None else {"version": fact.aggregate_version}
    return {
        "type": fact.fact_type,
        "timestamp": json_value(fact.occurred_at),
        "id": str(fact.fact_id),
        "sequence": fact.sequence,
        "aggregateId": str(fact.aggregate_id),
        **version,
        "data": fact.payload,
    }

"""Why bookings are blocked, as far as their viewers may know."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Uuid, cast, column, func, literal, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from persistence import tables

_bookings = tables.scheduled_events
_resources = tables.resources


def block_reason_as_seen() -> ColumnElement[str | None]:
    """Which resources block a booking and why, of those the viewer sees; else only that one does."""
    block = func.jsonb_array_elements(_bookings.c.blocks).table_valued(column("value", JSONB))
    sentence = func.concat(_resources.c.name, " is ", block.c.value.op("->>")("reason"))
    said = (
        select(func.string_agg(sentence, aggregate_order_by(literal("; "), _resources.c.name)))
        .select_from(block)
        .join(_resources, _resources.c.resource_id == cast(block.c.value.op("->>")("resource_id"), Uuid))
        .correlate(_bookings)
        .scalar_subquery()
    )
    return func.coalesce(said, _bookings.c.block_reason)

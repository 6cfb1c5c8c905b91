"""Many rows of one table in one statement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Table, text

from domain.entities import Calendar, Claim, Event, Resource, ScheduledEvent
from domain.time_slot import TimeSlot
from domain.working_hours import WorkingHours
from persistence.mapping import working_hours_document
from persistence.unit_of_work import UnitOfWork

_ROWS_A_STATEMENT = 5_000


def row_of(entity: Calendar | Claim | Event | Resource | ScheduledEvent, **more: object) -> dict[str, Any]:
    """The entity's fields by name, which are its table's columns, and the columns it has no field for."""
    return {one.name: getattr(entity, one.name) for one in fields(entity)} | more


async def store_rows(
    uow: UnitOfWork, table: Table, rows: Sequence[dict[str, Any]], *, by_key: bool = False
) -> set[UUID]:
    """Insert the rows that are not there yet, and answer the keys of those inserted.

    Rows are inserted in the order of their keys, so that two loads at once wait for, and never deadlock with,
    each other. Every column of the table must be among a row's entries; others are left out.

    by_key: take only rows of the same key as being there; of a table with a deferred constraint, PostgreSQL
        can ask nothing else. Otherwise rows that any constraint keeps out are left out.
    """
    key, *_ = table.primary_key.columns
    names = [str(column.name) for column in table.columns]
    columns = ", ".join(names)
    # One JSON parameter instead of thousands; COPY is not to be had under row-level security.
    statement = text(
        f"INSERT INTO {table.name} ({columns})"  # noqa: S608 - names of our own tables
        f" SELECT {columns} FROM jsonb_populate_recordset(NULL::{table.name}, CAST(:rows AS jsonb))"
        f" ON CONFLICT {f'({key.name})' if by_key else ''} DO NOTHING RETURNING {key.name}"
    )
    ordered = sorted(rows, key=lambda row: row[key.name])
    stored: set[UUID] = set()
    for first in range(0, len(ordered), _ROWS_A_STATEMENT):
        chunk = [{name: row[name] for name in names} for row in ordered[first : first + _ROWS_A_STATEMENT]]
        document = orjson.dumps(chunk, _json, orjson.OPT_PASSTHROUGH_DATACLASS).decode()
        stored.update((await uow.connection.execute(statement, {"rows": document})).scalars())
    return stored


async def update_rows(
    uow: UnitOfWork, table: Table, rows: Sequence[dict[str, Any]], *, keep: Collection[str] = ()
) -> None:
    """Store rows that are there already. Whoever calls holds a lock that others updating them need.

    keep: columns that stay as they are.
    """
    key, *_ = table.primary_key.columns
    names = [str(column.name) for column in table.columns if column.name not in keep]
    changed = ", ".join(f"{name} = given.{name}" for name in names if name != key.name)
    statement = text(
        f"UPDATE {table.name} SET {changed}"  # noqa: S608 - names of our own tables
        f" FROM jsonb_populate_recordset(NULL::{table.name}, CAST(:rows AS jsonb)) AS given"
        f" WHERE {table.name}.{key.name} = given.{key.name}"
    )
    for first in range(0, len(rows), _ROWS_A_STATEMENT):
        chunk = [{name: row[name] for name in names} for row in rows[first : first + _ROWS_A_STATEMENT]]
        document = orjson.dumps(chunk, _json, orjson.OPT_PASSTHROUGH_DATACLASS).decode()
        await uow.connection.execute(statement, {"rows": document})


def _json(value: object) -> object:
    match value:
        case TimeSlot():
            return f"[{value.start_date_time.isoformat()},{value.end_date_time.isoformat()})"
        case WorkingHours():
            return working_hours_document(value)
        case frozenset():
            return sorted(value)
        case _:
            raise TypeError(f"no JSON form of {type(value).__name__}")

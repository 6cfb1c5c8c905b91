"""Exported files as stored: whose they are, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select

from domain.enums import ExportFormat, ExportPeriod, Role
from domain.errors import NotFoundException
from persistence import tables
from persistence.mapping import Row
from persistence.unit_of_work import UnitOfWork

_exports = tables.exports


@dataclass(frozen=True, slots=True)
class StoredExport:
    """A file that was made for somebody.

    role: what they were then; what it tells was judged by it.
    storage_key: where the file is, known to nobody else.
    """

    export_id: UUID
    owner_id: UUID
    role: Role
    calendar_id: UUID
    period: ExportPeriod
    first_day: date
    format: ExportFormat
    file_name: str
    storage_key: str
    size_bytes: int
    created_at: datetime
    expires_at: datetime


async def add(uow: UnitOfWork, export: StoredExport) -> None:
    """Store a new export."""
    await uow.connection.execute(insert(_exports).values(_values(export)))


async def get(uow: UnitOfWork, export_id: UUID) -> StoredExport:
    """The export, expired or not. Raises NotFoundException when there is none of this viewer's."""
    statement = select(_exports).where(_exports.c.export_id == export_id)
    row = (await uow.connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise NotFoundException("Export", export_id)
    return _export_from(row)


async def expired(uow: UnitOfWork, limit: int) -> list[StoredExport]:
    """Exports that are over, the oldest first; as a viewer only their own, as the worker all."""
    statement = select(_exports).where(_exports.c.expires_at <= uow.now).order_by(_exports.c.expires_at)
    rows = (await uow.connection.execute(statement.limit(limit))).mappings()
    return [_export_from(row) for row in rows]


async def remove(uow: UnitOfWork, export_ids: Sequence[UUID]) -> None:
    """Forget exports."""
    await uow.connection.execute(delete(_exports).where(_exports.c.export_id.in_(export_ids)))


def _values(export: StoredExport) -> dict[str, Any]:
    return {
        "export_id": export.export_id,
        "owner_id": export.owner_id,
        "role": int(export.role),
        "calendar_id": export.calendar_id,
        "period": export.period.value,
        "first_day": export.first_day,
        "format": export.format.value,
        "file_name": export.file_name,
        "storage_key": export.storage_key,
        "size_bytes": export.size_bytes,
        "created_at": export.created_at,
        "expires_at": export.expires_at,
    }


def _export_from(row: Row) -> StoredExport:
    return StoredExport(
        **{
            **row,
            "role": Role(row["role"]),
            "period": ExportPeriod(row["period"]),
            "format": ExportFormat(row["format"]),
        }
    )

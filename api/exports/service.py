"""Making files of schedules: read in one transaction, render in a thread, store, then record (spec 4.2)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from api.bus import Bus
from api.exports.formats import EXTENSIONS, MEDIA_TYPES, file_name, rendered
from api.features.get_export import GetExport
from api.features.get_exported_schedule import GetExportedSchedule
from api.features.record_export import RecordExport
from api.storage import Storage, new_key
from domain.enums import ExportFormat, ExportPeriod
from domain.errors import NotFoundException
from domain.viewer import Viewer
from persistence.database import Database
from persistence.repositories import exports
from persistence.repositories.exports import StoredExport

_FOLDER = "exports"
_AT_ONCE = 2
_EXPIRED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """Which calendar, which days of it, and what kind of file is wanted."""

    calendar_id: UUID
    period: ExportPeriod
    first_day: date
    format: ExportFormat

    @property
    def day_after(self) -> date:
        """The day on which the period is over."""
        match self.period:
            case ExportPeriod.Daily:
                return self.first_day + timedelta(days=1)
            case ExportPeriod.Weekly:
                return self.first_day + timedelta(days=7)
            case ExportPeriod.Monthly:
                return (self.first_day.replace(day=28) + timedelta(days=4)).replace(day=1)


class ExportService:
    """Makes files for viewers and hands them out until they expire."""

    def __init__(self, database: Database, bus: Bus, storage: Storage, lifetime: timedelta) -> None:
        self._database = database
        self._bus = bus
        self._storage = storage
        self._lifetime = lifetime
        # Rendering is work for the processor: more at once would only keep each other, and requests, waiting.
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def export(self, request: ExportRequest, viewer: Viewer, *, dry_run: bool = False) -> StoredExport:
        """A new file of what the viewer sees. dry_run: make it, and keep nothing."""
        query = GetExportedSchedule(request.calendar_id, request.first_day, request.day_after)
        schedule = await self._bus.send(query, viewer)
        async with self._free:
            content = await asyncio.to_thread(
                rendered, schedule, request.period, request.first_day, request.format
            )
        now = self._database.clock.now()
        export = StoredExport(
            export_id=self._database.ids.ordered(),
            owner_id=viewer.user_id,
            role=viewer.role,
            calendar_id=request.calendar_id,
            period=request.period,
            first_day=request.first_day,
            format=request.format,
            file_name=file_name(schedule.title, request.period, request.first_day, request.format),
            storage_key=new_key(_FOLDER, EXTENSIONS[request.format]),
            size_bytes=len(content),
            created_at=now,
            expires_at=now + self._lifetime,
        )
        if dry_run:
            await self._bus.send(RecordExport(export), viewer, dry_run=True)
            return export
        await self.remove_expired(viewer)
        await self._keep(export, content, viewer)
        return export

    async def find(self, export_id: UUID, viewer: Viewer) -> StoredExport:
        """The viewer's export. Raises NotFoundException, also when it has expired, and removes it then."""
        try:
            return await self._bus.send(GetExport(export_id), viewer)
        except NotFoundException:
            await self.remove_expired(viewer)
            raise

    async def content(self, export_id: UUID, viewer: Viewer) -> tuple[StoredExport, bytes]:
        """The viewer's export with its file. Raises NotFoundException."""
        export = await self.find(export_id, viewer)
        content = await self._storage.get(export.storage_key)
        if content is None:
            raise NotFoundException("Export", export_id)
        return export, content

    async def signed_url(self, export: StoredExport) -> str | None:
        """Where the store hands the file out itself; None where it does not."""
        left = export.expires_at - self._database.clock.now()
        return await self._storage.signed_url(export.storage_key, max(left, timedelta(seconds=1)))

    async def remove_expired(self, viewer: Viewer) -> int:
        """Remove files that are over, and say how many: the viewer's own, or everybody's as the worker."""
        unit_of_work = self._database.unit_of_work
        async with unit_of_work(viewer) as uow:
            over = await exports.expired(uow, _EXPIRED_AT_ONCE)
        if not over:
            return 0
        # The file first: a row without its file is found again, a file without its row never.
        for one in over:
            await self._storage.delete(one.storage_key)
        async with unit_of_work(viewer) as uow:
            await exports.remove(uow, [one.export_id for one in over])
        return len(over)

    async def _keep(self, export: StoredExport, content: bytes, viewer: Viewer) -> None:
        media_type = MEDIA_TYPES[export.format]
        await self._storage.put(export.storage_key, content, media_type, export.file_name)
        try:
            await self._bus.send(RecordExport(export), viewer)
        except BaseException:
            await self._storage.delete(export.storage_key)
            raise

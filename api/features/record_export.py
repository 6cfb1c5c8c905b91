"""Note that a schedule was handed out as a file."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.enums import ExportPeriod
from domain.facts import DailyScheduleExported, Fact, MonthlyScheduleExported, WeeklyScheduleExported
from domain.policy import Policy
from persistence.documents import json_value
from persistence.repositories import exports
from persistence.repositories.exports import StoredExport
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RecordExport(Message[None]):
    """A file that has been stored."""

    export: StoredExport


async def handle(command: RecordExport, uow: UnitOfWork, _policy: Policy) -> None:
    """Keep whose it is and until when, with the fact and the audit entry (spec 3.2, SCH-044)."""
    export = command.export
    await exports.add(uow, export)
    uow.record(export.calendar_id, _fact(export))
    uow.audit(
        "ScheduleExported",
        export.calendar_id,
        after={
            "exportId": str(export.export_id),
            "period": export.period.value,
            "firstDay": export.first_day.isoformat(),
            "format": export.format.value,
            "sizeBytes": export.size_bytes,
            "expiresAt": json_value(export.expires_at),
        },
    )


def _fact(export: StoredExport) -> Fact:
    first, who = export.first_day, export.owner_id
    match export.period:
        case ExportPeriod.Daily:
            return DailyScheduleExported(export.calendar_id, first, export.format, who)
        case ExportPeriod.Weekly:
            return WeeklyScheduleExported(export.calendar_id, first, export.format, who)
        case ExportPeriod.Monthly:
            return MonthlyScheduleExported(export.calendar_id, first.month, first.year, export.format, who)

"""ConflictEscalationJob: hand conflicts that nobody deals with to somebody (spec 13.1, SCH-015)."""

from __future__ import annotations

import logging
from datetime import timedelta

from api.bootstrap import Callboard
from api.features.escalate_conflict import EscalateConflict
from api.features.get_overdue_conflicts import GetOverdueConflicts
from api.jobs.job import Outcome
from domain.enums import ConflictLevel
from domain.errors import NotFoundException, StateConflict
from domain.viewer import SYSTEM
from persistence.readers.overdue_conflicts import OverdueConflict

log = logging.getLogger("callboard.jobs")

_AT_ONCE = 1_000


async def escalate(service: Callboard) -> Outcome:
    """Escalate every Critical conflict, and every other that has been open for 24 hours, once."""
    open_for = timedelta(hours=service.settings.escalation_hours)
    with_contact, others = [
        await service.bus.send(GetOverdueConflicts(open_for, named, _AT_ONCE), SYSTEM)
        for named in (True, False)
    ]
    escalated = without_contact = 0
    for conflict in (*with_contact, *others):
        contact = conflict.contact_id or service.settings.escalation_contact
        if contact is None:
            without_contact += 1
            continue
        command = EscalateConflict(conflict.schedule_conflict_id, contact, _reason(conflict, service))
        try:
            await service.bus.send(command, SYSTEM)
        except (StateConflict, NotFoundException):
            continue  # somebody has dealt with it in this moment
        escalated += 1
    if without_contact:
        log.warning(
            "%d conflicts wait for somebody: set escalationContactId of their calendars, or"
            " CALLBOARD_ESCALATION_CONTACT",
            without_contact,
        )
    return {"escalated": escalated, "withoutContact": without_contact}


def _reason(conflict: OverdueConflict, service: Callboard) -> str:
    if conflict.conflict_level is ConflictLevel.Critical:
        return "It is Critical, and nobody has dealt with it"
    return f"It has been open for {service.settings.escalation_hours:g} hours"

"""From published facts to notices: who is to be told, and when."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.facts import PublishedFact
from domain.notice import Notice, NoticePreferences, Subject, notices_of
from domain.notice_times import due_at
from domain.viewer import SYSTEM
from persistence.database import Database
from persistence.readers.notice_subjects import managers, notice_subjects
from persistence.relay import lock_position, move_position, published_after
from persistence.repositories import notices

log = logging.getLogger("callboard.mail")

_BATCH = 200
_SINK = "notices"


@dataclass(frozen=True, slots=True)
class Noting:
    """Reads on in the public sequence, each fact once.

    database: as the worker. soon: how long a notice waits for others. is_wanted: whether mail is sent at all;
    where it is not, the facts are passed over, so that nobody is told old news when it is.
    """

    database: Database
    zone: ZoneInfo
    soon: timedelta
    is_wanted: bool = True

    async def note(self) -> bool:
        """Make notices of the next facts; whether there may be more."""
        async with self.database.unit_of_work(SYSTEM) as uow:
            position = await lock_position(uow.connection, _SINK)
            if position is None:
                return False
            facts = await published_after(uow.connection, position, _BATCH)
            if not facts:
                return False
            if self.is_wanted:
                subjects = await notice_subjects(uow.connection, facts, uow.now)
                approvers = await managers(uow.connection)
                found = [one for fact in facts for one in _notices_of(fact, subjects, approvers)]
                wishes = await notices.preferences_of(uow, {one.recipient_id for one in found})
                due = {}
                for one in found:
                    wish = wishes.get(one.recipient_id, NoticePreferences())
                    if wish.wants(one):
                        starts_at = subjects[one.scheduled_event_id].starts_at
                        due[notices.key_of(one)] = due_at(
                            wish.frequency, uow.now, starts_at, self.soon, self.zone
                        )
                await notices.add(uow, [one for one in found if notices.key_of(one) in due], due)
            await move_position(uow.connection, _SINK, facts[-1].sequence)
        return len(facts) == _BATCH


def _notices_of(
    fact: PublishedFact, subjects: Mapping[UUID, Subject], approvers: Sequence[UUID]
) -> list[Notice]:
    """Who may want to be told; nobody of a fact that cannot be read, which would hold up all after it."""
    try:
        return notices_of(fact, subjects, approvers)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        log.error("nobody is told of fact %d: %s", fact.sequence, type(error).__name__)
        return []

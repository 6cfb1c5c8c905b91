"""Choose what to be told, and how often."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from api.message import Message
from domain.notice import NoticePreferences
from domain.policy import Policy
from domain.versions import ensure_version
from persistence.repositories.notices import own_preferences, store_preferences
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class UpdateNoticePreferences(Message[NoticePreferences]):
    """As the caller wants it from now on, what waits already included; how long that waits, stays."""

    wanted: NoticePreferences
    expected_version: int | None = None


async def handle(command: UpdateNoticePreferences, uow: UnitOfWork, _policy: Policy) -> NoticePreferences:
    """The preferences as they are now."""
    before = await own_preferences(uow, locked=True)
    ensure_version(before.version, command.expected_version)
    wanted = replace(command.wanted, version=before.version + 1)
    if replace(wanted, version=before.version) == before:
        return before
    await store_preferences(uow, wanted)
    uow.audit("NoticePreferencesUpdated", uow.viewer.user_id, _document(before), _document(wanted))
    return wanted


def _document(one: NoticePreferences) -> dict[str, Any]:
    return {
        "frequency": one.frequency.value,
        "unwanted": sorted(one.unwanted),
        "invitations": one.invitations,
        "ownChanges": one.own_changes,
    }

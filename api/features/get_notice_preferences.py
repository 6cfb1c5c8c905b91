"""How the caller is told of what happens to their bookings."""

from __future__ import annotations

from dataclasses import dataclass

from api.message import Message
from domain.notice import NoticePreferences
from domain.policy import Policy
from persistence.repositories.notices import own_preferences
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetNoticePreferences(Message[NoticePreferences]):
    """The caller's own."""


async def handle(_query: GetNoticePreferences, uow: UnitOfWork, _policy: Policy) -> NoticePreferences:
    """The preferences; of somebody who never set any, what holds for everyone."""
    return await own_preferences(uow)

"""One suggestion."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from api.message import Message
from domain.advice import StoredSuggestion
from domain.policy import Policy
from persistence.repositories.suggestions import find_suggestion
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GetSuggestion(Message[StoredSuggestion]):
    """Which suggestion."""

    suggestion_id: UUID


async def handle(query: GetSuggestion, uow: UnitOfWork, _policy: Policy) -> StoredSuggestion:
    """The suggestion, if it was made for the viewer."""
    return await find_suggestion(uow, query.suggestion_id)

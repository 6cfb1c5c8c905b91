"""Change what a program may, and whether it may come in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.message import Message
from domain.enums import Role, Scope
from domain.policy import Policy
from domain.user import User
from domain.versions import ensure_version
from persistence.documents import user_document
from persistence.repositories import users
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class UpdateServiceAccount(Message[User]):
    """What the account is to be."""

    service_account_id: UUID
    name: str
    role: Role
    scopes: frozenset[Scope]
    is_disabled: bool
    expected_version: int | None = None


async def handle(command: UpdateServiceAccount, uow: UnitOfWork, _policy: Policy) -> User:
    """The changed account. Raises NotFoundException."""
    before = await users.get(uow, command.service_account_id, service_account=True, locked=True)
    ensure_version(before.version, command.expected_version)
    wanted = replace(
        before,
        name=command.name,
        role=command.role,
        scopes=command.scopes,
        disabled_at=(before.disabled_at or uow.now) if command.is_disabled else None,
    )
    if wanted == before:
        return before
    wanted = replace(wanted, version=before.version + 1)
    await users.store(uow, wanted)
    uow.audit("ServiceAccountUpdated", before.user_id, user_document(before), user_document(wanted))
    return wanted

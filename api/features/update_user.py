"""Change who a person is, what they may, and whether they may come in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from api.message import Message
from domain.enums import Role
from domain.errors import FieldException, StateConflict
from domain.policy import Policy
from domain.user import User
from domain.versions import ensure_version
from persistence.documents import user_document
from persistence.repositories import sessions, users
from persistence.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class UpdateUser(Message[User]):
    """What the account is to be."""

    user_id: UUID
    name: str
    email: str | None
    role: Role
    is_disabled: bool
    expected_version: int | None = None


async def handle(command: UpdateUser, uow: UnitOfWork, _policy: Policy) -> User:
    """The changed account. Raises NotFoundException, and StateConflict for the last Admin."""
    before = await users.get(uow, command.user_id, service_account=False, locked=True)
    ensure_version(before.version, command.expected_version)
    wanted = replace(
        before,
        name=command.name,
        email=command.email,
        role=command.role,
        disabled_at=(before.disabled_at or uow.now) if command.is_disabled else None,
    )
    if wanted == before:
        return before
    await _ensure_possible(uow, before, wanted)
    wanted = replace(wanted, version=before.version + 1)
    await users.store(uow, wanted)
    if wanted.disabled_at is not None:
        await sessions.end(uow, wanted.user_id)
    uow.audit("UserUpdated", before.user_id, user_document(before), user_document(wanted))
    return wanted


async def _ensure_possible(uow: UnitOfWork, before: User, wanted: User) -> None:
    if before.issuer is not None:
        for field in ("name", "email", "role"):
            if getattr(before, field) != getattr(wanted, field):
                raise FieldException(field, "The issuer of their tokens says so; change it there")
    elif wanted.email != before.email:
        await _ensure_free(uow, wanted)
    is_admin = before.role is Role.Admin and before.disabled_at is None
    stays = wanted.role is Role.Admin and wanted.disabled_at is None
    if is_admin and not stays and await users.is_last_admin(uow, before.user_id):
        raise StateConflict("This is the last Admin who can sign in; make another one first")


async def _ensure_free(uow: UnitOfWork, wanted: User) -> None:
    if wanted.email is None:
        raise FieldException("email", "An address is needed to sign in")
    other = await users.by_email(uow, wanted.email)
    if other is not None and other.user_id != wanted.user_id:
        raise FieldException("email", "Somebody has this address already")

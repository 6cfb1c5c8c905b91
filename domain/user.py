"""Somebody with an account: a person, or a program."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.enums import Role, Scope


@dataclass(frozen=True, slots=True)
class User:
    """An account.

    issuer: the foreign issuer that knows the person; None for our own.
    scopes: what a service account's tokens may be used for; None for people.
    """

    user_id: UUID
    name: str
    role: Role
    created_at: datetime
    email: str | None = None
    version: int = 1
    disabled_at: datetime | None = None
    issuer: str | None = None
    scopes: frozenset[Scope] | None = None


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token of a service account; the secret itself is kept nowhere."""

    access_token_id: UUID
    user_id: UUID
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None

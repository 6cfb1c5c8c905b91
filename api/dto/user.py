"""Accounts as JSON."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from api.http.wire import ByName, Instant, Name, Wire
from api.notices.mail import mailbox
from domain.enums import Role
from domain.user import User

RoleField = Annotated[Role, ByName()]


def _address(value: str) -> str:
    local, at, host = value.rpartition("@")
    if not (local and at and host) or any(
        character.isspace() or not character.isprintable() for character in value
    ):
        raise ValueError("must be an e-mail address")
    try:
        # People sign in with letters of any script; what else an address is made of is the same for all.
        mailbox("", "".join(one if one.isascii() else "x" for one in local) + at + host)
    except ValueError as error:
        raise ValueError("must be an e-mail address") from error
    return value


Email = Annotated[str, StringConstraints(strip_whitespace=True, max_length=320), AfterValidator(_address)]
"""An address that can be one; whether it is somebody's, a letter would tell."""

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 256


def _encodable(password: SecretStr) -> SecretStr:
    """Unpaired surrogates cannot be hashed."""
    if any("\ud800" <= character <= "\udfff" for character in password.get_secret_value()):
        raise ValueError("must not contain unpaired surrogate characters")
    return password


NewPassword = Annotated[
    SecretStr,
    Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD),
    AfterValidator(_encodable),
]
"""Long rather than odd: no rule on which characters it has."""

TypedPassword = Annotated[SecretStr, Field(max_length=1_000), AfterValidator(_encodable)]


class UserDto(Wire):
    """A person with an account. issuer: the foreign issuer that knows them, if one does."""

    user_id: UUID
    name: str
    email: str | None = None
    role: RoleField
    is_disabled: bool
    issuer: str | None = None
    created_at: Instant
    version: int

    @classmethod
    def of(cls, user: User) -> UserDto:
        """The person in JSON."""
        return cls(
            user_id=user.user_id,
            name=user.name,
            email=user.email,
            role=user.role,
            is_disabled=user.disabled_at is not None,
            issuer=user.issuer,
            created_at=user.created_at,
            version=user.version,
        )


class CreateUserDto(Wire):
    """A new person. password: without one they cannot sign in until they are given one."""

    name: Name
    email: Email
    role: RoleField
    password: NewPassword | None = None


class UpdateUserDto(Wire):
    """A person as they are to be. isDisabled: whether they may not come in."""

    user_id: UUID | None = None
    name: Name
    email: Email | None = None
    role: RoleField
    is_disabled: bool = False

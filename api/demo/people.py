"""The demo's users, one a role."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.enums import Role
from domain.viewer import Viewer


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody of the demo."""

    user_id: UUID
    name: str
    role: Role
    email: str


ADMIN = DemoUser(UUID("6f0c6a52-3f0e-4d4b-9c59-0d2f4b1e7a83"), "Noor Haddad", Role.Admin, "noor@demo.invalid")
MANAGER = DemoUser(
    UUID("b41d9e07-58c2-4a6f-8f1a-7e35c9d20b64"), "Elena Marchetti", Role.Manager, "elena@demo.invalid"
)
STAFF = DemoUser(
    UUID("27e8f3b9-c6a1-4e70-b5d2-91a04f6c38ed"), "Tomasz Wrona", Role.Staff, "tomasz@demo.invalid"
)
CUSTOMER = DemoUser(
    UUID("d95a1c40-7b3e-4f28-a6c7-e20f8b5d1936"), "Priya Raman", Role.Customer, "priya@demo.invalid"
)

USERS = (ADMIN, MANAGER, STAFF, CUSTOMER)


def user_of(role: Role) -> DemoUser:
    """Whom the demo knows in a role."""
    return next(user for user in USERS if user.role is role)


def viewer_of(user: DemoUser) -> Viewer:
    """The user as somebody who asks."""
    return Viewer(user.user_id, user.role)

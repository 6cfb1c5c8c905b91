"""Who is asking."""

from dataclasses import dataclass
from uuid import UUID

from domain.enums import Role, Scope
from domain.errors import ForbiddenException


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user on whose behalf something runs. scopes: of a service account; None for people."""

    user_id: UUID
    role: Role
    scopes: frozenset[Scope] | None = None

    @property
    def sees_all(self) -> bool:
        """Managers and Admins see every calendar and booking."""
        return self.role >= Role.Manager

    def ensure_scope(self, scope: Scope) -> None:
        """Raise ForbiddenException for a service account without that scope."""
        if self.scopes is not None and scope not in self.scopes:
            raise ForbiddenException(f"This token lacks the scope {scope.value}")


SYSTEM = Viewer(UUID(int=0), Role.Admin)
"""The service itself, on nobody's behalf: what its jobs do is noted under this id."""

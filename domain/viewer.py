"""Who is asking."""

from dataclasses import dataclass
from uuid import UUID

from domain.enums import Role


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user on whose behalf something runs."""

    user_id: UUID
    role: Role

    @property
    def sees_all(self) -> bool:
        """Managers and Admins see every calendar and booking."""
        return self.role >= Role.Manager


SYSTEM = Viewer(UUID(int=0), Role.Admin)
"""The service itself, on nobody's behalf: what its jobs do is noted under this id."""

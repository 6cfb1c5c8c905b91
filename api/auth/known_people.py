"""People of a foreign issuer get an account when they are first seen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from api.auth.bearer import Bearer, ForeignPerson
from api.auth.recent import Recent
from domain.enums import Role
from domain.errors import ForbiddenException
from domain.viewer import Viewer

_FRESH = timedelta(minutes=1)
_MOST = 10_000


class KnownPeople:
    """Notes people once a minute, or when their token says something new. note: whether they may come in."""

    def __init__(
        self, note: Callable[[Viewer, ForeignPerson], Awaitable[bool]], now: Callable[[], datetime]
    ) -> None:
        self._note = note
        self._recent: Recent[UUID, tuple[Role, ForeignPerson]] = Recent(_FRESH, _MOST, now)

    async def admit(self, bearer: Bearer) -> Bearer:
        """The bearer. Raises ForbiddenException for an account that is disabled, or not that issuer's."""
        viewer, person = bearer.viewer, bearer.person
        if person is None or self._recent.get(viewer.user_id) == (viewer.role, person):
            return bearer
        if not await self._note(viewer, person):
            raise ForbiddenException("Your account here is disabled, or is not your issuer's")
        self._recent.put(viewer.user_id, (viewer.role, person))
        return bearer

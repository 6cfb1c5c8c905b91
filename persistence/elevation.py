"""Doing on a viewer's behalf what the viewer alone may not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from domain.enums import Role
from persistence.unit_of_work import UnitOfWork

_SET_ROLE = text("SELECT set_config('app.role', :role, true)")


@asynccontextmanager
async def with_rights_of(uow: UnitOfWork, role: Role) -> AsyncIterator[None]:
    """Let row-level security judge what happens inside as if the viewer had that role.

    The audit log keeps who it was, in the role they have. For use cases that bring something about which is
    another role's to do one by one.
    """
    await uow.connection.execute(_SET_ROLE, {"role": str(int(role))})
    yield
    # After an error the transaction, and the setting with it, is gone anyway.
    await uow.connection.execute(_SET_ROLE, {"role": str(int(uow.viewer.role))})

"""The role an endpoint needs, judged before its body is: 403 comes before 400 (DESIGN 4.5)."""

from __future__ import annotations

from typing import Any

from fastapi import Depends

from api.http.request import ViewerOf
from domain.enums import Role
from domain.errors import ForbiddenException


def at_least(role: Role) -> Any:  # noqa: ANN401
    """A dependency that lets only this role and those above it in."""

    def ensure(viewer: ViewerOf) -> None:
        if viewer.role < role:
            raise ForbiddenException(f"This needs the role {role.name}")

    return Depends(ensure)

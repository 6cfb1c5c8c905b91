"""The scope of an endpoint that sends no message over the bus, which judges it for all others."""

from __future__ import annotations

from typing import Any

from fastapi import Depends

from api.http.request import ViewerOf
from domain.enums import Scope


def in_scope(scope: Scope) -> Any:  # noqa: ANN401
    """A dependency that refuses a service account's token without that scope."""

    def ensure(viewer: ViewerOf) -> None:
        viewer.ensure_scope(scope)

    return Depends(ensure)

"""A call that follows, in JSON."""

from __future__ import annotations

from typing import Literal

from api.http.wire import Wire


class LinkDto(Wire):
    """A call that does something."""

    method: Literal["GET", "POST"] = "POST"
    href: str

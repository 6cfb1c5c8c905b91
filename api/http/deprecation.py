"""Endpoints that are to go: they say so in every answer, and in the OpenAPI document (RFC 9745, RFC 8594)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any, TypeVar

E = TypeVar("E", bound=Callable[..., Any])

NOTICE = timedelta(days=180)
"""How long before it goes an endpoint says so: README promises it."""

_NAME = "__deprecation__"


@dataclass(frozen=True, slots=True)
class Deprecation:
    """Since when an endpoint is deprecated, from when on it may be gone, and where one reads what to do."""

    since: date
    sunset: date
    link: str

    @property
    def headers(self) -> dict[str, str]:
        """What each answer says."""
        return {
            "Deprecation": f"@{int(_midnight(self.since).timestamp())}",
            "Sunset": format_datetime(_midnight(self.sunset), usegmt=True),
            "Link": f'<{self.link}>; rel="deprecation"; type="text/html"',
        }


def deprecated(*, since: date, sunset: date, link: str) -> Callable[[E], E]:
    """Mark an endpoint, below the decorator of its router. link: to what says what to use instead."""

    if sunset - since < NOTICE:
        raise ValueError(f"an endpoint is deprecated for {NOTICE.days} days at least before it goes")

    def mark(endpoint: E) -> E:
        setattr(endpoint, _NAME, Deprecation(since, sunset, link))
        return endpoint

    return mark


def deprecation_of(endpoint: Callable[..., Any]) -> Deprecation | None:
    """How an endpoint was marked."""
    found: Deprecation | None = getattr(endpoint, _NAME, None)
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)

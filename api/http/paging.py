"""Lists by cursor: `?limit=&cursor=` in, `{"items": [...], "nextCursor": null}` out (DESIGN 4.10).

A list is sorted by a value and then an id. Its handler answers up to `limit + 1` things that come after the
cursor's; the one too many only says that there is a next page.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Generic, TypeVar
from uuid import UUID

import orjson
from fastapi import Query
from pydantic import PlainSerializer, WithJsonSchema

from api.http.wire import Wire
from domain.errors import FieldException

MAXIMUM_LIMIT = 200
DEFAULT_LIMIT = 50
_INT4 = 2**31

Limit = Annotated[int, Query(ge=1, le=MAXIMUM_LIMIT, description="How many items to answer at most")]
Cursor = Annotated[
    str | None,
    Query(max_length=4000, pattern=r"^[A-Za-z0-9_-]*$", description="The nextCursor of the page before"),
]

T = TypeVar("T")
W = TypeVar("W", bound=Wire)
V = TypeVar("V", str, datetime, int)


def _null_when_blank(cursor: str) -> str | None:
    return cursor or None


# A blank rather than None stands for "no more", because absent fields are left out and this one is not.
_NextCursor = Annotated[
    str,
    PlainSerializer(_null_when_blank),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]}),
]


class Page(Wire, Generic[W]):
    """Some items of a list, and the cursor of those that follow (null at the end)."""

    items: list[W]
    next_cursor: _NextCursor


def page_of(
    found: Sequence[T],
    limit: int,
    key: Callable[[T], tuple[str | datetime | int, UUID]],
    wire: Callable[[T], W],
    mark: str = "",
) -> Page[W]:
    """The page of what a handler found.

    found: up to `limit + 1` things in the list's order.
    key: the sort value and id that the next page starts after. mark: of the order, where there are several.
    """
    shown = found[:limit]
    following = encode_cursor(*key(shown[-1]), mark) if len(found) > limit else ""
    return Page(items=[wire(one) for one in shown], next_cursor=following)


def encode_cursor(value: str | datetime | int, identifier: UUID, mark: str = "") -> str:
    """The opaque cursor of a list's position."""
    written = value.isoformat() if isinstance(value, datetime) else value
    document = orjson.dumps([written, str(identifier), *([mark] if mark else [])])
    return base64.urlsafe_b64encode(document).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, kind: type[V], mark: str = "") -> tuple[V, UUID] | None:
    """The position a cursor stands for; None at the start of the list.

    kind: of the list's sort value. mark: that the cursor was given out with.
    Raises FieldException for anything `encode_cursor` does not make.
    """
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        value, identifier, *marks = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if marks != ([mark] if mark else []):
            raise ValueError("a position in another order")
        return _sort_value(value, kind), UUID(identifier)
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise FieldException("cursor", "must be a nextCursor that this list gave out") from error


def _sort_value(value: object, kind: type[V]) -> V:
    if kind is datetime:
        instant = datetime.fromisoformat(str(value))
        if instant.tzinfo is None:
            raise ValueError("an instant needs an offset")
        return instant
    _ensure_storable(value)
    if type(value) is not kind:
        raise TypeError("not a position in this list")
    return value


def _ensure_storable(value: object) -> None:
    if isinstance(value, str) and "\x00" in value:
        raise ValueError("no stored text contains NUL")
    if isinstance(value, int) and not -_INT4 <= value < _INT4:
        raise ValueError("no stored number is this large")

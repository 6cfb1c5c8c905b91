"""Lists in an order that the caller chooses, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, tuple_

Position = tuple[str | datetime | int, UUID]


@dataclass(frozen=True, slots=True)
class Sort:
    """What a list is sorted by, and then by id. by: as the API calls it. descending: the other way round."""

    by: str
    descending: bool = False


def page_by(
    statement: Select[Any],
    keys: Sequence[ColumnElement[Any]],
    sort: Sort,
    after: Sequence[Any] | None,
    limit: int,
) -> Select[Any]:
    """Up to `limit` rows in order of the keys, the last of which is unique, those after a position."""
    if after is not None:
        position, last = tuple_(*keys), tuple_(*after)
        statement = statement.where(position < last if sort.descending else position > last)
    return statement.order_by(*in_order(keys, sort)).limit(limit)


def in_order(keys: Sequence[ColumnElement[Any]], sort: Sort) -> list[ColumnElement[Any]]:
    """The keys as an ORDER BY takes them."""
    return [key.desc() if sort.descending else key for key in keys]

"""`?sort=&order=`: lists in an order that the caller chooses, with cursors that hold for that order alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from fastapi import Query

from api.http.paging import Page, decode_cursor, page_of
from api.http.wire import Wire
from persistence.sorting import Position, Sort

T = TypeVar("T")
W = TypeVar("W", bound=Wire)

Order = Annotated[Literal["asc", "desc"], Query(description="Of the sort: up or down")]


@dataclass(frozen=True)
class SortKey(Generic[T]):
    """Something that a list can be sorted by: what it is of a thing, and of which kind."""

    value: Callable[[T], str | datetime | int]
    kind: type[Any] = str


@dataclass(frozen=True)
class SortedList(Generic[T]):
    """A list, by the names of what it can be sorted by; the first is what it is sorted by unasked."""

    keys: Mapping[str, SortKey[T]]
    identifier: Callable[[T], UUID]

    def sort(self, by: str, order: str) -> Sort:
        """What was asked for."""
        return Sort(by, descending=order == "desc")

    def after(self, sort: Sort, cursor: str | None) -> Position | None:
        """The position to go on from. Raises FieldException for a cursor of another order."""
        return decode_cursor(cursor, self.keys[sort.by].kind, self._mark(sort))

    def page(self, found: Sequence[T], limit: int, sort: Sort, wire: Callable[[T], W]) -> Page[W]:
        """The page of what a handler found: up to `limit + 1` things in this order."""
        value = self.keys[sort.by].value
        return page_of(found, limit, lambda one: (value(one), self.identifier(one)), wire, self._mark(sort))

    def _mark(self, sort: Sort) -> str:
        """What a cursor says of its order: nothing where that is the list's own."""
        own = next(iter(self.keys)) == sort.by and not sort.descending
        return "" if own else f"{sort.by} {'desc' if sort.descending else 'asc'}"

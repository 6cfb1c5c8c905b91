"""The mix of calls that the calendar views' cache is measured on: readers and a few writers.

Two calls in a hundred are writes. Calendars are asked for by Zipf's law, by writers and readers alike. The
three view types are asked for equally, three times in four for the current day, week or month, else for the
next one. Readers are the desk (Managers, and Staff who may look at every calendar) and, one in twenty,
Customers, of whom there are twenty. A writer books, moves or removes a booking in the next four weeks, or
renames an event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import accumulate
from random import Random

from domain.enums import ViewType

CALENDARS = 50
CUSTOMERS = 20
DESK = 10
WRITE_SHARE = 0.02
CUSTOMER_SHARE = 0.05
NEXT_SHARE = 0.25
ZIPF_EXPONENT = 1.0
VIEWS = (ViewType.Daily, ViewType.Weekly, ViewType.Monthly)
DAYS_AHEAD = 28


class Reader(Enum):
    """Who asks."""

    DESK = auto()
    CUSTOMER = auto()


class Write(Enum):
    """What a writer does."""

    BOOK = auto()
    MOVE = auto()
    REMOVE = auto()
    RENAME = auto()


@dataclass(frozen=True, slots=True)
class Read:
    """A view of a calendar. number: which of the desk or of the Customers; ahead: 0 for the current one."""

    calendar: int
    view_type: ViewType
    ahead: int
    reader: Reader
    number: int


@dataclass(frozen=True, slots=True)
class Change:
    """A write on a calendar. day: from today; draw: picks the booking that is changed, in [0, 1)."""

    calendar: int
    write: Write
    day: int
    draw: float


def calls(number: int, seed: int) -> Iterator[Read | Change]:
    """The mix, as many calls as asked for; the same for the same seed."""
    rng = Random(seed)
    weights = list(accumulate(1 / rank**ZIPF_EXPONENT for rank in range(1, CALENDARS + 1)))
    for _ in range(number):
        (calendar,) = rng.choices(range(CALENDARS), cum_weights=weights)
        if rng.random() < WRITE_SHARE:
            write = rng.choice(list(Write))
            yield Change(calendar, write, rng.randrange(1, DAYS_AHEAD + 1), rng.random())
            continue
        reader = Reader.CUSTOMER if rng.random() < CUSTOMER_SHARE else Reader.DESK
        who = rng.randrange(CUSTOMERS if reader is Reader.CUSTOMER else DESK)
        yield Read(calendar, rng.choice(VIEWS), int(rng.random() < NEXT_SHARE), reader, who)

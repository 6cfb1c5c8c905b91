"""Many bookings in one request (DESIGN 4.10)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from api.dto.scheduled_event import ScheduledEventDetailDto, ScheduleEventDto
from api.http.problem_docs import Problem
from api.http.wire import Wire

MAXIMUM_ITEMS = 200


class ScheduleManyDto(Wire):
    """Bookings to make, in this order; each is judged with those before it in place.

    mode: Atomic makes all of them or none; PerItem makes those that can be made.
    """

    mode: Literal["Atomic", "PerItem"]
    items: list[ScheduleEventDto] = Field(min_length=1, max_length=MAXIMUM_ITEMS)


class BulkItemDto(Wire):
    """What became of one of them, as if it had been asked for by itself.

    index: its position in the request, from 0. status: 201 with the schedule, else that of the problem.
    """

    index: int
    status: int
    schedule: ScheduledEventDetailDto | None = None
    problem: Problem | None = None


class BulkAnswerDto(Wire):
    """What became of each booking, in the order of the request."""

    items: list[BulkItemDto]

"""/api/calendars/{calendarId}/view, /daily, /weekly, /monthly (spec 4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Path, Query, Response

from api.bootstrap import Callboard
from api.cache.entry import Entry, Fresh
from api.cache.kind import CacheKind
from api.cache.scope import scope_on_calendar
from api.dto.calendar_view import CalendarViewDto
from api.dto.time_zone import TimeZone
from api.dto.working_hours import DAYS, Day
from api.features.get_calendar_revision import GetCalendarRevision
from api.features.get_calendar_view import GetCalendarView
from api.features.get_daily_schedule import GetDailySchedule
from api.features.get_monthly_schedule import GetMonthlySchedule
from api.features.get_weekly_schedule import GetWeeklySchedule
from api.http.endpoint import Endpoint
from api.http.kept_answer import NOT_MODIFIED, IfNoneMatch, body_of, kept_answer
from api.http.problem_docs import problem_docs
from api.http.request import ServiceOf, ViewerOf
from api.http.wire import FIRST_YEAR, LAST_YEAR, LocalDate, format_instant
from api.telemetry.meters import timed
from domain.calendar_view import (
    FROM_HOUR,
    MAXIMUM_DAYS,
    TO_HOUR,
    CalendarWindow,
    custom,
    daily,
    monthly,
    week_start,
    weekly,
)
from domain.enums import ViewType
from domain.errors import FieldException
from domain.facts import CalendarViewGenerated
from domain.viewer import Viewer

router = APIRouter(prefix="/api/calendars/{calendarId}", tags=["calendar views"], route_class=Endpoint)

QUERIES = {
    ViewType.Daily: GetDailySchedule,
    ViewType.Weekly: GetWeeklySchedule,
    ViewType.Monthly: GetMonthlySchedule,
    ViewType.Custom: GetCalendarView,
}


@dataclass(frozen=True, slots=True)
class Desk:
    """Where, in which zone and with what in hand somebody who may looks at a calendar."""

    service: Callboard
    viewer: Viewer
    calendar_id: UUID
    zone: ZoneInfo
    revision: str
    if_none_match: str | None

    def today(self) -> date:
        """The date it is in the zone."""
        return self.service.database.clock.now().astimezone(self.zone).date()

    async def show(self, window: CalendarWindow) -> Response:
        """The answer, and a fact that it was given."""
        entry = await self.keep(window)
        slot, now = window.slot, self.service.database.clock.now()
        fact = CalendarViewGenerated(
            self.calendar_id, window.view_type, slot.start_date_time, slot.end_date_time, now
        )
        self.service.query_facts.record(self.calendar_id, fact)
        return kept_answer(entry, self.if_none_match)

    async def keep(self, window: CalendarWindow) -> Entry:
        """The answer, kept or made anew for 5 minutes at most (SCH-043)."""

        async def make() -> Fresh:
            query = QUERIES[window.view_type](self.calendar_id, window)
            with timed(self.service.meters.views):
                view = await self.service.bus.send(query, self.viewer)
            return Fresh(body_of(CalendarViewDto.of(view)), view.entries.lapses_at)

        return await self.service.cache.answer(
            CacheKind.CalendarViews, self._key(window), self.revision, make
        )

    def _key(self, window: CalendarWindow) -> str:
        """The contract's key, then what else the answer depends on."""
        shown = "/".join(
            format_instant(one) for one in (window.slot.start_date_time, window.slot.end_date_time)
        )
        scope = scope_on_calendar(self.viewer)
        return f"{self.calendar_id}:{window.first}:{window.view_type}:{self.zone.key}:{shown}:{scope}"


async def desk_of(
    calendar_id: Annotated[UUID, Path(alias="calendarId")],
    service: ServiceOf,
    viewer: ViewerOf,
    time_zone: Annotated[
        TimeZone | None, Query(alias="timeZone", description="Whose dates to show; the calendar's without it")
    ] = None,
    if_none_match: IfNoneMatch = None,
) -> Desk:
    """Where the viewer looks at the calendar, if they may; as of this moment."""
    found = await service.bus.send(GetCalendarRevision(calendar_id), viewer)
    zone = ZoneInfo(time_zone or found.time_zone)
    return Desk(service, viewer, calendar_id, zone, found.revision, if_none_match)


DeskOf = Annotated[Desk, Depends(desk_of)]
OfDate = Annotated[LocalDate | None, Query(alias="date", description="Today without it")]
FromHour = Annotated[int, Query(alias="fromHour", ge=0, le=23)]
ToHour = Annotated[int, Query(alias="toHour", ge=1, le=24, description="24 is the day's end")]
WeekStartsOn = Annotated[Day | None, Query(alias="weekStartsOn", description="Monday without it")]
ANSWERS = {**NOT_MODIFIED, **problem_docs(400, 404)}


@router.get("/view", response_model=CalendarViewDto, responses=ANSWERS)
async def get_calendar_view(
    desk: DeskOf,
    view_type: Annotated[ViewType | None, Query(alias="viewType", description="Monthly without it")] = None,
    day: OfDate = None,
    first: Annotated[LocalDate | None, Query(alias="from", description="First date of a Custom view")] = None,
    following: Annotated[
        LocalDate | None, Query(alias="to", description="The date after the last; at most 92 days after from")
    ] = None,
    from_hour: FromHour = FROM_HOUR,
    to_hour: ToHour = TO_HOUR,
    week_starts_on: WeekStartsOn = None,
) -> Response:
    """The day, week or month that a date is in, or any range of dates."""
    if first is not None or following is not None or view_type is ViewType.Custom:
        return await desk.show(_custom(desk.zone, view_type, day, first, following))
    shown = day or desk.today()
    match view_type:
        case ViewType.Daily:
            return await desk.show(_daily(shown, desk.zone, from_hour, to_hour))
        case ViewType.Weekly:
            return await desk.show(weekly(_week_start(shown, week_starts_on), desk.zone))
        case _:
            return await desk.show(monthly(shown.year, shown.month, desk.zone))


@router.get("/daily", response_model=CalendarViewDto, responses=ANSWERS)
async def get_daily_schedule(
    desk: DeskOf, day: OfDate = None, from_hour: FromHour = FROM_HOUR, to_hour: ToHour = TO_HOUR
) -> Response:
    """One date, from 6 to 23 unless asked otherwise: what touches those hours is listed and counted."""
    return await desk.show(_daily(day or desk.today(), desk.zone, from_hour, to_hour))


@router.get("/weekly", response_model=CalendarViewDto, responses=ANSWERS)
async def get_weekly_schedule(
    desk: DeskOf,
    day: OfDate = None,
    first: Annotated[
        LocalDate | None, Query(alias="weekStartDate", description="The first date to show, whatever its day")
    ] = None,
    week_starts_on: WeekStartsOn = None,
) -> Response:
    """Seven dates: from weekStartDate on, or the week that a date is in."""
    if first is None:
        first = _week_start(day or desk.today(), week_starts_on)
    elif day is not None or week_starts_on is not None:
        raise FieldException("weekStartDate", "Give either weekStartDate, or date and weekStartsOn")
    return await desk.show(weekly(first, desk.zone))


@router.get("/monthly", response_model=CalendarViewDto, responses=ANSWERS)
async def get_monthly_schedule(
    desk: DeskOf,
    month: Annotated[int | None, Query(ge=1, le=12, description="This month without it")] = None,
    year: Annotated[
        int | None, Query(ge=FIRST_YEAR + 1, le=LAST_YEAR - 1, description="This year without it")
    ] = None,
) -> Response:
    """Every date of a calendar month."""
    today = desk.today()
    return await desk.show(monthly(year or today.year, month or today.month, desk.zone))


def _daily(day: date, zone: ZoneInfo, from_hour: int, to_hour: int) -> CalendarWindow:
    if from_hour >= to_hour:
        raise FieldException("toHour", "must be after fromHour")
    return daily(day, zone, from_hour, to_hour)


def _week_start(day: date, starts_on: Day | None) -> date:
    return week_start(day) if starts_on is None else week_start(day, DAYS.index(starts_on))


def _custom(
    zone: ZoneInfo, view_type: ViewType | None, day: date | None, first: date | None, following: date | None
) -> CalendarWindow:
    if view_type not in {None, ViewType.Custom} or day is not None:
        raise FieldException("viewType", "Give either viewType and date, or from and to")
    if first is None or following is None:
        raise FieldException("from" if first is None else "to", "A Custom view needs both from and to")
    if following <= first:
        raise FieldException("to", "must be after from: it is the date after the last that is shown")
    if (following - first).days > MAXIMUM_DAYS:
        raise FieldException("to", f"must be at most {MAXIMUM_DAYS} days after from")
    return custom(first, following, zone)

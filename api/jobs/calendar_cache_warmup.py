"""CalendarCacheWarmupJob: have today's views of active calendars ready (spec 13.1)."""

from __future__ import annotations

from api.bootstrap import Callboard
from api.cache.redis_url import MEMORY
from api.features.get_calendars import GetCalendars
from api.http.calendar_views import desk_of
from api.jobs.job import Outcome
from domain.calendar_view import daily, monthly, week_start, weekly
from domain.entities import Calendar
from domain.errors import NotFoundException
from domain.viewer import SYSTEM
from persistence.repositories.calendars import CalendarFilter
from persistence.sorting import Sort

_PAGE = 200


async def warm_up(service: Callboard) -> Outcome:
    """Make the day, week and month of each active calendar, as Staff and Managers see them.

    Only what processes share can be made ready: without Redis there is nothing to do.
    """
    if service.settings.cache_url == MEMORY:
        return {"calendars": 0, "views": 0}
    calendars = views = 0
    after = None
    wanted, by_name = CalendarFilter(is_active=True), Sort("name")
    while page := await service.bus.send(GetCalendars(wanted, by_name, _PAGE, after), SYSTEM):
        for calendar in page:
            made = await _views_of(service, calendar)
            calendars, views = calendars + (made > 0), views + made
        after = (page[-1].name, page[-1].calendar_id)
    return {"calendars": calendars, "views": views}


async def _views_of(service: Callboard, calendar: Calendar) -> int:
    try:
        desk = await desk_of(calendar.calendar_id, service, SYSTEM)
        today = desk.today()
        windows = (
            daily(today, desk.zone),
            weekly(week_start(today), desk.zone),
            monthly(today.year, today.month, desk.zone),
        )
        for window in windows:
            await desk.keep(window)
    except NotFoundException:
        return 0  # deleted in this moment
    return len(windows)

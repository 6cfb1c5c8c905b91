"""GET /api/calendars/{id}/view, /daily, /weekly, /monthly (spec 4.2, 6.5, 8.3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from api.bootstrap import Callboard
from tests.api.bookings import at, booking
from tests.api.conftest import StandingClock
from tests.api.people import CUSTOMER, OTHER_CUSTOMER, STAFF

Headers = dict[str, str]
BERLIN = ZoneInfo("Europe/Berlin")
YEAR = datetime.now(UTC).year + 1
"""Next year: none of its days lies in the past."""


def z(*parts: int) -> str:
    return datetime(*parts, tzinfo=UTC).isoformat().replace("+00:00", "Z")


def local(*parts: int) -> str:
    return datetime(*parts, tzinfo=BERLIN).astimezone(UTC).isoformat().replace("+00:00", "Z")


@pytest.fixture
def see(client: httpx.AsyncClient, as_manager: Headers) -> Callable[..., Awaitable[dict[str, Any]]]:
    """A view's body: `await see(hall.calendar_id, "daily", date="2027-01-01")`, as Manager unless told so."""

    async def read(calendar_id: str, kind: str, headers: Headers | None = None, **query: Any) -> Any:
        path = f"/api/calendars/{calendar_id}/{kind}"
        answer = await client.get(path, params=query, headers=headers or as_manager)
        assert answer.status_code == 200, answer.text
        return answer.json()

    return read


def titles(view: dict[str, Any]) -> list[str]:
    return [one["eventTitle"] for one in view["events"]]


@pytest.fixture
async def berlin(make_hall: Any) -> Any:
    return await make_hall("Ballroom", 5, calendar={"time_zone": "Europe/Berlin"})


async def test_a_month_is_shown_whole(
    see: Any, berlin: Any, make_event: Any, book: Any, make_hall: Any
) -> None:
    gala, fair = await make_event("Gala"), await make_event("Fair")
    first = await book(berlin.calendar_id, gala, local(YEAR, 12, 24, 22), local(YEAR, 12, 25, 2))
    await book(berlin.calendar_id, fair, local(YEAR, 11, 30, 22), local(YEAR, 12, 1, 1))
    await book(berlin.calendar_id, fair, local(YEAR, 12, 31, 23), local(YEAR + 1, 1, 1, 1))
    await book(berlin.calendar_id, fair, local(YEAR, 11, 30, 20), local(YEAR, 12, 1, 0))
    await book(berlin.calendar_id, fair, local(YEAR + 1, 1, 1, 0), local(YEAR + 1, 1, 1, 1))
    elsewhere = await make_hall("Attic")
    await book(elsewhere.calendar_id, fair, local(YEAR, 12, 24, 22), local(YEAR, 12, 25, 2))

    view = await see(berlin.calendar_id, "monthly", month=12, year=YEAR)

    counts = {f"{YEAR}-12-{day:02}": 0 for day in range(1, 32)}
    events = view.pop("events")
    assert view == {
        "calendarId": berlin.calendar_id,
        "calendarName": "Ballroom",
        "viewStartDate": local(YEAR, 12, 1),
        "viewEndDate": local(YEAR + 1, 1, 1),
        "viewType": "Monthly",
        "eventCounts": counts | {f"{YEAR}-12-{day}": 1 for day in ("01", "24", "25", "31")},
    }
    assert [one["eventTitle"] for one in events] == ["Fair", "Gala", "Fair"]
    assert events[1] == {
        "scheduledEventId": first["scheduledEventId"],
        "eventId": gala,
        "eventTitle": "Gala",
        "calendarId": berlin.calendar_id,
        "calendarName": "Ballroom",
        "startDateTime": local(YEAR, 12, 24, 22),
        "endDateTime": local(YEAR, 12, 25, 2),
        "timeZone": "UTC",
        "status": "Scheduled",
        "conflictLevel": "None",
        "isBlocked": False,
    }


async def test_a_day_is_shown_from_six_to_twenty_three(
    see: Any, berlin: Any, make_event: Any, book: Any
) -> None:
    for title, start, end in (
        ("Night", (0,), (6,)),
        ("Dawn", (4,), (6, 30)),
        ("Noon", (12,), (13,)),
        ("Evening", (22, 30), (23, 30)),
        ("Late", (23,), (23, 45)),
    ):
        event = await make_event(title)
        await book(berlin.calendar_id, event, local(YEAR, 12, 5, *start), local(YEAR, 12, 5, *end))
    date = f"{YEAR}-12-05"

    view = await see(berlin.calendar_id, "daily", date=date)
    assert (view["viewStartDate"], view["viewEndDate"]) == (local(YEAR, 12, 5, 6), local(YEAR, 12, 5, 23))
    assert titles(view) == ["Dawn", "Noon", "Evening"]
    assert view["eventCounts"] == {date: 3}

    whole = await see(berlin.calendar_id, "daily", date=date, fromHour=0, toHour=24)
    assert titles(whole) == ["Night", "Dawn", "Noon", "Evening", "Late"]
    assert whole["eventCounts"] == {date: 5}
    assert await see(berlin.calendar_id, "view", viewType="Daily", date=date) == view
    wide = {"viewType": "Daily", "date": date, "fromHour": 0, "toHour": 24}
    assert await see(berlin.calendar_id, "view", **wide) == whole


async def test_a_week_starts_on_monday(see: Any, berlin: Any, make_event: Any, book: Any) -> None:
    monday = next(day for number in range(1, 8) if (day := date(YEAR, 12, number)).weekday() == 0)
    thursday, sunday = monday + timedelta(days=3), monday + timedelta(days=6)
    event = await make_event("Show")
    for day in (monday - timedelta(days=1), monday, sunday, sunday + timedelta(days=1)):
        start = datetime(day.year, day.month, day.day, 20, tzinfo=BERLIN)
        await book(berlin.calendar_id, event, start.isoformat(), (start + timedelta(hours=1)).isoformat())

    view = await see(berlin.calendar_id, "weekly", date=f"{thursday:%Y-%m-%d}")
    assert view["viewType"] == "Weekly"
    assert list(view["eventCounts"]) == [f"{monday + timedelta(days=one):%Y-%m-%d}" for one in range(7)]
    assert list(view["eventCounts"].values()) == [1, 0, 0, 0, 0, 0, 1]
    assert await see(berlin.calendar_id, "weekly", weekStartDate=f"{monday:%Y-%m-%d}") == view
    assert await see(berlin.calendar_id, "view", viewType="Weekly", date=f"{sunday:%Y-%m-%d}") == view

    from_sunday = await see(berlin.calendar_id, "weekly", date=f"{thursday:%Y-%m-%d}", weekStartsOn="Sunday")
    assert next(iter(from_sunday["eventCounts"])) == f"{monday - timedelta(days=1):%Y-%m-%d}"
    assert list(from_sunday["eventCounts"].values()) == [1, 1, 0, 0, 0, 0, 0]
    named = await see(berlin.calendar_id, "weekly", weekStartDate=f"{thursday:%Y-%m-%d}")
    assert list(named["eventCounts"].values()) == [0, 0, 0, 1, 1, 0, 0]


async def test_any_range_of_dates(see: Any, berlin: Any) -> None:
    view = await see(berlin.calendar_id, "view", **{"from": f"{YEAR}-12-24", "to": f"{YEAR}-12-26"})
    assert (view["viewType"], view["viewStartDate"], view["viewEndDate"], view["eventCounts"]) == (
        "Custom",
        local(YEAR, 12, 24),
        local(YEAR, 12, 26),
        {f"{YEAR}-12-24": 0, f"{YEAR}-12-25": 0},
    )
    longest = {"viewType": "Custom", "from": f"{YEAR}-06-01", "to": f"{YEAR}-09-01"}
    assert len((await see(berlin.calendar_id, "view", **longest))["eventCounts"]) == 92


async def test_the_zone_of_dates_can_be_another(see: Any, berlin: Any, make_event: Any, book: Any) -> None:
    event = await make_event("Breakfast")
    await book(berlin.calendar_id, event, local(YEAR, 12, 5, 7), local(YEAR, 12, 5, 8))
    view = await see(
        berlin.calendar_id, "daily", date=f"{YEAR}-12-05", timeZone="Asia/Tokyo", fromHour=0, toHour=24
    )
    assert (view["viewStartDate"], view["viewEndDate"]) == (z(YEAR, 12, 4, 15), z(YEAR, 12, 5, 15))
    assert view["eventCounts"] == {f"{YEAR}-12-05": 1}


async def test_days_of_clock_changes(see: Any, berlin: Any) -> None:
    for month, hours in ((3, 23), (10, 25)):
        sunday = max(date(YEAR, month, day) for day in range(25, 32) if date(YEAR, month, day).weekday() == 6)
        view = await see(berlin.calendar_id, "daily", date=sunday.isoformat(), fromHour=0, toHour=24)
        start, end = (datetime.fromisoformat(view[key]) for key in ("viewStartDate", "viewEndDate"))
        assert end - start == timedelta(hours=hours)


async def test_without_a_date_it_is_today(see: Any, make_hall: Any, clock: StandingClock) -> None:
    hall = await make_hall("Far east", calendar={"time_zone": "Pacific/Kiritimati"})
    clock.forward(timedelta(hours=13 - clock.now().hour))
    today = clock.now().astimezone(ZoneInfo("Pacific/Kiritimati"))
    assert today.date() != clock.now().date()
    assert list((await see(hall.calendar_id, "daily"))["eventCounts"]) == [f"{today:%Y-%m-%d}"]
    week = (await see(hall.calendar_id, "weekly"))["eventCounts"]
    assert next(iter(week)) == f"{today - timedelta(days=today.weekday()):%Y-%m-%d}"
    month = (await see(hall.calendar_id, "monthly"))["eventCounts"]
    assert next(iter(month)) == f"{today:%Y-%m}-01"
    assert await see(hall.calendar_id, "view") == await see(hall.calendar_id, "monthly")


async def test_only_what_holds_its_place_is_shown(
    see: Any,
    client: httpx.AsyncClient,
    as_manager: Headers,
    make_hall: Any,
    make_event: Any,
    clock: StandingClock,
) -> None:
    hall = await make_hall("Studio", 5)
    for title in ("Firm", "Cancelled", "Held", "Expired"):
        event = await make_event(title)
        body = booking(event, hall.calendar_id)
        if title in {"Held", "Expired"}:
            body |= {"status": "Tentative"}
        if title == "Expired":
            body |= {"holdExpiresAt": (clock.now() + timedelta(hours=1)).isoformat()}
        made = await client.post("/api/schedules", json=body, headers=as_manager)
        assert made.status_code == 201, made.text
        if title == "Cancelled":
            await client.delete(made.headers["location"], headers=as_manager)
    date = at(0)[:10]
    before = await see(hall.calendar_id, "daily", date=date)
    assert sorted(titles(before)) == ["Expired", "Firm", "Held"]
    clock.forward(timedelta(hours=1))
    after = await see(hall.calendar_id, "daily", date=date)
    assert sorted(titles(after)) == ["Firm", "Held"]
    assert after["eventCounts"] == {date: 2}


async def test_conflict_levels_are_shown(
    see: Any,
    client: httpx.AsyncClient,
    as_manager: Headers,
    make_hall: Any,
    make_event: Any,
    make_resource: Any,
) -> None:
    ada = await make_resource("Ada", "Staff")
    halls = [await make_hall("One"), await make_hall("Two")]
    event = await make_event("Show")
    for hall in halls:
        body = booking(event, hall.calendar_id, resources=[{"resourceId": ada}])
        assert (await client.post("/api/schedules", json=body, headers=as_manager)).status_code == 201
    for hall in halls:
        view = await see(hall.calendar_id, "daily", date=at(0)[:10])
        assert [one["conflictLevel"] for one in view["events"]] == ["Moderate"]


@pytest.fixture
async def shared(
    client: httpx.AsyncClient, as_manager: Headers, make_hall: Any, make_event: Any
) -> dict[str, Any]:
    """A hall with a booking of the Customer's, a firm one and a hold of others'."""
    hall = await make_hall("Ballroom", 5)
    mine = await make_event("Recital", organizer=CUSTOMER)
    theirs = await make_event("Secret Party", organizer=OTHER_CUSTOMER)
    ids = {}
    for name, event, start, more in (
        ("mine", mine, 10, {}),
        ("theirs", theirs, 12, {}),
        ("held", theirs, 14, {"status": "Tentative"}),
    ):
        body = booking(event, hall.calendar_id, start, start + 1, **more)
        made = await client.post("/api/schedules", json=body, headers=as_manager)
        assert made.status_code == 201, made.text
        ids[name] = made.json()["scheduledEventId"]
    return {"calendar": hall.calendar_id, "event": theirs, **ids}


async def test_a_customer_sees_others_as_ranges(
    see: Any, shared: dict[str, Any], grant: Any, as_customer: Headers
) -> None:
    await grant(CUSTOMER, shared["calendar"], "Book")
    view = await see(shared["calendar"], "daily", as_customer, date=at(0)[:10])
    others = {
        "eventTitle": "another booking",
        "calendarId": shared["calendar"],
        "calendarName": "Ballroom",
        "timeZone": "UTC",
    }
    assert view["events"][0]["scheduledEventId"] == shared["mine"]
    assert view["events"][1:] == [
        others | {"startDateTime": at(12), "endDateTime": at(13), "status": "Scheduled"},
        others | {"startDateTime": at(14), "endDateTime": at(15), "status": "Tentative"},
    ]
    assert view["eventCounts"] == {at(0)[:10]: 3}
    text = str(view)
    for secret in ("Secret Party", shared["event"], shared["theirs"], shared["held"]):
        assert secret not in text
    assert str(OTHER_CUSTOMER.user_id) not in text


async def test_a_customer_who_may_only_look_sees_their_own(
    see: Any, shared: dict[str, Any], grant: Any, as_customer: Headers
) -> None:
    await grant(CUSTOMER, shared["calendar"], "View")
    view = await see(shared["calendar"], "daily", as_customer, date=at(0)[:10])
    assert titles(view) == ["Recital"]
    assert view["eventCounts"] == {at(0)[:10]: 1}


async def test_staff_see_what_managers_see(
    see: Any, shared: dict[str, Any], grant: Any, as_staff: Headers
) -> None:
    for level in ("View", "Book"):
        await grant(STAFF, shared["calendar"], level)
        view = await see(shared["calendar"], "daily", as_staff, date=at(0)[:10])
        assert view == await see(shared["calendar"], "daily", date=at(0)[:10])
        assert titles(view) == ["Recital", "Secret Party", "Secret Party"]


async def test_a_hidden_calendar_is_absent(
    client: httpx.AsyncClient, shared: dict[str, Any], as_staff: Headers, as_customer: Headers
) -> None:
    for kind in ("view", "daily", "weekly", "monthly"):
        path = f"/api/calendars/{shared['calendar']}/{kind}"
        for headers in (as_staff, as_customer):
            answer = await client.get(path, params={"fromHour": 99}, headers=headers)
            assert answer.status_code == 404
            assert answer.json()["detail"] == f"Calendar {shared['calendar']} does not exist"
        assert (await client.get(path)).status_code == 401


BAD = [
    ("daily", "date=2027-13-01", "date"),
    ("daily", "date=20270101", "date"),
    ("daily", "date=1798761600", "date"),
    ("daily", "date=1899-01-01", "date"),
    ("daily", "date=3000-01-01", "date"),
    ("daily", "date=2027-01-01T00:00:00Z", "date"),
    ("daily", "date=2027-%00-01", "date"),
    ("daily", "fromHour=24", "fromHour"),
    ("daily", "toHour=0", "toHour"),
    ("daily", "fromHour=9&toHour=9", "toHour"),
    ("daily", "timeZone=Mars", "timeZone"),
    ("daily", "timeZone=../etc/passwd", "timeZone"),
    ("weekly", "weekStartsOn=Someday", "weekStartsOn"),
    ("weekly", "weekStartDate=2027-01-01&date=2027-01-01", "weekStartDate"),
    ("weekly", "weekStartDate=2027-01-01&weekStartsOn=Friday", "weekStartDate"),
    ("monthly", "month=0", "month"),
    ("monthly", "month=13", "month"),
    ("monthly", "year=1900", "year"),
    ("monthly", "year=3000", "year"),
    ("view", "viewType=Hourly", "viewType"),
    ("view", "viewType=Custom", "from"),
    ("view", "from=2027-01-01", "to"),
    ("view", "to=2027-01-01", "from"),
    ("view", "from=2027-01-01&to=2027-01-01", "to"),
    ("view", "from=2027-01-01&to=2027-04-04", "to"),
    ("view", "from=2027-01-01&to=2027-01-02&viewType=Daily", "viewType"),
    ("view", "from=2027-01-01&to=2027-01-02&date=2027-01-01", "viewType"),
    ("view", "viewType=Daily&fromHour=10&toHour=9", "toHour"),
]


async def test_bad_input_names_its_field(
    client: httpx.AsyncClient, as_manager: Headers, shared: dict[str, Any]
) -> None:
    named = []
    for kind, query, _ in BAD:
        answer = await client.get(f"/api/calendars/{shared['calendar']}/{kind}?{query}", headers=as_manager)
        named.append(
            (kind, query, answer.json()["errors"].keys() if answer.status_code == 400 else answer.text)
        )
    assert named == [(kind, query, {field}) for kind, query, field in BAD]


async def test_every_view_leaves_a_fact(
    see: Any,
    service: Callboard,
    shared: dict[str, Any],
    facts: Any,
    clock: StandingClock,
    client: httpx.AsyncClient,
    as_customer: Headers,
) -> None:
    for kind, query in (
        ("daily", {"date": "2027-01-04"}),
        ("weekly", {"date": "2027-01-04"}),
        ("monthly", {"month": 1, "year": 2027}),
        ("view", {"from": "2027-01-04", "to": "2027-01-06"}),
    ):
        await see(shared["calendar"], kind, **query)
    hidden = await client.get(f"/api/calendars/{shared['calendar']}/daily", headers=as_customer)
    assert hidden.status_code == 404
    await service.query_facts.flush()
    generated = [payload for kind, payload in await facts() if kind == "CalendarViewGenerated"]
    now = clock.now().isoformat().replace("+00:00", "Z")
    assert generated == [
        {
            "calendarId": shared["calendar"],
            "viewType": view_type,
            "startDate": start,
            "endDate": end,
            "generatedAt": now,
        }
        for view_type, start, end in (
            ("Daily", "2027-01-04T06:00:00Z", "2027-01-04T23:00:00Z"),
            ("Weekly", "2027-01-04T00:00:00Z", "2027-01-11T00:00:00Z"),
            ("Monthly", "2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"),
            ("Custom", "2027-01-04T00:00:00Z", "2027-01-06T00:00:00Z"),
        )
    ]

"""Changing whole series: what each date keeps, who may do it, and what has happened already."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.api.people import CUSTOMER, MANAGER, OTHER_CUSTOMER, STAFF

Make = Callable[..., Awaitable[str]]
Headers = dict[str, str]
Body = dict[str, Any]
URL = "/api/schedules"

MONDAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=30)
MONDAY -= timedelta(days=MONDAY.weekday())
"""A Monday about a month ahead, at midnight UTC."""


def at(hour: float, week: int = 0, day: int = 0) -> str:
    instant = MONDAY + timedelta(weeks=week, days=day, hours=hour)
    return instant.isoformat().replace("+00:00", "Z")


def slot(start: float, end: float, week: int = 0) -> Body:
    return {"startDateTime": at(start, week), "endDateTime": at(end, week)}


def single(event: str, calendar_id: str, start: float = 18, end: float = 20, week: int = 0) -> Body:
    return {"eventId": event, "calendarId": calendar_id, "timeZone": "UTC", **slot(start, end, week)}


def weekly(event: str, calendar_id: str, **more: Any) -> Body:
    """Four Mondays, 18 to 20."""
    pattern = {"type": "Weekly", "occurrenceCount": 4}
    return {**single(event, calendar_id), "recurrencePattern": pattern, **more}


@pytest.fixture
async def hall(make_hall: Any) -> Any:
    return await make_hall("Ballroom")


@pytest.fixture
def make_series(client: httpx.AsyncClient, as_manager: Headers) -> Callable[[Body], Awaitable[Body]]:
    async def make(body: Body) -> Body:
        made = await client.post(URL, json=body, headers=as_manager)
        assert made.status_code == 201, made.text
        found: Body = made.json()
        return found

    return make


@pytest.fixture
async def series(hall: Any, make_event: Make, make_series: Any) -> Body:
    """Rehearsals on four Mondays, 18 to 20, organized by the Customer."""
    found: Body = await make_series(weekly(await make_event("Rehearsal", CUSTOMER), hall.calendar_id))
    return found


def ids(series: Body) -> list[str]:
    return [one["scheduledEventId"] for one in series["occurrences"]]


def path_of(series: Body) -> str:
    return f"{URL}/{series['scheduledEventId']}"


@pytest.fixture
def dates(rows: Any) -> Callable[[], Awaitable[list[tuple[str, str, int]]]]:
    """All bookings by original start: start, status and version."""

    async def read() -> list[tuple[str, str, int]]:
        found = await rows(
            "SELECT lower(during) AS start, status, version FROM scheduled_events"
            " ORDER BY original_start NULLS LAST"
        )
        names = ("Tentative", "Scheduled", "Confirmed", "Rescheduling", "Cancelled")
        return [
            (one["start"].astimezone(UTC).isoformat(), names[one["status"]], one["version"]) for one in found
        ]

    return read


# Whose the dates are.


async def owners(rows: Any) -> list[tuple[Any, Any]]:
    """Of each booking by its first start: its owner and its claims' owner."""
    found = await rows(
        "SELECT b.owner_id AS booking, c.owner_id AS claim FROM scheduled_events b"
        " JOIN claims c USING (scheduled_event_id) ORDER BY b.created_at, b.scheduled_event_id"
    )
    return [(one["booking"], one["claim"]) for one in found]


async def test_a_hand_over_takes_the_series_along_as_one_change(
    client: httpx.AsyncClient, series: Body, as_manager: Headers, rows: Any
) -> None:
    body = {"title": "Rehearsal", "organizerId": str(OTHER_CUSTOMER.user_id)}
    changed = await client.put(f"/api/events/{series['eventId']}", json=body, headers=as_manager)
    assert changed.status_code == 200, changed.text
    assert await rows("SELECT owner_id, version, modified_by FROM series") == [
        {"owner_id": OTHER_CUSTOMER.user_id, "version": 2, "modified_by": MANAGER.user_id}
    ]
    assert await owners(rows) == [(OTHER_CUSTOMER.user_id, OTHER_CUSTOMER.user_id)] * 4


@pytest.mark.parametrize("what", ["reschedule", "confirm"])
async def test_a_date_that_shows_another_event_stays_its_organizers(
    client: httpx.AsyncClient,
    series: Body,
    hall: Any,
    make_event: Make,
    as_manager: Headers,
    rows: Any,
    what: str,
) -> None:
    other = await make_event("Guests", OTHER_CUSTOMER)
    change = single(other, hall.calendar_id)
    first = await client.put(f"{URL}/{ids(series)[0]}", json=change, headers=as_manager)
    assert first.status_code == 200, first.text
    body = slot(19, 21) if what == "reschedule" else None
    changed = await client.post(f"{path_of(series)}/{what}", json=body, headers=as_manager)
    assert changed.status_code == 200, changed.text
    mine, theirs = CUSTOMER.user_id, OTHER_CUSTOMER.user_id
    assert await owners(rows) == [(theirs, theirs), (mine, mine), (mine, mine), (mine, mine)]
    assert (await rows("SELECT owner_id FROM series")) == [{"owner_id": mine}]


async def test_dates_that_a_new_rule_has_no_place_for_stay_with_their_event(
    client: httpx.AsyncClient, series: Body, hall: Any, make_event: Make, as_manager: Headers, rows: Any
) -> None:
    body = weekly(await make_event("Guests", OTHER_CUSTOMER), hall.calendar_id)
    body["recurrencePattern"]["occurrenceCount"] = 2
    changed = await client.put(path_of(series), json=body, headers=as_manager)
    assert changed.status_code == 200, changed.text
    mine, theirs = CUSTOMER.user_id, OTHER_CUSTOMER.user_id
    assert await owners(rows) == [(theirs, theirs), (theirs, theirs), (mine, mine), (mine, mine)]


async def test_an_event_and_a_calendar_that_only_a_series_names_are_kept(
    client: httpx.AsyncClient,
    series: Body,
    make_hall: Any,
    make_event: Make,
    as_manager: Headers,
    as_admin: Headers,
    hall: Any,
    rows: Any,
) -> None:
    other, cellar = await make_event("Guests"), await make_hall("Cellar")
    for week, key in enumerate(ids(series)):
        change = single(other, cellar.calendar_id, week=week)
        assert (await client.put(f"{URL}/{key}", json=change, headers=as_manager)).status_code == 200
    event = await client.delete(f"/api/events/{series['eventId']}", headers=as_admin)
    assert (event.status_code, event.json()["detail"]) == (
        409,
        "The event has past or cancelled bookings, which stay on record and keep it",
    )
    assert (await client.delete(f"/api/calendars/{hall.calendar_id}", headers=as_admin)).status_code == 204
    assert await rows(
        f"SELECT is_active FROM calendars WHERE calendar_id = '{hall.calendar_id}'"  # noqa: S608
    ) == [{"is_active": False}]


# Who may change what.


@pytest.fixture
async def ada(make_hall: Any) -> Any:
    return await make_hall("Ada", resource_type="Staff")


@pytest.mark.parametrize("level", [None, "View"])
async def test_staff_move_a_series_with_what_was_assigned_to_it(
    client: httpx.AsyncClient,
    hall: Any,
    ada: Any,
    make_event: Make,
    make_series: Any,
    grant: Any,
    as_staff: Headers,
    rows: Any,
    level: str | None,
) -> None:
    resources = [{"resourceId": ada.resource_id}]
    series = await make_series(weekly(await make_event("Show"), hall.calendar_id, resources=resources))
    await grant(STAFF, hall.calendar_id)
    if level is not None:
        await grant(STAFF, ada.calendar_id, level)
    moved = await client.post(f"{path_of(series)}/reschedule", json=slot(19, 21), headers=as_staff)
    assert moved.status_code == 200, moved.text
    held = f"SELECT count(*) AS n FROM claims WHERE resource_id = '{ada.resource_id}' AND live"  # noqa: S608
    assert await rows(held) == [{"n": 4}]
    body = weekly(moved.json()["eventId"], hall.calendar_id)
    replaced = await client.put(path_of(series), json=body, headers=as_staff)
    assert replaced.status_code == 200, replaced.text
    assert await rows(held) == [{"n": 4 if level is None else 0}]


async def test_who_lost_the_calendar_is_told_so(
    client: httpx.AsyncClient,
    hall: Any,
    make_event: Make,
    make_series: Any,
    as_staff: Headers,
) -> None:
    series = await make_series(weekly(await make_event("Show", STAFF), hall.calendar_id))
    moved = await client.post(f"{path_of(series)}/reschedule", json=slot(19, 21), headers=as_staff)
    assert (moved.status_code, moved.json()["detail"]) == (
        403,
        "You may not book the calendar of this booking any more",
    )


async def test_a_customer_changes_single_dates_of_their_series_and_cancels_it(
    client: httpx.AsyncClient, series: Body, hall: Any, grant: Any, as_customer: Headers, dates: Any
) -> None:
    await grant(CUSTOMER, hall.calendar_id)
    path, before = path_of(series), await dates()
    following = {**slot(19, 21, 2), "scope": "thisAndFollowing"}
    for answer in (
        await client.post(f"{path}/reschedule", json=slot(19, 21), headers=as_customer),
        await client.post(f"{URL}/{ids(series)[2]}/reschedule", json=following, headers=as_customer),
        await client.put(path, json=weekly(series["eventId"], hall.calendar_id), headers=as_customer),
    ):
        assert (answer.status_code, answer.json()["detail"]) == (
            403,
            "Customers change single dates; ask the staff to change the series",
        )
    assert await dates() == before
    one = await client.post(f"{URL}/{ids(series)[2]}/reschedule", json=slot(8, 9, 2), headers=as_customer)
    assert (one.status_code, one.json()["status"]) == (200, "Tentative")
    assert (await client.delete(path, headers=as_customer)).status_code == 204
    assert {status for _, status, _ in await dates()} == {"Cancelled"}


async def test_a_date_that_staff_do_not_see_keeps_them_from_moving_onto_it(
    client: httpx.AsyncClient,
    series: Body,
    hall: Any,
    make_hall: Any,
    grant: Any,
    as_manager: Headers,
    as_staff: Headers,
    dates: Any,
) -> None:
    await grant(STAFF, hall.calendar_id)
    away = single(series["eventId"], (await make_hall("Cellar")).calendar_id, week=2)
    gone = await client.put(f"{URL}/{ids(series)[2]}", json=away, headers=as_manager)
    assert gone.status_code == 200, gone.text
    before = await dates()
    moved = await client.post(f"{path_of(series)}/reschedule", json=slot(18, 20, 1), headers=as_staff)
    assert (moved.status_code, moved.json()["detail"]) == (
        403,
        "A date of this series is on a calendar that you may not change; ask a manager",
    )
    assert await dates() == before


# What is asked twice, or of the wrong thing.


async def test_removing_twice_changes_nothing_more(
    client: httpx.AsyncClient, series: Body, as_manager: Headers, dates: Any, audited: Any, rows: Any
) -> None:
    key = series["scheduledEventId"]
    for _ in range(2):
        assert (await client.delete(f"{URL}/{key}", headers=as_manager)).status_code == 204
        assert [(status, version) for _, status, version in await dates()] == [("Cancelled", 2)] * 4
        assert await rows("SELECT version FROM series") == [{"version": 2}]
    assert [one["action"] for one in await audited(key)] == ["SeriesScheduled", "SeriesRemoved"]


async def test_removing_leaves_dates_alone_that_were_skipped_before(
    client: httpx.AsyncClient, series: Body, as_manager: Headers, dates: Any
) -> None:
    assert (await client.delete(f"{URL}/{ids(series)[1]}", headers=as_manager)).status_code == 204
    moved = await client.post(f"{URL}/{ids(series)[2]}/reschedule", json=slot(9, 10, 2), headers=as_manager)
    assert moved.status_code == 200
    assert (await client.delete(path_of(series), headers=as_manager)).status_code == 204
    assert [(status, version) for _, status, version in await dates()] == [
        ("Cancelled", version) for version in (2, 2, 3, 2)
    ]


async def test_confirming_twice_changes_nothing_more(
    client: httpx.AsyncClient, series: Body, as_manager: Headers, dates: Any, audited: Any
) -> None:
    key = series["scheduledEventId"]
    for _ in range(2):
        answer = await client.post(f"{URL}/{key}/confirm", headers=as_manager)
        # One for the series, and one for each of its dates.
        assert (answer.status_code, answer.headers["etag"]) == (200, '"6"')
        assert [(status, version) for _, status, version in await dates()] == [("Confirmed", 2)] * 4
    assert [one["action"] for one in await audited(key)] == ["SeriesScheduled", "SeriesConfirmed"]


async def test_a_removed_series_is_neither_confirmed_nor_moved(
    client: httpx.AsyncClient, series: Body, as_manager: Headers, dates: Any
) -> None:
    assert (await client.delete(path_of(series), headers=as_manager)).status_code == 204
    before = await dates()
    for what, body in (("confirm", None), ("reschedule", slot(19, 21))):
        answer = await client.post(f"{path_of(series)}/{what}", json=body, headers=as_manager)
        assert (answer.status_code, answer.json()["detail"]) == (
            409,
            "Every date of this series that lies ahead is cancelled; book a new series",
        )
    assert await dates() == before


async def test_a_scope_needs_a_date_to_begin_at(
    client: httpx.AsyncClient, series: Body, as_manager: Headers, dates: Any
) -> None:
    before = await dates()
    refused = await client.delete(f"{path_of(series)}?scope=thisAndFollowing", headers=as_manager)
    assert (refused.status_code, list(refused.json()["errors"])) == (400, ["scope"])
    for scope in ("this", "thisAndFollowing"):
        body = {**slot(19, 21), "scope": scope}
        refused = await client.post(f"{path_of(series)}/reschedule", json=body, headers=as_manager)
        assert (refused.status_code, list(refused.json()["errors"])) == (400, ["scope"])
    assert await dates() == before
    assert (await client.delete(f"{path_of(series)}?scope=all", headers=as_manager)).status_code == 204


async def test_a_skipped_start_that_clocks_show_twice_is_named(
    client: httpx.AsyncClient, hall: Any, make_event: Make, as_manager: Headers
) -> None:
    """25 October 2037: clocks in Berlin show 2:30 at 00:30Z and again at 01:30Z."""
    body = weekly(
        await make_event("Night watch"),
        hall.calendar_id,
        startDateTime="2037-10-24T00:30:00Z",
        endDateTime="2037-10-24T01:30:00Z",
        timeZone="Europe/Berlin",
        recurrencePattern={"type": "Daily", "occurrenceCount": 3},
    )
    bad = await client.post(
        URL, json={**body, "skippedOccurrences": ["2037-10-25T01:30:00Z"]}, headers=as_manager
    )
    assert (bad.status_code, list(bad.json()["errors"])) == (400, ["skippedOccurrences"])
    good = await client.post(
        URL, json={**body, "skippedOccurrences": ["2037-10-25T00:30:00Z"]}, headers=as_manager
    )
    assert good.status_code == 201, good.text


# What a date keeps.


async def test_confirming_leaves_a_date_alone_that_a_closure_stranded(
    client: httpx.AsyncClient, series: Body, hall: Any, close: Any, as_manager: Headers
) -> None:
    close(hall.resource_id, at(17, 1), at(23, 1), "Painting")
    confirmed = await client.post(f"{path_of(series)}/confirm", headers=as_manager)
    assert confirmed.status_code == 200, confirmed.text
    moved = await client.post(f"{path_of(series)}/reschedule", json=slot(19, 21), headers=as_manager)
    assert moved.status_code == 422
    assert moved.json()["detail"] == f"Ballroom is not available at {at(19, 1)}: Painting"


async def test_a_date_that_went_its_own_way_may_stand_in_a_closure_while_the_others_move(
    client: httpx.AsyncClient, series: Body, hall: Any, close: Any, as_manager: Headers, dates: Any
) -> None:
    own = await client.post(f"{URL}/{ids(series)[1]}/reschedule", json=slot(8, 9, 1), headers=as_manager)
    assert own.status_code == 200
    close(hall.resource_id, at(7, 1), at(10, 1), "Painting")
    moved = await client.post(f"{path_of(series)}/reschedule", json=slot(19, 21), headers=as_manager)
    assert moved.status_code == 200, moved.text
    assert [start for start, _, _ in await dates()] == [
        at(19).replace("Z", "+00:00"),
        at(8, 1).replace("Z", "+00:00"),
        at(19, 2).replace("Z", "+00:00"),
        at(19, 3).replace("Z", "+00:00"),
    ]


async def test_the_date_that_is_named_goes_where_it_is_told_though_it_went_its_own_way(
    client: httpx.AsyncClient, series: Body, as_manager: Headers, dates: Any
) -> None:
    third = f"{URL}/{ids(series)[2]}/reschedule"
    assert (await client.post(third, json=slot(8, 9, 2), headers=as_manager)).status_code == 200
    body = {**slot(10, 13, 2), "scope": "thisAndFollowing"}
    moved = await client.post(third, json=body, headers=as_manager)
    assert moved.status_code == 200, moved.text
    assert [start for start, _, _ in await dates()] == [
        one.replace("Z", "+00:00") for one in (at(18), at(18, 1), at(10, 2), at(10, 3))
    ]


@pytest.fixture
def pass_time(clock: Any) -> Callable[[str], None]:
    """Let it become that instant."""

    def until(instant: str) -> None:
        clock.forward(datetime.fromisoformat(instant) - clock.now())

    return until


async def test_what_took_place_early_stays_and_what_was_put_off_goes(
    client: httpx.AsyncClient, series: Body, pass_time: Any, as_manager: Headers, dates: Any
) -> None:
    """The first date is put off to after the last, the last one took place before the second."""
    first, _, _, last = ids(series)
    for key, where in ((first, slot(9, 10, 5)), (last, slot(20.5, 21))):
        moved = await client.post(f"{URL}/{key}/reschedule", json=where, headers=as_manager)
        assert moved.status_code == 200, moved.text
    pass_time(at(0, 0, 1))
    removed = await client.delete(path_of(series), headers=as_manager)
    assert removed.status_code == 204, removed.text
    assert [status for _, status, _ in await dates()] == ["Cancelled", "Cancelled", "Cancelled", "Scheduled"]


async def test_what_took_place_early_does_not_keep_the_others_from_moving(
    client: httpx.AsyncClient, series: Body, pass_time: Any, as_manager: Headers, dates: Any
) -> None:
    last = ids(series)[3]
    early = await client.post(f"{URL}/{last}/reschedule", json=slot(20.5, 21), headers=as_manager)
    assert early.status_code == 200, early.text
    pass_time(at(0, 0, 1))
    moved = await client.post(f"{path_of(series)}/reschedule", json=slot(19, 21, 1), headers=as_manager)
    assert moved.status_code == 200, moved.text
    assert [start for start, _, _ in await dates()] == [
        one.replace("Z", "+00:00") for one in (at(18), at(19, 1), at(19, 2), at(20.5))
    ]
    body = weekly(series["eventId"], series["calendarId"], **slot(19, 21, 1))
    replaced = await client.put(f"{URL}/{moved.json()['scheduledEventId']}", json=body, headers=as_manager)
    assert replaced.status_code == 200, replaced.text
    assert sorted((start, status) for start, status, _ in await dates()) == sorted(
        (one.replace("Z", "+00:00"), "Scheduled")
        for one in (at(18), at(20.5), at(19, 1), at(19, 2), at(19, 3), at(19, 4))
    )

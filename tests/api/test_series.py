"""Series over HTTP: every date or none, one date, those from one on, or all that lie ahead."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.settings import Settings
from tests.api.people import CUSTOMER, STAFF

Make = Callable[..., Awaitable[str]]
Headers = dict[str, str]
URL = "/api/schedules"

MONDAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=30)
MONDAY -= timedelta(days=MONDAY.weekday())
"""A Monday about a month ahead, at midnight UTC."""
FIRST_MONDAY = rf"Monday {MONDAY.day} {MONDAY:%B}( {MONDAY.year})?"


def at(hour: float, week: int = 0, day: int = 0) -> str:
    instant = MONDAY + timedelta(weeks=week, days=day, hours=hour)
    return instant.isoformat().replace("+00:00", "Z")


def weekly(event: str, calendar_id: str, start: float = 18, end: float = 20, **more: Any) -> dict[str, Any]:
    """Four Mondays."""
    return {
        "eventId": event,
        "calendarId": calendar_id,
        "startDateTime": at(start),
        "endDateTime": at(end),
        "timeZone": "UTC",
        "recurrencePattern": {"type": "Weekly", "occurrenceCount": 4},
        **more,
    }


def starts(body: dict[str, Any], *statuses: str) -> list[str]:
    return [
        one["startDateTime"]
        for one in body["occurrences"]
        if one["status"] in (statuses or ("Tentative", "Scheduled", "Confirmed"))
    ]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With time to look at every date, however busy the machine is."""
    return Settings(home=tmp_path, solve_seconds=30)


@pytest.fixture
async def hall(make_hall: Any) -> Any:
    return await make_hall("Ballroom")


@pytest.fixture
async def series(
    client: httpx.AsyncClient, hall: Any, make_event: Make, as_manager: Headers
) -> dict[str, Any]:
    """Rehearsals on four Mondays, 18 to 20."""
    body = weekly(await make_event("Rehearsal"), hall.calendar_id)
    made = await client.post(URL, json=body, headers=as_manager)
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


async def test_a_series_is_made_whole_and_read_back(
    client: httpx.AsyncClient, hall: Any, make_event: Make, as_manager: Headers, facts: Any
) -> None:
    event = await make_event("Rehearsal")
    made = await client.post(URL, json=weekly(event, hall.calendar_id), headers=as_manager)
    assert made.status_code == 201, made.text
    body = made.json()
    key = body["scheduledEventId"]
    occurrences = body.pop("occurrences")
    assert body == {
        "scheduledEventId": key,
        "eventId": event,
        "eventTitle": "Rehearsal",
        "calendarId": hall.calendar_id,
        "calendarName": "Ballroom",
        "startDateTime": at(18),
        "endDateTime": at(20),
        "timeZone": "UTC",
        "status": "Scheduled",
        "conflictLevel": "None",
        "isBlocked": False,
        "recurrencePattern": {"type": "Weekly", "interval": 1, "occurrenceCount": 4},
        "conflicts": [],
    }
    assert made.headers["location"] == f"{URL}/{key}"
    assert made.headers["etag"] == '"1"'
    assert [(one["seriesId"], one["originalStart"]) for one in occurrences] == [
        (key, at(18, week)) for week in range(4)
    ]
    assert len({one["scheduledEventId"] for one in occurrences} | {key}) == 5
    read = await client.get(f"{URL}/{key}", headers=as_manager)
    assert (read.status_code, read.json()) == (200, made.json())
    listed = await client.get(f"{URL}?seriesId={key}", headers=as_manager)
    assert [one["startDateTime"] for one in listed.json()["items"]] == [at(18, week) for week in range(4)]
    assert [name for name, _ in await facts()] == ["EventScheduledOnCalendar"] * 4
    one = await client.get(f"{URL}/{occurrences[2]['scheduledEventId']}", headers=as_manager)
    assert one.json()["recurrencePattern"] == body["recurrencePattern"]
    assert one.json()["originalStart"] == at(18, 2)


async def test_a_series_keeps_its_wall_clock_across_a_change_of_clocks(
    client: httpx.AsyncClient, hall: Any, make_event: Make, as_manager: Headers
) -> None:
    year = MONDAY.year + 1
    body = weekly(
        await make_event("Choir"),
        hall.calendar_id,
        startDateTime=f"{year}-03-01T18:00:00+01:00",
        endDateTime=f"{year}-03-01T20:00:00+01:00",
        timeZone="Europe/Berlin",
        recurrencePattern={"type": "Daily", "interval": 1, "occurrenceCount": 40},
    )
    made = await client.post(URL, json=body, headers=as_manager)
    assert made.status_code == 201, made.text
    hours = {one["startDateTime"][11:16] for one in made.json()["occurrences"]}
    assert hours == {"17:00", "16:00"}
    ends = {one["endDateTime"][11:16] for one in made.json()["occurrences"]}
    assert ends == {"19:00", "18:00"}


async def test_a_series_that_clashes_lists_its_dates_and_books_none(
    client: httpx.AsyncClient, hall: Any, book: Any, make_event: Make, as_manager: Headers, rows: Any
) -> None:
    rival = await make_event("Gala")
    for week in (1, 3):
        await book(hall.calendar_id, rival, at(19, week), at(21, week))
    body = weekly(await make_event("Rehearsal"), hall.calendar_id)
    refused = await client.post(URL, json=body, headers=as_manager)
    assert refused.status_code == 409
    problem = refused.json()
    assert problem["detail"] == "2 of the 4 dates conflict with existing events"
    found = problem["errors"]["ConflictingEvents"]
    assert [(one["occurrenceStart"], one["startDateTime"], one["eventTitle"]) for one in found] == [
        (at(18, 1), at(19, 1), "Gala"),
        (at(18, 3), at(19, 3), "Gala"),
    ]
    assert (await rows("SELECT count(*) AS n FROM scheduled_events"))[0]["n"] == 2
    assert (await rows("SELECT count(*) AS n FROM series"))[0]["n"] == 0


async def test_dates_can_be_skipped_from_the_start(
    client: httpx.AsyncClient, hall: Any, book: Any, make_event: Make, as_manager: Headers
) -> None:
    await book(hall.calendar_id, await make_event("Gala"), at(19, 1), at(21, 1))
    body = weekly(await make_event("Rehearsal"), hall.calendar_id)
    made = await client.post(URL, json={**body, "skippedOccurrences": [at(18, 1)]}, headers=as_manager)
    assert made.status_code == 201, made.text
    assert starts(made.json()) == [at(18), at(18, 2), at(18, 3)]
    for skipped, message in (
        ([at(19, 1)], "Not every one of these is the start of an occurrence"),
        ([at(18, week) for week in range(4)], "At least one occurrence must be left"),
    ):
        bad = await client.post(URL, json={**body, "skippedOccurrences": skipped}, headers=as_manager)
        assert (bad.status_code, bad.json()["errors"]) == (400, {"skippedOccurrences": [message]})


async def test_one_occurrence_is_moved_or_skipped_by_its_original_start(
    client: httpx.AsyncClient, series: dict[str, Any], hall: Any, as_manager: Headers
) -> None:
    key = series["scheduledEventId"]
    body = weekly(series["eventId"], hall.calendar_id, startDateTime=at(9, 1), endDateTime=at(11, 1))
    del body["recurrencePattern"]
    path = f"{URL}/{key}/occurrences/{at(18, 1)}"
    moved = await client.put(path, json=body, headers=as_manager)
    assert moved.status_code == 200, moved.text
    assert (moved.json()["startDateTime"], moved.json()["originalStart"]) == (at(9, 1), at(18, 1))
    skipped = await client.delete(f"{URL}/{key}/occurrences/{at(18, 2)}", headers=as_manager)
    assert skipped.status_code == 204
    whole = (await client.get(f"{URL}/{key}", headers=as_manager)).json()
    assert starts(whole) == [at(18), at(9, 1), at(18, 3)]
    assert starts(whole, "Cancelled") == [at(18, 2)]
    # Its original start still names it, however often it moves.
    again = await client.put(path, json={**body, "startDateTime": at(8, 1)}, headers=as_manager)
    assert again.json()["startDateTime"] == at(8, 1)
    assert (await client.delete(f"{URL}/{key}/occurrences/{at(9, 1)}", headers=as_manager)).status_code == 404
    bad = await client.delete(f"{URL}/{key}/occurrences/yesterday", headers=as_manager)
    assert (bad.status_code, list(bad.json()["errors"])) == (400, ["originalStart"])


async def test_this_and_following_splits_the_series(
    client: httpx.AsyncClient, series: dict[str, Any], as_manager: Headers
) -> None:
    key, third = series["scheduledEventId"], series["occurrences"][2]
    move = {"startDateTime": at(10, 2, 1), "endDateTime": at(13, 2, 1), "scope": "thisAndFollowing"}
    moved = await client.post(f"{URL}/{third['scheduledEventId']}/reschedule", json=move, headers=as_manager)
    assert moved.status_code == 200, moved.text
    following = moved.json()
    assert following["scheduledEventId"] != key
    assert starts(following) == [at(10, 2, 1), at(10, 3, 1)]
    assert {one["endDateTime"] for one in following["occurrences"]} == {at(13, 2, 1), at(13, 3, 1)}
    assert following["recurrencePattern"] == {"type": "Weekly", "interval": 1, "occurrenceCount": 2}
    assert [one["scheduledEventId"] for one in following["occurrences"]] == [
        one["scheduledEventId"] for one in series["occurrences"][2:]
    ]
    left = (await client.get(f"{URL}/{key}", headers=as_manager)).json()
    assert starts(left) == [at(18), at(18, 1)]
    assert left["recurrencePattern"]["occurrenceCount"] == 2


async def test_all_moves_every_date_but_those_changed_by_themselves(
    client: httpx.AsyncClient, series: dict[str, Any], as_manager: Headers, facts: Any
) -> None:
    key, ids = series["scheduledEventId"], [one["scheduledEventId"] for one in series["occurrences"]]
    own = {"startDateTime": at(8, 1), "endDateTime": at(9, 1)}
    assert (await client.post(f"{URL}/{ids[1]}/reschedule", json=own, headers=as_manager)).status_code == 200
    assert (await client.delete(f"{URL}/{ids[2]}", headers=as_manager)).status_code == 204
    before = len(await facts())
    move = {"startDateTime": at(19), "endDateTime": at(21)}
    # Its version counts the changes of single dates too.
    late = await client.post(f"{URL}/{key}/reschedule", json=move, headers={**as_manager, "If-Match": '"1"'})
    assert late.status_code == 412
    now = (await client.get(f"{URL}/{key}", headers=as_manager)).headers["etag"]
    assert now == '"3"'
    moved = await client.post(f"{URL}/{key}/reschedule", json=move, headers={**as_manager, "If-Match": now})
    assert moved.status_code == 200, moved.text
    body = moved.json()
    assert body["scheduledEventId"] == key
    assert starts(body) == [at(19), at(8, 1), at(19, 3)]
    assert [one["originalStart"] for one in body["occurrences"]] == [at(19, week) for week in range(4)]
    assert [name for name, _ in (await facts())[before:]] == ["EventRescheduled"] * 2
    stale = await client.post(f"{URL}/{key}/reschedule", json=move, headers={**as_manager, "If-Match": now})
    assert stale.status_code == 412


async def test_a_series_moves_into_its_own_old_places(
    client: httpx.AsyncClient, series: dict[str, Any], as_manager: Headers
) -> None:
    """Each date takes the place of the next, which moves on too."""
    key = series["scheduledEventId"]
    move = {"startDateTime": at(18, 1), "endDateTime": at(20, 1)}
    moved = await client.post(f"{URL}/{key}/reschedule", json=move, headers=as_manager)
    assert moved.status_code == 200, moved.text
    assert starts(moved.json()) == [at(18, week) for week in (1, 2, 3, 4)]


async def test_a_move_that_clashes_moves_nothing(
    client: httpx.AsyncClient,
    series: dict[str, Any],
    hall: Any,
    book: Any,
    make_event: Make,
    as_manager: Headers,
) -> None:
    key = series["scheduledEventId"]
    await book(hall.calendar_id, await make_event("Gala"), at(21, 2), at(23, 2))
    move = {"startDateTime": at(20), "endDateTime": at(22)}
    refused = await client.post(f"{URL}/{key}/reschedule", json=move, headers=as_manager)
    assert refused.status_code == 409
    assert refused.json()["detail"] == "1 of the 4 dates conflicts with existing events"
    assert starts((await client.get(f"{URL}/{key}", headers=as_manager)).json()) == [
        at(18, week) for week in range(4)
    ]


async def test_a_put_replaces_the_rule(
    client: httpx.AsyncClient, series: dict[str, Any], make_hall: Any, as_manager: Headers, facts: Any
) -> None:
    key, ids = series["scheduledEventId"], [one["scheduledEventId"] for one in series["occurrences"]]
    other = await make_hall("Cellar")
    body = weekly(
        series["eventId"],
        other.calendar_id,
        recurrencePattern={"type": "Weekly", "interval": 2, "occurrenceCount": 3},
    )
    before = len(await facts())
    changed = await client.put(f"{URL}/{key}", json=body, headers=as_manager)
    assert changed.status_code == 200, changed.text
    after = changed.json()
    assert (after["calendarId"], after["scheduledEventId"]) == (other.calendar_id, key)
    # The first and third keep their dates; the second comes to a new one, the fourth is too many.
    assert [(one["scheduledEventId"], one["startDateTime"]) for one in after["occurrences"]] == [
        (ids[0], at(18)),
        (ids[2], at(18, 2)),
        (ids[1], at(18, 4)),
    ]
    gone = await client.get(f"{URL}/{ids[3]}", headers=as_manager)
    assert (gone.json()["status"], gone.json().get("seriesId")) == ("Cancelled", None)
    names = [name for name, _ in (await facts())[before:]]
    assert sorted(names) == sorted(
        ["EventRemovedFromCalendar"] * 4 + ["EventScheduledOnCalendar"] * 3 + ["EventRescheduled"]
    )
    single = await client.put(f"{URL}/{key}", json={**body, "recurrencePattern": None}, headers=as_manager)
    assert (single.status_code, list(single.json()["errors"])) == (400, ["recurrencePattern"])
    one = await client.put(f"{URL}/{ids[0]}", json=body, headers=as_manager)
    assert (one.status_code, list(one.json()["errors"])) == (400, ["recurrencePattern"])


async def test_removing_takes_what_lies_ahead(
    client: httpx.AsyncClient, series: dict[str, Any], as_manager: Headers, facts: Any
) -> None:
    key, ids = series["scheduledEventId"], [one["scheduledEventId"] for one in series["occurrences"]]
    path = f"{URL}/{ids[2]}?scope=thisAndFollowing&reason=Flu"
    assert (await client.delete(path, headers=as_manager)).status_code == 204
    whole = (await client.get(f"{URL}/{key}", headers=as_manager)).json()
    assert starts(whole) == [at(18), at(18, 1)]
    assert [payload["reason"] for name, payload in await facts() if name == "EventRemovedFromCalendar"] == [
        "Flu",
        "Flu",
    ]
    assert (await client.delete(f"{URL}/{key}", headers=as_manager)).status_code == 204
    assert starts((await client.get(f"{URL}/{key}", headers=as_manager)).json()) == []


async def test_what_has_begun_stays_as_it_is(
    client: httpx.AsyncClient, series: dict[str, Any], as_manager: Headers, owner_execute: Any
) -> None:
    key = series["scheduledEventId"]
    # Time passes: the series began five weeks earlier than it was booked for, two dates are over.
    owner_execute(
        "UPDATE scheduled_events SET original_start = original_start - interval '42 days',"
        " during = tstzrange(lower(during) - interval '42 days', upper(during) - interval '42 days')"
    )
    owner_execute(
        "UPDATE claims SET enforced = false; UPDATE claims SET"
        " during = tstzrange(lower(during) - interval '42 days', upper(during) - interval '42 days');"
        "UPDATE series SET first_start = first_start - interval '42 days'"
    )
    before = (await client.get(f"{URL}/{key}", headers=as_manager)).json()
    now = datetime.now(UTC).isoformat()
    over = [one for one in starts(before) if one < now]
    ahead = [one for one in starts(before) if one >= now]
    assert over
    assert ahead
    hour_later = datetime.fromisoformat(ahead[0]) + timedelta(hours=1)
    move = {
        "startDateTime": hour_later.isoformat(),
        "endDateTime": (hour_later + timedelta(hours=2)).isoformat(),
    }
    moved = await client.post(f"{URL}/{key}/reschedule", json=move, headers=as_manager)
    assert moved.status_code == 200, moved.text
    assert moved.json()["scheduledEventId"] != key
    assert len(starts(moved.json())) == len(ahead)
    assert starts((await client.get(f"{URL}/{key}", headers=as_manager)).json()) == over


async def test_a_held_series_is_confirmed_whole(
    client: httpx.AsyncClient, hall: Any, make_event: Make, as_manager: Headers
) -> None:
    body = weekly(await make_event("Rehearsal"), hall.calendar_id, status="Tentative")
    held = (await client.post(URL, json=body, headers=as_manager)).json()
    assert {one["status"] for one in held["occurrences"]} == {"Tentative"}
    confirmed = await client.post(f"{URL}/{held['scheduledEventId']}/confirm", headers=as_manager)
    assert confirmed.status_code == 200, confirmed.text
    assert {one["status"] for one in confirmed.json()["occurrences"]} == {"Confirmed"}
    again = await client.post(URL, json={**body, "status": "Scheduled"}, headers=as_manager)
    assert again.status_code == 409


@pytest.mark.usefixtures("series")
async def test_a_conflict_of_two_series_is_shown_once_with_its_dates(
    client: httpx.AsyncClient, hall: Any, make_event: Make, as_manager: Headers
) -> None:
    body = weekly(
        await make_event("Yoga"), hall.calendar_id, 19, 21, override={"reason": "They share the room"}
    )
    made = await client.post(URL, json=body, headers=as_manager)
    assert made.status_code == 201, made.text
    (conflict,) = made.json()["conflicts"]
    assert (conflict["conflictType"], conflict["conflictingEventTitle"]) == ("VenueConflict", "Rehearsal")
    assert conflict["dates"] == [at(19, week) for week in range(4)]


async def test_who_may_book_a_series(
    client: httpx.AsyncClient,
    hall: Any,
    series: dict[str, Any],
    make_event: Make,
    grant: Any,
    as_staff: Headers,
    as_customer: Headers,
) -> None:
    await grant(CUSTOMER, hall.calendar_id)
    body = weekly(await make_event("Club", organizer=CUSTOMER), hall.calendar_id, 8, 9)
    refused = await client.post(URL, json=body, headers=as_customer)
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "Customers book single dates; ask the staff for a series",
    )
    path = f"{URL}/{series['scheduledEventId']}"
    assert (await client.get(path, headers=as_staff)).status_code == 404
    await grant(STAFF, hall.calendar_id, "View")
    assert (await client.get(path, headers=as_staff)).status_code == 200
    assert (await client.delete(path, headers=as_staff)).status_code == 403
    await grant(STAFF, hall.calendar_id, "Book")
    assert (await client.delete(path, headers=as_staff)).status_code == 204


@pytest.mark.parametrize(
    ("pattern", "field", "message"),
    [
        ({"type": "Weekly", "occurrenceCount": 366}, "recurrencePattern.occurrenceCount", "365"),
        ({"type": "Fortnightly"}, "recurrencePattern.type", "must be one of None, Daily"),
        ({"type": "Custom"}, "recurrencePattern.rrule", "rule"),
        ({"type": "Custom", "rrule": "FREQ=NEVER"}, "recurrencePattern.rrule", ""),
        ({"type": "Daily", "daysOfWeek": ["Monday"]}, "recurrencePattern.daysOfWeek", "no meaning"),
        ({"type": "Weekly", "daysOfWeek": ["Tuesday"]}, "startDateTime", "first occurrence would start"),
        ({"type": "Weekly", "endDate": "2000-01-01T00:00:00Z"}, "recurrencePattern.endDate", "ends before"),
    ],
)
async def test_bad_patterns_are_named(
    client: httpx.AsyncClient,
    hall: Any,
    make_event: Make,
    as_manager: Headers,
    pattern: dict[str, Any],
    field: str,
    message: str,
) -> None:
    body = weekly(await make_event("Rehearsal"), hall.calendar_id, recurrencePattern=pattern)
    answer = await client.post(URL, json=body, headers=as_manager)
    assert answer.status_code == 400, answer.text
    assert list(answer.json()["errors"]) == [field]
    assert message in answer.json()["errors"][field][0]


@pytest.mark.usefixtures("series")
async def test_the_conflict_of_two_series_is_listed_and_handled_once(
    client: httpx.AsyncClient, hall: Any, make_event: Make, as_manager: Headers, rows: Any, facts: Any
) -> None:
    body = weekly(await make_event("Yoga"), hall.calendar_id, 19, 21, override={"reason": "Shared"})
    assert (await client.post(URL, json=body, headers=as_manager)).status_code == 201
    listed = (await client.get(f"{URL}/conflicts", headers=as_manager)).json()["items"]
    (one,) = listed
    assert (one["scheduledEventTitle"], one["conflictingEventTitle"]) == ("Yoga", "Rehearsal")
    assert one["dates"] == [at(19, week) for week in range(4)]
    path = f"{URL}/conflicts/{one['scheduleConflictId']}"
    detail = (await client.get(path, headers=as_manager)).json()
    assert (detail["dates"], detail["overlap"]) == (
        one["dates"],
        {"startDateTime": at(19), "endDateTime": at(20)},
    )
    said = [suggestion["summary"] for suggestion in detail["suggestions"]]
    assert said == [
        one for one in said if re.match(rf"Move (Yoga|Rehearsal) \({FIRST_MONDAY}, 1[89]:00\) to ", one)
    ]
    assert {one.split()[1] for one in said} == {"Yoga", "Rehearsal"}
    late = await client.get(f"{URL}/conflicts?from={at(0, 2)}", headers=as_manager)
    assert [one["dates"] for one in late.json()["items"]] == [[at(19, 2), at(19, 3)]]
    to = {"escalatedTo": str(STAFF.user_id), "reason": "Talk to them"}
    assert (await client.post(f"{path}/escalate", json=to, headers=as_manager)).status_code == 200
    assert [name for name, _ in await facts()].count("ScheduleConflictEscalated") == 4
    assert (await client.post(f"{path}/dismiss", json={}, headers=as_manager)).status_code == 200
    assert {row["status"] for row in await rows("SELECT status FROM schedule_conflicts")} == {4}
    assert (await client.get(f"{URL}/conflicts", headers=as_manager)).json()["items"] == []


async def test_a_refused_series_is_offered_with_its_dates_moved_or_left_out(
    client: httpx.AsyncClient, make_hall: Any, book: Any, make_event: Make, as_manager: Headers, rows: Any
) -> None:
    hall = await make_hall("Ballroom", interchange_group="halls")
    other = await make_hall("Pavilion", interchange_group="halls")
    rival = await make_event("Gala")
    for week in (1, 3):
        await book(hall.calendar_id, rival, at(19, week), at(21, week))
    body = weekly(await make_event("Rehearsal"), hall.calendar_id)
    refused = (await client.post(URL, json=body, headers=as_manager)).json()
    found = {one["kind"]: one for one in refused["suggestions"]}
    assert list(found) == ["ResourceChanged", "Rescheduled", "OccurrencesSkipped"]
    assert all(one["optimal"] for one in found.values())

    def placed(one: dict[str, Any]) -> list[tuple[str, str]]:
        return [(change["to"]["calendarId"], change["to"]["startDateTime"]) for change in one["changes"]]

    assert placed(found["ResourceChanged"]) == [(other.calendar_id, at(18, week)) for week in (1, 3)]
    assert placed(found["Rescheduled"]) == [(hall.calendar_id, at(17, week)) for week in (1, 3)]
    skipping = found["OccurrencesSkipped"]
    assert (skipping["changes"], skipping["skippedOccurrences"]) == ([], [at(18, 1), at(18, 3)])
    assert skipping["cost"] == {"total": 4_000, "terms": {"occurrences_skipped": 4_000}}
    assert skipping["summary"].startswith("Leave out Rehearsal on Monday ")

    applied = await client.post(found["Rescheduled"]["apply"]["href"], headers=as_manager)
    assert applied.status_code == 200, applied.text
    (series,) = applied.json()["schedules"]
    assert starts(series) == [at(18), at(17, 1), at(18, 2), at(17, 3)]
    assert [one["originalStart"] for one in series["occurrences"]] == [at(18, week) for week in range(4)]
    detached = await rows(
        "SELECT is_detached FROM scheduled_events WHERE series_id IS NOT NULL ORDER BY during"
    )
    assert [row["is_detached"] for row in detached] == [False, True, False, True]
    # The others answer the same request, which is booked now.
    late = await client.post(skipping["apply"]["href"], headers=as_manager)
    assert (late.status_code, late.json()["detail"]) == (409, "This request has been booked already")


async def test_leaving_dates_out_books_the_rest(
    client: httpx.AsyncClient, hall: Any, book: Any, make_event: Make, as_manager: Headers
) -> None:
    await book(hall.calendar_id, await make_event("Gala"), at(19, 1), at(21, 1))
    body = weekly(await make_event("Rehearsal"), hall.calendar_id)
    refused = (await client.post(URL, json=body, headers=as_manager)).json()
    skipping = refused["suggestions"][-1]
    assert skipping["kind"] == "OccurrencesSkipped"
    applied = (await client.post(skipping["apply"]["href"], headers=as_manager)).json()
    assert starts(applied["schedules"][0]) == [at(18), at(18, 2), at(18, 3)]


async def test_when_every_date_clashes_none_is_left_out(
    client: httpx.AsyncClient, hall: Any, make_event: Make, as_manager: Headers, series: dict[str, Any]
) -> None:
    assert series["status"] == "Scheduled"
    body = weekly(await make_event("Yoga"), hall.calendar_id)
    refused = (await client.post(URL, json=body, headers=as_manager)).json()
    assert [one["kind"] for one in refused["suggestions"]] == ["Rescheduled"]
    asked = await client.post(f"{URL}/suggestions", json=body, headers=as_manager)
    assert [one["kind"] for one in asked.json()["suggestions"]] == ["Rescheduled"]


async def test_a_calendar_view_says_which_series_a_date_is_of(
    client: httpx.AsyncClient, series: dict[str, Any], as_manager: Headers
) -> None:
    path = f"/api/calendars/{series['calendarId']}/daily?date={at(0, 1)[:10]}"
    (shown,) = (await client.get(path, headers=as_manager)).json()["events"]
    assert (shown["seriesId"], shown["originalStart"]) == (series["scheduledEventId"], at(18, 1))


async def test_a_fix_whose_place_was_taken_meanwhile_is_refused_with_others(
    client: httpx.AsyncClient, hall: Any, book: Any, make_event: Make, as_manager: Headers
) -> None:
    rival = await make_event("Gala")
    await book(hall.calendar_id, rival, at(19, 1), at(21, 1))
    body = weekly(await make_event("Rehearsal"), hall.calendar_id)
    refused = (await client.post(URL, json=body, headers=as_manager)).json()
    moving = next(one for one in refused["suggestions"] if one["kind"] == "Rescheduled")
    taken = moving["changes"][0]["to"]
    await book(hall.calendar_id, rival, taken["startDateTime"], taken["endDateTime"])
    late = await client.post(moving["apply"]["href"], headers=as_manager)
    assert late.status_code == 409, late.text
    assert late.json()["detail"] == "1 of the 4 dates conflicts with existing events"
    skipping = late.json()["suggestions"][-1]
    assert (skipping["kind"], skipping["skippedOccurrences"]) == ("OccurrencesSkipped", [at(18, 1)])
    applied = (await client.post(skipping["apply"]["href"], headers=as_manager)).json()
    assert starts(applied["schedules"][0]) == [at(18), at(18, 2), at(18, 3)]


async def test_a_series_is_told_of_only_where_it_is_seen(
    client: httpx.AsyncClient,
    series: dict[str, Any],
    make_hall: Any,
    grant: Any,
    as_manager: Headers,
    as_staff: Headers,
) -> None:
    """One date was moved to a calendar of whose staff not all see the series' own."""
    other = await make_hall("Cellar")
    body = weekly(series["eventId"], other.calendar_id, startDateTime=at(9, 1), endDateTime=at(10, 1))
    del body["recurrencePattern"]
    path = f"{URL}/{series['scheduledEventId']}/occurrences/{at(18, 1)}"
    moved = (await client.put(path, json=body, headers=as_manager)).json()
    await grant(STAFF, other.calendar_id, "View")
    view = f"/api/calendars/{other.calendar_id}/daily?date={at(0, 1)[:10]}"
    for headers in (as_manager, as_staff):
        (shown,) = (await client.get(view, headers=headers)).json()["events"]
        assert (shown["eventTitle"], "seriesId" in shown, "originalStart" in shown) == (
            "Rehearsal",
            False,
            False,
        )
    read = (await client.get(f"{URL}/{moved['scheduledEventId']}", headers=as_staff)).json()
    assert (read["eventTitle"], "seriesId" in read, "recurrencePattern" in read) == (
        "Rehearsal",
        False,
        False,
    )
    listed = await client.get(f"{URL}?seriesId={series['scheduledEventId']}", headers=as_staff)
    assert listed.json()["items"] == []


async def test_a_rule_with_blanks_can_be_split(
    client: httpx.AsyncClient, hall: Any, make_event: Make, as_manager: Headers
) -> None:
    pattern = {"type": "Custom", "rrule": " COUNT=5;FREQ=DAILY"}
    body = weekly(await make_event("Rehearsal"), hall.calendar_id, recurrencePattern=pattern)
    made = (await client.post(URL, json=body, headers=as_manager)).json()
    third = made["occurrences"][2]["scheduledEventId"]
    move = {"startDateTime": at(20, day=2), "endDateTime": at(21, day=2), "scope": "thisAndFollowing"}
    moved = await client.post(f"{URL}/{third}/reschedule", json=move, headers=as_manager)
    assert moved.json()["recurrencePattern"] == {
        "type": "Custom",
        "interval": 1,
        "occurrenceCount": 3,
        "rrule": "FREQ=DAILY",
    }
    left = (await client.get(f"{URL}/{made['scheduledEventId']}", headers=as_manager)).json()
    assert (left["recurrencePattern"]["occurrenceCount"], left["recurrencePattern"]["rrule"]) == (
        2,
        "FREQ=DAILY",
    )


async def test_another_event_on_a_stranded_date_leaves_it_stranded(
    client: httpx.AsyncClient, hall: Any, series: dict[str, Any], make_event: Make, as_manager: Headers
) -> None:
    closed = {"startDateTime": at(0, 1), "endDateTime": at(0, 2), "reason": "Repairs"}
    path = f"/api/resources/{hall.resource_id}/availability/mark-unavailable"
    assert (await client.post(path, json=closed, headers=as_manager)).status_code in {200, 201}
    body = weekly(await make_event("Choir", organizer=CUSTOMER), hall.calendar_id)
    changed = await client.put(f"{URL}/{series['scheduledEventId']}", json=body, headers=as_manager)
    assert changed.status_code == 200, changed.text
    assert [one["isBlocked"] for one in changed.json()["occurrences"]] == [False, True, False, False]


async def test_nobody_changes_a_series_past_a_date_they_do_not_see(
    client: httpx.AsyncClient,
    hall: Any,
    series: dict[str, Any],
    make_hall: Any,
    grant: Any,
    as_manager: Headers,
    as_staff: Headers,
) -> None:
    key, other = series["scheduledEventId"], await make_hall("Cellar")
    await grant(STAFF, hall.calendar_id, "Book")
    body = weekly(series["eventId"], other.calendar_id, startDateTime=at(9, 1), endDateTime=at(10, 1))
    del body["recurrencePattern"]
    path = f"{URL}/{key}/occurrences/{at(18, 1)}"
    assert (await client.put(path, json=body, headers=as_manager)).status_code == 200
    first = series["occurrences"][0]["scheduledEventId"]
    later = {"startDateTime": at(19), "endDateTime": at(21)}
    answers = [
        await client.post(f"{URL}/{key}/reschedule", json=later, headers=as_staff),
        await client.post(
            f"{URL}/{first}/reschedule", json={**later, "scope": "thisAndFollowing"}, headers=as_staff
        ),
        await client.put(
            f"{URL}/{key}", json=weekly(series["eventId"], hall.calendar_id, 19, 21), headers=as_staff
        ),
        await client.post(f"{URL}/{key}/confirm", headers=as_staff),
        await client.delete(f"{URL}/{key}", headers=as_staff),
    ]
    assert [one.status_code for one in answers] == [403] * 5
    assert {one.json()["detail"] for one in answers} == {
        "A date of this series is on a calendar that you may not change; ask a manager"
    }
    whole = (await client.get(f"{URL}/{key}", headers=as_manager)).json()
    assert starts(whole) == [at(18), at(9, 1), at(18, 2), at(18, 3)]

"""Schedules that calendar programs subscribe to, by a secret address."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import icalendar
import pytest
import vobject
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from api.bootstrap import Callboard
from api.features.create_feed import MOST_FEEDS
from api.http.access_log import WithoutFeedTokens
from tests.api.bookings import at
from tests.api.conftest import Hall, StandingClock
from tests.api.exports.icalendar_checks import faults_in
from tests.api.people import CUSTOMER, MANAGER, STAFF

Headers = dict[str, str]


@pytest.fixture
async def hall(make_hall: Any, make_event: Any, book: Any, grant: Any) -> Hall:
    """A hall with the Gala of the Manager, and the Recital of a Customer, who may book there."""
    hall: Hall = await make_hall("Grand Hall", calendar={"time_zone": "Europe/Brussels"})
    await book(hall.calendar_id, await make_event("Gala"), at(18), at(20))
    await book(hall.calendar_id, await make_event("Recital", organizer=CUSTOMER), at(9), at(10))
    await grant(CUSTOMER, hall.calendar_id, "Book")
    return hall


@pytest.fixture
def subscribe(client: httpx.AsyncClient, as_manager: Headers) -> Callable[..., Awaitable[dict[str, Any]]]:
    async def post(headers: Headers | None = None, **body: Any) -> dict[str, Any]:
        answer = await client.post("/api/feeds", json=body, headers=headers or as_manager)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    return post


async def told(client: httpx.AsyncClient, url: str) -> list[tuple[str, str]]:
    """Titles and statuses in the feed, fetched as a calendar program does: with the address alone."""
    answer = await client.get(url)
    assert answer.status_code == 200, answer.text
    assert faults_in(answer.content) == []
    assert vobject.readOne(answer.text).validate(raiseException=True)
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    return [(str(one["summary"]), str(one["status"])) for one in events]


async def test_a_feed_of_a_calendar(
    hall: Hall, subscribe: Any, client: httpx.AsyncClient, as_manager: Headers, clock: StandingClock
) -> None:
    made = await subscribe(calendarId=hall.calendar_id)
    token = made["url"].removeprefix("http://callboard.test/feeds/").removesuffix(".ics")
    assert len(token) == 43
    shown = {
        "feedId": made["feedId"],
        "calendarId": hall.calendar_id,
        "audience": "Owner",
        "createdAt": clock.now().isoformat().replace("+00:00", "Z"),
    }
    assert made == {**shown, "url": made["url"], "webcalUrl": f"webcal://callboard.test/feeds/{token}.ics"}
    assert await told(client, made["url"]) == [("Recital", "CONFIRMED"), ("Gala", "CONFIRMED")]
    listed = await client.get("/api/feeds", headers=as_manager)
    assert listed.json() == {"items": [shown], "nextCursor": None}
    answer = await client.get(made["url"])
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in answer.text


async def test_the_token_is_kept_nowhere(hall: Hall, subscribe: Any, rows: Any, audited: Any) -> None:
    made = await subscribe(calendarId=hall.calendar_id)
    token = made["url"].rpartition("/")[2].removesuffix(".ics")
    stored = str(await rows("SELECT * FROM feeds")) + str(await rows("SELECT * FROM audit_log"))
    assert token not in stored
    assert [one["action"] for one in await audited(made["feedId"])] == ["FeedCreated"]


@pytest.mark.usefixtures("hall")
async def test_my_schedule_is_what_i_organize_wherever_it_is(
    make_hall: Any,
    make_event: Any,
    book: Any,
    subscribe: Any,
    client: httpx.AsyncClient,
    as_customer: Headers,
) -> None:
    hidden = await make_hall("Secret cellar")
    await book(hidden.calendar_id, await make_event("Tasting", organizer=CUSTOMER), at(12), at(13))
    made = await subscribe(as_customer)
    assert "calendarId" not in made
    assert await told(client, made["url"]) == [("Recital", "CONFIRMED"), ("Tasting", "CONFIRMED")]
    text = (await client.get(made["url"])).text
    assert "LOCATION:Grand Hall" in text
    assert "Secret" not in text
    assert "NAME:My schedule\r\n" in text


async def test_a_feed_tells_what_its_owner_sees_when_it_is_fetched(
    hall: Hall,
    subscribe: Any,
    grant: Any,
    client: httpx.AsyncClient,
    as_admin: Headers,
    as_customer: Headers,
    as_staff: Headers,
) -> None:
    customers = await subscribe(as_customer, calendarId=hall.calendar_id)
    assert await told(client, customers["url"]) == [
        ("Recital", "CONFIRMED"),
        ("another booking", "CONFIRMED"),
    ]
    await grant(CUSTOMER, hall.calendar_id, "View")
    assert await told(client, customers["url"]) == [("Recital", "CONFIRMED")]
    await grant(STAFF, hall.calendar_id, "View")
    staffs = await subscribe(as_staff, calendarId=hall.calendar_id)
    assert len(await told(client, staffs["url"])) == 2
    await client.delete(f"/api/calendars/{hall.calendar_id}/access/{STAFF.user_id}", headers=as_admin)
    answer = await client.get(staffs["url"])
    assert answer.status_code == 404
    assert answer.json()["detail"] == "There is no such feed, or not any more"


async def test_a_role_that_was_lowered_lowers_the_feed(
    hall: Hall, subscribe: Any, client: httpx.AsyncClient, owner_execute: Any
) -> None:
    made = await subscribe(calendarId=hall.calendar_id)
    user = f"'{MANAGER.user_id}', 'M', NULL"
    owner_execute(f"INSERT INTO users VALUES ({user}, 3, now())")  # noqa: S608
    assert len(await told(client, made["url"])) == 2
    owner_execute("UPDATE users SET role = 0")
    assert (await client.get(made["url"])).status_code == 404


async def test_a_public_feed_says_busy_and_nothing_else(
    hall: Hall,
    make_event: Any,
    book: Any,
    subscribe: Any,
    client: httpx.AsyncClient,
    as_manager: Headers,
    rows: Any,
) -> None:
    gone = await book(hall.calendar_id, await make_event("Gone"), at(12), at(13))
    await client.delete(f"/api/schedules/{gone['scheduledEventId']}", headers=as_manager)
    made = await subscribe(calendarId=hall.calendar_id, audience="Public")
    assert made["audience"] == "Public"
    assert await told(client, made["url"]) == [("Busy", "CONFIRMED")] * 2
    text = (await client.get(made["url"])).text
    ids = [
        str(value)
        for row in await rows(
            "SELECT scheduled_event_id, event_id, owner_id, calendar_id FROM scheduled_events"
        )
        for value in row.values()
    ]
    assert [one for one in (*ids, "Gala", "Recital", "Gone", "LAST-MODIFIED") if one in text] == []


async def test_a_cancelled_booking_stays_as_cancelled(
    hall: Hall, subscribe: Any, client: httpx.AsyncClient, as_manager: Headers, rows: Any
) -> None:
    made = await subscribe(calendarId=hall.calendar_id)
    before = (await client.get(made["url"])).text
    (gala,) = await rows(
        "SELECT scheduled_event_id AS id FROM scheduled_events JOIN events USING (event_id)"
        " WHERE title = 'Gala'"
    )
    await client.delete(f"/api/schedules/{gala['id']}", headers=as_manager)
    assert await told(client, made["url"]) == [("Recital", "CONFIRMED"), ("Gala", "CANCELLED")]
    after = (await client.get(made["url"])).text
    for content, sequence in ((before, 0), (after, 1)):
        (event,) = (
            one for one in icalendar.Calendar.from_ical(content).walk("VEVENT") if one["summary"] == "Gala"
        )
        assert (str(event["uid"]), event["sequence"]) == (f"{gala['id']}@callboard", sequence)


async def test_a_hold_is_tentative_until_it_expires(
    make_hall: Any, make_event: Any, book: Any, subscribe: Any, client: Any, clock: StandingClock
) -> None:
    hall = await make_hall("Hall")
    expires = (clock.now() + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
    await book(
        hall.calendar_id, await make_event("Gala"), at(9), at(10), status="Tentative", hold_expires_at=expires
    )
    made = await subscribe(calendarId=hall.calendar_id)
    assert await told(client, made["url"]) == [("Gala", "TENTATIVE")]
    clock.forward(timedelta(hours=1))
    assert await told(client, made["url"]) == [("Gala", "CANCELLED")]


async def test_a_program_is_told_when_nothing_changed(
    hall: Hall, make_event: Any, book: Any, subscribe: Any, client: httpx.AsyncClient
) -> None:
    made = await subscribe(calendarId=hall.calendar_id)
    tag = (await client.get(made["url"])).headers["etag"]
    for header in (tag, f"W/{tag}", f'"other", {tag}'):
        again = await client.get(made["url"], headers={"If-None-Match": header})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    await book(hall.calendar_id, await make_event("New"), at(21), at(22))
    changed = await client.get(made["url"], headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


async def test_a_revoked_feed_is_gone(
    hall: Hall,
    subscribe: Any,
    client: httpx.AsyncClient,
    as_manager: Headers,
    as_customer: Headers,
    as_admin: Headers,
    audited: Any,
) -> None:
    feeds = [await subscribe(calendarId=hall.calendar_id) for _ in range(3)]
    paths = [f"/api/feeds/{one['feedId']}" for one in feeds]
    assert (await client.delete(paths[0], headers=as_customer)).status_code == 404
    dry = await client.delete(paths[0], params={"dryRun": "true"}, headers=as_manager)
    assert dry.status_code == 204
    assert len(await told(client, feeds[0]["url"])) == 2
    assert (await client.delete(paths[0], headers=as_manager)).status_code == 204
    assert (await client.delete(paths[0], headers=as_manager)).status_code == 404
    assert (await client.delete(paths[1], headers=as_admin)).status_code == 204
    statuses = [(await client.get(one["url"])).status_code for one in feeds]
    assert statuses == [404, 404, 200]
    assert [one["action"] for one in await audited(feeds[0]["feedId"])] == ["FeedCreated", "FeedRevoked"]
    for headers, count in ((as_manager, 1), (as_admin, 0), (as_customer, 0)):
        assert len((await client.get("/api/feeds", headers=headers)).json()["items"]) == count


async def test_an_admin_finds_the_feeds_of_another_and_ends_them(
    client: httpx.AsyncClient,
    hall: Hall,
    subscribe: Any,
    as_admin: Headers,
    as_manager: Headers,
    as_staff: Headers,
) -> None:
    made = await subscribe(calendarId=hall.calendar_id, headers=as_manager)
    of_manager = f"/api/feeds?ownerId={MANAGER.user_id}"
    assert (await client.get("/api/feeds", headers=as_admin)).json()["items"] == []
    for headers in (as_admin, as_manager):
        (found,) = (await client.get(of_manager, headers=headers)).json()["items"]
        assert found["feedId"] == made["feedId"]
    refused = await client.get(of_manager, headers=as_staff)
    assert (refused.status_code, refused.json()["detail"]) == (403, "Only an Admin lists the feeds of others")
    wrong = await client.get("/api/feeds?ownerId=me", headers=as_admin)
    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["ownerId"])
    assert (await client.delete(f"/api/feeds/{made['feedId']}", headers=as_admin)).status_code == 204
    assert (await client.get(made["url"])).status_code == 404


async def test_addresses_that_lead_nowhere_look_alike(client: httpx.AsyncClient, as_admin: Headers) -> None:
    bodies = set()
    for token in ("A" * 43, "A" * 42, "A" * 44, "%00" * 43, "..", "é" * 43, "A" * 42 + "%2F"):
        for headers in ({}, as_admin):
            answer = await client.get(f"/feeds/{token}.ics", headers=headers)
            assert answer.status_code == 404
            bodies.add(answer.json()["title"])
    assert bodies == {"Not Found"}
    assert (await client.post(f"/feeds/{'A' * 43}.ics")).status_code == 405


async def test_making_a_feed_needs_a_token_and_a_calendar_one_sees(
    hall: Hall, client: httpx.AsyncClient, as_staff: Headers
) -> None:
    assert (await client.post("/api/feeds", json={})).status_code == 401
    for calendar in (hall.calendar_id, str(uuid4())):
        answer = await client.post("/api/feeds", json={"calendarId": calendar}, headers=as_staff)
        assert answer.status_code == 400
        assert answer.json()["errors"] == {"calendarId": ["Calendar does not exist"]}
    for body, field in (
        ({"audience": "All"}, "audience"),
        ({"x": 1}, "x"),
        ({"calendarId": 1}, "calendarId"),
    ):
        answer = await client.post("/api/feeds", json=body, headers=as_staff)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])


async def test_a_dry_run_makes_no_feed_and_feeds_have_an_end(
    client: httpx.AsyncClient, as_staff: Headers, owner_execute: Callable[[str], None], rows: Any
) -> None:
    answer = await client.post("/api/feeds", json={}, params={"dryRun": "true"}, headers=as_staff)
    assert answer.status_code == 201
    assert (await client.get(answer.json()["url"])).status_code == 404
    assert await rows("SELECT * FROM feeds") == []
    owner_execute(
        "INSERT INTO feeds SELECT gen_random_uuid(),"  # noqa: S608
        f" '{STAFF.user_id}', 1, NULL, 'Owner', sha256(n::text::bytea), now()"
        f" FROM generate_series(1, {MOST_FEEDS}) n"
    )
    assert (await client.post("/api/feeds", json={}, headers=as_staff)).status_code == 409


async def test_the_end_holds_for_feeds_made_at_once(
    client: httpx.AsyncClient, as_staff: Headers, owner_execute: Callable[[str], None]
) -> None:
    owner_execute(
        "INSERT INTO feeds SELECT gen_random_uuid(),"  # noqa: S608
        f" '{STAFF.user_id}', 1, NULL, 'Owner', sha256(n::text::bytea), now()"
        f" FROM generate_series(1, {MOST_FEEDS - 1}) n"
    )
    made = await asyncio.gather(*(client.post("/api/feeds", json={}, headers=as_staff) for _ in range(4)))
    assert sorted(one.status_code for one in made) == [201, 409, 409, 409]


async def test_feeds_and_exports_go_with_their_owner(
    hall: Hall, subscribe: Any, client: httpx.AsyncClient, owner_execute: Any, as_customer: Headers, rows: Any
) -> None:
    made = await subscribe(calendarId=hall.calendar_id)
    kept = await subscribe(as_customer)
    owner_execute(
        "INSERT INTO exports SELECT gen_random_uuid(), owner, 2, gen_random_uuid(), 'Daily', '2030-01-01',"  # noqa: S608
        " 'Pdf', 'a.pdf', owner::text, 1, '2030-01-01Z', '2030-01-02Z'"
        f" FROM unnest(ARRAY['{MANAGER.user_id}', '{CUSTOMER.user_id}']::uuid[]) owner"
    )
    owner_execute(f"INSERT INTO users VALUES ('{MANAGER.user_id}', 'M', NULL, 2, now())")  # noqa: S608
    owner_execute("DELETE FROM users")
    assert (await client.get(made["url"])).status_code == 404
    assert (await client.get(kept["url"])).status_code == 200
    # As Admin one sees all feeds, but the exports of others not.
    assert [one["owner_id"] for one in await rows("SELECT owner_id FROM feeds")] == [CUSTOMER.user_id]
    owner_execute(
        "DO $$ BEGIN ASSERT (SELECT array_agg(owner_id) FROM exports WHERE expires_at = created_at)"  # noqa: S608
        f" = ARRAY['{MANAGER.user_id}'::uuid]; END $$"
    )


async def test_a_feed_goes_with_its_calendar(
    make_hall: Any, subscribe: Any, client: httpx.AsyncClient, as_admin: Headers, rows: Any
) -> None:
    hall = await make_hall("Hall")
    made = await subscribe(calendarId=hall.calendar_id)
    await client.delete(f"/api/calendars/{hall.calendar_id}", headers=as_admin)
    assert (await client.get(made["url"])).status_code == 404
    assert await rows("SELECT * FROM feeds") == []


def test_the_log_of_requests_does_not_tell_addresses() -> None:
    path = f"/feeds/{'A' * 43}.ics"
    record = logging.LogRecord(
        "uvicorn.access",
        logging.INFO,
        "",
        0,
        '%s - "%s %s HTTP/%s" %d',
        ("me", "GET", path, "1.1", 200),
        None,
    )
    assert WithoutFeedTokens().filter(record)
    assert record.getMessage() == 'me - "GET /feeds/... HTTP/1.1" 200'


async def test_nobody_takes_anothers_role(service: Callboard) -> None:
    insert = text(
        "INSERT INTO feeds VALUES (gen_random_uuid(), :owner, :role, NULL, 'Owner', sha256('x'), now())"
    )
    for owner, role in ((CUSTOMER.user_id, 2), (MANAGER.user_id, 0), (UUID(int=1), 0)):
        with pytest.raises(ProgrammingError, match="row-level security"):
            async with service.database.unit_of_work(CUSTOMER) as uow:
                await uow.connection.execute(insert, {"owner": owner, "role": role})

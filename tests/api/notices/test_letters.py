"""Who is written to, what they read, and what their calendar program reads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.api.bookings import DAY, at, booking
from tests.api.notices.conftest import WHERE, Correspondent
from tests.api.people import ADMIN, CUSTOMER, MANAGER, OTHER_CUSTOMER, STAFF

Headers = dict[str, str]
URL = "/api/schedules"
PRIYA, ELENA, TOMASZ = "Priya <priya@people.test>", "Elena <elena@people.test>", "Tomasz <tomasz@people.test>"


def day(offset: int = 0) -> str:
    """A day as letters have it."""
    moment = DAY + timedelta(days=offset)
    return f"{moment:%A} {moment.day} {moment:%B %Y}"


@pytest.fixture
async def hall(make_hall: Any, grant: Any) -> Any:
    made = await make_hall("Ballroom")
    await grant(CUSTOMER, made.calendar_id)
    return made


@pytest.fixture
async def gala(client: httpx.AsyncClient, hall: Any, make_event: Any, as_manager: Headers) -> dict[str, Any]:
    """A booking of the Customer's that the Manager made."""
    event = await make_event("Gala", organizer=CUSTOMER)
    body = booking(event, hall.calendar_id) | {"timeZone": "UTC"}
    answer = await client.post(URL, json=body, headers=as_manager)
    assert answer.status_code == 201
    made: dict[str, Any] = answer.json()
    return made


async def test_a_booking_made_for_somebody_is_an_invitation(
    letters: Correspondent, gala: dict[str, Any], clock: Any
) -> None:
    (letter,) = await letters()
    assert (letter.to, letter.subject) == (PRIYA, "Booked: Gala")
    assert letter.text.startswith("Hello Priya,")
    assert letter.paragraphs == [f"Gala was booked.\n  {day()}, 18:00-20:00 (UTC), Ballroom"]
    assert letter.text.rstrip().endswith(f"you choose at {WHERE}/api/notifications/preferences")
    assert letter.message["From"] == "Callboard <board@house.test>"
    assert letter.message["Auto-Submitted"] == "auto-generated"
    (invitation,) = letter.invitations
    (event,) = invitation.walk("VEVENT")
    assert (invitation["method"], invitation["version"], event["uid"]) == (
        "REQUEST",
        "2.0",
        f"{gala['scheduledEventId']}@callboard",
    )
    assert (event.start, event.end) == (DAY + timedelta(hours=18), DAY + timedelta(hours=20))
    assert (event["sequence"], event["status"], event["location"]) == (0, "CONFIRMED", "Ballroom")
    assert event["dtstamp"].dt == clock.now().replace(microsecond=0)
    assert event["organizer"] == "mailto:board@house.test"
    assert (event["attendee"], event["attendee"].params["partstat"]) == (
        "mailto:priya@people.test",
        "ACCEPTED",
    )
    kinds = [one.get_content_type() for one in letter.message.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/calendar",
        "application/ics",
    ]
    assert await letters() == []


async def test_many_changes_are_one_letter_of_what_is_left_of_them(
    client: httpx.AsyncClient,
    letters: Correspondent,
    gala: dict[str, Any],
    make_hall: Any,
    as_manager: Headers,
    grant: Any,
) -> None:
    await letters()
    path = f"{URL}/{gala['scheduledEventId']}"
    pavilion = await make_hall("Pavilion")
    await grant(CUSTOMER, pavilion.calendar_id, "View")
    for hour in (10, 12, 14):
        times = {"startDateTime": at(hour), "endDateTime": at(hour + 2)}
        assert (await client.post(f"{path}/reschedule", json=times, headers=as_manager)).status_code == 200
    body = booking(gala["eventId"], pavilion.calendar_id, 14, 16) | {"timeZone": "UTC"}
    assert (await client.put(path, json=body, headers=as_manager)).status_code == 200
    (letter,) = await letters()
    assert letter.subject == "Moved: Gala"
    assert letter.paragraphs == [
        (
            "Gala was moved.\n"
            f"  from {day()}, 18:00-20:00 (UTC), Ballroom\n"
            f"  to   {day()}, 14:00-16:00 (UTC), Pavilion"
        )
    ]
    (event,) = letter.invitations[0].walk("VEVENT")
    assert (event["sequence"], event["location"], event.start) == (4, "Pavilion", DAY + timedelta(hours=14))

    # There and back again is no news.
    for hour in (8, 14):
        times = {"startDateTime": at(hour), "endDateTime": at(hour + 2)}
        assert (await client.post(f"{path}/reschedule", json=times, headers=as_manager)).status_code == 200
    assert await letters() == []


async def test_a_cancellation_says_why_and_takes_it_off_the_calendar(
    client: httpx.AsyncClient, letters: Correspondent, gala: dict[str, Any], as_manager: Headers
) -> None:
    await letters()
    path = f"{URL}/{gala['scheduledEventId']}"
    moved = {"startDateTime": at(10), "endDateTime": at(12)}
    assert (await client.post(f"{path}/reschedule", json=moved, headers=as_manager)).status_code == 200
    assert (await client.delete(f"{path}?reason=Water+damage", headers=as_manager)).status_code == 204
    (letter,) = await letters()
    assert (letter.subject, letter.paragraphs) == (
        "Cancelled: Gala",
        [f"Gala was cancelled.\n  {day()}, 10:00-12:00 (UTC), Ballroom\n  Reason: Water damage"],
    )
    (event,) = letter.invitations[0].walk("VEVENT")
    assert (letter.invitations[0]["method"], event["status"], event["sequence"]) == ("CANCEL", "CANCELLED", 2)
    assert event["uid"] == f"{gala['scheduledEventId']}@callboard"


async def test_what_came_and_went_between_two_letters_is_no_news(
    client: httpx.AsyncClient, letters: Correspondent, gala: dict[str, Any], as_manager: Headers
) -> None:
    assert (await client.delete(f"{URL}/{gala['scheduledEventId']}", headers=as_manager)).status_code == 204
    assert await letters() == []


async def test_nobody_is_told_what_they_do_themselves_unless_they_want_to_be(
    client: httpx.AsyncClient,
    letters: Correspondent,
    gala: dict[str, Any],
    as_customer: Headers,
) -> None:
    await letters()
    path = f"{URL}/{gala['scheduledEventId']}/reschedule"
    times = {"startDateTime": at(10), "endDateTime": at(12)}
    assert (await client.post(path, json=times, headers=as_customer)).status_code == 200
    assert await letters() == []
    wanted = {"ownChanges": True}
    answer = await client.put("/api/notifications/preferences", json=wanted, headers=as_customer)
    assert answer.status_code == 200
    times = {"startDateTime": at(13), "endDateTime": at(15)}
    assert (await client.post(path, json=times, headers=as_customer)).status_code == 200
    assert [one.subject for one in await letters()] == ["Moved: Gala"]


async def test_a_closure_blocks_and_opening_frees(
    client: httpx.AsyncClient, letters: Correspondent, gala: dict[str, Any], hall: Any, as_manager: Headers
) -> None:
    await letters()
    path = f"/api/resources/{hall.resource_id}/availability"
    closed = {"startDateTime": at(12), "endDateTime": at(22), "reason": "Repairs"}
    assert (await client.post(f"{path}/mark-unavailable", json=closed, headers=as_manager)).status_code == 201
    (letter,) = await letters()
    suggestions = f"{WHERE}/api/schedules/{gala['scheduledEventId']}/suggestions"
    assert (letter.subject, letter.invitations) == ("Blocked: Gala", [])
    assert letter.paragraphs == [
        (
            "Gala cannot take place as booked: Ballroom is closed: Repairs.\n"
            f"  {day()}, 18:00-20:00 (UTC), Ballroom\n"
            f"  What can be done: GET {suggestions}"
        )
    ]
    opened = {"startDateTime": at(12), "endDateTime": at(22)}
    assert (await client.post(f"{path}/mark-available", json=opened, headers=as_manager)).status_code == 200
    (letter,) = await letters()
    assert letter.subject == "No longer blocked: Gala"
    for action, body, status in (("mark-unavailable", closed, 201), ("mark-available", opened, 200)):
        assert (await client.post(f"{path}/{action}", json=body, headers=as_manager)).status_code == status
    assert await letters() == []


@pytest.mark.usefixtures("gala")
async def test_a_clash_names_what_its_reader_may_know(
    client: httpx.AsyncClient,
    letters: Correspondent,
    hall: Any,
    make_event: Any,
    as_admin: Headers,
) -> None:
    await letters()
    event = await make_event("Secret Wedding", organizer=OTHER_CUSTOMER)
    body = booking(event, hall.calendar_id, 19, 21) | {"override": {"reason": "The mayor asked"}}
    made = await client.post(URL, json=body, headers=as_admin)
    assert made.status_code == 201
    conflict = made.json()["conflicts"][0]["scheduleConflictId"]
    theirs, hers = await letters()
    assert (theirs.to, hers.to) == ("Jonas <jonas@people.test>", PRIYA)
    assert theirs.subject == "2 changes: Secret Wedding"
    assert hers.subject == "Clash: Gala"
    assert hers.paragraphs == [
        (
            "Gala clashes with another booking.\n"
            f"  {day()}, 18:00-20:00 (UTC), Ballroom\n"
            f"  What can be done: GET {WHERE}/api/schedules/conflicts/{conflict}"
        )
    ]
    assert "Wedding" not in str(hers.message)
    assert "Gala" not in str(theirs.message)


@pytest.mark.usefixtures("gala")
async def test_a_clash_that_is_over_by_then_is_no_news(
    client: httpx.AsyncClient, letters: Correspondent, hall: Any, make_event: Any, as_manager: Headers
) -> None:
    await letters()
    event = await make_event("Wedding")
    body = booking(event, hall.calendar_id, 19, 21) | {"override": {"reason": "The mayor asked"}}
    made = await client.post(URL, json=body, headers=as_manager)
    assert (await client.delete(made.headers["location"], headers=as_manager)).status_code == 204
    assert await letters() == []


async def test_a_hold_is_told_that_it_was_booked_over_and_whoever_booked_is_not(
    client: httpx.AsyncClient, letters: Correspondent, hall: Any, make_event: Any, as_manager: Headers
) -> None:
    held = await make_event("Proms", organizer=CUSTOMER)
    body = booking(held, hall.calendar_id) | {"status": "Tentative", "timeZone": "UTC"}
    assert (await client.post(URL, json=body, headers=as_manager)).status_code == 201
    (letter,) = await letters()
    assert letter.invitations[0].walk("VEVENT")[0]["status"] == "TENTATIVE"
    firm = await make_event("Fair", organizer=OTHER_CUSTOMER)
    assert (
        await client.post(URL, json=booking(firm, hall.calendar_id), headers=as_manager)
    ).status_code == 201
    booked, displaced = await letters()
    assert (booked.subject, displaced.to, displaced.subject) == ("Booked: Fair", PRIYA, "Booked over: Proms")
    assert displaced.paragraphs[0].startswith(
        "Another booking has been booked over your hold Proms; it stays as a hold."
    )


async def test_approvals_are_asked_of_managers_and_answered(
    client: httpx.AsyncClient,
    letters: Correspondent,
    hall: Any,
    make_event: Any,
    book: Any,
    as_customer: Headers,
    as_manager: Headers,
) -> None:
    start = datetime.now(UTC).replace(microsecond=0, second=0) + timedelta(minutes=90)
    event = await make_event("Talk", organizer=CUSTOMER)
    times = [(start + timedelta(hours=hours)).isoformat() for hours in (0, 1)]
    made = await book(hall.calendar_id, event, *times)
    await letters()
    path = f"{URL}/{made['scheduledEventId']}"
    asked = await client.delete(path, headers=as_customer)
    assert asked.status_code == 202
    noor, elena = sorted(await letters(), key=lambda one: one.to, reverse=True)
    assert (elena.to, noor.to, elena.subject) == (
        ELENA,
        "Noor <noor@people.test>",
        "Your approval is wanted: Talk",
    )
    assert elena.paragraphs[0].splitlines()[0] == "A change of Talk waits for a manager's approval."
    assert elena.paragraphs[0].splitlines()[2:] == [
        f"  It can be approved until {start:%H:%M}.",
        f"  Approve it: POST {WHERE}{path}/approve",
        f"  Refuse it:  POST {WHERE}{path}/reject",
    ]
    body = {"reason": "The hall is ready"}
    assert (await client.post(f"{path}/reject", json=body, headers=as_manager)).status_code == 200
    (letter,) = await letters()
    assert (letter.to, letter.subject) == (PRIYA, "Change not approved: Talk")
    assert letter.paragraphs[0].splitlines()[-1] == "  Reason: The hall is ready"
    assert (await client.delete(path, headers=as_customer)).status_code == 202
    assert (await client.post(f"{path}/approve", headers=as_manager)).status_code == 200
    (letter,) = await letters()
    assert [one.splitlines()[0] for one in letter.paragraphs] == [
        "The change of Talk was approved.",
        "Talk was cancelled.",
    ]
    assert letter.invitations[0]["method"] == "CANCEL"


@pytest.mark.usefixtures("gala")
async def test_an_escalated_conflict_is_told_to_whom_it_was_handed(
    client: httpx.AsyncClient,
    letters: Correspondent,
    hall: Any,
    make_event: Any,
    as_manager: Headers,
    grant: Any,
) -> None:
    await grant(STAFF, hall.calendar_id)
    body = booking(await make_event("Wedding"), hall.calendar_id) | {"override": {"reason": "asked"}}
    made = await client.post(URL, json=body, headers=as_manager)
    conflict = made.json()["conflicts"][0]["scheduleConflictId"]
    await letters()
    handed = {"escalatedTo": str(STAFF.user_id), "reason": "Please call them"}
    path = f"{URL}/conflicts/{conflict}/escalate"
    assert (await client.post(path, json=handed, headers=as_manager)).status_code == 200
    (letter,) = await letters()
    assert (letter.to, letter.subject) == (TOMASZ, "A conflict for you: Wedding")
    assert letter.paragraphs[0].splitlines()[-2:] == [
        "  Reason: Please call them",
        f"  What can be done: GET {WHERE}/api/schedules/conflicts/{conflict}",
    ]


async def test_a_series_is_one_piece_of_news_and_one_invitation(
    client: httpx.AsyncClient,
    letters: Correspondent,
    hall: Any,
    make_hall: Any,
    make_event: Any,
    as_manager: Headers,
    grant: Any,
) -> None:
    pavilion = await make_hall("Pavilion")
    await grant(CUSTOMER, pavilion.calendar_id, "View")
    event = await make_event("Yoga", organizer=CUSTOMER)
    rule = {"type": "Daily", "interval": 1, "occurrenceCount": 12}
    body = booking(event, hall.calendar_id) | {"timeZone": "UTC", "recurrencePattern": rule}
    made = await client.post(URL, json=body, headers=as_manager)
    assert made.status_code == 201
    (letter,) = await letters()
    lines = letter.paragraphs[0].splitlines()
    assert (letter.subject, lines[0], lines[-1]) == (
        "Booked: Yoga",
        "Yoga (12 dates) were booked.",
        "  and 2 dates more",
    )
    (invitation,) = letter.invitations
    (master,) = invitation.walk("VEVENT")
    assert master["rrule"]["FREQ"] == ["DAILY"]
    key = made.json()["scheduledEventId"]
    dates = (await client.get(f"{URL}/{key}", headers=as_manager)).json()["occurrences"]

    third = f"{URL}/{dates[2]['scheduledEventId']}"
    assert (await client.delete(third, headers=as_manager)).status_code == 204
    second = f"{URL}/{dates[1]['scheduledEventId']}"
    elsewhere = booking(event, pavilion.calendar_id, 42, 44) | {"timeZone": "UTC"}
    assert (await client.put(second, json=elsewhere, headers=as_manager)).status_code == 200
    (letter,) = await letters()
    assert letter.subject == "2 changes: Yoga"
    assert {one.splitlines()[0] for one in letter.paragraphs} == {"Yoga was cancelled.", "Yoga was moved."}
    (invitation,) = letter.invitations
    master, moved = invitation.walk("VEVENT")
    assert {str(master["uid"]), str(moved["uid"])} == {f"{key}@callboard"}
    assert [one.dt for one in master["exdate"].dts] == [DAY + timedelta(days=2, hours=18)]
    assert (moved["recurrence-id"].dt, moved["location"]) == (DAY + timedelta(days=1, hours=18), "Pavilion")
    assert (master["location"], master["sequence"], moved["sequence"]) == ("Ballroom", 2, 2)

    assert (await client.delete(f"{URL}/{key}?scope=all", headers=as_manager)).status_code == 204
    (letter,) = await letters()
    (invitation,) = letter.invitations
    (gone,) = invitation.walk("VEVENT")
    assert (invitation["method"], gone["uid"], gone["status"]) == ("CANCEL", f"{key}@callboard", "CANCELLED")
    assert "recurrence-id" not in gone
    assert gone["sequence"] > 2


async def test_imported_bookings_and_people_without_an_address_get_no_letters(
    client: httpx.AsyncClient,
    letters: Correspondent,
    gala: dict[str, Any],
    owner_execute: Any,
    as_manager: Headers,
) -> None:
    owner_execute("UPDATE users SET email = NULL")
    assert await letters() == []
    owner_execute("UPDATE users SET email = 'not an address ' || user_id")
    times = {"startDateTime": at(10), "endDateTime": at(12)}
    path = f"{URL}/{gala['scheduledEventId']}/reschedule"
    assert (await client.post(path, json=times, headers=as_manager)).status_code == 200
    assert await letters() == []


@pytest.mark.usefixtures("gala")
async def test_admins_names_are_not_told(letters: Correspondent) -> None:
    """Customers are not told which of the house's people did what."""
    (letter,) = await letters()
    for viewer in (ADMIN, MANAGER):
        assert str(viewer.user_id) not in str(letter.message)
    assert "Elena" not in str(letter.message)


async def test_a_booking_that_is_given_to_somebody_is_news_to_them(
    client: httpx.AsyncClient,
    letters: Correspondent,
    gala: dict[str, Any],
    hall: Any,
    make_event: Any,
    as_manager: Headers,
) -> None:
    await letters()
    event = await make_event("Proms", organizer=OTHER_CUSTOMER)
    path = f"{URL}/{gala['scheduledEventId']}"
    body = booking(event, hall.calendar_id) | {"timeZone": "UTC"}
    assert (await client.put(path, json=body, headers=as_manager)).status_code == 200
    (letter,) = await letters()
    assert (letter.to, letter.subject) == ("Jonas <jonas@people.test>", "Booked: Proms")

"""A whole schedule over HTTP: every row is imported, skipped or refused, and clashes are recorded."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.imports.bounds import MOST_CLASHES
from api.imports.pentabarf_reader import read
from tests.api.imports.ical import BERLIN, calendar
from tests.api.imports.ical import event as ical_event
from tests.api.imports.oracle import clashes
from tests.api.imports.plant import plant
from tests.api.imports.schedule_xml import YEARS, day, event, published, room, schedule
from tests.api.imports.test_xml_safety import BOMB
from tests.api.imports.workbooks import workbook

XML = {"Content-Type": "application/xml"}
ADA = '<persons><person id="7">Ada Lovelace</person></persons>'
BRUSSELS = "<time_zone_name>Europe/Brussels</time_zone_name>"
BOOKINGS = (
    "SELECT e.title, k.name AS calendar, lower(b.during) AS starts, upper(b.during) AS ends, b.time_zone,"
    " b.is_imported, b.status FROM scheduled_events b JOIN events e USING (event_id)"
    " JOIN calendars k USING (calendar_id) ORDER BY 3, 1"
)
CLAIMS = (
    "SELECT e.title, r.name AS resource, r.resource_type, c.role, c.quantity, c.enforced FROM claims c"
    " JOIN resources r USING (resource_id) JOIN scheduled_events b USING (scheduled_event_id)"
    " JOIN events e USING (event_id) ORDER BY 1, 3, 2"
)
CONFLICTS = (
    "SELECT s.conflict_type, s.conflict_level, s.status, r.name AS resource,"
    " later_event.title AS later, lower(later.during) AS later_starts, later_room.name AS later_room,"
    " earlier_event.title AS earlier, lower(earlier.during) AS earlier_starts, earlier_room.name"
    " AS earlier_room"
    " FROM schedule_conflicts s JOIN resources r USING (resource_id)"
    " JOIN scheduled_events later ON later.scheduled_event_id = s.scheduled_event_id"
    " JOIN events later_event ON later_event.event_id = later.event_id"
    " JOIN calendars later_room ON later_room.calendar_id = later.calendar_id"
    " JOIN scheduled_events earlier ON earlier.scheduled_event_id = s.conflicting_event_id"
    " JOIN events earlier_event ON earlier_event.event_id = earlier.event_id"
    " JOIN calendars earlier_room ON earlier_room.calendar_id = earlier.calendar_id"
)
EVERYTHING = (
    "calendars",
    "resources",
    "events",
    "scheduled_events",
    "claims",
    "schedule_conflicts",
    "audit_log",
)


def talk(key: str, start: str, title: str, inside: str = "", duration: str = "01:00") -> str:
    return event(start, duration, attributes=f'id="{key}"', inside=inside).replace("Talk", title)


def programme(*rooms: str, header: str = "", date: str = "2019-02-02") -> bytes:
    return schedule(day(date, *rooms), header=header)


CLASHING = programme(
    room("Hall", talk("1", "10:00", "Opening", ADA), talk("2", "10:30", "Keynote", duration="00:05")),
    room("Attic", talk("3", "10:15", "Workshop", ADA), talk("4", "25:00", "Lost")),
)
LOST = {
    "place": 'line 1: day 1, room "Attic", event 4',
    "reason": 'the start "25:00" is not a time of day',
}


@pytest.fixture
def send(client, as_manager):
    """POST a schedule as Manager."""

    async def post(content: bytes, headers: dict[str, str] = XML, **query: Any):
        return await client.post(
            "/api/imports", content=content, params=query, headers={**as_manager, **headers}
        )

    return post


@pytest.fixture
def counts(rows):
    """How many rows each table has."""

    async def count() -> dict[str, int]:
        found = {}
        for table in EVERYTHING:
            ((row),) = await rows(f"SELECT count(*) AS number FROM {table}")  # noqa: S608
            found[table] = row["number"]
        return found

    return count


def utc(hour: int, minute: int = 0, date: int = 2) -> datetime:
    return datetime(2019, 2, date, hour, minute, tzinfo=UTC)


async def test_everything_is_imported_or_refused_and_clashes_are_recorded(send, rows):
    answer = await send(CLASHING)
    assert answer.status_code == 200, answer.text
    report = answer.json()
    calendar_ids = {
        row["name"]: str(row["calendar_id"]) for row in await rows("SELECT name, calendar_id FROM calendars")
    }
    assert report == {
        "rows": {"read": 4, "imported": 3, "refused": 1, "skipped": 0},
        "refusals": [LOST],
        "skips": [],
        "notes": [],
        "columns": {},
        "conflicts": {"detected": 2, "byType": {"VenueConflict": 1, "StaffConflict": 1}},
        "calendars": [
            {"name": "Hall", "calendarId": calendar_ids["Hall"], "created": True},
            {"name": "Attic", "calendarId": calendar_ids["Attic"], "created": True},
        ],
    }
    common = {"time_zone": "UTC", "is_imported": True, "status": 1}
    assert await rows(BOOKINGS) == [
        {"title": "Opening", "calendar": "Hall", "starts": utc(10), "ends": utc(11), **common},
        {"title": "Workshop", "calendar": "Attic", "starts": utc(10, 15), "ends": utc(11, 15), **common},
        {"title": "Keynote", "calendar": "Hall", "starts": utc(10, 30), "ends": utc(10, 35), **common},
    ]
    first = {"role": 0, "quantity": 1}
    assert await rows(CLAIMS) == [
        {"title": "Keynote", "resource": "Hall", "resource_type": 0, "enforced": False, **first},
        {"title": "Opening", "resource": "Hall", "resource_type": 0, "enforced": True, **first},
        {"title": "Opening", "resource": "Ada Lovelace", "resource_type": 1, "enforced": False, **first},
        {"title": "Workshop", "resource": "Attic", "resource_type": 0, "enforced": True, **first},
        {"title": "Workshop", "resource": "Ada Lovelace", "resource_type": 1, "enforced": False, **first},
    ]
    opening = {"earlier": "Opening", "earlier_starts": utc(10), "earlier_room": "Hall", "status": 0}
    assert await rows(CONFLICTS + " ORDER BY s.conflict_level DESC") == [
        {
            **opening,
            "conflict_type": 2,
            "conflict_level": 4,
            "resource": "Hall",
            "later": "Keynote",
            "later_starts": utc(10, 30),
            "later_room": "Hall",
        },
        {
            **opening,
            "conflict_type": 3,
            "conflict_level": 2,
            "resource": "Ada Lovelace",
            "later": "Workshop",
            "later_starts": utc(10, 15),
            "later_room": "Attic",
        },
    ]


async def test_a_file_imported_again_changes_nothing(send, counts, rows):
    first = await send(CLASHING)
    before = await counts()
    again = await send(CLASHING)
    assert again.json() == {
        "rows": {"read": 4, "imported": 0, "refused": 1, "skipped": 3},
        "refusals": [LOST],
        "skips": [],
        "notes": [],
        "columns": {},
        "conflicts": {"detected": 0, "byType": {}},
        "calendars": [{**one, "created": False} for one in first.json()["calendars"]],
    }
    # Only that somebody tried is noted.
    assert await counts() == {**before, "audit_log": before["audit_log"] + 1}
    moved = CLASHING.replace(b"<start>10:30</start>", b"<start>12:30</start>")
    assert (await send(moved)).json()["rows"] == {"read": 4, "imported": 0, "refused": 1, "skipped": 3}
    assert [row["starts"] for row in await rows(BOOKINGS)] == [utc(10), utc(10, 15), utc(10, 30)]


async def test_new_rows_of_a_file_join_those_there_and_clash_with_them(send, rows):
    await send(CLASHING)
    more = CLASHING.replace(b"</room>", talk("9", "10:45", "Extra").encode() + b"</room>", 1)
    report = (await send(more)).json()
    assert report["rows"] == {"read": 5, "imported": 1, "refused": 1, "skipped": 3}
    assert report["conflicts"] == {"detected": 1, "byType": {"VenueConflict": 1}}
    (found,) = await rows(CONFLICTS + " WHERE later_event.title = 'Extra'")
    assert (found["earlier"], found["resource"]) == ("Opening", "Hall")


async def test_another_conference_of_the_same_keys_is_another(send):
    await send(CLASHING)
    other = CLASHING.replace(b"<title>Test</title>", b"<title>Other</title>")
    report = (await send(other, starting="2019-03-02")).json()
    assert report["rows"] == {"read": 4, "imported": 3, "refused": 1, "skipped": 0}
    assert [one["created"] for one in report["calendars"]] == [False, False]


async def test_an_active_venue_of_the_name_is_used_and_its_bookings_clash(
    send, make_hall, make_event, client, as_manager, rows
):
    hall = await make_hall("Hall", calendar={"allow_overbooking": False})
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=40)
    event_id = await make_event("Gala")
    request = {"eventId": event_id, "calendarId": hall.calendar_id, "timeZone": "UTC"}
    times = {
        "startDateTime": start.replace(hour=9).isoformat(),
        "endDateTime": start.replace(hour=11).isoformat(),
    }
    booked = await client.post("/api/schedules", json={**request, **times}, headers=as_manager)
    assert booked.status_code == 201
    source = programme(room("Hall", talk("1", "10:00", "Opening")), date=start.date().isoformat())
    report = (await send(source)).json()
    assert report["calendars"] == [{"name": "Hall", "calendarId": hall.calendar_id, "created": False}]
    assert report["conflicts"] == {"detected": 1, "byType": {"VenueConflict": 1}}
    (found,) = await rows(CONFLICTS)
    assert (found["later"], found["earlier"], found["resource"]) == ("Opening", "Gala", "Hall")
    assert [row["enforced"] for row in await rows(CLAIMS)] == [True, False]


async def test_a_venue_without_a_calendar_gets_one_of_its_quantity(send, make_resource, rows):
    venue = await make_resource("Hall", "Venue", quantity=2)
    report = (await send(CLASHING)).json()
    assert report["conflicts"] == {"detected": 1, "byType": {"StaffConflict": 1}}
    (found,) = await rows("SELECT owner_id, max_concurrent_events FROM calendars WHERE name = 'Hall'")
    assert (str(found["owner_id"]), found["max_concurrent_events"]) == (venue, 2)
    (owner,) = await rows("SELECT count(*) AS number FROM resources WHERE name = 'Hall'")
    assert owner["number"] == 1


async def test_an_inactive_venue_is_left_alone(send, make_resource):
    await make_resource("Hall", "Venue", is_active=False)
    report = (await send(CLASHING)).json()
    assert [one["created"] for one in report["calendars"]] == [True, True]


async def test_people_are_found_by_the_key_they_had_else_by_a_name_only_one_has(send, make_resource, rows):
    ada = await make_resource("Ada Lovelace", "Staff")
    persons = ADA.replace("</persons>", '<person id="8">Bob</person><person id="9">Bob</person></persons>')
    await send(programme(room("Hall", talk("1", "10:00", "Opening", persons))))
    staff = "SELECT resource_id, name FROM resources WHERE resource_type = 1 ORDER BY name, created_at"
    found = await rows(staff)
    assert [row["name"] for row in found] == ["Ada Lovelace", "Bob", "Bob"]
    assert str(found[0]["resource_id"]) == ada
    await send(programme(room("Hall", talk("2", "10:00", "Sequel", persons)), date="2020-02-02"))
    assert await rows(staff) == found


@pytest.mark.parametrize(
    ("query", "header", "starts", "zone"),
    [
        ({}, "", utc(10), "UTC"),
        ({"timeZone": "Europe/Brussels"}, "", utc(9), "Europe/Brussels"),
        ({"timeZone": "Asia/Tokyo"}, BRUSSELS, utc(9), "Europe/Brussels"),
        ({"starting": "2027-07-05"}, BRUSSELS, datetime(2027, 7, 5, 8, tzinfo=UTC), "Europe/Brussels"),
        (
            {"starting": "2027-07-05", "timeZone": "Europe/Brussels"},
            "",
            datetime(2027, 7, 5, 8, tzinfo=UTC),
            "Europe/Brussels",
        ),
    ],
)
async def test_where_and_when_the_clocks_are_read(send, rows, query, header, starts, zone):
    answer = await send(programme(room("Hall", talk("1", "10:00", "Opening")), header=header), **query)
    assert answer.status_code == 200
    (found,) = await rows(BOOKINGS)
    assert (found["starts"], found["ends"], found["time_zone"]) == (starts, starts + timedelta(hours=1), zone)
    (calendar,) = await rows("SELECT time_zone FROM calendars")
    assert calendar["time_zone"] == zone


async def test_starting_moves_all_days_together(send, rows):
    first = day("2019-03-30", room("Hall", talk("1", "10:00", "Saturday")))
    second = day("2019-03-31", room("Hall", talk("2", "10:00", "Sunday")), index=2)
    await send(schedule(first, second, header=BRUSSELS), starting="2026-10-24")
    assert [row["starts"] for row in await rows(BOOKINGS)] == [
        datetime(2026, 10, 24, 8, tzinfo=UTC),
        datetime(2026, 10, 25, 9, tzinfo=UTC),
    ]


async def test_a_row_that_cannot_be_kept_is_refused_alone(send, rows):
    long = "x" * 301
    source = programme(
        room(
            "Hall",
            talk("1", "10:00", "Opening"),
            talk("2", "10:00", long),
            talk("3", "10:00", "Marathon", duration="720:01"),
            talk("4", "10:00", "Crowd", f"<persons><person id='1'>{long}</person></persons>"),
            talk("5", "10:00", "Antiquity", "<date>1066-10-14T09:00:00</date>"),
        ),
        room(long, talk("6", "10:00", "Nowhere")),
    )
    report = (await send(source)).json()
    assert report["rows"] == {"read": 6, "imported": 1, "refused": 5, "skipped": 0}
    assert [(one["place"].rpartition(" ")[2], one["reason"]) for one in report["refusals"]] == [
        ("2", "the title is longer than 300 characters"),
        ("3", "Event duration cannot exceed 30 days"),
        ("4", "the person's name is longer than 300 characters"),
        ("5", "it is not between the years 1900 and 3000"),
        ("6", "the room's name is longer than 300 characters"),
    ]
    assert [one["name"] for one in report["calendars"]] == ["Hall"]
    assert [row["title"] for row in await rows(BOOKINGS)] == ["Opening"]
    assert await rows("SELECT name FROM resources WHERE resource_type = 1") == []


async def test_a_dry_run_says_the_same_and_keeps_nothing(send, counts):
    before = await counts()
    rehearsal = (await send(CLASHING, dryRun="true")).json()
    assert await counts() == before
    assert rehearsal["rows"] == {"read": 4, "imported": 3, "refused": 1, "skipped": 0}
    real = (await send(CLASHING)).json()
    assert {**rehearsal, "calendars": []} == {**real, "calendars": []}


async def test_a_form_is_as_good_as_a_body(client, as_manager):
    files = {"file": ("fosdem.xml", CLASHING, "text/xml")}
    answer = await client.post("/api/imports", files=files, headers=as_manager)
    assert answer.status_code == 200
    assert answer.json()["rows"] == {"read": 4, "imported": 3, "refused": 1, "skipped": 0}


@pytest.mark.parametrize("role", ["as_customer", "as_staff"])
async def test_only_managers_import(client, request, role, counts):
    headers = {**request.getfixturevalue(role), **XML}
    answer = await client.post("/api/imports", content=b"<", headers=headers)
    assert answer.status_code == 403
    assert (await client.post("/api/imports", content=b"<", headers=XML)).status_code == 401
    assert set((await counts()).values()) == {0}


async def test_a_manager_leaves_no_other_rights_behind(send, rows, client, as_manager):
    await send(CLASHING)
    found = await rows("SELECT DISTINCT role, action FROM audit_log ORDER BY action")
    assert found == [
        {"role": 2, "action": action}
        for action in (
            "CalendarCreated", "EventCreated", "EventScheduled", "ResourceCreated", "ScheduleImported",
        )
    ]  # fmt: skip
    answer = await client.post(
        "/api/calendars", json={"name": "Mine", "calendarType": "Venue"}, headers=as_manager
    )
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "the file is empty"),
        (BOMB, "line 2: document type definitions are not accepted"),
        (b"<schedule><day>", "line 1, column 16: not well-formed XML (no element found)"),
        (b"<rss/>", "line 1: the root element is <rss>, expected <schedule>"),
        (b"\x00\xff" * 10, "line 1: the file says it is utf-8, but this byte is not"),
        (b'<?xml version="1.0" encoding="nope"?><schedule/>', "line 1: the encoding nope is unknown"),
    ],
)
async def test_a_broken_file_is_a_problem_that_names_the_place(send, counts, content, detail):
    before = await counts()
    answer = await send(content)
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"] == {"file": [detail]}
    assert await counts() == before


@pytest.mark.parametrize("kind", ["application/json", "text/html", "", "application/xmlish"])
async def test_another_type_of_body_is_415(send, kind):
    answer = await send(CLASHING, {"Content-Type": kind})
    assert answer.status_code == 415
    assert list(answer.json()["errors"]) == ["Content-Type"]
    assert answer.headers["Content-Type"] == "application/problem+json"


FORM_PART = b'--x\r\nContent-Disposition: form-data; name="%b"\r\n\r\n<schedule/>\r\n--x--\r\n'


@pytest.mark.parametrize("part", [b"file", b'other"; filename="a.xml'])
async def test_a_form_without_the_file_is_a_problem(send, part):
    answer = await send(FORM_PART % part, {"Content-Type": "multipart/form-data; boundary=x"})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"file": ["The form has no file of this name"]}


@pytest.mark.parametrize("boundary", ["", "; boundary=x"])
async def test_a_broken_form_is_a_problem(send, boundary):
    answer = await send(b"--y\r\nnonsense", {"Content-Type": f"multipart/form-data{boundary}"})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["file"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"timeZone": "Mars/Base"}, "timeZone"),
        ({"starting": "soon"}, "starting"),
        ({"starting": "9999-12-31"}, "starting"),
        ({"starting": "0001-01-01"}, "starting"),
        ({"dryRun": "perhaps"}, "dryRun"),
    ],
)
async def test_a_bad_option_is_a_problem_that_names_it(send, counts, query, field):
    answer = await send(CLASHING, **query)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]
    assert set((await counts()).values()) == {0}


async def test_a_body_over_the_limit_is_413(send, service):
    answer = await send(b"<schedule>" + b" " * service.settings.body_limit_bytes)
    assert answer.status_code == 413


@pytest.mark.parametrize("element", [b"<day>", b"<a>"])
async def test_ten_megabytes_of_elements_are_refused(send, service, counts, element):
    filler = element * ((service.settings.body_limit_bytes - 40) // len(element))
    answer = await send(b"<schedule>" + filler + b"</schedule>")
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["file"]
    assert set((await counts()).values()) == {0}


async def test_a_file_of_nothing_but_clashes_is_refused_before_they_are_named(send):
    talks = "".join(talk(str(number), "10:00", "x") for number in range(202))
    answer = await send(programme(room("Hall", talks)))
    assert answer.status_code == 400
    pairs = 202 * 201 // 2
    assert answer.json()["errors"] == {
        "file": [f"there are {pairs:,} clashes; at most {MOST_CLASHES:,} can be taken at once"]
    }


async def test_two_imports_at_once_make_one_schedule(send, counts):
    answers = await asyncio.gather(*(send(CLASHING) for _ in range(4)))
    reports = [answer.json()["rows"] for answer in answers]
    assert sorted(report["imported"] for report in reports) == [0, 0, 0, 3]
    assert sorted(report["skipped"] for report in reports) == [0, 3, 3, 3]
    found = await counts()
    assert (found["calendars"], found["scheduled_events"], found["resources"]) == (2, 3, 3)


@pytest.mark.parametrize("year", YEARS)
async def test_a_published_schedule_is_imported_whole_and_without_conflicts(send, counts, year):
    source = published(year)
    file = read(source)
    report = (await send(source)).json()
    total = len(file.rows)
    assert report["rows"] == {"read": total, "imported": total, "refused": 0, "skipped": 0}
    assert report["conflicts"] == {"detected": 0, "byType": {}}
    found = await counts()
    assert found["scheduled_events"] == total
    assert found["claims"] == total + sum(len(row.persons) for row in file.rows)
    assert (found["calendars"], found["resources"]) == (len(file.rooms), len(file.rooms) + len(file.persons))


@pytest.mark.parametrize("year", YEARS)
async def test_planted_clashes_become_the_conflicts_the_oracle_sees(send, rows, year):
    source = plant(published(year), 30, seed=year)
    file = read(source)
    names = {person.key: person.name for person in file.persons}
    whereabouts = {row.key: (row.title, row.start.replace(tzinfo=UTC), row.room) for row in file.rows}
    expected = Counter(
        (
            clash.kind,
            clash.resource if clash.kind == "room" else names[clash.resource],
            frozenset(whereabouts[key] for key in clash.keys),
        )
        for clash in clashes(file)
    )
    report = (await send(source)).json()
    found = Counter(
        (
            {2: "room", 3: "person"}[row["conflict_type"]],
            row["resource"],
            frozenset(
                (row[which], row[f"{which}_starts"], row[f"{which}_room"]) for which in ("later", "earlier")
            ),
        )
        for row in await rows(CONFLICTS)
    )
    assert found == expected
    assert report["conflicts"]["detected"] == sum(expected.values())
    # The exclusion constraint still guards as many of the clashing claims as can stand side by side.
    (loose,) = await rows(
        "SELECT count(*) AS number FROM claims JOIN resources USING (resource_id)"
        " WHERE resource_type = 0 AND NOT enforced"
    )
    assert 0 < loose["number"] <= report["conflicts"]["byType"]["VenueConflict"]


def test_the_command_line_imports_into_the_database_of_the_settings(urls, tmp_path, monkeypatch):
    monkeypatch.setenv("CALLBOARD_DATABASE_URL", urls.application)
    monkeypatch.setenv("CALLBOARD_HOME", str(tmp_path))
    path = tmp_path / "schedule.xml"
    path.write_bytes(CLASHING)

    def run(*options: str):
        return CliRunner().invoke(app, ["import", str(path), *options])

    refused = f"Not imported: {LOST['place']}: {LOST['reason']}"
    told = "1 refused; 2 new calendars for 2 rooms; 2 conflicts recorded: 1 VenueConflict, 1 StaffConflict."
    rehearsal = run("--dry-run", "--starting", "2027-03-01")
    assert rehearsal.stdout.splitlines() == [
        refused,
        f"Test: 3 of 4 rows would be imported, {told}",
    ]
    first = run("--time-zone", "Europe/Brussels")
    assert first.stdout.splitlines() == [
        refused,
        f"Test: 3 of 4 rows imported, {told}",
    ]
    again = run()
    assert again.stdout.splitlines()[-1] == (
        "Test: 0 of 4 rows imported, 3 there already, 1 refused; 0 new calendars for 2 rooms."
    )
    assert [one.exit_code for one in (rehearsal, first, again)] == [0, 0, 0]


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        (b"<rss/>", [], "line 1: the root element is <rss>, expected <schedule>"),
        (CLASHING, ["--time-zone", "Mars/Base"], "Mars/Base is not a time zone"),
        (CLASHING, ["--starting", "1066-10-14"], "--starting must lie between the years 1900 and 3000"),
        (CLASHING, ["--starting", "soon"], "'soon' does not match the format"),
    ],
)
def test_the_command_line_says_what_is_wrong_before_it_starts_a_database(
    tmp_path, monkeypatch, content, options, said
):
    monkeypatch.setenv("CALLBOARD_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    path = tmp_path / "schedule.xml"
    path.write_bytes(content)
    result = CliRunner().invoke(app, ["import", str(path), *options])
    assert result.exit_code == 2
    assert said in result.stderr
    assert not (tmp_path / "home").exists()


async def test_an_imported_clash_ahead_comes_with_fixes(send, client, as_manager):
    ahead = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    await send(CLASHING, starting=ahead)  # among them a talk of five minutes, shorter than SCH-002 has it
    listed = await client.get("/api/schedules/conflicts", headers=as_manager)
    worst = listed.json()["items"][0]["scheduleConflictId"]
    found = (await client.get(f"/api/schedules/conflicts/{worst}", headers=as_manager)).json()
    best = found["suggestions"][0]
    (change,) = best["changes"]
    assert (change["eventTitle"], best["optimal"]) == ("Keynote", True)
    applied = await client.post(best["apply"]["href"], headers=as_manager)
    assert applied.status_code == 200
    listed = await client.get("/api/schedules/conflicts", headers=as_manager)
    assert [one["conflictType"] for one in listed.json()["items"]] == ["StaffConflict"]


async def test_a_short_imported_booking_moves_as_it_came_but_gets_no_shorter(send, client, as_manager):
    ahead = (datetime.now(UTC) + timedelta(days=20)).date()
    await send(CLASHING, starting=ahead.isoformat())
    items = (await client.get("/api/schedules", headers=as_manager)).json()["items"]
    (short,) = [
        one
        for one in items
        if datetime.fromisoformat(one["endDateTime"]) - datetime.fromisoformat(one["startDateTime"])
        == timedelta(minutes=5)
    ]
    path = f"/api/schedules/{short['scheduledEventId']}/reschedule"
    late = f"{ahead + timedelta(days=1)}T10"
    shorter = {"startDateTime": f"{late}:00:00Z", "endDateTime": f"{late}:04:00Z"}
    refused = await client.post(path, json=shorter, headers=as_manager)
    assert refused.json()["errors"] == {"endDateTime": ["Event duration must be at least 15 minutes"]}
    moved = await client.post(path, json=shorter | {"endDateTime": f"{late}:05:00Z"}, headers=as_manager)
    assert (moved.status_code, moved.json()["endDateTime"]) == (200, f"{late}:05:00Z")


SHARED_HALL = calendar(
    ical_event(
        BERLIN + "20260326T090000", BERLIN + "20260326T100000", uid="s", inside="RRULE:FREQ=DAILY;COUNT=5"
    ),
    ical_event(":20260330T073000Z", ":20260330T080000Z", uid="guest"),
    ical_event(uid="off", inside="STATUS:CANCELLED"),
    ical_event(uid="meeting", inside="ATTENDEE:mailto:a@example.org").replace("LOCATION:Hall\n", ""),
    ical_event(":soon", uid="bad"),
    ical_event(":20260401T090000Z", ":20260401T100000Z", uid="open", inside="RRULE:FREQ=WEEKLY"),
    header="X-WR-CALNAME:House",
)


async def test_a_calendar_is_imported_occurrence_by_occurrence(send, rows):
    report = (await send(SHARED_HALL, {"Content-Type": "text/calendar"})).json()
    assert report["rows"] == {"read": 5 + 1 + 365 + 3, "imported": 371, "refused": 1, "skipped": 2}
    assert report["refusals"] == [
        {"place": 'line 35: event "Rehearsal"', "reason": "its DTSTART 'soon' is not a time"}
    ]
    assert report["skips"] == [
        {"place": 'line 20: event "Rehearsal"', "reason": "it is cancelled"},
        {
            "place": 'line 28: event "Rehearsal"',
            "reason": "it names no place, so there is no calendar to book it on",
        },
    ]
    assert report["notes"] == [
        'line 42: event "Rehearsal": it repeats without an end; its first 365 occurrences are taken'
    ]
    assert report["conflicts"] == {"detected": 1, "byType": {"VenueConflict": 1}}
    found = await rows(BOOKINGS)
    # Nine o'clock in Berlin, on both sides of the change.
    assert [row["starts"].isoformat() for row in found[:4]] == [
        "2026-03-26T08:00:00+00:00",
        "2026-03-27T08:00:00+00:00",
        "2026-03-28T08:00:00+00:00",
        "2026-03-29T07:00:00+00:00",
    ]
    assert Counter((row["calendar"], row["time_zone"]) for row in found) == {
        ("Hall", "Europe/Berlin"): 6,
        ("Hall", "UTC"): 365,
    }
    # A calendar that grew at its beginning is still the same calendar.
    earlier = SHARED_HALL.replace(b"UID:guest", b"UID:other").replace(b"20260330T07", b"20260130T07")
    earlier = earlier.replace(b"20260330T08", b"20260130T08")
    again = (await send(earlier, {"Content-Type": "text/calendar"})).json()
    assert (again["rows"]["imported"], again["rows"]["skipped"]) == (1, 372)


PLAN = b"What;Start;Minutes;Hall\nOpening;2.3.2026 9:00;60;Main\nKeynote;2.3.2026 9:30;60;Main\nLost;;;Main\n"
TOLD = ["title=What", "dates=day-first"]


async def test_a_table_is_imported_with_its_columns_told(send, rows, counts):
    before = await counts()
    headers = {"Content-Type": "text/csv"}
    rehearsal = (await send(PLAN, headers, map=TOLD, dryRun="true", timeZone="Europe/Berlin")).json()
    assert rehearsal["columns"] == {
        "title": "What",
        "start": "Start",
        "duration": "Minutes",
        "room": "Hall",
    }
    assert rehearsal["notes"] == [
        "read as utf-8 with semicolons between columns",
        "dates such as 2.3.2026 are read day first, as you say",
    ]
    assert rehearsal["rows"] == {"read": 3, "imported": 2, "refused": 1, "skipped": 0}
    assert rehearsal["refusals"] == [{"place": "line 4", "reason": "there is no date"}]
    assert await counts() == before
    assert (await send(PLAN, headers, map=TOLD, timeZone="Europe/Berlin")).json()["rows"] == rehearsal["rows"]
    assert [row["starts"].hour for row in await rows(BOOKINGS)] == [8, 8]


async def test_a_workbook_is_imported(send):
    source = workbook(
        {"Plan": [["Event", "Start", "Minutes", "Room"], ["A", datetime(2026, 3, 2, 9), 60, "Hall"]]}  # noqa: DTZ001
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    report = (await send(source, {"Content-Type": kind})).json()
    assert report["rows"] == {"read": 1, "imported": 1, "refused": 0, "skipped": 0}


@pytest.mark.parametrize(
    ("content", "kind", "told", "errors"),
    [
        (PLAN, "text/csv", ["title"], {"map": ["'title' is not field=column, such as start=Beginning"]}),
        (
            PLAN,
            "text/csv",
            ["title=Quux", "room=Hall"],
            {"map": ["there is no column 'Quux' for title; there are What, Start, Minutes, Hall"]},
        ),
        (
            CLASHING,
            "text/xml",
            ["title=x"],
            {"map": ["there are no columns to name in a file of pentabarf/frab XML"]},
        ),
        (b"BEGIN:VCALENDAR", "text/calendar", [], {"file": ["line 1: BEGIN:VCALENDAR without its END"]}),
        (b"PK\x03\x04", "text/csv", [], {"file": ["this is not an Excel workbook: the ZIP file is broken"]}),
        (b"\0", "text/csv", [], {"file": ["there are NUL characters: this is not a text file"]}),
    ],
)
async def test_what_cannot_be_read_is_a_problem(send, counts, content, kind, told, errors):
    before = await counts()
    answer = await send(content, {"Content-Type": kind}, map=told)
    assert (answer.status_code, answer.json()["errors"]) == (400, errors)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert await counts() == before


def test_the_command_line_shows_columns_notes_and_what_was_left_out(urls, tmp_path, monkeypatch):
    monkeypatch.setenv("CALLBOARD_DATABASE_URL", urls.application)
    monkeypatch.setenv("CALLBOARD_HOME", str(tmp_path))
    path = tmp_path / "plan.csv"
    path.write_bytes(PLAN)
    result = CliRunner().invoke(app, ["import", str(path), "--map", "title=What", "--dry-run"])
    recorded = "1 conflict recorded: 1 VenueConflict"
    assert result.stdout.splitlines() == [
        "Columns: title from What, start from Start, duration from Minutes, room from Hall",
        "Note: read as utf-8 with semicolons between columns",
        "Note: dates such as 2.3.2026 are read day first, as dates with dots are",
        "Not imported: line 4: there is no date",
        f"2 of 3 rows would be imported, 1 refused; 1 new calendar for 1 room; {recorded}.",
    ]
    path = tmp_path / "house.ics"
    path.write_bytes(SHARED_HALL)
    lines = CliRunner().invoke(app, ["import", str(path), "--dry-run"]).stdout.splitlines()
    assert lines[1:4] == [
        "Not imported: line 35: event \"Rehearsal\": its DTSTART 'soon' is not a time",
        'Skipped: line 20: event "Rehearsal": it is cancelled',
        'Skipped: line 28: event "Rehearsal": it names no place, so there is no calendar to book it on',
    ]
    assert "371 of 374 rows would be imported, 2 skipped, 1 refused" in lines[-1]


async def test_a_table_of_refused_rows_says_how_to_name_its_columns(send):
    content = b"What,When,Start,End,Where\nA,2026-03-02,9:00,10:00,Hall\n"
    answer = await send(content, {"Content-Type": "text/csv"})
    assert answer.json()["rows"] == {"read": 1, "imported": 0, "refused": 1, "skipped": 0}
    assert answer.json()["notes"] == [
        "read as utf-8 with commas between columns",
        (
            "the columns What, When are not used; name those that count: --map date=When --map title=What"
            " (over HTTP, a parameter map for each)"
        ),
    ]

"""What the service says of how it is doing (spec 16)."""

from __future__ import annotations

import json
import logging
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from api.bootstrap import Callboard
from api.settings import Settings
from api.telemetry.logs import JsonFormatter, request_id
from persistence.embedded import EmbeddedUrls
from tests.api.bookings import at, booking
from tests.api.cli.processes import Process, free_port

Headers = dict[str, str]


async def metrics(client: httpx.AsyncClient, headers: Headers) -> dict[str, float]:
    """By name with labels, as Prometheus has them."""
    answer = await client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    lines = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def of(found: dict[str, float], name: str, **labels: str) -> list[float]:
    """The values of a metric whose labels are these, whatever others it has."""
    wanted = [f'{key}="{value}"' for key, value in labels.items()]
    return [
        value
        for key, value in found.items()
        if key.partition("{")[0] == name and all(one in key for one in wanted)
    ]


async def test_conflicts_and_overbooking_are_counted(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    as_manager: Headers,
    as_admin: Headers,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    body = booking(event, hall.calendar_id)
    assert (await client.post("/api/schedules", json=body, headers=as_manager)).status_code == 201
    refused = await client.post("/api/schedules", json=body, headers=as_manager)
    assert refused.status_code == 409
    dry = await client.post("/api/schedules?dryRun=true", json=body, headers=as_manager)
    assert dry.status_code == 409
    insisted = body | {"override": {"reason": "asked"}}
    made = await client.post("/api/schedules", json=insisted, headers=as_manager)
    await client.delete(made.headers["location"], headers=as_manager)
    found = await metrics(client, as_admin)
    assert of(found, "scheduling_overbooking_prevented_total") == [1]
    assert of(found, "scheduling_overbooking_overridden_total") == [1]
    assert of(found, "scheduling_conflicts_detected_total", type="VenueConflict", level="Critical") == [1]
    assert of(found, "scheduling_conflicts_resolved_total", method="EventCancelled") == [1]
    assert sum(of(found, "solver_solve_duration_seconds_count")) == 2
    suggested = len(refused.json()["suggestions"]) + len(dry.json()["suggestions"])
    assert suggested > 0
    assert sum(of(found, "solver_suggestions_total")) == suggested
    assert of(found, "solver_suggestions_total", optimal="true") == [suggested]
    assert (of(found, "solver_gap_count"), of(found, "solver_gap_sum")) == ([suggested], [0])
    assert of(found, "jobs_waiting", queue="jobs") == [0]
    assert of(found, "database_pool_in_use", login="application") == [0]


async def test_views_and_checks_are_timed_when_they_are_made(
    client: httpx.AsyncClient, make_hall: Any, as_manager: Headers, as_admin: Headers
) -> None:
    hall = await make_hall("Ballroom")
    view = f"/api/calendars/{hall.calendar_id}/monthly"
    check = f"/api/resources/{hall.resource_id}/availability?from={at(9)}&to={at(10)}"
    for path in (view, view, check, check, check):
        assert (await client.get(path, headers=as_manager)).status_code == 200
    found = await metrics(client, as_admin)
    assert of(found, "calendar_view_generation_duration_seconds_count") == [1]
    assert of(found, "availability_check_duration_seconds_count") == [1]
    assert of(found, "cache_hit_rate", kind="CalendarViews") == [0.5]
    assert of(found, "cache_hit_rate", kind="ResourceAvailability") == [pytest.approx(2 / 3)]


async def test_requests_are_timed_by_route(
    client: httpx.AsyncClient, make_hall: Any, as_manager: Headers, as_admin: Headers
) -> None:
    hall = await make_hall("Ballroom")
    await client.get(f"/api/calendars/{hall.calendar_id}", headers=as_manager)
    found = await metrics(client, as_admin)
    name = "http_server_request_duration_seconds_count"
    assert of(found, name, http_route="/api/calendars/{calendarId}", http_request_method="GET") == [1]
    # No id of anything in them: labels would grow without end, and tell who looks at what.
    assert hall.calendar_id not in str(found)


class TestToken:
    """Who may look."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"metrics_token": SecretStr("scrape me")})

    async def test_who_may_look(
        self, client: httpx.AsyncClient, as_admin: Headers, as_manager: Headers
    ) -> None:
        told = {
            name: (await client.get("/metrics", headers=headers)).status_code
            for name, headers in {
                "nobody": {},
                "scraper": {"Authorization": "Bearer scrape me"},
                "guesser": {"Authorization": "Bearer scrape you"},
                "manager": as_manager,
                "admin": as_admin,
            }.items()
        }
        assert told == {"nobody": 401, "scraper": 200, "guesser": 401, "manager": 403, "admin": 200}


async def test_an_empty_token_opens_nothing(client: httpx.AsyncClient) -> None:
    for headers in ({}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        answer = await client.get("/metrics", headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_conflict_is_an_event_of_its_own(
    client: httpx.AsyncClient,
    make_hall: Any,
    make_event: Any,
    as_manager: Headers,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hall, event = await make_hall("Ballroom"), await make_event("Secret Gala")
    body = booking(event, hall.calendar_id)
    await client.post("/api/schedules", json=body, headers=as_manager)
    with caplog.at_level(logging.INFO, "callboard.telemetry"):
        insisted = body | {"override": {"reason": "asked"}}
        await client.post("/api/schedules", json=insisted, headers=as_manager | {"X-Request-ID": "r-1"})
    (record,) = [one for one in caplog.records if one.name == "callboard.telemetry"]
    conflicts = (await client.get("/api/schedules/conflicts", headers=as_manager)).json()["items"]
    assert record.message == "ConflictDetected"
    fields = vars(record)
    assert {name: fields[name] for name in ("ConflictId", "ConflictType", "ConflictLevel")} == {
        "ConflictId": conflicts[0]["scheduleConflictId"],
        "ConflictType": "VenueConflict",
        "ConflictLevel": "Critical",
    }
    assert "Gala" not in JsonFormatter().format(record)


@pytest.mark.parametrize("asked", ["abc-123", "018f:7.x_y"])
async def test_a_request_keeps_its_id(client: httpx.AsyncClient, asked: str) -> None:
    answer = await client.get("/health/live", headers={"X-Request-ID": asked})
    assert answer.headers["x-request-id"] == asked


@pytest.mark.parametrize("asked", ["", "a b", "x" * 101, 'a"b', "{}"])
async def test_a_request_gets_an_id_where_it_has_none(client: httpx.AsyncClient, asked: str) -> None:
    first = await client.get("/health/live", headers={"X-Request-ID": asked})
    second = await client.get("/api/schedules", headers={"X-Request-ID": asked})
    assert second.status_code == 401
    ids = [one.headers["x-request-id"] for one in (first, second)]
    assert asked not in ids
    assert len(set(ids)) == 2


def test_a_line_is_json_with_the_requests_id() -> None:
    token = request_id.set("r-1")
    try:
        record = logging.LogRecord("callboard.x", logging.WARNING, "f.py", 1, "%d lost", (3,), None)
        record.queue = "jobs"
        line = json.loads(JsonFormatter().format(record))
    finally:
        request_id.reset(token)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "WARNING",
        "logger": "callboard.x",
        "message": "3 lost",
        "requestId": "r-1",
        "queue": "jobs",
    }


def test_an_error_has_its_trace() -> None:
    try:
        raise ZeroDivisionError("by nought")
    except ZeroDivisionError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("callboard.x", logging.ERROR, "f.py", 1, "failed", (), info)
    line = json.loads(JsonFormatter().format(record))
    assert line["exception"].endswith("ZeroDivisionError: by nought")
    assert "requestId" not in line


def test_a_served_process_logs_json_and_not_who_asked_what(urls: EmbeddedUrls, tmp_path: Path) -> None:
    port = free_port()
    own = {
        "CALLBOARD_HOME": str(tmp_path),
        "CALLBOARD_DATABASE_URL": urls.application,
        "CALLBOARD_LOG_FORMAT": "json",
    }
    server = Process(tmp_path / "log.txt", own, "serve", "--port", str(port))
    url = f"http://127.0.0.1:{port}"
    server.wait_until_ready(url)
    secret = "a" * 43
    for path in ("/api/schedules?q=Ada+Lovelace", f"/feeds/{secret}.ics"):
        httpx.get(f"{url}{path}", headers={"X-Request-ID": "r-1"})
    server.wait_for("/feeds/")
    server.stop(signal.SIGTERM)
    lines = server.text.splitlines()
    told = [json.loads(line) for line in lines if line.startswith("{")]
    others = [line for line in lines if line and not line.startswith("{")]
    assert [line.partition(" at ")[0] for line in others] == ["Callboard serves", "Stopped."]
    requests = [one for one in told if one.get("requestId") == "r-1"]
    assert [(one["method"], one["path"], one["status"]) for one in requests] == [
        ("GET", "/api/schedules", 401),
        ("GET", "/feeds/...", 404),
    ]
    assert not any(word in str(requests) for word in ("Lovelace", secret, "127.0.0.1"))


async def test_shed_searches_are_counted(
    client: httpx.AsyncClient,
    service: Callboard,
    make_hall: Any,
    make_event: Any,
    as_manager: Headers,
    as_admin: Headers,
) -> None:
    service.advice._free = 0
    hall, event = await make_hall("Ballroom"), await make_event("Gala")
    for _ in range(2):
        await client.post("/api/schedules", json=booking(event, hall.calendar_id), headers=as_manager)
    assert of(await metrics(client, as_admin), "solver_shed_total") == [1]


def test_a_metrics_token_is_no_blank() -> None:
    with pytest.raises(ValidationError, match="at least 8"):
        Settings(metrics_token=SecretStr(""))

"""Backed up, wiped and restored, the service answers as before: byte for byte."""

from __future__ import annotations

import shutil
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from persistence.embedded import EmbeddedPostgres
from tests.api.cli.conftest import Run
from tests.api.cli.processes import Process, free_port
from tests.api.cli.test_demo import READY, bearer, tokens_in

Answers = dict[str, tuple[int, str | None, bytes]]


def test_backup_wipe_restore_and_the_same_answers(home: Path, run: Run, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    backup = tmp_path / "callboard.backup"
    environment = {"CALLBOARD_HOME": str(home)}
    demo = Process(tmp_path / "demo.txt", environment, "demo", "--port", str(port))
    try:
        demo.wait_until_ready(url)
        demo.wait_for(READY)
        tokens = tokens_in(demo.text)
        with httpx.Client(base_url=url, timeout=60) as client:
            paths = things_made(client, bearer(tokens["Manager"]))
            before = answers(client, tokens, paths)
            assert run("backup", str(backup)) == 0  # while it runs
            assert answers(client, tokens, paths) == before
            assert any(b"--attached" in one for one in command_lines_below(demo.process.pid))
        assert demo.stop(signal.SIGTERM) == 0
    finally:
        demo.kill()
    EmbeddedPostgres(home).remove()
    shutil.rmtree(home)

    assert run("restore", "--live", str(backup)) == 0

    served = Process(tmp_path / "serve.txt", environment, "serve", "--without-worker", "--port", str(port))
    try:
        served.wait_until_ready(url)
        with httpx.Client(base_url=url, timeout=60) as client:
            after = answers(client, tokens, paths)
        assert not any(b"--attached" in one for one in command_lines_below(served.process.pid))
        assert served.stop(signal.SIGTERM) == 0
    finally:
        served.kill()
    for question, answer in before.items():
        assert after[question] == answer, question
    to_the_manager = {key: status for key, (status, *_) in before.items() if key.startswith("Manager ")}
    assert {key for key, status in to_the_manager.items() if status != 200} == set()


def command_lines_below(pid: int) -> list[bytes]:
    """How the processes were started that a process has started."""
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]
    found = [Path(f"/proc/{child}/cmdline").read_bytes() for child in children]
    return found + [line for child in children for line in command_lines_below(child)]


def things_made(client: httpx.Client, headers: dict[str, str]) -> list[str]:
    """What the demo has not: a hold, an override, a file, a feed, a webhook; and paths worth asking for.

    Left out is what each question makes anew: the suggestions of a conflict and of a booking.
    """

    def post(path: str, **body: Any) -> dict[str, Any]:
        answer = client.post(path, json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def listed(path: str) -> list[dict[str, Any]]:
        return list(client.get(path, headers=headers).json()["items"])

    calendars = {one["name"]: one["calendarId"] for one in listed("/api/calendars")}
    ballroom = calendars["Ballroom"]
    day = datetime.now(UTC).replace(hour=18, minute=0, second=0, microsecond=0) + timedelta(days=400)
    slot = {"startDateTime": day.isoformat(), "endDateTime": (day + timedelta(hours=2)).isoformat()}
    event = post("/api/events", title="Grüße, \\. a\tb")["eventId"]
    booking = {"eventId": event, "calendarId": ballroom, "timeZone": "UTC", **slot}
    first = post("/api/schedules", **booking)["scheduledEventId"]
    second = post("/api/schedules", **booking, override={"reason": "a drill"})["scheduledEventId"]
    monday = (datetime.now(UTC) - timedelta(days=datetime.now(UTC).weekday())).date().isoformat()
    export = post(f"/api/calendars/{ballroom}/export/weekly", weekStartDate=monday, format="Pdf")
    feed = post("/api/feeds", calendarId=ballroom)
    webhook = post(
        "/api/webhooks", url="https://hooks.example/callboard", factTypes=["ResourceMarkedUnavailable"]
    )
    today = datetime.now(UTC).date().isoformat()
    tomorrow = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
    resources = [one["resourceId"] for one in listed("/api/resources?limit=200")]
    return [
        *("/api/calendars", "/api/resources?limit=200", "/api/events?limit=200", "/api/schedules?limit=200"),
        *("/api/schedules/conflicts", "/api/schedules/conflicts?status=Resolved", "/api/feeds"),
        *("/api/webhooks", f"/api/webhooks/{webhook['webhookId']}"),
        *(f"/api/schedules/{one}" for one in (first, second)),
        *(f"/api/calendars/{one}" for one in calendars.values()),
        *(f"/api/calendars/{one}/daily?date={today}" for one in calendars.values()),
        *(f"/api/calendars/{one}/weekly?weekStartDate={monday}" for one in calendars.values()),
        f"/api/calendars/{ballroom}/monthly?year={day.year}&month={day.month}",
        *(
            f"/api/resources/{one}/availability?from={tomorrow}T08:00:00Z&to={tomorrow}T20:00:00Z"
            for one in resources[:3]
        ),
        export["url"],
        feed["url"],
    ]


def answers(client: httpx.Client, tokens: dict[str, str], paths: list[str]) -> Answers:
    """What each role is told, with the tag by which a cache knows it."""
    found: Answers = {}
    for role, token in tokens.items():
        for path in paths:
            answer = client.get(path, headers=bearer(token))
            found[f"{role} {path}"] = answer.status_code, answer.headers.get("ETag"), answer.content
    return found

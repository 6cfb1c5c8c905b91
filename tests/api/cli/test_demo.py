"""`callboard demo` as a newcomer runs it."""

from __future__ import annotations

import re
import shlex
import signal
import socket
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from api.demo import house
from api.demo.venue import demo_venue
from tests.api.cli.conftest import Run
from tests.api.cli.processes import Process, free_port

READY = "Ctrl-C stops the server and its database."


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def tokens_in(text: str) -> dict[str, str]:
    return dict(re.findall(r"^  (\w+) \([^)]+\)\n    (\S+)$", text, re.MULTILINE))


def calls_in(text: str, token: str) -> list[httpx.Request]:
    """The printed curl commands as requests."""
    requests = []
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line) if line.strip().startswith("curl") else []
        if words:
            headers = [words[i + 1] for i, word in enumerate(words) if word == "-H"]
            body = next((words[i + 1] for i, word in enumerate(words) if word == "-d"), None)
            requests.append(
                httpx.Request(
                    "GET" if body is None else "POST",
                    next(word for word in words if word.startswith("http")),
                    headers=dict(one.replace("$TOKEN", token).split(": ", 1) for one in headers),
                    content=body,
                )
            )
    return requests


def test_a_first_and_a_second_start(home: Path, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {"CALLBOARD_HOME": str(home), "CALLBOARD_SOLVE_SECONDS": "60"}
    first = Process(tmp_path / "first.txt", environment, "demo", "--port", str(port))
    try:
        first.wait_until_ready(url)
        first.wait_for(READY)
        assert "Loaded the demo venue." in first.text
        assert f"Callboard is ready at {url}\nInteractive documentation: {url}/docs" in first.text
        with httpx.Client(base_url=url) as client:
            booked = follow_the_tour(client, first.text)
            each_role_sees_its_calendars(client, tokens_in(first.text))
        assert first.stop(signal.SIGINT) == 0
        assert first.text.endswith("\nStopped.\n")
    finally:
        first.kill()

    second = Process(tmp_path / "second.txt", environment, "demo", "--port", str(port))
    try:
        second.wait_until_ready(url)
        second.wait_for(READY)
        assert "Loaded" not in second.text
        manager = bearer(tokens_in(first.text)["Manager"])  # the key is kept too
        assert httpx.get(f"{url}/api/schedules/{booked}", headers=manager).status_code == 200
        assert second.stop(signal.SIGTERM) == 0
    finally:
        second.kill()


def follow_the_tour(client: httpx.Client, text: str) -> str:
    """Make the three printed calls, and apply a fix of the second; the id of the first booking."""
    token = tokens_in(text)["Manager"]
    assert f"  TOKEN={token}\n" in text
    book, clash, look = calls_in(text, token)
    booked = client.send(book)
    assert booked.status_code == 201, booked.text
    refused = client.send(clash)
    assert refused.status_code == 409, refused.text
    fix = refused.json()["suggestions"][0]
    assert fix["summary"] == "Move Open Air Screening to Garden Pavilion, same time"
    applied = client.request(fix["apply"]["method"], fix["apply"]["href"], headers=bearer(token))
    assert applied.status_code in {200, 201}, applied.text
    conflict = client.send(look)
    assert conflict.status_code == 200, conflict.text
    worst = demo_venue_conflict()
    assert conflict.json()["scheduledEventId"] == worst
    assert conflict.json()["suggestedResolutions"][0] == (
        "Move Rotary Club Charity Dinner to Garden Pavilion, same time"
    )
    scheduled_event_id: str = booked.json()["scheduledEventId"]
    return scheduled_event_id


def demo_venue_conflict() -> str:
    """The first planted clash's later booking, whose id does not depend on the day."""
    return str(demo_venue(datetime.now(UTC).date()).planted[0].clash.scheduled_event_id)


def each_role_sees_its_calendars(client: httpx.Client, tokens: dict[str, str]) -> None:
    every = sorted(calendar.name for calendar in house.CALENDARS)
    expected = {
        "Admin": every,
        "Manager": every,
        "Staff": ["Studio One"],
        "Customer": ["Garden Pavilion"],
    }
    seen = {
        role: [one["name"] for one in client.get("/api/calendars", headers=bearer(token)).json()["items"]]
        for role, token in tokens.items()
    }
    assert seen == expected


def test_a_busy_port_is_said_before_anything_is_started(
    run: Run, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert run("demo", "--port", str(port)) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        f"callboard: port {port} on 127.0.0.1 is in use;"
        f" choose another with --port (make demo PORT={port + 1})\n"
    )
    assert not home.exists()

"""README's tour, pasted into bash while a demo with an empty home serves."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.cli.tokens import bearer_token
from api.demo.people import MANAGER, viewer_of
from api.settings import Settings
from persistence.embedded.temporary import temporary_folder
from tests.api.cli.processes import Process, free_port
from tests.readme.tour import README, Step, is_abridged_to, steps_of

STEPS = steps_of(README.read_text())
_BETWEEN = "---- the next step ----"
_PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Tour:
    """What the tour printed, step by step, and what was there afterwards."""

    printed: dict[Step, str]
    bookings: list[dict[str, Any]]
    open_conflicts: list[dict[str, Any]]
    files: list[str]
    to_a_stranger: dict[str, Any]


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    """The tour, taken once."""
    if shutil.which("curl") is None:
        pytest.skip("the tour is taken with curl, and there is none here")
    checkout = tmp_path_factory.mktemp("checkout")
    (checkout / ".venv").symlink_to(sys.prefix)
    port = free_port()
    with temporary_folder() as folder:
        home = str(folder / "home")
        # A busy machine has to find the fixes that an idle one finds at once.
        environment = {"CALLBOARD_HOME": home, "CALLBOARD_SOLVE_SECONDS": "60"}
        demo = Process(folder / "demo.txt", environment, "demo", "--port", str(port))
        settings = {"CALLBOARD_HOME": home, "CALLBOARD_URL": f"http://127.0.0.1:{port}"}
        try:
            demo.wait_until_ready(settings["CALLBOARD_URL"])
            yield _take(checkout, settings)
            assert demo.stop(signal.SIGINT) == 0
        finally:
            demo.kill()


def _take(checkout: Path, settings: dict[str, str]) -> Tour:
    blocks = [step.commands for step in STEPS]
    *printed, token = _paste(checkout, settings, [*blocks, ".venv/bin/callboard token --role Manager\n"])
    headers = {"Authorization": f"Bearer {token.splitlines()[-1]}"}
    since = datetime.now(UTC) + timedelta(days=390)
    with httpx.Client(base_url=settings["CALLBOARD_URL"], headers=headers) as client:

        def items(path: str, **query: str) -> list[dict[str, Any]]:
            page = client.get(path, params={"limit": "200", **query}).raise_for_status().json()
            assert page["nextCursor"] is None
            found: list[dict[str, Any]] = page["items"]
            return found

        return Tour(
            printed=dict(zip(STEPS, printed, strict=True)),
            bookings=items("/api/schedules", **{"from": since.isoformat()}),
            open_conflicts=items("/api/schedules/conflicts"),
            files=sorted(path.name for path in checkout.iterdir()),
            to_a_stranger=client.get("/api/calendars", headers=_stranger(checkout.parent)).json(),
        )


def _stranger(home: Path) -> dict[str, str]:
    """The header of a manager whose token was made in another home."""
    return {"Authorization": f"Bearer {bearer_token(Settings(home=home), viewer_of(MANAGER))}"}


def _paste(checkout: Path, settings: dict[str, str], blocks: list[str]) -> list[str]:
    """Run the blocks one after the other in one shell; what each printed."""
    programs = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{os.environ['PATH']}"
    shell = subprocess.run(
        ["bash", "-c", "".join(f"{block}echo '{_BETWEEN}'\n" for block in blocks)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        cwd=checkout,
        env={"PATH": programs, "HOME": str(checkout), "LANG": "C.UTF-8", **settings},
        timeout=_PATIENCE_SECONDS,
        check=True,
    )
    *printed, rest = shell.stdout.split(f"{_BETWEEN}\n")
    assert rest == ""
    return printed


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_block_prints_what_readme_shows(step: Step, tour: Tour) -> None:
    assert is_abridged_to(tour.printed[step], step.shown), tour.printed[step]


def test_every_call_has_the_status_it_should(tour: Tour) -> None:
    statuses = re.findall(r"^HTTP (\d+)$", "".join(tour.printed.values()), re.MULTILINE)
    refused, applied = ["409"], ["200"]
    booked = ["200", "200", "201", "201", "201"]
    freed = ["201", "201", "200"]
    conflicts = ["200"] * 6
    searched = ["200"]
    assert statuses == [*booked, *refused, "200", *applied, *freed, *conflicts, *searched]


def test_the_fix_made_room_and_the_room_was_booked(tour: Tour) -> None:
    days = {one["startDateTime"][:10] for one in tour.bookings}
    assert len(days) == 1
    assert [
        (one["eventTitle"], one["calendarName"], one["startDateTime"][11:16], one["endDateTime"][11:16])
        for one in sorted(tour.bookings, key=lambda one: (one["startDateTime"], one["eventTitle"]))
    ] == [
        ("Sound Check", "Ballroom", "18:00", "19:00"),
        ("Spring Concert", "Garden Pavilion", "18:00", "20:00"),
        ("Book Fair", "Ballroom", "19:00", "21:00"),
    ]
    assert {(one["status"], one["conflictLevel"]) for one in tour.bookings} == {("Scheduled", "None")}


def test_one_of_the_eleven_conflicts_is_over(tour: Tour) -> None:
    assert "The demo has eleven." in README.read_text()
    assert len(tour.open_conflicts) == 10
    assert "Rotary Club Charity Dinner" not in {one["scheduledEventTitle"] for one in tour.open_conflicts}


def test_a_token_of_another_home_is_refused_and_the_answer_says_why(tour: Tour) -> None:
    assert tour.to_a_stranger["status"] == 401
    assert tour.to_a_stranger["detail"] == (
        "The bearer token is not valid: it was signed with another key, perhaps of another CALLBOARD_HOME"
    )


def test_nothing_is_left_in_the_folder(tour: Tour) -> None:
    assert tour.files == [".venv"]

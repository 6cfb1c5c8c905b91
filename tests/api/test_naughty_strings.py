"""Whatever text a client sends is stored as it is, or refused with the field's name."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def strings(shared_data: Path) -> list[str]:
    file = shared_data / "strings" / "blns.json"
    if not file.is_file():
        pytest.skip("the list of naughty strings is not here")
    found: list[str] = json.loads(file.read_text())
    return [*found, "\x00", "\ud800", "a\u2028b", "\U0010ffff", "x" * 5000]


async def test_as_text(client: httpx.AsyncClient, as_manager: dict[str, str], strings: list[str]) -> None:
    kept = 0
    for one in strings:
        content = json.dumps({"title": "t" + one[:250], "description": one})
        answer = await client.post("/api/events", content=content, headers={**as_manager, **JSON})
        if answer.status_code == 201:
            kept += 1
            assert answer.json()["description"] == one
        else:
            assert (answer.status_code, set(answer.json()["errors"]) <= {"title", "description"}) == (
                400,
                True,
            )
    assert kept == len(strings) - 3


async def test_everywhere_else(
    client: httpx.AsyncClient, as_admin: dict[str, str], strings: list[str]
) -> None:
    for one in strings[::4] + strings[-5:]:
        body = {
            "name": one,
            "resourceType": one,
            "timeZone": one,
            "features": [one],
            "quantity": one,
            one: one,
        }
        for path in ("/api/resources", "/api/calendars"):
            answer = await client.post(path, content=json.dumps(body), headers={**as_admin, **JSON})
            assert answer.status_code == 400
            assert answer.json()["errors"].keys() & {"timeZone", "body"}
        text = one.encode("utf-8", "replace").decode()
        answer = await client.get(
            "/api/calendars", params={"q": text, "cursor": text, "limit": text}, headers=as_admin
        )
        assert answer.status_code == 400
        answer = await client.get("/api/resources", params={"q": text}, headers=as_admin)
        assert answer.status_code in {200, 400}
        answer = await client.get("/api/events", headers={**as_admin, "If-Match": "x"}, params={"q": text})
        assert answer.status_code in {200, 400}

"""Who may do what with whose: role by endpoint by row, for every operation of the document (spec 10.2)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.auth.bearer import Bearer
from api.auth.service_tokens import hash_of
from api.bootstrap import Callboard, bootstrap
from api.main import create_app
from api.settings import Settings
from domain.viewer import Viewer
from persistence.embedded import EmbeddedUrls
from tests.api.rights.calls import kind_of, path_of, request_of
from tests.api.rights.matrix import MATRIX, PUBLIC, STREAMS
from tests.api.rights.world import GRANTED, HIDDEN, OWN, ROLES, World

Headers = dict[str, str]
ROWS = {
    None: ("-",),
    "calendar": (GRANTED, HIDDEN),
    "resource": (GRANTED, HIDDEN),
    "event": (OWN, GRANTED, HIDDEN),
    "schedule": (OWN, GRANTED, HIDDEN),
    "series": (OWN, GRANTED, HIDDEN),
    "conflict": (OWN, GRANTED, HIDDEN),
    "suggestion": (OWN, HIDDEN),
    "export": (OWN, HIDDEN),
    "feed": (OWN, HIDDEN),
    "webhook": (OWN, HIDDEN),
}
"""Which rows a kind of thing comes in."""
BOOKS_ANYWHERE = {"POST /api/schedules", "POST /api/schedules/bulk", "POST /api/schedules/suggestions"}
"""Their rows are in the body."""


def rows_of(operation: str) -> tuple[str, ...]:
    return ROWS["schedule"] if operation in BOOKS_ANYWHERE else ROWS[kind_of(operation)]


@pytest.fixture(scope="module")
async def world(module_urls: EmbeddedUrls, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Built once: no call below changes anything."""
    home: Path = tmp_path_factory.mktemp("home")
    service: Callboard = bootstrap(Settings(home=home, solve_seconds=60), module_urls.application)

    def headers(viewer: Viewer) -> Headers:
        token = service.issuer.token(viewer, service.database.clock.now(), timedelta(hours=1))
        return {"Authorization": f"Bearer {token}"}

    app = create_app(service)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://callboard.test") as client:
            world = World(client, headers)
            await world.build()
            yield world


def operations(world: World) -> list[str]:
    """Every operation of the document, but for the stream, which has no end, and public ones."""
    document = world.client._transport.app.openapi()  # type: ignore[attr-defined]
    found = [f"{method.upper()} {path}" for path, of in document["paths"].items() for method in of]
    return [one for one in found if one not in PUBLIC | STREAMS]


async def cell(world: World, operation: str, row: str, role: str) -> str:
    """The status of the call; `-` where somebody of that role has no such thing."""
    kind = kind_of(operation)
    if row == OWN and kind is not None and (kind, f"{OWN}/{role}") not in world.ids:
        return "-"
    place = GRANTED if row == "-" else row
    request: dict[str, Any] = request_of(operation, world, place, role)
    request["headers"] = request.get("headers", {}) | world.headers(ROLES[role])
    answer = await world.client.request(
        operation.split(maxsplit=1)[0], path_of(operation, world, place, role), **request
    )
    return str(answer.status_code)


async def actual(world: World) -> dict[str, dict[str, str]]:
    return {
        operation: {
            row: " ".join([await cell(world, operation, row, role) for role in ROLES])
            for row in rows_of(operation)
        }
        for operation in operations(world)
    }


async def test_every_cell(world: World) -> None:
    """A new endpoint fails this until it has its cells."""
    found = await actual(world)
    assert found.keys() == MATRIX.keys()
    wrong = {
        f"{operation} | {row}": (cells, MATRIX[operation].get(row))
        for operation, rows in found.items()
        for row, cells in rows.items()
        if MATRIX[operation].get(row) != cells
    }
    assert wrong == {}


async def test_a_token_without_a_scope_is_good_for_nothing(world: World) -> None:
    """Whatever the role: each endpoint needs a scope, and says which."""
    service = world.client._transport.app.state.callboard  # type: ignore[attr-defined]
    viewer = Viewer(ROLES["Admin"].user_id, ROLES["Admin"].role, frozenset())
    until = service.database.clock.now() + timedelta(hours=1)
    service.issuers.service_tokens._recent.put(hash_of("cb_x"), Bearer(viewer, until))
    found: dict[str, str] = {}
    for operation in [*operations(world), *STREAMS]:
        request: dict[str, Any] = request_of(operation, world, GRANTED, "Admin")
        request["headers"] = request.get("headers", {}) | {"Authorization": "Bearer cb_x"}
        path = path_of(operation, world, OWN, "Admin")
        answer = await world.client.request(operation.split()[0], path, **request)
        if not answer.json().get("detail", "").startswith("This token lacks the scope "):
            found[operation] = answer.text
    assert found == {}


async def test_nobody_is_let_in_without_a_token(world: World) -> None:
    for operation in operations(world):
        path = path_of(operation, world, HIDDEN, "Admin")
        answer = await world.client.request(operation.split()[0], path)
        assert answer.status_code == 401, operation

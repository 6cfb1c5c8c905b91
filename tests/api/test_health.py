"""Whether the service lives and serves."""

from __future__ import annotations

from collections.abc import Callable

import httpx

from api.bootstrap import bootstrap
from api.main import create_app
from api.settings import Settings


async def test_a_running_service_is_live_and_ready(client: httpx.AsyncClient) -> None:
    for path, status in (("/health/live", "live"), ("/health/ready", "ready")):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": status})


async def test_an_older_schema_is_not_served(
    client: httpx.AsyncClient, owner_execute: Callable[[str], None]
) -> None:
    owner_execute("UPDATE alembic_version SET version_num = '0008'")
    answer = await client.get("/health/ready")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert answer.json()["detail"].startswith("the database is at revision 0008, this code needs ")
    assert (await client.get("/health/live")).status_code == 200


async def test_without_a_database_it_lives_but_does_not_serve(settings: Settings) -> None:
    service = bootstrap(settings, "postgresql+psycopg://nobody@127.0.0.1:1/nowhere")
    transport = httpx.ASGITransport(app=create_app(service))
    async with httpx.AsyncClient(transport=transport, base_url="http://callboard.test") as client:
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["detail"]) == (503, "the database does not answer")
        assert (await client.get("/health/live")).status_code == 200
    await service.close()

"""schemathesis over the whole OpenAPI document: no 5xx, and nothing that the document does not say.

A short run with the same seed each time; `make fuzz` makes a long one, as each role, with a seed of its own.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.bootstrap import bootstrap
from api.main import create_app
from api.settings import Settings
from domain.viewer import Viewer
from persistence.embedded import EmbeddedUrls
from tests.api.fuzz.plan import write_plan
from tests.api.rights.world import ROLES, World

ASKED = os.environ.get("CALLBOARD_TEST_FUZZ")
SHORT = {
    "Customer": ["--seed", "4", "--phases", "examples", "--warnings", "off"],
    "Admin": ["--seed", "4", "--phases", "examples,fuzzing", "--max-examples", "1", "--warnings", "off"],
}
LONG = ["--max-examples", "50", "--continue-on-failure", *shlex.split(ASKED or "")]

Served = tuple[str, World]


@pytest.fixture(scope="module")
async def served(
    module_urls: EmbeddedUrls, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    """The service on a port of this machine, with a thing of each kind."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), solve_seconds=60)
    service = bootstrap(settings, module_urls.application)

    def headers(viewer: Viewer) -> dict[str, str]:
        token = service.issuer.token(viewer, service.database.clock.now(), timedelta(days=1))
        return {"Authorization": f"Bearer {token}"}

    server = uvicorn.Server(uvicorn.Config(create_app(service), port=0, log_level="warning"))
    running = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    async with httpx.AsyncClient(base_url=url) as client:
        world = World(client, headers)
        await world.build()
    yield url, world
    await service.event_streams.close()
    server.should_exit = True
    await running


@pytest.mark.parametrize("role", list(SHORT if ASKED is None else ROLES))
async def test_the_service_does_what_its_document_says(role: str, served: Served, tmp_path: Path) -> None:
    url, world = served
    write_plan(tmp_path / "schemathesis.toml", world, role)
    (token,) = world.headers(ROLES[role]).values()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "schemathesis.cli", "run", f"{url}/openapi.json", "--header", f"Authorization: {token}"),
        *(SHORT[role] if ASKED is None else LONG),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE if ASKED is None else None,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, (said or b"see above").decode()

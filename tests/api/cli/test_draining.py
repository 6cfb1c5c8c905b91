"""Told to stop, the service takes no more requests and ends those it has."""

from __future__ import annotations

import signal
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psycopg
import pytest

from domain.enums import Role
from persistence.embedded import EmbeddedUrls, libpq_url
from tests.api.cli.conftest import Run
from tests.api.cli.processes import Process, free_port, wait_until


def test_a_request_that_has_begun_is_answered(
    urls: EmbeddedUrls, home: Path, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("token", "--role", Role.Manager.name) == 0
    headers = {"Authorization": f"Bearer {capsys.readouterr().out.split()[-1]}"}
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {"CALLBOARD_HOME": str(home), "CALLBOARD_DATABASE_URL": urls.application}
    server = Process(tmp_path / "serve.txt", environment, "serve", "--port", str(port))

    def waits() -> bool:
        with psycopg.connect(libpq_url(urls.owner)) as connection:
            found = connection.execute(
                "SELECT FROM pg_locks WHERE NOT granted AND relation = 'events'::regclass"
            )
            return bool(found.rowcount)

    def refuses() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) != 0

    try:
        server.wait_until_ready(url)
        with ThreadPoolExecutor(1) as requests, psycopg.connect(libpq_url(urls.owner)) as holder:
            holder.execute("LOCK TABLE events")
            answer = requests.submit(
                httpx.post, f"{url}/api/events", json={"title": "Late"}, headers=headers, timeout=60
            )
            wait_until(waits)
            server.process.send_signal(signal.SIGTERM)
            wait_until(refuses)
            holder.rollback()
            assert answer.result().status_code == 201
        assert server.process.wait(60) == 0
    finally:
        server.kill()

"""`callboard migrate` and `serve` on a PostgreSQL of your own."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from persistence.embedded import EmbeddedPostgres, EmbeddedUrls
from persistence.migrate import newest_revision
from tests.api.cli.conftest import Run
from tests.api.cli.processes import Process, free_port

_numbers = itertools.count()


@pytest.fixture
def bare(postgres: EmbeddedPostgres) -> Iterator[EmbeddedUrls]:
    """A database that was never migrated."""
    name = f"bare_{os.getpid()}_{next(_numbers)}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


def test_your_own_database_is_migrated_and_then_servable(
    bare: EmbeddedUrls, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBOARD_DATABASE_URL", bare.application)
    assert run("serve", "--port", str(free_port())) == 1
    assert capsys.readouterr().err == (
        f"callboard: the database is at revision None, this code needs {newest_revision()};"
        " run `callboard migrate` first\n"
    )
    assert run("migrate") == 1
    assert capsys.readouterr().err == (
        "callboard: migrating needs the owner's login: set CALLBOARD_DATABASE_OWNER_URL\n"
    )
    monkeypatch.setenv("CALLBOARD_DATABASE_OWNER_URL", bare.owner)
    for _ in range(2):
        assert run("migrate") == 0
        assert capsys.readouterr().out == f"The database is at revision {newest_revision()}.\n"


def test_who_does_not_own_it_cannot_migrate_it(
    bare: EmbeddedUrls, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBOARD_DATABASE_OWNER_URL", bare.application)
    assert run("migrate") == 1
    assert capsys.readouterr().err == (
        "callboard: the database could not be migrated: permission denied for schema public\n"
        "  Check CALLBOARD_DATABASE_OWNER_URL and that its login owns the database.\n"
    )


@pytest.mark.parametrize(
    "url",
    [
        *("nonsense", "", "postgres://x@/y", "mysql://x@/y", "sqlite:///x", "sqlite+aiosqlite:///x"),
        *("postgresql://h:abc/x", "postgresql://[::bad", "postgresql+nothing://h/x"),
    ],
)
@pytest.mark.parametrize(
    ("variable", "command"),
    [
        ("CALLBOARD_DATABASE_URL", ("serve", "--port", str(free_port()))),
        ("CALLBOARD_DATABASE_URL", ("demo", "--port", str(free_port()))),
        ("CALLBOARD_DATABASE_OWNER_URL", ("migrate",)),
    ],
)
def test_a_url_that_cannot_be_read_is_said_without_repeating_it(
    variable: str,
    command: tuple[str, ...],
    url: str,
    run: Run,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variable, url)
    assert run(*command) == 1
    assert capsys.readouterr().err == (
        f"callboard: {variable} cannot be read:"
        " it should look like postgresql://user:password@host/database\n"
    )


def test_a_database_that_is_silent_is_said(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBOARD_DATABASE_URL", f"postgresql://callboard@127.0.0.1:{free_port()}/callboard")
    assert run("serve", "--port", str(free_port())) == 1
    assert capsys.readouterr().err == (
        "callboard: the database does not answer; is CALLBOARD_DATABASE_URL right, and the server up?\n"
    )


def test_passwords_may_have_any_characters(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"postgresql+psycopg://callboard:a[b#c?d@127.0.0.1:{free_port()}/callboard"
    monkeypatch.setenv("CALLBOARD_DATABASE_URL", url)
    assert run("serve", "--port", str(free_port())) == 1
    assert capsys.readouterr().err.startswith("callboard: the database does not answer;")


@pytest.mark.parametrize("command", [("demo",), ("serve",)])
def test_a_home_that_is_no_folder_is_said(
    command: tuple[str, ...], run: Run, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.write_text("a file")
    assert run(*command, "--port", str(free_port())) == 1
    assert capsys.readouterr().err == (
        f"Opening the database in {home} ...\n"
        f"callboard: the database in {home} cannot be opened: Not a directory;"
        " choose another CALLBOARD_HOME\n"
    )


def test_a_home_where_nothing_can_be_made_is_said(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBOARD_HOME", "/proc/callboard")
    assert run("migrate") == 1
    assert capsys.readouterr().err == (
        "Opening the database in /proc/callboard ...\n"
        "callboard: the database in /proc/callboard cannot be opened: No such file or directory;"
        " choose another CALLBOARD_HOME\n"
    )


def test_the_owners_url_alone_is_not_enough(
    run: Run, home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBOARD_DATABASE_OWNER_URL", "postgresql://owner@/callboard")
    assert run("demo", "--port", str(free_port())) == 1
    assert capsys.readouterr().err == (
        "callboard: CALLBOARD_DATABASE_OWNER_URL is set; set CALLBOARD_DATABASE_URL beside it\n"
    )
    assert not home.exists()


def test_an_address_that_is_not_ours_is_said(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("serve", "--host", "nowhere.invalid") == 1
    assert capsys.readouterr().err == (
        "callboard: there is no address 'nowhere.invalid' to listen on; try --host 127.0.0.1\n"
    )


def test_two_workers_serve_and_stop(urls: EmbeddedUrls, home: Path, tmp_path: Path) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {"CALLBOARD_HOME": str(home), "CALLBOARD_DATABASE_URL": urls.application}
    server = Process(tmp_path / "serve.txt", environment, "serve", "--port", str(port), "--workers", "2")
    try:
        server.wait_until_ready(url)
        server.wait_for(f"Callboard serves at {url} (interactive documentation at {url}/docs).")
        assert len(server.descendants()) >= 2
        assert httpx.get(f"{url}/docs").status_code == 200
        assert server.stop(signal.SIGTERM) == 0
    finally:
        server.kill()
    assert "Traceback" not in server.text

"""Starting, stopping, starting again, sharing."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from persistence.embedded import EmbeddedPostgres, EmbeddedPostgresFailed, libpq_url, temporary_postgres


def ask(url: str, query: str) -> object:
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def do(url: str, statement: str) -> None:
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        connection.execute(statement)


STARTER = """
import sys
from pathlib import Path
from persistence.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), durable=False) as server:
    print(server.started_here, server.urls.owner, flush=True)
    sys.stdin.readline()
"""


def start_elsewhere(home: Path, environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", STARTER, home],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def told(process: "subprocess.Popen[str]") -> list[str]:
    assert process.stdout is not None
    return process.stdout.readline().split()


def test_a_new_home_gets_a_server_and_stopping_ends_it(ground: Path) -> None:
    server = EmbeddedPostgres(ground / "new" / "home", durable=False)
    urls = server.start()
    assert server.started_here
    assert server.start() == urls == server.urls
    assert (
        ask(urls.owner, "SELECT current_user || ' in ' || current_database()")
        == "callboard_owner in callboard"
    )
    server.stop()
    assert not server.started_here
    with pytest.raises(psycopg.OperationalError):
        ask(urls.owner, "SELECT 1")
    with pytest.raises(EmbeddedPostgresFailed, match="not started"):
        _ = server.urls
    server.stop()


def test_a_second_start_has_the_same_urls_and_the_data(home: Path) -> None:
    with EmbeddedPostgres(home) as first:
        do(first.urls.owner, "CREATE TABLE kept AS SELECT 42 AS answer")
        urls = first.urls
    with EmbeddedPostgres(home) as second:
        assert second.urls == urls
        assert ask(second.urls.owner, "SELECT answer FROM kept") == 42


def test_the_urls_are_sqlalchemys_and_libpqs(server: EmbeddedPostgres) -> None:
    url = make_url(server.urls.application)
    assert url.drivername == "postgresql+psycopg"
    assert (url.username, url.database, url.host) == ("callboard_app", "callboard", None)
    assert dict(url.query) == {"host": str(server.socket_folder), "port": "5432"}
    assert libpq_url(server.urls.application) == "postgresql" + server.urls.application.removeprefix(
        "postgresql+psycopg"
    )


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", ""),
        ("unix_socket_permissions", "0700"),
        ("data_checksums", "on"),
        ("server_encoding", "UTF8"),
        ("TimeZone", "UTC"),
        ("max_connections", "100"),
        ("password_encryption", "scram-sha-256"),
        ("fsync", "off"),
        ("synchronous_commit", "off"),
        ("full_page_writes", "off"),
    ],
)
def test_settings_for_tests(server: EmbeddedPostgres, setting: str, value: str) -> None:
    assert ask(server.urls.owner, f"SHOW {setting}") == value


def test_text_sorts_by_code_point_whatever_the_machine_speaks(server: EmbeddedPostgres) -> None:
    query = "SELECT string_agg(word, ' ' ORDER BY word) FROM unnest('{b,B,a,é,z}'::text[]) AS word"
    assert ask(server.urls.owner, query) == "B a b z é"
    assert ask(server.urls.owner, "SELECT upper('é')") == "É"


def test_a_durable_server_keeps_its_promises_and_takes_more_connections(home: Path) -> None:
    with EmbeddedPostgres(home, max_connections=150) as server:
        names = ("fsync", "synchronous_commit", "full_page_writes", "max_connections")
        assert [ask(server.urls.owner, f"SHOW {name}") for name in names] == ["on", "on", "on", "150"]


def test_the_callers_own_postgres_settings_do_not_reach_the_server(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("LC_ALL", "xx_XX.UTF-8")
    monkeypatch.chdir("/")
    with EmbeddedPostgres(home) as server:
        assert ask(server.urls.owner, "SELECT 1") == 1


def test_another_process_attaches_and_leaves_the_server_running(
    home: Path, child_environment: dict[str, str]
) -> None:
    with EmbeddedPostgres(home) as server:
        with start_elsewhere(home, child_environment) as other:
            assert told(other) == ["False", server.urls.owner]
        assert other.returncode == 0
        assert ask(server.urls.owner, "SELECT 1") == 1


def test_two_objects_of_one_process_share_a_home_too(home: Path) -> None:
    with EmbeddedPostgres(home) as first:
        with EmbeddedPostgres(home) as second:
            assert (first.started_here, second.started_here) == (True, False)
            assert second.urls == first.urls
        assert ask(first.urls.owner, "SELECT 1") == 1


def test_of_processes_that_start_a_new_home_at_once_one_makes_it(
    ground: Path, child_environment: dict[str, str]
) -> None:
    racers = [start_elsewhere(ground / "home", child_environment) for _ in range(3)]
    answers = [told(racer) for racer in racers]
    assert sorted(started for started, _ in answers) == ["False", "False", "True"]
    assert len({url for _, url in answers}) == 1
    assert ask(answers[0][1], "SELECT 1") == 1
    for racer in sorted(racers, key=lambda racer: answers[racers.index(racer)][0]):
        racer.communicate("\n")
        assert racer.returncode == 0


def test_the_terminals_interrupt_does_not_reach_the_server(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        pid = int((home / "postgres/cluster/data/postmaster.pid").read_text().splitlines()[0])
        assert os.getsid(pid) == pid != os.getsid(0)
        assert server.started_here


def test_a_path_too_long_for_a_socket(home: Path, ground: Path) -> None:
    deep = ground.joinpath(*["a-folder-with-a-long-name"] * 6)
    deep.mkdir(parents=True)
    home.rename(deep / "home")
    with EmbeddedPostgres(deep / "home") as server:
        folder = server.socket_folder
        assert len(f"{folder}/.s.PGSQL.5432") <= 107
        assert folder.stat().st_mode & 0o777 == 0o700
        assert ask(server.urls.owner, "SELECT 1") == 1
        with EmbeddedPostgres(deep / "home") as attached:
            assert attached.urls == server.urls
    assert not folder.exists()


@pytest.mark.parametrize("name", ["with a space", "ünï=cödé&?%20#", "a,comma", "it's"])
def test_odd_names_of_homes(home: Path, name: str) -> None:
    with EmbeddedPostgres(home.rename(home.with_name(name))) as server:
        assert ask(server.urls.owner, "SELECT 1") == 1
        assert make_url(server.urls.owner).query["host"] == str(server.socket_folder)


def test_a_relative_home_survives_a_change_of_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.parent)
    server = EmbeddedPostgres(Path("home"))
    monkeypatch.chdir("/")
    with server:
        assert server.socket_folder == home / "postgres/cluster/socket"


def test_nothing_is_left_of_a_temporary_server() -> None:
    with temporary_postgres(max_connections=20) as server:
        assert ask(server.urls.owner, "SHOW max_connections") == "20"
        home = server.socket_folder.parent.parent.parent
        assert home.exists()
    assert not home.exists()

"""What a crash, a kill or a careless hand leaves behind, and what the next start makes of it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from persistence.embedded import EmbeddedPostgres, EmbeddedPostgresFailed, libpq_url
from persistence.embedded.__main__ import main

OWNER_PROCESS = """
import sys
from pathlib import Path
from persistence.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), durable=False) as server:
    print(server.urls.owner, flush=True)
    sys.stdin.readline()
"""


def server_pid(home: Path) -> int:
    return int((home / "postgres/cluster/data/postmaster.pid").read_text().splitlines()[0])


def wait_until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def start_owner(home: Path, environment: dict[str, str]) -> "subprocess.Popen[str]":
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER_PROCESS, home],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("postgresql+psycopg://callboard_owner:")
    return process


def answers(server: EmbeddedPostgres) -> bool:
    with psycopg.connect(libpq_url(server.urls.owner)) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_a_killed_server_recovers_with_what_was_committed(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.start()
    connection = psycopg.connect(libpq_url(server.urls.owner))
    with connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        connection.commit()
        os.kill(server_pid(home), signal.SIGKILL)
        server.stop()
        assert (home / "postgres/cluster/data/postmaster.pid").exists()
        with (
            EmbeddedPostgres(home) as again,
            psycopg.connect(libpq_url(again.urls.owner)) as fresh,
        ):
            assert fresh.execute("SELECT answer FROM kept").fetchone() == (42,)
        connection.close()


def test_a_pid_file_that_names_somebody_elses_process(home: Path) -> None:
    pid_file = home / "postgres/cluster/data/postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n0\n5432\n/nowhere\n\n  0 0\nready   \n")
    with EmbeddedPostgres(home) as server:
        assert server_pid(home) != os.getpid()
        assert answers(server)


def test_the_server_ends_when_its_starter_is_killed(home: Path, child_environment: dict[str, str]) -> None:
    with start_owner(home, child_environment) as starter:
        pid_file = home / "postgres/cluster/data/postmaster.pid"
        assert pid_file.exists()
        starter.kill()
        wait_until(lambda: not pid_file.exists())
    with EmbeddedPostgres(home) as server:
        assert server.started_here
        assert answers(server)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finds a process's children in /proc")
def test_a_server_that_outlives_its_starter_is_replaced(
    home: Path, child_environment: dict[str, str]
) -> None:
    with start_owner(home, child_environment) as starter:
        orphan = server_pid(home)
        children = Path(f"/proc/{starter.pid}/task/{starter.pid}/children").read_text().split()
        (lifeline,) = (int(child) for child in children if int(child) != orphan)
        os.kill(lifeline, signal.SIGKILL)
        starter.kill()
    assert server_pid(home) == orphan
    with EmbeddedPostgres(home) as server:
        assert server.started_here
        assert server_pid(home) != orphan
        assert answers(server)


def test_an_interrupted_making_is_begun_anew(home: Path) -> None:
    note = home / "postgres/cluster.json"
    note.write_text(json.dumps(json.loads(note.read_text()) | {"complete": False}))
    with EmbeddedPostgres(home, durable=False) as server:
        assert answers(server)
    assert json.loads(note.read_text())["complete"] is True


def test_a_database_without_its_note_is_never_overwritten(home: Path) -> None:
    (home / "postgres/cluster.json").unlink()
    with pytest.raises(
        EmbeddedPostgresFailed, match=r"not the note with its passwords(.|\n)*cluster\.json back"
    ):
        EmbeddedPostgres(home).start()
    assert (home / "postgres/cluster/data/PG_VERSION").exists()


def test_a_database_that_is_gone_is_not_replaced_in_silence(home: Path) -> None:
    shutil.rmtree(home / "postgres/cluster")
    with pytest.raises(EmbeddedPostgresFailed, match="which is gone"):
        EmbeddedPostgres(home).start()


def test_a_deleted_home_gets_a_new_database(home: Path) -> None:
    with EmbeddedPostgres(home) as server:
        before = server.urls
    shutil.rmtree(home)
    with EmbeddedPostgres(home, durable=False) as server:
        assert server.urls != before
        assert answers(server)


def test_a_home_deleted_while_its_server_runs_stays_deleted(home: Path) -> None:
    server = EmbeddedPostgres(home)
    server.start()
    shutil.rmtree(home)
    server.stop()
    assert not home.exists()


def test_data_of_another_major_version_is_refused(home: Path) -> None:
    (home / "postgres/cluster/data/PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedPostgresFailed, match=r"made by PostgreSQL 9; .*\n.*pg_dump 9"):
        EmbeddedPostgres(home).start()


def test_a_server_that_fails_shows_its_last_words(home: Path) -> None:
    with (home / "postgres/cluster/data/postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(EmbeddedPostgresFailed) as caught:
        EmbeddedPostgres(home).start()
    assert "ended while starting (code 1)" in str(caught.value)
    assert 'unrecognized configuration parameter "no_such_setting"' in str(caught.value)
    assert str(home / "postgres/server.log") in str(caught.value)


def test_programs_that_do_not_run_are_named(home: Path, ground: Path) -> None:
    with pytest.raises(EmbeddedPostgresFailed, match="do not run here") as caught:
        EmbeddedPostgres(home, programs=ground / "none").start()
    assert str(ground / "none") in str(caught.value)


def test_a_failed_start_lets_the_next_one_begin(home: Path, ground: Path) -> None:
    server = EmbeddedPostgres(home, programs=ground / "none")
    with pytest.raises(EmbeddedPostgresFailed):
        server.start()
    with EmbeddedPostgres(home) as other:
        assert other.started_here


def test_removal_is_refused_while_the_server_runs(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with EmbeddedPostgres(home) as server:
        assert main(["remove", str(home)]) == 1
        assert "is in use" in capsys.readouterr().err
        assert answers(server)
    assert main(["remove", str(home)]) == 0
    assert list(home.iterdir()) == []
    assert main(["remove", str(home)]) == 0


def test_a_command_that_is_not_understood(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["destroy"]) == 2
    assert capsys.readouterr().err == "usage: python -m persistence.embedded remove HOME\n"

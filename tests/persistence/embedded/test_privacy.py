"""Who may reach the server, and as whom it runs."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from persistence.embedded import EmbeddedPostgres, EmbeddedPostgresFailed, libpq_url, programs
from persistence.embedded.account import ServerAccount
from persistence.embedded.programs import copy_programs, installed_programs

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another account")

# All imports first: the account may be unable to read the interpreter's own folders.
UNPRIVILEGED = """
import json, os, sys
from pathlib import Path
import psycopg
import encodings.idna
from persistence.embedded import EmbeddedPostgres, libpq_url
os.setgroups([]); os.setgid(65534); os.setuid(65534)
with EmbeddedPostgres(Path(sys.argv[1]), durable=False, programs=Path(sys.argv[2])) as server:
    with psycopg.connect(libpq_url(server.urls.owner)) as connection:
        query = "SELECT current_user || ' ' || current_setting('listen_addresses')"
        print(connection.execute(query).fetchone()[0] + "|", os.geteuid(), flush=True)
    data = Path(sys.argv[1]) / "postgres/cluster/data"
    print(data.stat().st_uid, oct(data.parent.parent.stat().st_mode & 0o777))
"""


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_only_its_owner_reads_what_the_home_keeps(server: EmbeddedPostgres) -> None:
    place = server.socket_folder.parent
    keep = place.parent
    opened_to_others = {
        path.name for path in (*keep.iterdir(), *place.iterdir()) if not path.is_dir() and mode(path) & 0o077
    }
    assert opened_to_others == set()
    assert {mode(place / "data"), mode(place / "socket")} == {0o700}
    assert mode(keep / "cluster.json") == 0o600
    assert not mode(keep) & 0o066
    assert not (place / "password").exists()


@pytest.mark.parametrize("role", ["callboard_owner", "callboard_app", "callboard_worker", "postgres"])
@pytest.mark.parametrize("password", ["", "callboard", "postgres"])
def test_no_role_enters_without_its_password(server: EmbeddedPostgres, role: str, password: str) -> None:
    with pytest.raises(
        psycopg.OperationalError, match=r"no password supplied|password authentication failed"
    ):
        psycopg.connect(host=str(server.socket_folder), user=role, password=password, dbname="callboard")


def test_every_home_has_its_own_passwords(server: EmbeddedPostgres, made_home: Path) -> None:
    with EmbeddedPostgres(made_home) as other:
        passwords = {
            url.split(":")[2].split("@")[0]
            for urls in (server.urls, other.urls)
            for url in (urls.owner, urls.application, urls.worker)
        }
    assert len(passwords) == 6
    assert {len(password) for password in passwords} == {64}


@as_root
def test_root_runs_the_server_as_somebody_else(server: EmbeddedPostgres) -> None:
    data = server.socket_folder.parent / "data"
    pid = (data / "postmaster.pid").read_text().splitlines()[0]
    assert Path(f"/proc/{pid}").stat().st_uid == data.stat().st_uid != 0
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    assert set(status["Uid"].split()) == {str(data.stat().st_uid)}
    assert status["Groups"].split() in ([], [str(data.stat().st_gid)])


@as_root
def test_a_private_home_stays_private_and_its_cluster_is_sheltered(ground: Path) -> None:
    shelter = ground / "shelter"
    private = ground / "private"
    private.mkdir(mode=0o700)
    home = private / "deeper" / "home"
    with EmbeddedPostgres(home, durable=False, shelter=shelter) as server:
        (place,) = shelter.iterdir()
        assert server.socket_folder == place / "socket"
        with psycopg.connect(libpq_url(server.urls.owner)) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        urls = server.urls
    assert mode(private) == 0o700
    assert sorted(path.name for path in (home / "postgres").iterdir()) == [
        "cluster.json",
        "server.log",
        "starting.lock",
    ]
    moved = home.rename(private / "moved")
    second = EmbeddedPostgres(moved, shelter=shelter)
    with second, psycopg.connect(libpq_url(second.urls.owner)) as connection:
        assert connection.execute("SELECT answer FROM kept").fetchone() == (42,)
        assert second.urls == urls
    second.remove()
    assert list(shelter.iterdir()) == []
    assert list(moved.iterdir()) == []


@as_root
@pytest.mark.parametrize("flaw", ["writable by all", "another's", "no folder"])
def test_a_shelter_that_is_not_ours_alone_is_passed_over(ground: Path, flaw: str) -> None:
    shelter = ground / "shelter"
    if flaw == "no folder":
        shelter.write_text("")
    else:
        shelter.mkdir()
        shelter.chmod(0o777 if flaw == "writable by all" else 0o755)
        os.chown(shelter, 65534 if flaw == "another's" else 0, 0)
    private = ground / "private"
    private.mkdir(mode=0o700)
    server = EmbeddedPostgres(private, durable=False, shelter=shelter)
    with server:
        place = server.socket_folder.parent
    assert shelter not in place.parents
    assert private not in place.parents
    server.remove()
    assert not place.exists()


@as_root
def test_programs_in_a_private_folder_are_copied_once(
    home: Path, ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = copy_programs(installed_programs(), ground / "private")
    (ground / "private").chmod(0o700)
    monkeypatch.setattr(programs, "installed_programs", lambda: hidden)
    for _ in range(2):
        with EmbeddedPostgres(home) as server, psycopg.connect(libpq_url(server.urls.owner)) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    copies = home / "postgres/cluster/programs"
    assert len(list(copies.iterdir())) == 1
    assert {path.stat().st_uid for path in copies.rglob("*")} == {0}
    assert not any(mode(path) & 0o022 for path in copies.rglob("*") if not path.is_symlink())
    assert mode(ground / "private") == 0o700


@as_root
def test_a_user_without_privileges_starts_a_server_too(
    ground: Path, child_environment: dict[str, str]
) -> None:
    binaries = copy_programs(installed_programs(), ground)
    theirs = ground / "theirs"
    theirs.mkdir(mode=0o700)
    os.chown(theirs, 65534, 65534)
    command = [sys.executable, "-c", UNPRIVILEGED, theirs / "home", binaries]
    done = subprocess.run(command, env=child_environment, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("callboard_owner | 65534\n65534 0o700\n", "")
    with EmbeddedPostgres(theirs / "home", durable=False) as roots:
        data = theirs / "home/postgres/cluster/data"
        pid = (data / "postmaster.pid").read_text().splitlines()[0]
        assert Path(f"/proc/{pid}").stat().st_uid == 65534
        assert roots.started_here
    shutil.rmtree(theirs)


@as_root
def test_a_home_of_roots_is_not_for_others(home: Path, child_environment: dict[str, str]) -> None:
    command = [sys.executable, "-c", UNPRIVILEGED, home, installed_programs()]
    done = subprocess.run(command, env=child_environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "EmbeddedPostgresFailed: The database under" in done.stderr
    assert "belongs to another user" in done.stderr


def test_a_machine_without_an_account_to_drop_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(name: str) -> None:
        raise KeyError(name)

    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("pwd.getpwnam", nobody)
    with pytest.raises(EmbeddedPostgresFailed, match="useradd --system callboard"):
        ServerAccount.for_data(None)

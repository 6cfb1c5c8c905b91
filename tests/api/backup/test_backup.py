"""A backup is all there is, at one instant, in a file that is there whole or not at all."""

from __future__ import annotations

import json
import stat
import zipfile
from pathlib import Path

import pytest

from api.backup.archive import opened
from api.backup.progress import Progress, shown_progress
from api.backup.take import Wanted, take_backup
from persistence.backup.errors import BackupFailed
from persistence.backup.programs import ClientPrograms
from persistence.embedded import EmbeddedUrls
from persistence.embedded.programs import installed_programs
from persistence.migrate import newest_revision
from tests.api.backup.conftest import GONE, KEY, Instead, execute


def refused(wanted: Wanted, path: Path) -> str:
    """Why there is no backup; nothing is left of the attempt."""
    before = set(path.parent.iterdir())
    with shown_progress() as progress, pytest.raises(BackupFailed) as error:
        take_backup(wanted, path, progress)
    assert set(path.parent.iterdir()) == before
    return str(error.value)


def test_what_is_in_it(venue: Wanted, backup: Path) -> None:
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    with zipfile.ZipFile(backup) as archive:
        assert archive.namelist() == ["database.dump", f"files/{KEY}", "issuer-key.pem", "manifest.json"]
        assert archive.read(f"files/{KEY}") == b"%PDF-1.7"
        assert archive.read("issuer-key.pem") == b"a key"
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["missingFiles"] == [GONE]
    assert manifest["revision"] == newest_revision()
    tables = execute(
        venue.owner_url,
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
    )
    assert set(manifest["rows"]) == {name for (name,) in tables}
    for table in ("claims", "audit_log", "procrastinate_jobs", "exports"):
        assert [(manifest["rows"][table],)] == execute(venue.owner_url, f"SELECT count(*) FROM {table}")  # noqa: S608


def test_it_is_of_one_instant(venue: Wanted, tmp_path: Path, instead: Instead) -> None:
    """What is committed after the count and before the dump is in neither."""
    psql = installed_programs() / "psql"
    insert = "INSERT INTO relay_positions VALUES (gen_random_uuid()::text, 0)"
    instead("pg_dump", f'{psql} "$1" --quiet --command="{insert}"\nexec "$REAL" "$@"')
    with shown_progress() as progress:
        manifest = take_backup(venue, tmp_path / "a.backup", progress)
    assert manifest.rows["relay_positions"] == 3
    assert execute(venue.owner_url, "DELETE FROM relay_positions WHERE name LIKE '%-%' RETURNING 1") == [(1,)]


def test_rows_that_a_policy_hides_are_noticed(urls: EmbeddedUrls, tmp_path: Path) -> None:
    wanted = Wanted(urls.owner, None, None)
    path = tmp_path / "a.backup"
    execute(urls.owner, "ALTER POLICY events_owner ON events USING (false)")
    told = "this login does not see every row of {}: a backup would not be complete"
    assert refused(wanted, path).startswith(told.format("events"))
    execute(urls.owner, "CREATE POLICY less ON claims AS RESTRICTIVE USING (live)")
    assert refused(wanted, path).startswith(told.format("claims, events"))
    execute(urls.owner, "ALTER POLICY events_owner ON events USING (true); DROP POLICY less ON claims")
    assert refused(Wanted(urls.application, None, None), path).startswith(
        "this login does not see every row of access_tokens, archived_closures, audit_log, "
    )


def test_rows_that_the_dump_lacks_are_noticed(venue: Wanted, tmp_path: Path, instead: Instead) -> None:
    [(events,)] = execute(venue.owner_url, "SELECT count(*) FROM events")
    instead("pg_dump", 'exec "$REAL" --exclude-table-data=events "$@"')
    assert refused(venue, tmp_path / "a.backup") == (
        f"the dump is not what the database has: events has 0 rows instead of {events}"
    )


def test_a_dump_that_fails_or_is_cut_short_leaves_nothing(
    venue: Wanted, tmp_path: Path, instead: Instead
) -> None:
    instead("pg_dump", '"$REAL" "$@" | head -c 50000')
    assert refused(venue, tmp_path / "a.backup").startswith("the dump cannot be read: pg_restore: error: ")
    instead("pg_dump", "echo no >&2; exit 3")
    assert refused(venue, tmp_path / "a.backup") == "pg_dump did not succeed: no"


def test_a_file_that_is_there_stays(venue: Wanted, tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    path.write_text("precious")
    assert refused(venue, path) == f"{path} is there already; name another file, or take it away first"
    assert path.read_text() == "precious"
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "nowhere")
    assert refused(venue, link).endswith("name another file, or take it away first")


def test_a_database_of_another_callboard_is_not_backed_up(urls: EmbeddedUrls, tmp_path: Path) -> None:
    execute(urls.owner, "UPDATE alembic_version SET version_num = '9999'")
    assert refused(Wanted(urls.owner, None, None), tmp_path / "a.backup").startswith(
        "the database is at revision 9999, which this Callboard does not know"
    )
    execute(urls.owner, "DROP TABLE alembic_version")
    assert refused(Wanted(urls.owner, None, None), tmp_path / "a.backup").startswith(
        "this database has no Callboard in it"
    )


def test_programs_older_than_the_server_are_not_used(tmp_path: Path) -> None:
    def programs(version: int) -> Path:
        folder = tmp_path / str(version)
        folder.mkdir()
        for name in ("pg_dump", "pg_restore", "psql"):
            (folder / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}.1'")
            (folder / name).chmod(0o700)
        return folder

    folders = [tmp_path / "nothing", programs(16), programs(18), programs(20), programs(19)]
    assert ClientPrograms.fitting(15, folders) == ClientPrograms(folders[2], 18)  # 16 knows too little
    assert ClientPrograms.fitting(17, folders) == ClientPrograms(folders[2], 18)
    assert ClientPrograms.fitting(19, folders) == ClientPrograms(folders[3], 20)
    with pytest.raises(BackupFailed) as error:
        ClientPrograms.fitting(21, folders[:3])
    assert str(error.value) == (
        "the server is PostgreSQL 21, and pg_dump, pg_restore and psql of version 21 or newer are not here"
        f" (found: 16 in {folders[1]}, 18 in {folders[2]})\n"
        "  Install the client programs of PostgreSQL 21 and put their folder on the PATH."
    )


def test_the_manifest_is_of_this_backup(backup: Path, tmp_path: Path) -> None:
    with opened(backup) as archive:
        archive.ensure_whole(lambda _count: None)
    with pytest.raises(BackupFailed, match="is no backup of Callboard"), opened(Path(__file__)):
        pass
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("hello", "world")
    with pytest.raises(BackupFailed, match="it has no manifest"), opened(other):
        pass


class Interrupted(Progress):
    """Ctrl-C after the first bytes."""

    def __init__(self) -> None: ...

    def stage(self, what: str, total_bytes: int | None = None) -> None: ...

    def advance(self, count: int) -> None:  # noqa: ARG002
        raise KeyboardInterrupt


def test_an_interruption_leaves_nothing(venue: Wanted, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        take_backup(venue, tmp_path / "a.backup", Interrupted())
    assert list(tmp_path.iterdir()) == []

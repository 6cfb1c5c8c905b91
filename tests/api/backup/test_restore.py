"""A backup is restored whole, or the database is as it was."""

from __future__ import annotations

import json
import signal
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from api.backup.progress import shown_progress
from api.backup.take import Wanted, take_backup
from persistence import job_queue
from persistence.backup.errors import BackupFailed
from persistence.backup.snapshot import row_counts
from persistence.embedded import EmbeddedUrls, libpq_url
from persistence.migrate import _config, newest_revision
from tests.api.backup.conftest import GONE, KEY, Restore, execute
from tests.api.cli.processes import Process, wait_until

_RIGHTS = """
SELECT relname, relowner::regrole::text, relrowsecurity, relforcerowsecurity, relacl::text FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') ORDER BY relname
"""
_POLICIES = "SELECT * FROM pg_policies ORDER BY tablename, policyname"
_FUNCTIONS = """
SELECT p.oid::regprocedure::text, prosecdef, proconfig, proacl::text, prosrc FROM pg_proc p
WHERE pronamespace = 'public'::regnamespace ORDER BY 1
"""
_CONSTRAINTS = (
    "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
)
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"
_WAITING = """
SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE NOT l.granted AND l.locktype = 'relation' AND d.datname = current_database()
"""
_PSQL = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'psql'"
_VERSION_OF_QUEUE = "SELECT obj_description('procrastinate_jobs'::regclass)"


def counts(url: str) -> dict[str, int]:
    with psycopg.connect(libpq_url(url)) as connection:
        return row_counts(connection)


def refused(restore: Restore, path: Path, urls: EmbeddedUrls, *, replace: bool = False) -> str:
    with pytest.raises(BackupFailed) as error:
        restore(path, urls, replace=replace)
    return str(error.value)


def changed(backup: Path, path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """The backup with another manifest."""
    with zipfile.ZipFile(backup) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "manifest.json":
                manifest = json.loads(content)
                change(manifest)
                content = json.dumps(manifest).encode()
            target.writestr(name, content)
    return path


def test_all_of_it_comes_back(venue: Wanted, bare: EmbeddedUrls, restore: Restore, tmp_path: Path) -> None:
    execute(venue.owner_url, "SELECT setval('procrastinate_jobs_id_seq', 4711)")
    path = tmp_path / "later.backup"
    with shown_progress() as progress:
        take_backup(venue, path, progress)
    assert restore(path, bare) == newest_revision()
    assert counts(bare.owner) == counts(venue.owner_url)
    for statement in (_RIGHTS, _POLICIES, _FUNCTIONS, _CONSTRAINTS, _SEQUENCES, _VERSION_OF_QUEUE):
        expected = sorted(execute(venue.owner_url, statement), key=str)
        assert sorted(execute(bare.owner, statement), key=str) == expected
        assert expected
    for table in counts(bare.owner):
        rows = f"SELECT md5(t::text) FROM {table} t ORDER BY 1"  # noqa: S608
        assert execute(bare.owner, rows) == execute(venue.owner_url, rows), table
    assert (tmp_path / "files" / KEY).read_bytes() == b"%PDF-1.7"
    assert not (tmp_path / "files" / GONE).exists()
    assert (tmp_path / "issuer-key.pem").read_text() == "a key"


_OUTWARD = """
INSERT INTO webhooks (webhook_id, owner_id, role, url, fact_types, secret_number, created_at, version,
    failures, disabled_at, last_error)
SELECT gen_random_uuid(), gen_random_uuid(), 2, url, '{EventCreated}', 1, now(), 1, 0, disabled, error
FROM (VALUES ('https://on.example', NULL, NULL),
    ('https://off.example', timestamptz '2026-01-01', 'HTTP 500'))
    AS made (url, disabled, error);
INSERT INTO notices (notice_id, recipient_id, kind, scheduled_event_id, sequence, occurred_at, details,
    due_at, attempts, settled_at, outcome)
SELECT gen_random_uuid(), gen_random_uuid(), 'Booked', gen_random_uuid(), sequence, now(), '{}', now(), 0,
    settled, outcome
FROM (VALUES (1, NULL, NULL), (2, timestamptz '2026-01-01', 'Sent')) AS made (sequence, settled, outcome);
INSERT INTO procrastinate_jobs (queue_name, task_name, status)
VALUES ('webhooks', 'deliver_to_webhook', 'todo'), ('webhooks', 'redeliver_to_webhook', 'doing'),
    ('webhooks', 'deliver_to_webhook', 'failed'), ('jobs', 'RetentionJob', 'todo')
"""
_WEBHOOKS = "SELECT url, disabled_at > '2026-02-01', last_error FROM webhooks ORDER BY url"
_NOTICES = "SELECT sequence, settled_at > '2026-02-01', outcome FROM notices ORDER BY sequence"
_JOBS = "SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id"


@pytest.mark.parametrize("live", [False, True])
def test_a_copy_tells_nobody_outside_what_its_original_has_told(
    urls: EmbeddedUrls, bare: EmbeddedUrls, restore: Restore, tmp_path: Path, live: bool
) -> None:
    execute(urls.owner, _OUTWARD)
    path = tmp_path / "outward.backup"
    with shown_progress() as progress:
        take_backup(Wanted(urls.owner, None, None), path, progress)
    restore(path, bare, live=live)
    if live:
        for statement in (_WEBHOOKS, _NOTICES, _JOBS):
            assert execute(bare.owner, statement) == execute(urls.owner, statement)
        return
    assert execute(bare.owner, _WEBHOOKS) == [
        ("https://off.example", False, "HTTP 500"),
        ("https://on.example", True, "disabled when a backup was restored without --live"),
    ]
    assert execute(bare.owner, _NOTICES) == [(1, True, "GivenUp"), (2, False, "Sent")]
    assert execute(bare.owner, _JOBS) == [("deliver_to_webhook", "failed"), ("RetentionJob", "todo")]


def test_a_database_with_something_in_it_is_replaced_only_when_asked(
    backup: Path, urls: EmbeddedUrls, restore: Restore
) -> None:
    before = counts(urls.owner)
    assert refused(restore, backup, urls) == (
        "the database is not empty\n"
        "  Restore into an empty one, or say --replace: all that is in it is then deleted."
    )
    assert counts(urls.owner) == before
    execute(urls.owner, "CREATE TABLE other (id integer)")
    restore(backup, urls, replace=True)
    assert counts(urls.owner)["events"] > before["events"] == 0
    assert "other" not in counts(urls.owner)


def test_a_database_in_use_is_left_alone(backup: Path, urls: EmbeddedUrls, restore: Restore) -> None:
    with psycopg.connect(libpq_url(urls.worker)):
        assert refused(restore, backup, urls, replace=True).startswith(
            "the database is in use by a service or a worker\n"
        )


def test_other_numbers_of_rows_leave_the_database_as_it_was(
    backup: Path, urls: EmbeddedUrls, restore: Restore, tmp_path: Path
) -> None:
    def more_events(manifest: dict[str, Any]) -> None:
        manifest["rows"]["events"] += 1

    before = counts(urls.owner)
    path = changed(backup, tmp_path / "wrong.backup", more_events)
    with zipfile.ZipFile(backup) as archive:
        rows = json.loads(archive.read("manifest.json"))["rows"]["events"]
    assert refused(restore, path, urls, replace=True).endswith(
        f"ERROR:  events has {rows} rows instead of {rows + 1}"
    )
    assert counts(urls.owner) == before
    assert not (tmp_path / "issuer-key.pem").exists()


def test_a_damaged_backup_is_refused_before_anything_is_touched(
    backup: Path, bare: EmbeddedUrls, restore: Restore, tmp_path: Path
) -> None:
    content = bytearray(backup.read_bytes())
    content[2000] ^= 1
    damaged = tmp_path / "damaged.backup"
    damaged.write_bytes(content)
    assert refused(restore, damaged, bare) == "the backup is damaged: database.dump cannot be read"
    damaged.write_bytes(content[:-2000])
    assert refused(restore, damaged, bare) == f"{damaged} is no backup of Callboard, or only a part of one"

    def other_checksum(manifest: dict[str, Any]) -> None:
        manifest["checksums"]["issuer-key.pem"] = "0" * 64

    path = changed(backup, tmp_path / "sum.backup", other_checksum)
    assert refused(restore, path, bare) == "the backup is damaged: issuer-key.pem is not what was backed up"
    path = changed(backup, tmp_path / "less.backup", lambda manifest: manifest["checksums"].popitem())
    assert refused(restore, path, bare).startswith("the backup is damaged: its members are not those")
    assert counts(bare.owner) == {}


def test_a_newer_callboards_backup_is_refused(
    backup: Path, bare: EmbeddedUrls, restore: Restore, tmp_path: Path
) -> None:
    newer = {"revision": "9999", "applicationVersion": "9.0"}
    path = changed(backup, tmp_path / "newer.backup", lambda manifest: manifest.update(newer))
    assert refused(restore, path, bare) == (
        "this backup is of revision 9999, made by Callboard 9.0, which is newer\n"
        "  Restore it with that version or a later one."
    )
    path = changed(backup, tmp_path / "form.backup", lambda manifest: manifest.update(newer, format=2))
    assert refused(restore, path, bare) == (
        "this backup was made by a newer Callboard (9.0); restore it with that version"
    )


def test_an_older_callboards_backup_is_migrated(bare: EmbeddedUrls, restore: Restore, tmp_path: Path) -> None:
    engine = create_engine(bare.owner, poolclass=NullPool)
    with engine.begin() as connection:
        command.upgrade(_config(connection), "0008")
        job_queue.bring_up_to_date(connection)
    engine.dispose()
    path = tmp_path / "old.backup"
    with shown_progress() as progress:
        assert take_backup(Wanted(bare.owner, None, None), path, progress).revision == "0008"
    assert restore(path, bare, replace=True) == newest_revision()
    assert execute(bare.owner, "SELECT version_num FROM alembic_version") == [(newest_revision(),)]


def test_another_key_is_replaced_only_when_asked(
    backup: Path, bare: EmbeddedUrls, restore: Restore, tmp_path: Path
) -> None:
    key = tmp_path / "issuer-key.pem"
    key.write_text("another key")
    assert refused(restore, backup, bare).startswith(f"{key} is another key than the backup's\n")
    assert (key.read_text(), counts(bare.owner)) == ("another key", {})
    restore(backup, bare, replace=True)
    assert (key.read_text(), key.stat().st_mode & 0o777) == ("a key", 0o600)


def test_killed_in_the_middle_it_leaves_the_database_as_it_was(
    backup: Path, urls: EmbeddedUrls, tmp_path: Path
) -> None:
    before = counts(urls.owner)
    environment = {"CALLBOARD_DATABASE_OWNER_URL": urls.owner, "CALLBOARD_HOME": str(tmp_path)}

    def waiting() -> bool:
        return bool(execute(urls.owner, _WAITING))

    def psql_is_gone() -> bool:
        return not execute(urls.owner, _PSQL)

    with psycopg.connect(libpq_url(urls.owner)) as holder:
        holder.execute("LOCK TABLE events IN ACCESS SHARE MODE")
        process = Process(tmp_path / "restore.txt", environment, "restore", "--replace", str(backup))
        try:
            wait_until(waiting)  # to drop what is there
            process.process.send_signal(signal.SIGKILL)
            process.process.wait()
        finally:
            process.kill()
    wait_until(psql_is_gone)
    assert counts(urls.owner) == before

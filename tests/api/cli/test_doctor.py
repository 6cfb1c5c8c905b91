"""`callboard doctor`: what it prints, and its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from persistence.embedded import EmbeddedUrls, libpq_url
from tests.api.cli.conftest import Run

ADVICE = "Somebody changed it by hand: undo that. persistence/migrations/sql has it as it should be."


@pytest.fixture
def own(home: Path, urls: EmbeddedUrls, monkeypatch: pytest.MonkeyPatch) -> EmbeddedUrls:
    """The test's database is one's own, and all its jobs have run."""
    assert not home.exists()
    monkeypatch.setenv("CALLBOARD_DATABASE_WORKER_URL", urls.worker)
    with psycopg.connect(libpq_url(urls.owner), autocommit=True) as owner:
        owner.execute(
            "INSERT INTO job_runs SELECT gen_random_uuid(), job, NULL, '2040-01-01Z', 1 FROM unnest(ARRAY["
            "'ConflictDetectionJob', 'ConflictEscalationJob', 'AvailabilityCleanupJob',"
            "'RecurrenceExpansionJob', "
            "'CalendarCacheWarmupJob', 'ExportCleanupJob', 'RetentionJob', 'HoldUpkeepJob']) AS job"
        )
    return urls


def test_findings_and_what_to_do(own: EmbeddedUrls, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("doctor") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == f"{len(lines) - 1} checks, 0 with findings."
    assert all(line.startswith("✓ ") for line in lines[:-1])

    with psycopg.connect(libpq_url(own.owner), autocommit=True) as owner:
        owner.execute("ALTER TABLE events NO FORCE ROW LEVEL SECURITY")
    assert run("doctor") == 1
    shown = capsys.readouterr().out
    assert shown.endswith(f"{len(lines) - 1} checks, 1 with findings.\n")
    assert (
        "✗ Row-level security is enabled and forced on every table\n"
        "    events: is not enabled and forced\n"
        f"    → {ADVICE}\n"
    ) in shown

    assert run("doctor", "--json") == 1
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert len(checks) == len(lines) - 1
    assert [one for one in checks if not one["holds"]] == [
        {
            "name": "row-security",
            "promise": "Row-level security is enabled and forced on every table",
            "holds": False,
            "findings": [{"subject": "events", "detail": "is not enabled and forced"}],
            "advice": ADVICE,
        }
    ]


def test_another_schema_is_all_that_is_said(
    own: EmbeddedUrls, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(libpq_url(own.owner), autocommit=True) as owner:
        owner.execute("UPDATE alembic_version SET version_num = '0003'")
    monkeypatch.delenv("CALLBOARD_DATABASE_WORKER_URL")
    monkeypatch.setenv("CALLBOARD_DATABASE_OWNER_URL", own.owner)  # the owner sees every row too
    assert run("doctor") == 1
    assert capsys.readouterr().out.splitlines()[-1] == "1 checks, 1 with findings."


def test_the_applications_login_sees_too_little(
    urls: EmbeddedUrls, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBOARD_DATABASE_URL", urls.application)
    assert run("doctor") == 1
    assert capsys.readouterr().err == (
        "callboard: a doctor sees every row: set CALLBOARD_DATABASE_WORKER_URL, or the owner's\n"
    )

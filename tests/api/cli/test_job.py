"""`callboard job`: jobs listed, and done now."""

from __future__ import annotations

from pathlib import Path

import pytest

from persistence.embedded import EmbeddedUrls
from tests.api.cli.conftest import Run


@pytest.fixture
def own(home: Path, urls: EmbeddedUrls, monkeypatch: pytest.MonkeyPatch) -> EmbeddedUrls:
    """The test's database is one's own, and the home's is not made."""
    assert not home.exists()
    monkeypatch.setenv("CALLBOARD_DATABASE_URL", urls.application)
    monkeypatch.setenv("CALLBOARD_DATABASE_WORKER_URL", urls.worker)
    monkeypatch.setenv("COLUMNS", "200")
    return urls


@pytest.mark.usefixtures("own")
def test_a_job_is_done_and_listed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("job") == 0
    assert capsys.readouterr().out.count("never") == 8
    assert run("job", "exportcleanupjob") == 0
    assert capsys.readouterr().out == "ExportCleanupJob: 0 removed\n"
    assert run("job") == 0
    shown = capsys.readouterr().out
    assert shown.count("never") == 7
    assert "0 removed" in shown


@pytest.mark.usefixtures("own")
def test_a_job_there_is_not(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("job", "Nonsense") == 1
    assert capsys.readouterr().err.startswith("callboard: there is no job 'Nonsense'; there are Conflict")


def test_jobs_need_the_workers_login(
    urls: EmbeddedUrls, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBOARD_DATABASE_URL", urls.application)
    assert run("job") == 1
    assert "CALLBOARD_DATABASE_WORKER_URL" in capsys.readouterr().err
    assert run("worker") == 1
    assert "CALLBOARD_DATABASE_WORKER_URL" in capsys.readouterr().err

"""`callboard backup` and `restore` as commands; what they do is tested in tests/api/backup."""

from __future__ import annotations

from pathlib import Path

import pytest

from persistence.embedded import EmbeddedUrls
from persistence.migrate import newest_revision
from tests.api.cli.conftest import Run


def test_a_backup_of_your_own_database_without_a_key(
    urls: EmbeddedUrls,
    run: Run,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "a.backup"
    monkeypatch.setenv("CALLBOARD_DATABASE_URL", urls.application)
    monkeypatch.setenv("CALLBOARD_STORAGE_URL", "s3://somewhere/else")
    assert run("backup", str(path)) == 1
    assert capsys.readouterr().err == (
        "callboard: a backup needs the owner's login: set CALLBOARD_DATABASE_OWNER_URL\n"
    )
    monkeypatch.setenv("CALLBOARD_DATABASE_OWNER_URL", urls.owner)
    assert run("backup", str(path)) == 0
    first, *others = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{path}: ")
    assert first.endswith(f" tables, counted twice; 0 exported files; revision {newest_revision()}.")
    assert others == [
        "Exported files are in an object store, and are not in the backup.",
        "The key that signs tokens is not in it: without it, tokens and secrets of webhooks change.",
    ]
    assert run("backup", str(path)) == 1
    assert capsys.readouterr().err == (
        f"callboard: {path} is there already; name another file, or take it away first\n"
    )
    assert run("restore", str(path)) == 1
    assert capsys.readouterr().err.startswith("callboard: the database is not empty\n")
    monkeypatch.delenv("CALLBOARD_STORAGE_URL")
    monkeypatch.setenv("CALLBOARD_REDIS_URL", "redis://127.0.0.1:1/0")
    assert run("restore", "--replace", str(path)) == 0
    first, *others = capsys.readouterr().out.splitlines()
    assert first.endswith(f"and counted them; the database is at revision {newest_revision()}.")
    assert others == [
        "A copy: webhooks are disabled, and what waited to be sent is not (see --live).",
        "The backup has no signing key: tokens and secrets of webhooks made before are void.",
        "Now flush Redis: it has answers and facts from after the backup.",
    ]


def test_what_cannot_be_read_is_said(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "missing"
    assert run("restore", str(missing)) == 2
    assert capsys.readouterr().err == f"callboard: {missing}: No such file or directory\n"
    missing.write_text("hello")
    assert run("restore", str(missing)) == 1
    assert capsys.readouterr().err == (
        f"callboard: {missing} is no backup of Callboard, or only a part of one\n"
    )

"""Files under keys that nobody guesses and that lead nowhere else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from obstore.store import S3Store
from pydantic import ValidationError

from api.settings import Settings
from api.storage import Storage, StorageUnavailable, new_key


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    return Storage(f"file://{tmp_path}/kept", tmp_path / "unused")


async def test_a_file_is_kept_and_deleted(storage: Storage, tmp_path: Path) -> None:
    key = new_key("exports", "pdf")
    assert await storage.get(key) is None
    await storage.put(key, b"\x00content", "application/pdf", "a.pdf")
    assert await storage.get(key) == b"\x00content"
    assert (tmp_path / "kept" / key).read_bytes() == b"\x00content"
    assert (tmp_path / "kept").stat().st_mode & 0o777 == 0o700
    await storage.delete(key)
    await storage.delete(key)
    assert await storage.get(key) is None


async def test_without_a_url_files_are_under_the_home(tmp_path: Path) -> None:
    storage, key = Storage(None, tmp_path), new_key("exports", "ics")
    await storage.put(key, b"x", "text/calendar", "a.ics")
    assert (tmp_path / "files" / key).read_bytes() == b"x"
    assert await storage.signed_url(key, timedelta(hours=1)) is None


async def test_a_folder_that_cannot_be_made_is_a_store_that_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    storage, key = Storage(f"file://{tmp_path}/file/kept", tmp_path), new_key("exports", "pdf")
    for attempt in (
        storage.put(key, b"x", "application/pdf", "a.pdf"),
        storage.get(key),
        storage.delete(key),
        storage.signed_url(key, timedelta(hours=1)),
    ):
        with pytest.raises(StorageUnavailable):
            await attempt


def test_keys_are_not_guessed() -> None:
    keys = {new_key("exports", "pdf") for _ in range(100)}
    assert len(keys) == 100
    assert {len(key) for key in keys} == {len("exports/") + 43 + len(".pdf")}


@pytest.mark.parametrize(
    "key",
    [
        "../secret.pdf",
        "exports/../../secret.pdf",
        "/etc/passwd",
        "exports/short.pdf",
        f"exports/{'a' * 42}/.pdf",
        f"exports/{'a' * 43}.pdf\n",
        f"exports/{'a' * 43}.p/f",
        "",
    ],
)
async def test_only_own_keys_are_taken(storage: Storage, key: str) -> None:
    for attempt in (storage.get(key), storage.delete(key), storage.put(key, b"x", "text/plain", "a")):
        with pytest.raises(ValueError, match="not a key"):
            await attempt


async def test_an_object_store_hands_files_out_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "eu-west-1"),
    ):
        monkeypatch.setenv(name, value)
    storage = Storage("s3://bucket/folder", tmp_path)
    assert isinstance(storage._store, S3Store)
    key = new_key("exports", "pdf")
    url = await storage.signed_url(key, timedelta(hours=1))
    assert url is not None
    assert f"/folder/{key}?" in url
    assert "X-Amz-Expires=3600" in url
    assert "X-Amz-Signature=" in url


@pytest.mark.parametrize(
    "url", ["", "bucket", "ftp://host/x", "file://relative/x", "file:relative", "http://x"]
)
def test_a_url_that_names_no_store_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="storage_url"):
        Settings(storage_url=url)  # type: ignore[arg-type]


@pytest.mark.parametrize("url", ["callboard.example", "ftp://x"])
def test_a_public_url_is_a_web_address(url: str) -> None:
    with pytest.raises(ValidationError, match="public_url"):
        Settings(public_url=url)

"""`callboard user` and `callboard service-account`."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from api.auth.service_tokens import hash_of
from persistence.embedded import EmbeddedUrls
from tests.api.cli.conftest import Run

Type = Callable[[str], None]
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def own(home: Path, urls: EmbeddedUrls, monkeypatch: pytest.MonkeyPatch) -> EmbeddedUrls:
    """The test's database is one's own, and the home's is not made."""
    assert not home.exists()
    monkeypatch.setenv("CALLBOARD_DATABASE_URL", urls.application)
    monkeypatch.setenv("CALLBOARD_DATABASE_WORKER_URL", urls.worker)
    monkeypatch.setenv("COLUMNS", "200")
    return urls


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Type:
    return lambda line: monkeypatch.setattr(sys, "stdin", io.StringIO(f"{line}\n"))


def test_the_life_of_a_user(
    run: Run, typing: Type, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def printed(*arguments: str) -> str:
        assert run("user", *arguments) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    def listed(*arguments: str) -> list[list[str]]:
        lines = [line for line in printed("list", *arguments).splitlines() if "│" in line]
        return [[cell.strip() for cell in line.strip("│").split("│")][1:] for line in lines]

    def refused(*arguments: str) -> str:
        assert run("user", *arguments) == 1
        return capsys.readouterr().err

    typing(PASSWORD)
    ada = printed("add", "--name", "Ada", "--email", "ada@v.example", "--role", "admin").strip()
    bob = printed("add", "--name", "Bob", "--email", "bob@v.example", "--role", "Staff", "--without-password")
    assert listed() == [
        ["Ada", "ada@v.example", "Admin", ""],
        ["Bob", "bob@v.example", "Staff", ""],
    ]
    assert printed("set-role", "BOB@v.example", "Manager") == ""
    assert printed("disable", bob.strip()) == ""
    assert listed("--q", "bo") == [["Bob", "bob@v.example", "Manager", "disabled"]]
    assert printed("enable", "bob@v.example") == ""
    assert listed("--role", "manager") == [["Bob", "bob@v.example", "Manager", ""]]
    last = "callboard: This is the last Admin who can sign in; make another one first\n"
    assert refused("set-role", ada, "Staff") == refused("disable", "ada@v.example") == last
    typing(f"{PASSWORD} too")
    assert printed("set-password", "bob@v.example") == ""
    typing("short")
    assert refused("set-password", ada) == "callboard: a password has 12 to 256 characters\n"
    assert refused("disable", "nobody@v.example").startswith("callboard: nobody of our own has this address")
    again = ("add", "--email", "ADA@v.example", "--role", "Staff", "--without-password", "--name", "Eve")
    assert refused(*again) == "callboard: Somebody has this address already\n"
    wrong = ("add", "--email", "nowhere", "--role", "Staff", "--without-password", "--name", "Eve")
    assert refused(*wrong) == "callboard: email: must be an e-mail address\n"
    file = tmp_path / "bob.json"
    assert printed("export", "bob@v.example", "--output", str(file)) == ""
    assert file.stat().st_mode & 0o777 == 0o600
    assert (
        json.loads(printed("export", bob.strip()))["rows"].keys()
        == json.loads(file.read_text())["rows"].keys()
    )
    assert {*json.loads(file.read_text())["rows"]} == {"users", "passwords", "audit_log"}
    assert printed("erase", "bob@v.example", "--yes") == (
        "Erased. Rows changed: 4 of audit_log. Exports removed: 0.\n"
    )
    assert listed("--q", "bob") == []


def test_erasing_asks_first(run: Run, typing: Type, capsys: pytest.CaptureFixture[str]) -> None:
    typing("n")
    assert run("user", "erase", "ada@v.example") == 1
    assert "Go on?" in capsys.readouterr().out


def test_erasing_needs_the_workers_login(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALLBOARD_DATABASE_WORKER_URL")
    assert run("user", "erase", "ada@v.example", "--yes") == 1
    assert capsys.readouterr().err == (
        "callboard: this needs the worker's login: set CALLBOARD_DATABASE_WORKER_URL\n"
    )


def test_the_life_of_a_service_account(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    def printed(*arguments: str) -> str:
        assert run("service-account", *arguments) == 0, capsys.readouterr().err
        return capsys.readouterr().out

    key = printed(
        "add", "--name", "Box office", "--role", "staff", "--scope", "read", "--scope", "Book"
    ).strip()
    assert "│ Box office │ Staff │ Book Read │" in printed("list")
    told, secret = printed("token", key, "--days", "7").splitlines()
    token = told.split()[1].rstrip(",")
    assert secret.startswith("cb_")
    assert len(hash_of(secret)) == 32
    assert "│ never     │  │" in printed("tokens", key)
    assert printed("revoke", key, token) == ""
    assert "│ never     │ revoked │" in printed("tokens", key)
    assert printed("disable", key) == ""
    assert "Book Read │ disabled │" in printed("list")
    assert printed("enable", key) == ""
    assert "disabled" not in printed("list")
    assert run("service-account", "revoke", key, token) == 1
    assert capsys.readouterr().err == f"callboard: Token {token} does not exist\n"

"""`callboard token`."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import pytest
from annotated_types import Le

from api.auth.home_issuer import issuer_of
from api.demo.people import USERS
from api.settings import Settings
from domain.enums import Role
from domain.viewer import Viewer
from tests.api.cli.conftest import Run
from tests.api.cli.processes import PROJECT

SOMEBODY = "0b6cf3a7-9a35-4a3d-8b2e-f64f3e1d2c5b"


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def lifetime(token: str) -> timedelta:
    claims = jwt.decode(token, options={"verify_signature": False})
    assert abs(claims["iat"] - datetime.now(UTC).timestamp()) < 60
    return timedelta(seconds=claims["exp"] - claims["iat"])


@pytest.mark.parametrize("role", list(Role))
def test_it_is_the_demo_user_of_the_role(
    role: Role, run: Run, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("token", "--role", role.name.lower()) == 0
    token = last_line(capsys)
    (user,) = (user for user in USERS if user.role is role)
    assert issuer_of(Settings(home=home)).bearer(token).viewer == Viewer(user.user_id, role)
    assert lifetime(token) == timedelta(hours=12)


def test_it_can_be_anybody_for_any_time(run: Run, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("token", "--role", "Staff", "--user", SOMEBODY, "--hours", "3") == 0
    token = last_line(capsys)
    viewer = issuer_of(Settings(home=home)).bearer(token).viewer
    assert (str(viewer.user_id), viewer.role) == (SOMEBODY, Role.Staff)
    assert lifetime(token) == timedelta(hours=3)


def test_the_key_stays(run: Run, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("token", "--role", "Admin") == 0
    key = (home / "issuer-key.pem").read_bytes()
    assert run("token", "--role", "Admin") == 0
    assert (home / "issuer-key.pem").read_bytes() == key
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize(
    "arguments",
    [("--role", "King"), (), ("--role", "Staff", "--hours", "0"), ("--role", "Staff", "--user", "x")],
)
def test_what_makes_no_sense_is_refused(
    arguments: tuple[str, ...], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("token", *arguments) == 2
    assert capsys.readouterr().out == ""


def test_a_broken_key_is_named(run: Run, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.mkdir()
    (home / "issuer-key.pem").write_text("nonsense")
    assert run("token", "--role", "Staff") == 1
    assert capsys.readouterr().err == (
        f"callboard: {home / 'issuer-key.pem'} does not hold a key of ours\n"
        "  Delete it: a new one is made, and the tokens of the old one lapse.\n"
    )


def test_a_home_that_cannot_be_is_named(run: Run, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home.write_text("a file")
    assert run("token", "--role", "Staff") == 1
    assert capsys.readouterr().err.startswith(
        f"callboard: the issuer's key in {home} cannot be read or made: Not a directory\n"
    )


def test_settings_that_are_not_valid_are_named(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLBOARD_DATABASE_POOL_SIZE", "many")
    assert run("token", "--role", "Staff") == 1
    assert capsys.readouterr().err == (
        "callboard: these settings are not valid:\n"
        "  CALLBOARD_DATABASE_POOL_SIZE: Input should be a valid integer,"
        " unable to parse string as an integer\n"
    )


@pytest.mark.parametrize("command", [("token", "--role", "Staff"), ("demo",), ("serve",), ("migrate",)])
@pytest.mark.parametrize("name", ["Mars/X", "localtime", ""])
def test_a_zone_that_is_none_is_named_at_the_start(
    name: str,
    command: tuple[str, ...],
    run: Run,
    home: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CALLBOARD_TIME_ZONE", name)
    assert run(*command) == 1
    assert capsys.readouterr().err == (
        "callboard: these settings are not valid:\n"
        "  CALLBOARD_TIME_ZONE: it is not an IANA time zone such as Europe/Brussels\n"
    )
    assert not home.exists()


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("DATABASE_POOL_SIZE", 1_000),
        ("TOKEN_LIFETIME_MINUTES", 5_270_400),
        ("BODY_LIMIT_BYTES", 1_000_000_000),
        ("SOLVE_SECONDS", 3_600),
        ("SOLVER_THREADS", 1_000),
        ("SUGGESTION_HORIZON_DAYS", 366),
        ("MINIMUM_DURATION_MINUTES", 527_040),
        ("MAXIMUM_DURATION_DAYS", 3_660),
        ("APPROVAL_NOTICE_MINUTES", 527_040),
        ("CAPACITY_WARNING_SHARE", 1),
        ("AVAILABILITY_BUFFER_MINUTES", 527_040),
        ("CUSTOMER_OPEN_BOOKINGS", 1_000_000),
        ("CUSTOMER_DAYS_AHEAD", 36_600),
        ("SUGGESTION_LIFETIME_MINUTES", 527_040),
    ],
)
def test_no_number_is_beyond_all_measure(
    name: str, most: int, run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"CALLBOARD_{name}", str(most))
    assert run("token", "--role", "Staff") == 0
    for beyond in (str(most + 1), "9" * 20):
        monkeypatch.setenv(f"CALLBOARD_{name}", beyond)
        capsys.readouterr()
        assert run("token", "--role", "Staff") == 1
        assert capsys.readouterr().err == (
            "callboard: these settings are not valid:\n"
            f"  CALLBOARD_{name}: Input should be less than or equal to {most}\n"
        )


def test_every_number_has_a_bound() -> None:
    numbers = {
        name: field for name, field in Settings.model_fields.items() if field.annotation in {int, float}
    }
    assert len(numbers) == 39
    assert all(any(isinstance(one, Le) for one in field.metadata) for field in numbers.values())


@pytest.mark.parametrize("arguments", [("token", "--role", "Staff"), ("--help",)])
def test_output_that_cannot_be_written_is_one_line(arguments: tuple[str, ...], home: Path) -> None:
    assert not home.exists()
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-c", "from api.cli import main; main()", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            cwd=PROJECT,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (2, "callboard: No space left on device\n")


def test_every_command_is_listed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    printed = capsys.readouterr().out
    assert all(f" {name} " in printed for name in ("demo", "serve", "migrate", "token"))
    assert run("nonsense") == 2

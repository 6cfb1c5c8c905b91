"""The container files name what there is, hold no secrets, and give each process its own login."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import psycopg
import yaml

from api.cli import _MODULES
from api.settings import Settings
from persistence.embedded import libpq_url, temporary_postgres
from persistence.embedded.programs import installed_programs
from tests.conformance.test_own_postgresql import _sql_of

DEPLOY = Path(__file__).parent.parent.parent / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ("migrate", "service", "worker")
_REQUIRED = re.compile(r"\$\{(\w+)(?::[?-][^}]*)?\}")
# What the Compose Specification calls the keys of a service, as far as they are of use here.
_KEYS = {
    *("image", "build", "command", "environment", "depends_on", "healthcheck", "ports", "volumes", "restart"),
    *("read_only", "tmpfs", "cap_drop", "security_opt", "stop_grace_period"),
}


def test_it_is_a_compose_file() -> None:
    assert set(COMPOSE) == {"name", "x-callboard", "services", "volumes"}
    assert set(SERVICES) == {"database", "redis", *OURS}
    for name, service in SERVICES.items():
        assert set(service) <= _KEYS, name
        assert re.fullmatch(r"[a-z]+(:\d+)?", service["image"]), "a plain image name, and no registry"
        for volume in service.get("volumes", ()):
            source, *_ = volume.split(":")
            assert source in COMPOSE["volumes"] or (DEPLOY / source).is_file(), volume
        for other, how in service.get("depends_on", {}).items():
            condition = how["condition"]
            assert condition in {"service_healthy", "service_completed_successfully"}
            assert condition != "service_healthy" or "healthcheck" in SERVICES[other]


def test_every_setting_and_command_exists() -> None:
    known = {f"CALLBOARD_{name.upper()}" for name in Settings.model_fields} | {"FORWARDED_ALLOW_IPS"}
    for name in OURS:
        assert set(SERVICES[name].get("environment", {})) <= known, name
        assert SERVICES[name]["command"][0] in _MODULES, name


def test_the_proxy_can_be_named() -> None:
    """Otherwise all who sign in through it count as one client, and share its attempts."""
    environment = {name: SERVICES[name]["environment"] for name in OURS}
    assert environment["service"]["FORWARDED_ALLOW_IPS"] == "${FORWARDED_ALLOW_IPS:-127.0.0.1}"
    assert [name for name in OURS if "FORWARDED_ALLOW_IPS" in environment[name]] == ["service"]
    assert "FORWARDED_ALLOW_IPS=\n" in (DEPLOY / "example.env").read_text()


def test_each_process_has_its_own_login_and_the_owners_is_for_the_migration_alone() -> None:
    logins = {
        name: {
            variable: re.findall(r"//(\w+):\$\{(\w+)\}@", str(value))
            for variable, value in SERVICES[name]["environment"].items()
            if variable.startswith("CALLBOARD_DATABASE")
        }
        for name in OURS
    }
    assert logins == {
        "migrate": {"CALLBOARD_DATABASE_OWNER_URL": [("callboard_owner", "CALLBOARD_OWNER_PASSWORD")]},
        "service": {"CALLBOARD_DATABASE_URL": [("callboard_app", "CALLBOARD_APP_PASSWORD")]},
        "worker": {"CALLBOARD_DATABASE_WORKER_URL": [("callboard_worker", "CALLBOARD_WORKER_PASSWORD")]},
    }
    for name in ("service", "worker"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert "home:/var/lib/callboard" in SERVICES[name]["volumes"]  # one key for both


def test_ours_may_do_little_and_nothing_is_open_to_the_network() -> None:
    for name in OURS:
        assert SERVICES[name]["cap_drop"] == ["ALL"]
        assert SERVICES[name]["read_only"] is True
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert ports == {"service": ["127.0.0.1:8000:8000"]}


def test_no_secret_is_in_the_files() -> None:
    example = dict(
        line.split("=", 1) for line in (DEPLOY / "example.env").read_text().splitlines() if line[:1] != "#"
    )
    assert set(example.values()) == {""}
    assert set(example) == set(_REQUIRED.findall((DEPLOY / "compose.yaml").read_text()))
    ignored = (DEPLOY.parent / ".gitignore").read_text().splitlines()
    assert "deploy/.env" in ignored


def test_the_image_runs_as_nobody_in_particular_and_has_what_it_needs() -> None:
    lines = [
        line.split(maxsplit=1)
        for line in (DEPLOY / "Containerfile").read_text().replace("\\\n", " ").splitlines()
        if line and not line.startswith("#")
    ]
    last = dict(lines)
    assert last["FROM"] == "python:3.11-slim"
    assert last["USER"] == "10001"
    assert [name for name, _ in lines].index("USER") > max(
        n for n, line in enumerate(lines) if line[0] == "RUN"
    )
    assert set(re.findall(r"(CALLBOARD_\w+)=", last["ENV"])) <= {
        f"CALLBOARD_{name.upper()}" for name in Settings.model_fields
    }
    copied = {word for name, rest in lines if name == "COPY" for word in rest.split()[:-1]}
    allowed = [
        line[1:] for line in (DEPLOY.parent / ".dockerignore").read_text().splitlines() if line[0] == "!"
    ]
    for path in copied:
        assert (DEPLOY.parent / path).exists(), path
        assert any(path == one or path.startswith(f"{one}/") for one in allowed), path
    packages = {path.parent.name for path in DEPLOY.parent.glob("*/__init__.py")} - {"benchmarks", "tests"}
    assert packages <= copied
    installs = [rest for name, rest in lines if name == "RUN" and "pip install" in rest]
    assert all("--no-deps" in one for one in installs)
    assert "--require-hashes" in installs[0]


def test_the_logins_are_those_of_readme() -> None:
    script = (DEPLOY / "logins.sh").read_text()
    sql = script.partition("<<'SQL'\n")[2].removesuffix("SQL\n")
    readme = _sql_of("README.md")
    for variable, password in (("owner", "choose-one"), ("app", "choose-another"), ("worker", "and-a-third")):
        readme = readme.replace(f"'{password}'", f":'{variable}'")
    assert sql == readme


def test_the_script_makes_the_logins_with_any_password() -> None:
    password = 'it\'s $HOME \\ "quoted"'
    with temporary_postgres(max_connections=20) as server:
        with psycopg.connect(libpq_url(server.superuser_url), autocommit=True) as connection:
            connection.execute("DROP DATABASE callboard WITH (FORCE)")
            for role in ("callboard_owner", "callboard_app", "callboard_worker"):
                connection.execute(f"DROP ROLE {role}")
        parts = psycopg.conninfo.conninfo_to_dict(libpq_url(server.superuser_url))
        environment = {
            "PATH": f"{installed_programs()}{os.pathsep}{os.defpath}",
            "PGHOST": str(parts["host"]),
            "PGPASSWORD": str(parts["password"]),
            **{f"CALLBOARD_{one}_PASSWORD": password for one in ("OWNER", "APP", "WORKER")},
        }
        subprocess.run([DEPLOY / "logins.sh"], env=environment, check=True, capture_output=True)
        for login in ("callboard_owner", "callboard_app", "callboard_worker"):
            with psycopg.connect(
                host=str(parts["host"]), user=login, password=password, dbname="callboard"
            ) as connection:
                assert connection.execute("SELECT current_user").fetchone() == (login,)

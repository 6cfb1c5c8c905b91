"""Homes for embedded servers: a public one, and copies of one made once."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from persistence.embedded import EmbeddedPostgres
from persistence.embedded.temporary import temporary_folder

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def ground() -> Iterator[Path]:
    """A folder that every account can pass through but only we can list."""
    with temporary_folder() as folder:
        yield folder


@pytest.fixture(scope="module")
def made_home() -> Iterator[Path]:
    with temporary_folder() as folder:
        with EmbeddedPostgres(folder / "home", durable=False):
            pass
        yield folder / "home"


@pytest.fixture
def home(made_home: Path, ground: Path) -> Path:
    """A home whose cluster is made and stopped."""
    subprocess.run(["cp", "-a", made_home, ground / "home"], check=True)
    return ground / "home"


@pytest.fixture(scope="module")
def server(made_home: Path) -> Iterator[EmbeddedPostgres]:
    """A running server that the tests of a module share, on a home of its own."""
    with EmbeddedPostgres(made_home.parent / "shared", durable=False) as running:
        yield running


@pytest.fixture
def child_environment() -> dict[str, str]:
    """What a Python process needs to import the project, and no more."""
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT)}

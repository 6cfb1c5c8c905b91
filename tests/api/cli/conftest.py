"""Running the command line in this process and in others."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.cli import main
from persistence.embedded.temporary import temporary_folder

Run = Callable[..., int]


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty CALLBOARD_HOME, and no other setting."""
    for name in list(os.environ):
        if name.startswith("CALLBOARD_"):
            monkeypatch.delenv(name)
    with temporary_folder() as folder:
        monkeypatch.setenv("CALLBOARD_HOME", str(folder / "home"))
        yield folder / "home"


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line here and give the exit code."""

    assert not home.exists()

    def call(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["callboard", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        code = ended.value.code
        if isinstance(code, str):  # what the interpreter does with it on its way out
            print(code, file=sys.stderr)
            return 1
        return code or 0

    return call

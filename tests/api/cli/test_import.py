"""`callboard import` as a command; what an import does is tested in tests/api/test_imports.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from persistence.embedded import EmbeddedUrls
from tests.api.cli.conftest import Run

GOOD = "Gala,Ballroom,2030-03-01 18:00,2030-03-01 20:00"
BAD = "Ball,Ballroom,tomorrow,2030-03-02 20:00"


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_it_fails_when_rows_were_refused_and_none_was_imported(
    urls: EmbeddedUrls, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CALLBOARD_DATABASE_URL", urls.application)

    def load(*rows: str) -> int:
        path = tmp_path / "plan.csv"
        path.write_text("\n".join(["title,room,start,end", *rows]))
        return run("import", *options, str(path))

    assert load(BAD) == 2
    assert load(BAD, GOOD) == 0  # what could be imported is
    assert load(GOOD) == 0  # there already, and none refused

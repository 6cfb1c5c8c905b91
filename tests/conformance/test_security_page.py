"""docs/security.md names every function that looks past the row policies."""

from __future__ import annotations

import re

from tests.conformance.page import ROOT

_FUNCTION = re.compile(r"CREATE FUNCTION (\w+)\((.*?)\$\$", re.DOTALL)


def test_every_definer_function_is_on_the_page() -> None:
    scripts = (ROOT / "persistence" / "migrations").rglob("*.sql")
    definers = {
        name
        for script in scripts
        for name, head in _FUNCTION.findall(script.read_text())
        if "SECURITY DEFINER" in head
    }
    page = (ROOT / "docs" / "security.md").read_text()
    table = page.partition("| function | for |")[2].partition("\n\n")[0]
    listed = {name for row in table.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert listed == definers

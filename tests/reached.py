"""How many lines and branches the last `make test` reached: `python -m tests.reached` says it and judges it.

With `--missing` it lists, file by file, the lines and branches that nothing reached.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

REPORT = Path(".reached.json")
WANTED = {"domain": 100.0, "": 90.0}
"""In percent, by folder; the empty name is of all."""

Files = Mapping[str, Mapping[str, Any]]


def share(files: Files, folder: str) -> float:
    """The lines and branches that were reached, in percent of those that there are."""
    counts = [one["summary"] for name, one in files.items() if name.startswith(folder)]
    reached = sum(one["covered_lines"] + one.get("covered_branches", 0) for one in counts)
    missed = sum(one["missing_lines"] + one.get("missing_branches", 0) for one in counts)
    return 100 * reached / (reached + missed)


def missing(files: Files) -> list[str]:
    """A line for each file of which something was not reached."""
    return [
        f"{name}: lines {one['missing_lines']}, branches {one.get('missing_branches', [])}"
        for name, one in sorted(files.items())
        if one["missing_lines"] or one.get("missing_branches")
    ]


def main() -> None:
    """Print the shares; exit with 1 when one is below what is wanted."""
    files: Files = json.loads(REPORT.read_text())["files"]
    if "--missing" in sys.argv:
        print("\n".join(missing(files)))
        return
    too_low = False
    for folder, wanted in WANTED.items():
        found = share(files, folder)
        print(f"Lines and branches reached in {folder or 'all'}: {found:.2f} % (wanted: {wanted:g} %)")
        too_low |= found < wanted
    sys.exit(too_low)


if __name__ == "__main__":
    main()

"""What becomes of real iCalendar files that are imported, exported and imported again.

Run from the repository's root, with the files at hand:
`python -m benchmarks.ics_round_trip ../shared/data/ics [--placed] [--show 2]`.
Exits with 1 when an event is unaccounted for, or a file does not come back equal.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from api.imports.import_errors import UnreadableSchedule
from persistence.database import Database
from persistence.embedded import temporary_postgres
from persistence.ids import RandomIds, SystemClock
from persistence.migrate import migrate
from tests.api.imports.ics_round_trip import event_count, round_trip, with_places

DEFAULT_FOLDER = Path("../shared/data/ics")


def main() -> None:
    """Print a row a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT_FOLDER)
    parser.add_argument("--placed", action="store_true", help="give a place to each event that has none")
    parser.add_argument("--show", type=int, default=2, help="how many differences of a file to show")
    options = parser.parse_args()
    if not options.folder.is_dir():
        print(f"skipped: there is no folder {options.folder}")
        return
    with temporary_postgres() as server:
        urls = server.create_database("round_trip")
        migrate(urls.owner)
        is_right = asyncio.run(_all(urls.application, options))
    sys.exit(0 if is_right else 1)


async def _all(url: str, options: argparse.Namespace) -> bool:
    database = Database(url, SystemClock(), RandomIds(), pool_size=1)
    print(f"{'file':36} VEVENTs imported refused skipped  series occurrences  round trip")
    parsed = equal = 0
    is_right = True
    try:
        for path in sorted(options.folder.glob("*.ics")):
            content = path.read_bytes()
            events = event_count(content)
            if events is None:
                print(f"{path.name:36} not read by icalendar")
                continue
            parsed += 1
            if options.placed:
                content = with_places(content)
            try:
                trip = await round_trip(database, path.name, content)
            except UnreadableSchedule as refusal:
                print(f"{path.name:36} {events:7} refused as a whole: {refusal}")
                parsed -= 1
                continue
            counts = (trip.imported, trip.refused, trip.skipped, trip.series, trip.occurrences)
            verdict = "equal" if trip.is_equal else "DIFFERS"
            if trip.events != events:
                verdict += f", {events - trip.events} unaccounted for"
            print(f"{path.name:36} {events:7} {'{:8} {:7} {:7} {:7} {:11}'.format(*counts)}  {verdict}")
            for what, some in (("lost", trip.lost), ("gained", trip.gained)):
                for one in sorted(some)[: options.show]:
                    print(f"    {what}: {one.start} to {one.end} {one.title!r} in {one.room!r}")
            equal += trip.is_equal
            is_right = is_right and trip.is_equal and trip.events == events
    finally:
        await database.close()
    print(f"{equal} of {parsed} files come back equal")
    return is_right


if __name__ == "__main__":
    main()

"""How clashes planted in real conference schedules are found, advised on and ended.

Run from the repository's root, with the published schedules at hand:
`python -m benchmarks.fosdem_check ../shared/data/fosdem [--seeds 10] [--clashes 30] [--limit-seconds 10]`.
Exits with 1 when anything found, imported or left differs from what the brute-force oracle says.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from api.bus import Bus
from api.checking.advice import advise, fix
from api.checking.check_schedule import CheckedSchedule, check_schedule
from api.cli.import_ import OPERATOR
from api.features.import_schedule import ImportSchedule
from api.imports.formats import read_schedule, reader_for
from api.routes import ROUTES
from domain.enums import ConflictType
from domain.policy import Policy
from persistence.database import Database
from persistence.embedded import EmbeddedUrls, temporary_postgres
from persistence.ids import RandomIds, SystemClock
from persistence.migrate import migrate
from tests.api.imports.oracle import FileClash, clashes
from tests.api.imports.plant import plant

KINDS = {ConflictType.VenueConflict: "room", ConflictType.StaffConflict: "person"}


@dataclass(frozen=True, slots=True)
class Run:
    """One schedule with clashes: what there were, how it went, and how long each part took in seconds."""

    clashes: int
    found_exactly: bool
    imported_exactly: bool
    advised: int
    optimal: bool
    moved: int
    moved_at_least: int
    other_day: int
    left: int
    check_seconds: float
    advise_seconds: float
    fix_seconds: float
    import_seconds: float

    @property
    def is_right(self) -> bool:
        """Whether all clashes, and only those, were found, imported and ended."""
        return self.found_exactly and self.imported_exactly and self.left == 0


def main() -> None:
    """Print a table, a row a year."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--years", type=int, nargs="+", default=[2016, 2017, 2018, 2019])
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--clashes", type=int, default=30)
    parser.add_argument("--limit-seconds", type=float, default=10)
    options = parser.parse_args()
    print(
        f"{options.clashes} clashes planted, {options.seeds} seeds a year, limit {options.limit_seconds:g} s"
    )
    print("      talks  clashes  exact  advised  proven   moved (bound)  fewest  other day  left"
          "   check  advise     fix  import   (median seconds)")  # fmt: skip
    runs: list[Run | None] = []
    with temporary_postgres() as server:
        urls = server.create_database("imports")
        migrate(urls.owner)
        for year in options.years:
            source = (options.folder / f"{year}.xml").read_bytes()
            published = check_schedule(read_schedule(f"{year}.xml", source))
            some = [
                _run(plant(source, options.clashes, seed), options.limit_seconds, urls)
                for seed in range(1, options.seeds + 1)
            ]
            _print_year(year, published, some)
            runs += some if not published.clashes else [*some, None]
    sys.exit(0 if all(run is not None and run.is_right for run in runs) else 1)


def _run(source: bytes, limit_seconds: float, urls: EmbeddedUrls) -> Run:
    began = time.perf_counter()
    checked = check_schedule(read_schedule("schedule.xml", source))
    found_at = time.perf_counter()
    advised = [suggestions for _, suggestions in advise(checked, limit_seconds)]
    advised_at = time.perf_counter()
    fixed = fix(checked, source, reader_for("schedule.xml", source), limit_seconds)
    fixed_at = time.perf_counter()
    by_type = asyncio.run(_imported(urls, checked))
    imported_at = time.perf_counter()
    expected = clashes(checked.file)
    changes = [change for change, _ in fixed.repair.changes]
    return Run(
        clashes=len(expected),
        found_exactly=len(checked.clashes) == len(expected) and _in_oracles_words(checked) == expected,
        imported_exactly={KINDS[kind]: count for kind, count in by_type.items()}
        == Counter(clash.kind for clash in expected),
        advised=sum(bool(some) for some in advised),
        optimal=all(one.optimal for some in advised for one in some),
        moved=len(changes),
        moved_at_least=fixed.repair.moved_at_least,
        other_day=sum(
            one.before.slot.start_date_time.date() != one.after.slot.start_date_time.date() for one in changes
        ),
        left=len(clashes(read_schedule("fixed.xml", fixed.content))),
        check_seconds=found_at - began,
        advise_seconds=advised_at - found_at,
        fix_seconds=fixed_at - advised_at,
        import_seconds=imported_at - fixed_at,
    )


def _in_oracles_words(checked: CheckedSchedule) -> set[FileClash]:
    people = {person.name: set[str]() for person in checked.file.persons}
    for person in checked.file.persons:
        people[person.name].add(person.key)
    found = set()
    for one in checked.clashes:
        keys = frozenset(row.key for row in one.rows)
        if one.clash.conflict_type is ConflictType.VenueConflict:
            found.add(FileClash("room", one.resource, keys))
        else:
            both = set.intersection(*({person.key for person in row.persons} for row in one.rows))
            found.update(FileClash("person", key, keys) for key in both & people[one.resource])
    return found


async def _imported(urls: EmbeddedUrls, checked: CheckedSchedule) -> Counter[ConflictType]:
    """The conflicts that a server records, in a transaction that is rolled back."""
    database = Database(urls.application, SystemClock(), RandomIds(), pool_size=1)
    try:
        bus = Bus(database.unit_of_work, ROUTES, Policy())
        report = await bus.send(ImportSchedule(checked.file, "UTC"), OPERATOR, dry_run=True)
    finally:
        await database.close()
    return Counter(report.conflicts)


def _print_year(year: int, published: CheckedSchedule, runs: list[Run]) -> None:
    exact = sum(run.found_exactly and run.imported_exactly for run in runs)
    fewest = sum(run.moved == run.moved_at_least for run in runs)
    print(
        f"{year}  {len(published.file.rows):5}"
        f"  {sum(run.clashes for run in runs):7}"
        f"  {exact:2}/{len(runs):2}"
        f"  {sum(run.advised for run in runs):7}"
        f"  {sum(run.optimal for run in runs):3}/{len(runs):2}"
        f"  {sum(run.moved for run in runs):6} ({sum(run.moved_at_least for run in runs):5})"
        f"  {fewest:3}/{len(runs):2}"
        f"  {sum(run.other_day for run in runs):9}"
        f"  {sum(run.left for run in runs):4}"
        f"  {median(run.check_seconds for run in runs):6.2f}"
        f"  {median(run.advise_seconds for run in runs):6.2f}"
        f"  {median(run.fix_seconds for run in runs):6.2f}"
        f"  {median(run.import_seconds for run in runs):6.2f}"
        + ("" if not published.clashes else f"  published with {len(published.clashes)} clashes"),
        flush=True,
    )


if __name__ == "__main__":
    main()

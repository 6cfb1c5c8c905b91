"""How long a month takes to export: 500 bookings in each format, rendered from memory.

Run from the repository's root: `python -m benchmarks.exports [--bookings 500] [--rounds 5] [--seed 1]`.
Each format is timed in a process of its own: the first file it makes, and the median of the rest.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import statistics
import time
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from api.exports.formats import rendered
from domain.enums import ConflictLevel, ExportFormat, ExportPeriod, ScheduleStatus
from domain.exported_schedule import ExportedBooking, ExportedCalendar, ExportedSchedule
from domain.time_slot import TimeSlot

MONTH, NEXT = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
ENGLISH = (
    *("Rehearsal", "Board meeting", "Annual dinner of the philharmonic society with speeches", "Yoga"),
    *("Conférence des bibliothécaires", "Łódź design days", "Kinderoper: Hänsel und Gretel", "Team sync"),
)
MIXED = (
    *ENGLISH,
    "حفل زفاف أحمد وسارة",
    "結婚披露宴のご案内",
    "春节联欢晚会",
    "설날 잔치",
    "🎉 Launch party",
    "हिन्दी संगीत",
)


def month(bookings: int, titles: tuple[str, ...], seed: int) -> ExportedSchedule:
    """A month with so many bookings, a tenth of them in conflict and a tenth only held."""
    draw = random.Random(seed)
    made = [_booking(draw, titles) for _ in range(bookings)]
    made.sort(key=lambda one: one.slot)
    window = TimeSlot(MONTH, NEXT)
    calendar = ExportedCalendar(UUID(int=1), "Grand Hall", tuple(made), (), "Grand Hall")
    return ExportedSchedule("Grand Hall", "Europe/Brussels", window, (calendar,), MONTH)


def _booking(draw: random.Random, titles: tuple[str, ...]) -> ExportedBooking:
    start = MONTH + timedelta(days=draw.randrange(31), minutes=15 * draw.randrange(24, 84))
    held, clashes = draw.random() < 0.1, draw.random() < 0.1
    return ExportedBooking(
        UUID(int=draw.getrandbits(128)),
        draw.choice(titles),
        TimeSlot(start, start + timedelta(minutes=15 * draw.randint(2, 16))),
        ScheduleStatus.Tentative if held else ScheduleStatus.Scheduled,
        draw.choice(list(ConflictLevel)[1:]) if clashes else ConflictLevel.NONE,
        modified_at=MONTH,
    )


def timed(file_format: ExportFormat, schedule: ExportedSchedule, rounds: int) -> tuple[list[float], int]:
    """Seconds of each round, and the size of the file."""
    seconds, size = [], 0
    for _ in range(rounds + 1):
        began = time.perf_counter()
        size = len(rendered(schedule, ExportPeriod.Monthly, date(2026, 3, 1), file_format))
        seconds.append(time.perf_counter() - began)
    return seconds, size


def main() -> None:
    """Print the first and the median time of each format, for two mixes of titles."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bookings", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print(f"a month of {options.bookings} bookings, seed {options.seed}; wanted: under 5 s")
    for mix, titles in (("European titles", ENGLISH), ("titles in eight scripts", MIXED)):
        schedule = month(options.bookings, titles, options.seed)
        for file_format in ExportFormat:
            with multiprocessing.get_context("spawn").Pool(1) as process:
                seconds, size = process.apply(timed, (file_format, schedule, options.rounds))
            first, rest = seconds[0], statistics.median(seconds[1:])
            times = f"first {first:5.2f} s   then {rest:5.2f} s"
            print(f"{mix:24} {file_format:10} {times}   {size / 1024:6.0f} KiB")


if __name__ == "__main__":
    main()

"""Ways out of a file's clashes: for each on its own, and for all together."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import gcd

from api.checking.check_schedule import CheckedSchedule, FoundClash
from api.imports.formats import ScheduleFormat
from api.imports.reading_options import DEFAULT_OPTIONS, ReadingOptions
from api.imports.schedule_file import ScheduleFile
from domain.suggestion import Suggestion
from solver.advisor import ConflictAdvisor
from solver.limits import Limits
from solver.moving_terms import MovingTerms
from solver.schedule_repair import ScheduleRepair, repair_schedule
from solver.tiers import OnProgress
from solver.weights import Weights

SUGGESTIONS_A_CLASH = 3
_STEPS_MINUTES = (15, 5)
# CP-SAT's own clock makes an answer repeatable. It goes at some sixth of a wall clock's pace, and has to run
# out first, also on a slow machine.
_DETERMINISTIC_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class FixedSchedule:
    """A file whose clashes were ended together. content: the whole file, rewritten."""

    repair: ScheduleRepair
    content: bytes


def moving_terms(file: ScheduleFile) -> MovingTerms:
    """Moves on the file's own grid of starts; every booking is as dear to move as any other."""
    grid = gcd(*(row.start.minute for row in file.rows))
    step = next((step for step in _STEPS_MINUTES if grid % step == 0), 1)
    return MovingTerms(step_minutes=step, weights=Weights(touch_short_notice=0))


def advise(
    checked: CheckedSchedule, limit_seconds: float
) -> Iterator[tuple[FoundClash, tuple[Suggestion, ...]]]:
    """The best fixes of each clash, by moving one of its two bookings; none once the time is up."""
    until = time.monotonic() + limit_seconds
    clashes = [found.clash for found in checked.clashes]
    involved = {key for one in clashes for key in (one.scheduled_event_id, one.conflicting_event_id)}
    if not involved:
        return
    advisor = ConflictAdvisor(checked.picture.snapshot, moving_terms(checked.file), focus=involved)
    for found in checked.clashes:
        in_time = time.monotonic() < until
        yield found, advisor.advise(found.clash, count=SUGGESTIONS_A_CLASH) if in_time else ()


def fix(
    checked: CheckedSchedule,
    source: bytes,
    schedule_format: ScheduleFormat,
    limit_seconds: float,
    options: ReadingOptions = DEFAULT_OPTIONS,
    on_progress: OnProgress | None = None,
) -> FixedSchedule:
    """End all clashes by moving as few bookings as possible, then as little as possible.

    A day's distance costs more than any room or hour, so that a booking leaves its day only where that spares
    another from moving.
    options: those that the source was read with.
    limit_seconds: of wall clock; usually the repeatable limit that goes with it ends the search much earlier.
    Raises UnwritableMove for a move that the file's format cannot express.
    """
    limits = Limits(limit_seconds * _DETERMINISTIC_SHARE, limit_seconds)
    snapshot = checked.picture.snapshot
    repair = repair_schedule(snapshot, moving_terms(checked.file), limits=limits, on_progress=on_progress)
    moves = checked.picture.moves(change for change, _ in repair.changes)
    return FixedSchedule(repair, schedule_format.rewrite(source, moves, options))

"""How long a suggestion takes: one clash among 3,000 bookings, 30 venues, 14 days.

Run from the repository's root: `python -m benchmarks.suggestions [--clashes 40] [--seed 1]`.
"""

import argparse
import statistics
import time

from benchmarks.instances import Season, conflict_free, with_one_clash
from solver import Checker, ProblemData, find_clashes, suggest


def main() -> None:
    """Print p50 and p95 of build, solve and check, beside one sweep for conflicts in the same run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clashes", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    season = Season()
    calm = conflict_free(season, options.seed)
    floor, whole, found, proven = [], [], 0, 0
    for number in range(options.clashes):
        problem = with_one_clash(calm, options.seed * 1_000 + number)
        floor.append(_timed_sweep(problem))
        seconds, suggestions, optimal = _timed_answer(problem)
        whole.append(seconds)
        found += suggestions
        proven += optimal
    sweep, middle = statistics.median(floor), statistics.median(whole)
    slow = statistics.quantiles(whole, n=20)[-1]
    print(f"{season.bookings} bookings, {season.venues} venues, {season.days} days, seed {options.seed}")
    print(f"floor: one sweep for conflicts   p50 {1000 * sweep:6.1f} ms")
    print(f"build, solve, check: 5 answers   p50 {1000 * middle:6.1f} ms  p95 {1000 * slow:6.1f} ms")
    print(f"ratio to the floor               p50 {middle / sweep:6.1f}     p95 {slow / sweep:6.1f}")
    print(
        f"{found} suggestions for {options.clashes} clashes, "
        f"{100 * proven / max(1, found):.1f} % proven optimal"
    )


def _timed_sweep(problem: ProblemData) -> float:
    began = time.perf_counter()
    find_clashes(problem)
    return time.perf_counter() - began


def _timed_answer(problem: ProblemData) -> tuple[float, int, int]:
    began = time.perf_counter()
    checker = Checker(problem)
    clash = checker.clashes[0]
    answers = suggest(problem, [clash], [[clash.first], [clash.second]], checker=checker)
    seconds = time.perf_counter() - began
    return seconds, len(answers), sum(answer.optimal for answer in answers)


if __name__ == "__main__":
    main()

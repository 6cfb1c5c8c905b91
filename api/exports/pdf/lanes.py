"""Bookings that overlap, side by side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.exports.pdf.day_slices import DaySlice

SHORTEST_MINUTES = 20
"""A shorter booking is drawn as if it took this long, so that its time can be read."""


@dataclass(frozen=True, slots=True)
class LanedSlice:
    """A slice and the lane it stands in, of as many as its neighbourhood needs."""

    slice: DaySlice
    lane: int
    lanes: int


def in_lanes(slices: Sequence[DaySlice], most_lanes: int) -> tuple[list[LanedSlice], list[DaySlice]]:
    """The slices in at most that many lanes, and those that found no place."""
    placed: list[LanedSlice] = []
    left_out: list[DaySlice] = []
    for cluster in _clusters(slices):
        ends: list[int] = []
        lanes: list[tuple[DaySlice, int]] = []
        for one in cluster:
            lane = next((index for index, end in enumerate(ends) if end <= one.start_minute), len(ends))
            if lane == most_lanes:
                left_out.append(one)
                continue
            ends[lane : lane + 1] = [_end(one)]
            lanes.append((one, lane))
        placed.extend(LanedSlice(one, lane, len(ends)) for one, lane in lanes)
    return placed, left_out


def _clusters(slices: Iterable[DaySlice]) -> list[list[DaySlice]]:
    """Slices that hang together by overlapping."""
    clusters: list[list[DaySlice]] = []
    end = -1
    for one in sorted(slices, key=lambda one: (one.start_minute, -one.end_minute)):
        if clusters and one.start_minute < end:
            clusters[-1].append(one)
        else:
            clusters.append([one])
        end = max(end, _end(one))
    return clusters


def _end(one: DaySlice) -> int:
    return max(one.end_minute, one.start_minute + SHORTEST_MINUTES)

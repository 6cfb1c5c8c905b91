"""Algebra of half-open minute ranges, kept sorted, disjoint and non-adjacent."""

from collections.abc import Iterable

Ranges = tuple[tuple[int, int], ...]


def normalised(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """The same minutes as sorted, disjoint, non-adjacent, non-empty ranges."""
    merged: list[tuple[int, int]] = []
    since = until = 0
    for low, high in sorted(ranges):
        if low >= high:
            continue
        if since < until and low <= until:
            until = max(until, high)
            continue
        if since < until:
            merged.append((since, until))
        since, until = low, high
    if since < until:
        merged.append((since, until))
    return tuple(merged)


def intersection(left: Ranges, right: Ranges) -> Ranges:
    """The minutes in both; either side must be normalised."""
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        low, high = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if low < high:
            found.append((low, high))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(found)


def difference(left: Ranges, right: Ranges) -> Ranges:
    """The minutes of `left` that are not in `right`; either side must be normalised."""
    found: list[tuple[int, int]] = []
    j = 0
    for low, high in left:
        at = low
        while j < len(right) and right[j][1] <= at:
            j += 1
        i = j
        while i < len(right) and right[i][0] < high:
            if right[i][0] > at:
                found.append((at, right[i][0]))
            at = max(at, right[i][1])
            i += 1
        if at < high:
            found.append((at, high))
    return tuple(found)


def contains(ranges: Ranges, minute: int) -> bool:
    """Whether some range holds the minute."""
    return any(low <= minute < high for low, high in ranges)


def multiples(ranges: Ranges, step: int) -> Ranges:
    """The numbers n with n * step in the ranges, as ranges of n."""
    if step == 1:
        return ranges
    return normalised((-(-low // step), (high - 1) // step + 1) for low, high in ranges)

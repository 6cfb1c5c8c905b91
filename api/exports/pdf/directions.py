"""The order in which a line's parts stand on paper (Unicode's bidirectional algorithm)."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from bidi import algorithm

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_JOINERS = "\u200c\u200d"


@dataclass(frozen=True, slots=True)
class DirectedRun:
    """A part of a line that is read in one direction. text: in the order in which it is read."""

    text: str
    is_right_to_left: bool


def has_right_to_left(text: str) -> bool:
    """Whether any of the text is read from the right."""
    return any(unicodedata.bidirectional(one) in _RIGHT_TO_LEFT for one in text)


def directed_runs(text: str) -> list[DirectedRun]:
    """The runs of a line from left to right."""
    if not has_right_to_left(text):
        return [DirectedRun(text, False)] if text else []
    levels = _levels(text)
    runs: list[tuple[int, str]] = []
    for level, members in groupby(zip(levels, text, strict=True), key=lambda pair: pair[0]):
        runs.append((level, "".join(character for _, character in members)))
    return [DirectedRun(part, level % 2 == 1) for level, part in _visual_order(runs)]


def _levels(text: str) -> list[int]:
    """The embedding level of each character; a joiner has that of the character before it."""
    storage = algorithm.get_empty_storage()
    visible = "".join(one for one in text if one not in _JOINERS)
    base = algorithm.get_base_level(visible)
    storage["base_level"], storage["base_dir"] = base, ("L", "R")[base]
    algorithm.get_embedding_levels(visible, storage)
    algorithm.explicit_embed_and_overrides(storage)
    algorithm.resolve_weak_types(storage)
    algorithm.resolve_neutral_types(storage, False)
    algorithm.resolve_implicit_levels(storage, False)
    resolved = iter(storage["chars"])
    levels: list[int] = []
    for one in text:
        if one in _JOINERS:
            levels.append(levels[-1] if levels else base)
        else:
            levels.append(next(resolved)["level"])
    return levels


def _visual_order(runs: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """Rule L2: from the highest level down, whatever is at least that high is turned around."""
    ordered = list(runs)
    highest = max(level for level, _ in ordered)
    for level in range(highest, 0, -1):
        turned: list[tuple[int, str]] = []
        for is_turned, members in groupby(ordered, key=lambda run: run[0] >= level):
            found = list(members)
            turned.extend(reversed(found) if is_turned else found)
        ordered = turned
    return ordered

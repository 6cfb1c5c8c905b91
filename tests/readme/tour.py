"""README's tour as values: its shell blocks, and what README says they print."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

README = Path(__file__).parent.parent.parent / "README.md"
LEFT_OUT = "..."

_FENCE = re.compile(r"^```(bash|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_DAYS = "Mon|Tues|Wednes|Thurs|Fri|Satur|Sun"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_CHANGING = (
    (re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"), "<moment>"),
    (re.compile(r"\d{4}-\d\d-\d\d(?=T\d\d:\d\d:\d\dZ)"), "<date>"),
    (re.compile(rf"(?:{_DAYS})day \d{{1,2}} (?:{_MONTHS})(?: \d{{4}})?"), "<day>"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """A shell block and the output under it."""

    commands: str
    shown: str

    @property
    def name(self) -> str:
        """Its first command, for the name of a test."""
        return self.commands.splitlines()[0]


def steps_of(text: str) -> list[Step]:
    """The steps of the tour in a README, in order."""
    _, _, after = text.partition("\n## A five-minute tour\n")
    tour, _, _ = after.partition("\n## ")
    steps: list[Step] = []
    for kind, content in _FENCE.findall(tour):
        if kind == "bash":
            steps.append(Step(content, ""))
        else:
            commands = steps.pop()
            assert commands.shown == "", f"two outputs under {commands.name}"
            steps.append(Step(commands.commands, content))
    return steps


def is_abridged_to(printed: str, shown: str) -> bool:
    """Whether shown is printed with runs of lines left out, but for ids, and for dates of another day."""
    lines = _lines(printed)
    first, *others = _runs(_lines(shown))
    if not others:
        return lines == first
    *between, last = others
    if lines[: len(first)] != first:
        return False
    at = len(first)
    for run in between:
        places = range(at, len(lines) - len(run) + 1)
        found = next((place for place in places if lines[place : place + len(run)] == run), None)
        if found is None:
            return False
        at = found + len(run)
    end = len(lines) - len(last)
    return at <= end and lines[end:] == last


def _lines(text: str) -> list[str]:
    for pattern, name in _CHANGING:
        text = pattern.sub(name, text)
    return text.splitlines()


def _runs(shown: list[str]) -> list[list[str]]:
    """The lines between those left out; the first run starts the output and the last ends it."""
    runs: list[list[str]] = [[]]
    for line in shown:
        if line == LEFT_OUT:
            runs.append([])
        else:
            runs[-1].append(line)
    return runs

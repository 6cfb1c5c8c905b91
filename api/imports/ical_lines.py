"""The components and content lines of an iCalendar file, each with its place (RFC 5545, 3.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from api.imports.import_errors import UnreadableSchedule

MOST_LINES = 1_000_000
MOST_COMPONENTS = 100_000
DEEPEST = 20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_PHYSICAL = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r|\Z)")
_NAME = re.compile(r"\s*([A-Za-z0-9-]+)(?=[;:])")


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One line, unfolded, and the bytes from start to end that it takes in the file with its line breaks.

    name: in upper case; empty for a line that is none.
    """

    name: str
    text: str
    number: int
    start: int
    end: int

    @property
    def value(self) -> str:
        """What follows the first colon; only for lines whose parameters cannot hold one."""
        return self.text.partition(":")[2].strip()


@dataclass(slots=True, eq=False)
class Component:
    """A component with its own lines and the components inside it, between BEGIN and END.

    start: where BEGIN's line begins; body_end: where END's line begins; end: behind it.
    """

    name: str
    number: int
    start: int
    parent: Component | None = None
    body_end: int = 0
    end: int = 0
    lines: list[ContentLine] = field(default_factory=list)
    children: list[Component] = field(default_factory=list)

    def first(self, name: str) -> ContentLine | None:
        """Its first line of that name."""
        return next(self.all(name), None)

    def all(self, name: str) -> Iterator[ContentLine]:
        """Its lines of that name."""
        return (line for line in self.lines if line.name == name)


def components_of(source: bytes) -> list[Component]:
    """Every component of the file in the order in which they begin.

    Raises UnreadableSchedule where BEGIN and END do not match, and for a file beyond all bounds.
    """
    found: list[Component] = []
    open_ones: list[Component] = []
    for line in _content_lines(source):
        if line.name == "BEGIN":
            parent = open_ones[-1] if open_ones else None
            component = Component(line.value.upper(), line.number, line.start, parent)
            if parent is not None:
                parent.children.append(component)
            found.append(component)
            open_ones.append(component)
            if len(open_ones) > DEEPEST or len(found) > MOST_COMPONENTS:
                raise UnreadableSchedule("there are too many components", line.number)
        elif line.name == "END":
            if not open_ones or open_ones[-1].name != line.value.upper():
                raise UnreadableSchedule(f"{line.text.strip()[:60]} without its BEGIN", line.number)
            closed = open_ones.pop()
            closed.body_end, closed.end = line.start, line.end
        elif open_ones:
            open_ones[-1].lines.append(line)
    if open_ones:
        raise UnreadableSchedule(f"BEGIN:{open_ones[-1].name[:40]} without its END", open_ones[-1].number)
    if not any(one.name == "VCALENDAR" for one in found):
        raise UnreadableSchedule("there is no VCALENDAR")
    return found


def _content_lines(source: bytes) -> Iterator[ContentLine]:
    if source.count(b"\n") + source.count(b"\r") > MOST_LINES:
        raise UnreadableSchedule(f"there are more than {MOST_LINES:,} lines")
    position = len(_BYTE_ORDER_MARK) if source.startswith(_BYTE_ORDER_MARK) else 0
    number = 0
    while position < len(source):
        start, first_number = position, number + 1
        pieces: list[bytes] = []
        while True:
            physical = _PHYSICAL.match(source, position)
            assert physical is not None
            number += 1
            pieces.append(physical[0].rstrip(b"\r\n")[1 if pieces else 0 :])
            position = physical.end()
            if source[position : position + 1] not in (b" ", b"\t"):
                break
        text = _characters(b"".join(pieces))
        named = _NAME.match(text)
        yield ContentLine("" if named is None else named[1].upper(), text, first_number, start, position)


def _characters(raw: bytes) -> str:
    """UTF-8, or what older programs wrote."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")

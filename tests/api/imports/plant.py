"""Plants clashes into a pentabarf schedule, the same ones for the same seed.

Nothing of the product is used: the file is edited by the standard library's own XML tree.
"""

from __future__ import annotations

import random
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace

_ATTEMPTS = 10_000


@dataclass(frozen=True)
class Talk:
    """An event with the day and the room element it is in, minutes since midnight, and person ids."""

    event: ET.Element
    room: ET.Element
    day: ET.Element
    start: int
    minutes: int
    persons: frozenset[str]

    def overlaps(self, other: Talk) -> bool:
        same_day = self.day is other.day
        return (
            same_day and self.start < other.start + other.minutes and other.start < self.start + self.minutes
        )


def plant(source: bytes, count: int, seed: int) -> bytes:
    """The schedule with `count` talks changed, each once, so that it clashes: half by room, half by speaker.

    A planted talk may clash with several others; the oracle says which. Ids and titles stay.
    """
    rng = random.Random(seed)
    root = ET.fromstring(source)  # noqa: S314 - reads only what the tests hand it
    talks = _talks(root)
    changed: set[int] = set()
    for number in range(count):
        planter = _plant_in_room if number % 2 == 0 else _plant_speaker
        for _ in range(_ATTEMPTS):
            target, other = (int(rng.random() * len(talks)) for _ in range(2))
            if target == other or target in changed or other in changed:
                continue
            planted = planter(talks[target], talks[other], rng)
            if planted is not None:
                talks[target] = planted
                changed.add(target)
                break
        else:
            raise ValueError(f"no place for clash {number + 1} of {count}")
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _plant_in_room(moved: Talk, victim: Talk, rng: random.Random) -> Talk | None:
    """Move a talk onto another of its day, wholly or partly, in its own room or another."""
    start = victim.start + (0, 0, 5, 10, -5, -10)[int(rng.random() * 6)]
    planted = replace(moved, room=victim.room, start=start)
    outside_the_day = start < 9 * 60 or start + moved.minutes > 24 * 60
    if victim.day is not moved.day or outside_the_day or not planted.overlaps(victim):
        return None
    moved.room.remove(moved.event)
    _child(moved.event, "start").text = f"{start // 60:02}:{start % 60:02}"
    _child(moved.event, "room").text = victim.room.get("name")
    victim.room.append(moved.event)
    victim.room[:] = sorted(victim.room, key=lambda event: _child(event, "start").text or "")
    return planted


def _plant_speaker(given: Talk, giver: Talk, rng: random.Random) -> Talk | None:
    """Give a talk a speaker who talks elsewhere at the same time."""
    people = sorted(giver.persons - given.persons)
    if not people or given.room is giver.room or not given.overlaps(giver):
        return None
    person = people[int(rng.random() * len(people))]
    original = next(one for one in giver.event.findall("persons/person") if one.get("id") == person)
    added = ET.SubElement(_child(given.event, "persons"), "person", dict(original.attrib))
    added.text = original.text
    return replace(given, persons=given.persons | {person})


def _talks(root: ET.Element) -> list[Talk]:
    return [
        Talk(
            event=event,
            room=room,
            day=day,
            start=_minutes(event, "start"),
            minutes=_minutes(event, "duration"),
            persons=frozenset(person.get("id", "") for person in event.findall("persons/person")),
        )
        for day in root.findall("day")
        for room in day.findall("room")
        for event in room.findall("event")
    ]


def _minutes(event: ET.Element, tag: str) -> int:
    hours, minutes = (_child(event, tag).text or "").split(":")[:2]
    return int(hours) * 60 + int(minutes)


def _child(event: ET.Element, tag: str) -> ET.Element:
    child = event.find(tag)
    assert child is not None
    return child

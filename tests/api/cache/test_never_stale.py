"""After any write the next read by any viewer is right, whichever process answers it (DESIGN 4.9)."""

from __future__ import annotations

import asyncio
from typing import Any

from api.cache.kind import CacheKind
from api.routes import ROUTES
from domain.viewer import Viewer
from tests.api.cache.conftest import UNCACHED, Process
from tests.api.cache.story import CHAPTERS, Story, prologue

Answers = dict[tuple[str, Viewer, str], tuple[int, str]]


async def read(story: Story, process: Process) -> Answers:
    paths = story.reads()
    answers = await asyncio.gather(*(process.get(path, key[1]) for key, path in paths.items()))
    return {key: (answer.status_code, answer.text) for key, answer in zip(paths, answers, strict=True)}


def test_every_write_has_a_chapter() -> None:
    """A new write gets a chapter of its own in the story: what it changes may be shown from a cache."""
    writes = {message for message in ROUTES if not message.__name__.startswith("Get")}
    assert {message for message, _, _ in CHAPTERS} == writes


async def test_after_every_write_every_read_is_right(start: Any, redis_url: str, owner_execute: Any) -> None:
    """One process writes; of those that read, one shares its Redis, one remembers alone, one does not."""
    writer, other, alone = [await start(url) for url in (redis_url, redis_url, "mem://")]
    uncached = await start("mem://", **UNCACHED)
    story = Story(writer, owner_execute)
    await prologue(story)
    changed, wrong = [], {}
    before = await read(story, uncached)
    assert [await read(story, process) for process in (other, alone)] == [before] * 2
    for number, (message, chapter, _) in enumerate(CHAPTERS):
        await chapter(story)
        right = await read(story, uncached)
        for process in (other, alone):
            found = await read(story, process)
            told = {key: (found[key], right[key]) for key in right if found[key] != right[key]}
            if told:
                wrong[number, chapter.__name__] = told
        kinds = {key[0] for key in before if right[key] != before[key]}
        changed.append((message, chapter.__name__, kinds))
        before = right
    assert wrong == {}
    assert changed == [(message, chapter.__name__, kinds) for message, chapter, kinds in CHAPTERS]
    asked = {CacheKind.CalendarViews, CacheKind.ConflictList, CacheKind.CalendarMetadata}
    for process in (other, alone):
        counts = process.service.cache.counts
        assert all(counts[kind].hits for kind in asked), counts

"""After any write the next read by any viewer is right, whichever process answers it (DESIGN 4.9)."""

from __future__ import annotations

from typing import Any

from api.cache.kind import CacheKind
from api.routes import ROUTES
from domain.viewer import Viewer
from tests.api.cache.conftest import UNCACHED, Process
from tests.api.cache.story import CHAPTERS, Story, prologue

Answers = dict[tuple[str, Viewer, str], tuple[int, str]]


async def read(story: Story, process: Process) -> Answers:
    answers: Answers = {}
    for key, path in story.reads().items():
        answer = await process.get(path, key[1])
        answers[key] = (answer.status_code, answer.text)
    return answers


def test_every_write_has_a_chapter() -> None:
    """A new write gets a chapter of its own in the story: what it changes may be shown from a cache."""
    writes = {message for message in ROUTES if not message.__name__.startswith("Get")}
    assert {message for message, _, _ in CHAPTERS} == writes


async def test_after_every_write_every_read_is_right(start: Any, cache_url: str, owner_execute: Any) -> None:
    """Two processes that cache are asked before and after each write; a third makes every answer anew."""
    one, other = await start(cache_url), await start(cache_url)
    uncached = await start("mem://", **UNCACHED)
    story = Story(one, owner_execute)
    await prologue(story)
    changed, wrong = [], {}
    for number, (message, chapter, _) in enumerate(CHAPTERS):
        before = await read(story, one)
        assert await read(story, other) == before
        await chapter(story)
        right = await read(story, uncached)
        for process in (other, one):
            found = await read(story, process)
            told = {key: (found[key], right[key]) for key in right if found[key] != right[key]}
            if told:
                wrong[number, chapter.__name__] = told
        kinds = {key[0] for key in before if right[key] != before[key]}
        changed.append((message, chapter.__name__, kinds))
    assert wrong == {}
    assert changed == [(message, chapter.__name__, kinds) for message, chapter, kinds in CHAPTERS]
    asked = {CacheKind.CalendarViews, CacheKind.ConflictList, CacheKind.CalendarMetadata}
    hits = {kind: one.service.cache.counts[kind].hits for kind in asked}
    assert all(hits.values()), hits

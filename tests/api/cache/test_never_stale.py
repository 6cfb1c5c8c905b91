"""After any write the next read by any viewer is right, whichever process answers it (DESIGN 4.9)."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import text

from api.cache.kind import CacheKind
from api.routes import ROUTES
from domain.viewer import Viewer
from tests.api.cache.conftest import UNCACHED, Process
from tests.api.cache.story import CHAPTERS, Story, prologue
from tests.api.people import ADMIN

Answers = dict[tuple[str, Viewer, str], tuple[int, str]]


async def read(story: Story, process: Process) -> Answers:
    paths = story.reads()
    answers = await asyncio.gather(*(process.get(path, key[1]) for key, path in paths.items()))
    return {key: (answer.status_code, answer.text) for key, answer in zip(paths, answers, strict=True)}


_OF_RESOURCES = """
SELECT r.resource_id, to_jsonb(r)::text || coalesce((
    SELECT jsonb_agg(to_jsonb(c) - 'enforced' || jsonb_build_object('title', e.title) ORDER BY c.claim_id)
    FROM claims c JOIN scheduled_events b USING (scheduled_event_id) JOIN events e USING (event_id)
    WHERE c.resource_id = r.resource_id AND c.live)::text, '')
    AS told, coalesce(v.revision, 0) AS revision
FROM resources r LEFT JOIN revisions v ON v.kind = 1 AND v.id = r.resource_id
"""


async def resources(process: Process) -> dict[UUID, tuple[str, int]]:
    """All that a resource's availability can tell, and its revision."""
    async with process.service.database.unit_of_work(ADMIN) as uow:
        rows = await uow.connection.execute(text(_OF_RESOURCES))
        return {row.resource_id: (row.told, row.revision) for row in rows}


def test_every_write_has_a_chapter() -> None:
    """A new write gets a chapter of its own in the story: what it changes may be shown from a cache."""
    writes = {message for message in ROUTES if not message.__name__.startswith("Get")}
    assert {message for message, _, _ in CHAPTERS} == writes


async def test_after_every_write_every_read_is_right(start: Any, redis_url: str, owner_execute: Any) -> None:
    """One process writes; of those that read, one shares its Redis, and one makes every answer anew."""
    writer, other = await start(redis_url), await start(redis_url)
    uncached = await start("mem://", **UNCACHED)
    story = Story(writer, owner_execute)
    await prologue(story)
    changed, wrong, forgotten = [], {}, []
    before = await read(story, uncached)
    assert await read(story, other) == before
    for number, (message, chapter, _) in enumerate(CHAPTERS):
        seen = await resources(writer)
        await chapter(story)
        for key, (told, revision) in (await resources(writer)).items():
            if key in seen and told != seen[key][0] and revision == seen[key][1]:
                forgotten.append((number, chapter.__name__, key))
        right = await read(story, uncached)
        found = await read(story, other)
        told = {key: (found[key], right[key]) for key in right if found[key] != right[key]}
        if told:
            wrong[number, chapter.__name__] = told
        kinds = {key[0] for key in before if right[key] != before[key]}
        changed.append((message, chapter.__name__, kinds))
        before = right
    assert wrong == {}
    assert forgotten == []
    assert changed == [(message, chapter.__name__, kinds) for message, chapter, kinds in CHAPTERS]
    asked = {CacheKind.CalendarViews, CacheKind.ConflictList, CacheKind.CalendarMetadata}
    counts = other.service.cache.counts
    assert all(counts[kind].hits for kind in asked), counts

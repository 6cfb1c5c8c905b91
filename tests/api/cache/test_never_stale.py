"""After any write the next read by any viewer is right, whichever process answers it (DESIGN 4.9)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import text

from api.cache.kind import CacheKind
from api.routes import ROUTES
from domain.viewer import Viewer
from tests.api.cache.conftest import UNCACHED, Process
from tests.api.cache.story import CHAPTERS, Story, prologue
from tests.api.people import ADMIN

Key = tuple[str, Viewer, str]
Answers = dict[Key, tuple[int, str]]


async def read(
    story: Story, process: Process, only: Collection[Key] | None = None
) -> tuple[Answers, dict[Key, str]]:
    """All answers, or some of them, and the revision that the tag of each is of."""
    paths = {key: path for key, path in story.reads().items() if only is None or key in only}
    found = await asyncio.gather(*(process.get(path, key[1]) for key, path in paths.items()))
    answers = dict(zip(paths, found, strict=True))
    tags = {key: one.headers.get("etag", "").rpartition("-") for key, one in answers.items()}
    return (
        {key: (one.status_code, one.text) for key, one in answers.items()},
        {key: revision or whole for key, (revision, _, whole) in tags.items()},
    )


_OF_RESOURCES = """
SELECT r.resource_id, to_jsonb(r)::text || coalesce((
    SELECT jsonb_agg(to_jsonb(c) - 'enforced' || jsonb_build_object('title', e.title) ORDER BY c.claim_id)
    FROM claims c JOIN scheduled_events b USING (scheduled_event_id) JOIN events e USING (event_id)
    WHERE c.resource_id = r.resource_id AND c.live)::text, '') || coalesce((
    SELECT jsonb_agg(to_jsonb(a) ORDER BY a.during)
    FROM resource_availability a WHERE a.resource_id = r.resource_id)::text, '') || coalesce((
    SELECT jsonb_build_array(k.is_active, k.allow_overbooking, k.max_concurrent_events)
    FROM calendars k WHERE k.owner_id = r.resource_id)::text, '')
    AS told, coalesce(v.revision, 0) AS revision
FROM resources r LEFT JOIN revisions v ON v.kind = 1 AND v.id = r.resource_id
"""


async def resources(process: Process) -> dict[UUID, tuple[str, int]]:
    """All that a resource's availability can tell, and its revision."""
    async with process.service.database.unit_of_work(ADMIN) as uow:
        rows = await uow.connection.execute(text(_OF_RESOURCES))
        return {row.resource_id: (row.told, row.revision) for row in rows}


ELSEWHERE = {
    "CreateWebhook": "webhooks are not cached",
    "UpdateWebhook": "the same",
    "DeleteWebhook": "the same",
    "RotateWebhookSecret": "the same",
    "RedeliverFacts": "the same",
    "UpdateNoticePreferences": "nor are preferences",
    "NoteHolds": "nor how holds stood when last looked at",
    "ClearAway": "nor is what it clears away",
    "ArchiveClosures": "closures that are over show in no answer of today",
    "RealignSeries": "tests/api/jobs/test_jobs.py reads what it moved",
    "ApproveChange": "tests/api/test_approvals.py reads a kept view after each step",
    "RejectChange": "the same",
    "ScheduleMany": "places each booking by the function that ScheduleEvent does",
    **{
        f"{verb}{noun}": "accounts are not cached, and shown by no calendar"
        for verb, noun in (
            ("Create", "User"),
            ("Update", "User"),
            ("Set", "Password"),
            ("Note", "Person"),
            ("Begin", "Session"),
            ("Renew", "Session"),
            ("End", "Sessions"),
            ("Count", "LoginAttempt"),
            ("Create", "ServiceAccount"),
            ("Update", "ServiceAccount"),
            ("Erase", "User"),
            ("Create", "AccessToken"),
            ("Revoke", "AccessToken"),
        )
    },
}
"""Writes without a chapter, and why."""


def test_every_write_has_a_chapter() -> None:
    """A new write gets a chapter of its own in the story: what it changes may be shown from a cache."""
    writes = {message for message in ROUTES if not message.__name__.startswith(("Get", "Check"))}
    told = {message for message, _, _ in CHAPTERS}
    assert {message.__name__ for message in writes - told} == ELSEWHERE.keys()
    assert told <= writes


async def test_after_every_write_every_read_is_right(start: Any, redis_url: str, owner_execute: Any) -> None:
    """One process writes; of those that read, one shares its Redis, one keeps answers in memory, one none.

    Those that keep answers are asked for what has changed: nothing else can be wrong, as long as every change
    has its revision.
    """
    writer, shared, alone = await start(redis_url), await start(redis_url), await start("mem://")
    uncached = await start("mem://", **UNCACHED)
    story = Story(writer, owner_execute)
    await prologue(story)
    changes, wrong, forgotten = [], {}, []
    before, revisions = await read(story, uncached)
    for process in (shared, alone):
        assert await read(story, process) == (before, revisions)
    seen = await resources(writer)
    for number, (message, chapter, _) in enumerate(CHAPTERS):
        await chapter(story)
        told = await resources(writer)
        right, revisions_now = await read(story, uncached)
        changed = {key for key in right if right[key] != before.get(key)}
        unsaid = {key for key in changed if revisions_now[key] == revisions.get(key)} | {
            key
            for key in seen.keys() & told.keys()
            if told[key][0] != seen[key][0] and told[key][1] == seen[key][1]
        }
        if unsaid:
            forgotten.append((number, chapter.__name__, unsaid))
        for process in (shared, alone):
            found, _ = await read(story, process, changed)
            stale = {key: (answer, right[key]) for key, answer in found.items() if answer != right[key]}
            if stale:
                wrong[number, chapter.__name__] = stale
        changes.append((message, chapter.__name__, {kind for kind, _, _ in changed & before.keys()}))
        before, revisions, seen = right, revisions_now, told
    assert wrong == {}
    assert forgotten == []
    assert changes == [(message, chapter.__name__, kinds) for message, chapter, kinds in CHAPTERS]
    for process in (shared, alone):
        assert [await read(story, process) for _ in range(2)] == [(before, revisions)] * 2
        counts = process.service.cache.counts
        assert all(counts[kind].hits for kind in CacheKind), counts

"""Many clients after the same things at once; the hundred rounds run by `make bench BENCH=contention`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.bootstrap import Callboard, bootstrap
from api.settings import Settings
from benchmarks.contention import (
    CLIENTS,
    contend_for_a_slot,
    count_conflicts,
    count_deadlocks,
    share_a_person,
)
from persistence.embedded import EmbeddedUrls

ROUNDS = 4


@pytest.fixture
async def crowded(urls: EmbeddedUrls, tmp_path: Path) -> AsyncIterator[Callboard]:
    """The service with a connection for each of 64 clients."""
    service = bootstrap(Settings(home=tmp_path, database_pool_size=CLIENTS), urls.application)
    yield service
    await service.close()


@pytest.mark.parametrize("quantity", [1, 3])
async def test_exactly_as_many_as_fit_get_the_slot(crowded: Callboard, quantity: int) -> None:
    rounds = await contend_for_a_slot(crowded, quantity, ROUNDS)
    assert [(one.made, one.refused, one.other) for one in rounds] == [(quantity, 64 - quantity, {})] * ROUNDS
    assert await count_deadlocks(crowded.database) == 0
    assert await count_conflicts(crowded.database) == {}


async def test_a_person_wanted_everywhere_clashes_once_with_everyone(crowded: Callboard) -> None:
    (only,) = await share_a_person(crowded, 1)
    assert (only.made, only.refused, only.other) == (64, 0, {})
    assert await count_conflicts(crowded.database) == {("StaffConflict", "Moderate"): 2016}
    assert await count_deadlocks(crowded.database) == 0

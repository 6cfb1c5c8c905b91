"""The published schedules read whole, and what is planted in them is seen."""

import pytest

from api.imports.pentabarf_reader import read
from tests.api.imports.oracle import clashes
from tests.api.imports.plant import plant
from tests.api.imports.schedule_xml import YEARS, published

SIZES = {2016: (617, 28, 569), 2017: (668, 30, 610), 2018: (689, 33, 651), 2019: (775, 34, 729)}


@pytest.mark.parametrize("year", YEARS)
def test_every_talk_is_read_and_none_clash(year):
    file = read(published(year))
    assert (len(file.rows), len(file.rooms), len(file.persons)) == SIZES[year]
    assert file.refused == ()
    assert file.title == f"FOSDEM {year}"
    assert file.is_naive
    assert clashes(file) == set()


@pytest.mark.parametrize("year", YEARS)
def test_planting_makes_at_least_as_many_clashes_and_the_same_again(year):
    source = published(year)
    planted = plant(source, 30, seed=year)
    assert plant(source, 30, seed=year) == planted
    assert plant(source, 30, seed=year + 1) != planted
    before, after = read(source), read(planted)
    found = clashes(after)
    assert len(after.rows) == len(before.rows)
    assert after.refused == ()
    assert {clash.kind for clash in found} == {"room", "person"}
    assert len(found) >= 30
    unchanged = {(row.key, row.start, row.room, row.persons) for row in before.rows}
    assert sum((row.key, row.start, row.room, row.persons) not in unchanged for row in after.rows) == 30

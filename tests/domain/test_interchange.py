"""Which resources can stand in for which."""

from uuid import uuid4

import pytest

from domain.entities import Resource
from domain.enums import ResourceType
from domain.interchange import may_stand_in


def _resource(kind: ResourceType, group: str | None = None) -> Resource:
    return Resource(uuid4(), "R", kind, interchange_group=group)


@pytest.mark.parametrize("kind", ResourceType)
def test_within_a_group_and_type(kind: ResourceType) -> None:
    today = _resource(kind, "a")
    assert may_stand_in(_resource(kind, "a"), today)
    assert not may_stand_in(_resource(kind, "b"), today)
    assert not may_stand_in(_resource(kind), today)
    assert not may_stand_in(today, today)
    others = [one for one in ResourceType if one is not kind]
    assert not any(may_stand_in(_resource(other, "a"), today) for other in others)


@pytest.mark.parametrize("kind", ResourceType)
def test_without_a_group_only_venues_do(kind: ResourceType) -> None:
    today = _resource(kind)
    assert may_stand_in(_resource(kind), today) is (kind is ResourceType.Venue)
    assert may_stand_in(_resource(kind, "a"), today) is (kind is ResourceType.Venue)

"""Which resources can stand in for which."""

from domain.entities import Resource
from domain.enums import ResourceType


def may_stand_in(other: Resource, today: Resource) -> bool:
    """Whether one resource is of the kind that may take another's place; seats and features are not judged.

    Venues stand in for each other unless a group says otherwise; people and equipment only within a group,
    since nothing else says that one can do another's work.
    """
    if other.resource_id == today.resource_id or other.resource_type is not today.resource_type:
        return False
    if today.interchange_group is None:
        return today.resource_type is ResourceType.Venue
    return other.interchange_group == today.interchange_group

"""Resources in JSON (DESIGN 4.3)."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StringConstraints

from api.dto.time_zone import TimeZone
from api.dto.working_hours import Day, OpeningDto, WorkingHoursDto, working_hours_dto
from api.http.wire import ByName, Name, Wire
from domain.entities import Resource
from domain.enums import ResourceType

Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
People = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
Minutes = Annotated[int, Field(strict=True, ge=0, le=10_080)]
Feature = Annotated[Name, StringConstraints(max_length=100)]


def _distinct(features: list[str]) -> list[str]:
    return sorted(set(features))


class ResourceDto(Wire):
    """Something that bookings claim. quantity: how many can be claimed at one instant.

    capacity: people it holds. interchangeGroup: resources of one group may stand in for each other.
    workingHours: absent for always open. setupMinutes, teardownMinutes: kept around every booking.
    """

    resource_id: UUID
    name: str
    resource_type: Annotated[ResourceType, ByName()]
    quantity: int
    capacity: int | None = None
    features: list[str]
    setup_minutes: int
    teardown_minutes: int
    interchange_group: str | None = None
    working_hours: dict[Day, list[OpeningDto]] | None = None
    time_zone: str
    is_active: bool

    @classmethod
    def of(cls, resource: Resource) -> ResourceDto:
        """The resource in JSON."""
        hours = resource.working_hours
        return cls(
            resource_id=resource.resource_id,
            name=resource.name,
            resource_type=resource.resource_type,
            quantity=resource.quantity,
            capacity=resource.capacity,
            features=sorted(resource.features),
            setup_minutes=resource.setup_minutes,
            teardown_minutes=resource.teardown_minutes,
            interchange_group=resource.interchange_group,
            working_hours=None if hours is None else working_hours_dto(hours),
            time_zone=resource.time_zone,
            is_active=resource.is_active,
        )


class ResourceSettingsDto(Wire):
    """What can be changed of a resource. timeZone: of its working hours; without it, the service's own."""

    name: Name
    quantity: Count | None = None
    capacity: People | None = None
    features: Annotated[list[Feature], Field(max_length=50), AfterValidator(_distinct)] = Field(
        default_factory=list
    )
    setup_minutes: Minutes = 0
    teardown_minutes: Minutes = 0
    interchange_group: Name | None = None
    working_hours: WorkingHoursDto | None = None
    time_zone: TimeZone | None = None
    is_active: StrictBool = True


class CreateResourceDto(ResourceSettingsDto):
    """A new resource. quantity: 1 when left out."""

    resource_type: Annotated[ResourceType, ByName()]


class UpdateResourceDto(ResourceSettingsDto):
    """A resource as it is to be; what is left out takes its default.

    A venue's quantity is its calendar's maxConcurrentEvents once it has one, and is changed there.
    resourceId and resourceType may be sent as they are; they cannot be changed.
    """

    resource_id: UUID | None = None
    resource_type: Annotated[ResourceType, ByName()] | None = None

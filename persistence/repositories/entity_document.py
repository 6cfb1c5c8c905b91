"""What the audit log keeps of a calendar, a resource or an event."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from domain.entities import Calendar, Event, Resource
from domain.working_hours import WorkingHours
from persistence.documents import camel, json_value
from persistence.mapping import working_hours_document


def entity_document(entity: Calendar | Resource | Event) -> dict[str, Any]:
    """Every field of the entity, with the contract's names."""
    return {camel(one.name): _value(getattr(entity, one.name)) for one in fields(entity)}


def _value(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, WorkingHours):
        return working_hours_document(value)
    if isinstance(value, frozenset):
        return sorted(value)
    return json_value(value)

"""Facts and entities as JSON documents, for the outbox and the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from enum import IntEnum
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from domain.entities import Closure, ScheduledEvent
from domain.enums import ConflictLevel
from domain.facts import Fact
from domain.recurrence.describe import describe
from domain.series import Series
from domain.user import User
from domain.webhook import Webhook


def camel(name: str) -> str:
    """snake_case to camelCase."""
    head, *rest = name.split("_")
    return head + "".join(word.capitalize() for word in rest)


def json_value(value: Any) -> Any:  # noqa: ANN401
    """The value as JSON has it: ids and instants as text, enums by name."""
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case ConflictLevel():
            return value.wire_name
        case IntEnum():
            return value.name
        case tuple() | list() | set() | frozenset():
            return [json_value(one) for one in value]
        case _:
            return value


def fact_document(fact: Fact) -> dict[str, Any]:
    """The fact's payload with the contract's field names."""
    return {camel(one.name): json_value(getattr(fact, one.name)) for one in fields(fact)}


def booking_document(booking: ScheduledEvent) -> dict[str, Any]:
    """What the audit log keeps of a booking."""
    return {
        "eventId": str(booking.event_id),
        "calendarId": str(booking.calendar_id),
        "startDateTime": json_value(booking.slot.start_date_time),
        "endDateTime": json_value(booking.slot.end_date_time),
        "timeZone": booking.time_zone,
        "status": booking.status.name,
        "overrideReason": booking.override_reason,
        "version": booking.version,
        "resources": [
            {"resourceId": str(one.resource_id), "role": one.role.name, "quantity": one.quantity}
            for one in booking.claims
        ],
    }


def series_document(series: Series, bookings: Sequence[ScheduledEvent]) -> dict[str, Any]:
    """What the audit log keeps of a series and of its occurrences."""
    return {
        "eventId": str(series.event_id),
        "calendarId": str(series.calendar_id),
        "firstStart": series.first_start.isoformat(),
        "durationMinutes": series.duration.total_seconds() / 60,
        "timeZone": series.time_zone,
        "recurrence": describe(series.pattern),
        "version": series.version,
        "occurrences": {str(one.scheduled_event_id): booking_document(one) for one in bookings},
    }


def closure_document(closure: Closure) -> dict[str, Any]:
    """What the audit log keeps of a closure."""
    return {
        "resourceAvailabilityId": str(closure.resource_availability_id),
        "startDateTime": json_value(closure.slot.start_date_time),
        "endDateTime": json_value(closure.slot.end_date_time),
        "reason": closure.reason,
    }


def webhook_document(webhook: Webhook) -> dict[str, Any]:
    """What the audit log keeps of a webhook; not its address, whose path is often a secret."""
    return {
        "ownerId": str(webhook.owner_id),
        "host": urlsplit(webhook.url).hostname,
        "factTypes": sorted(webhook.fact_types),
        "isActive": webhook.disabled_at is None,
    }


def user_document(user: User) -> dict[str, Any]:
    """What the audit log keeps of an account."""
    document: dict[str, Any] = {
        "name": user.name,
        "email": user.email,
        "role": user.role.name,
        "isDisabled": user.disabled_at is not None,
    }
    if user.scopes is not None:
        document["scopes"] = sorted(user.scopes)
    return document

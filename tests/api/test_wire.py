"""What JSON values are taken for what they are: nothing is read as something else."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from api.dto.recurrence import RecurrencePattern
from api.dto.scheduled_event import ResourceClaimDto
from api.http.webhooks import RedeliverDto, UpdateWebhookDto
from api.http.wire import Instant, Wire


@pytest.mark.parametrize("value", ["0.5", "1.5e2", "-1", "1800000000", "2026", "2026-12", "", 0.5, True])
def test_a_number_is_no_instant(value: Any) -> None:
    """pydantic would take it for a Unix time."""
    with pytest.raises(ValidationError, match="must be an ISO 8601 date and time"):
        TypeAdapter(Instant).validate_python(value)


CLAIM = {"resourceId": "b9a3f8a3-7c42-4f89-8c95-7f7a9c8e5d2b", "quantity": 1}


@pytest.mark.parametrize(
    ("kind", "good", "field"),
    [
        (ResourceClaimDto, CLAIM, "quantity"),
        (RecurrencePattern, {"type": "Daily", "interval": 1, "occurrenceCount": 2}, "interval"),
        (RecurrencePattern, {"type": "Monthly", "dayOfMonth": 1, "occurrenceCount": 2}, "dayOfMonth"),
        (RedeliverDto, {"afterSequence": 1}, "afterSequence"),
    ],
)
@pytest.mark.parametrize("value", [True, "1", 1.0])
def test_a_whole_number_is_written_as_one(
    kind: type[Wire], good: dict[str, Any], field: str, value: Any
) -> None:
    kind.model_validate(good)
    with pytest.raises(ValidationError) as refused:
        kind.model_validate(good | {field: value})
    assert [(one["loc"], one["type"]) for one in refused.value.errors()] == [((field,), "int_type")]


@pytest.mark.parametrize("value", ["true", 1, "off"])
def test_a_truth_value_is_written_as_one(value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        UpdateWebhookDto.model_validate({"url": "https://crm.example/", "isActive": value})
    assert [(one["loc"], one["type"]) for one in refused.value.errors()] == [(("isActive",), "bool_type")]
